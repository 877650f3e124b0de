#!/bin/sh
# Where somebody stopped: kept every five seconds, at a pause, a seek and the end, through kill -9; the rules about both
# ends of a film; never taken back to 0 by itself; the same one for a stream and for its copy.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin position
needs ffmpeg curl
needs_kiyya

# 200 s: before 10 s is too early, from 190 s on it is finished.
film=$E2E_DIR/film.mp4
check "a film" ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=64x36:r=5:d=200 -f lavfi -i sine=f=220:d=200 -g 10 \
	-c:v libx264 -preset ultrafast -c:a aac -b:a 32k -movflags +faststart "$film"
fixture_start --marked "$film"
write_config
item=$(claim_id marked)
check "a claim for it" test -n "$item"

# Position of the newest row that the player printed; -1 none.
shown() { # FILE
	sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p' "$1" | tail -n 1 | grep . || echo -1
}
reached() { # FILE SECONDS
	[ "$(shown "$1")" -ge "$2" ]
}
stored() {
	kiyya progress get "$item" --json 2>/dev/null | sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p' | grep . || echo none
}
watched() {
	kiyya progress get "$item" --json | sed -n 's/.*"watched":\([a-z]*\).*/\1/p'
}
# In the background, ten times as fast; $player is its PID.
start_player() { # SECONDS OPTION...
	until=$1
	shift
	: >"$E2E_DIR/rows"
	"$KIYYA" play "$item" --json "$@" -- --ao=null --speed=10 >"$E2E_DIR/rows" 2>"$E2E_DIR/said" 8>&- &
	player=$!
	e2e_child "$player"
	check "it plays up to $until s" wait_until 30 reached "$E2E_DIR/rows" "$until"
}
end_player() { # SIGNAL
	kill "-$1" "$player"
	wait "$player" 2>/dev/null || true
	last=$(shown "$E2E_DIR/rows")
}
check_kept() { # TEXT LAST
	now=$(stored)
	echo "# shown last: $2, kept: $now"
	check "$1" test "$now" -ge $(($2 - 5)) -a "$now" -le $(($2 + 25))
}

# -- killed --------------------------------------------------------------------------------------------

for round in 40 80 120; do
	start_player "$round"
	[ "$round" = 40 ] || check "it went on where it was" contains "$E2E_DIR/said" "going on at"
	end_player KILL
	check_kept "after kill -9, within 5 s ($round)" "$last"
done

# -- the rules -----------------------------------------------------------------------------------------

check_exit 0 kiyya progress set "$item" 100
start_player 2 --start 0 --vo null
end_player TERM
check "so short a look ends early" test "$last" -lt 10
check_eq "and changes nothing" 100 "$(stored)"

start_player 30 --start 20
end_player TERM
check_kept "the end of the player keeps it" "$last"

check_exit 0 kiyya progress set "$item" 100
fixture_control '{"act":"status","status":404,"where":"player","times":0}'
check_exit 4 kiyya play "$item" -- --ao=null
check_eq "what cannot be opened takes nothing away" 100 "$(stored)"
fixture_control '{"clear":true}'

check_exit 0 kiyya progress set "$item" 3
check_eq "who sets it is not told what is early" 3 "$(stored)"

# -- online and from the vault: the same ------------------------------------------------------------------

check_exit 0 kiyya progress set "$item" 150
check_exit 0 kiyya download "$item" -q
start_player 152
check_has "the copy goes on where the stream was" "going on at 2:30" "$(cat "$E2E_DIR/said")"
check_has "from the vault" '"offline":true' "$(tail -n 1 "$E2E_DIR/rows")"
end_player KILL
check_kept "and is kept as well" "$last"

# -- on the screen: pause, seek: no five seconds pass -----------------------------------------------------------

check_exit 0 kiyya progress set "$item" 40
cat >"$E2E_DIR/script" <<-SCRIPT
	wait text Marked
	wait idle
	keys p
	wait text 40 / 3:20
	keys .
	wait text 1:4
	keys ^P
	wait text paused
	keys > >
	wait text 2:0
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/script" --screen 100x30
check_kept "a pause and two seeks are kept" 120

# -- the end ------------------------------------------------------------------------------------------------

check_exit 0 kiyya play "$item" --start 185 -- --ao=null --speed=10
check_eq "at the end nothing is kept" 0 "$(stored)"
check_eq "but that it was watched" true "$(watched)"
start_player 12 --start 0
check_not "it begins anew" contains "$E2E_DIR/said" "going on"
end_player TERM

check_exit 0 kiyya config set history.positions no
check_exit 0 kiyya progress set "$item" 77
start_player 30 --start 20
end_player TERM
check_eq "nothing is kept when nothing shall be" 77 "$(stored)"
fixture_stop
e2e_end
