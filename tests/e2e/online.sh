#!/bin/sh
# What is not in the vault: which quality is played, with which headers, and how it changes when the line is slow, when it
# is steady again, and when somebody says so. The line is made to stall by the stand-in, not by luck.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin online
needs ffmpeg curl
needs_kiyya
needs_media

# Four minutes, and three other qualities of them, of which the playlist says that the first needs more. Each really needs
# so much that what is on its way in buffers is soon played.
media=$E2E_DIR/media
cp -r "$MEDIA" "$media"
rm -f "$media/lock"
ladder=$media/city-at-night.hls
draw() {
	ffmpeg -nostdin -v error -y "$@"
}
rate="-b:v 1200k -minrate 1200k -maxrate 1200k -bufsize 1200k"
tier() { # N
	# shellcheck disable=SC2086
	draw -i "$media/city-at-night.mp4" -c:v libx264 -preset ultrafast -g 10 $rate -c:a copy -f hls -hls_time 2 \
		-hls_playlist_type vod -hls_segment_filename "$ladder/v$1_s%06d.ts" "$ladder/v$1.m3u8"
}
rm -f "$ladder"/*.ts
# shellcheck disable=SC2086
check "a film" draw -f lavfi -i testsrc2=s=320x180:r=10:d=240 -f lavfi -i sine=f=220:d=240 -vf noise=alls=60:allf=t -g 20 \
	-c:v libx264 -preset ultrafast $rate -c:a aac -b:a 32k \
	-movflags +faststart "$media/city-at-night.mp4"
check "its segments" tier 0
for n in 1 2; do
	sed "s/v0_/v${n}_/" "$ladder/v0.m3u8" >"$ladder/v$n.m3u8"
	for segment in "$ladder"/v0_*.ts; do
		ln "$segment" "$ladder/v${n}_${segment##*/v0_}"
	done
done
tab=$(printf '\t')
sed -e "s/city-at-night.mp4${tab}15/city-at-night.mp4${tab}240/" \
	-e "/${tab}revenge-s01e01${tab}/s/hls;noise/hls;film;media=application\/octet-stream/" "$MEDIA/catalog.tsv" >"$media/catalog.tsv"
fixture_start --media "$media"
write_config
item=$(claim_id city-at-night)
odd=$(claim_id revenge-s01e01)
check "a claim for it" test -n "$item" -a -n "$odd"

# -- which one: the quality of the last row -------------------------------------------------------------------

ended_in() { # TEXT QUALITY OPTION...
	text=$1
	quality=$2
	shift 2
	check_exit 0 kiyya play "$item" --json --start 236 "$@" -- --ao=null --speed=10
	check_has "$text" "\"quality\":\"$quality\"" "$(printf '%s\n' "$out" | tail -n 1)"
}
lines() { # FILE WORDS
	grep -cF -- "$2" "$1" || true
}

ended_in "best is the original" original
check_has "its claim says what there is" '{"quality":"144p","type":"application/x-mpegurl","url":"' "$(kiyya show "$item" --json)"
ended_in "the one asked for" 360p --quality 360p
check_eq "nobody is told what he knows" "" "$err"
ended_in "the one chosen before" 360p
ended_in "unless another is" original --quality original
ended_in "which is remembered" original
check_exit 0 kiyya progress clear "$item"
check_exit 0 kiyya config set play.quality 240p
ended_in "the next lower" 144p
check_has "and says so" "there is no 240p, this is 144p" "$err"
ended_in "the highest" 720p --quality 1080p
check_exit 0 kiyya progress clear "$item"
check_exit 0 kiyya config set play.quality best
check_exit 2 kiyya play "$item" --quality 333p -- --ao=null
check_has "a height nobody has" "is no quality" "$err"
check_exit 0 kiyya config set history.positions no
ended_in "when nothing shall be kept" 144p --quality 144p
ended_in "nothing is" original
check_exit 0 kiyya config set history.positions yes

for act in '"act":"status","status":404' '"act":"empty"' '"act":"garbage"' '"act":"status","status":503' '"act":"hang"'; do
	fixture_control "{$act,\"where\":\"player\",\"match\":\"master.m3u8\",\"times\":9}"
	ended_in "the original where there is no playlist: $act" original --quality 360p
	check_has "and says so" "there is no 360p, this is original" "$err"
	ended_in "whichever height was asked for" original --quality 432p
	check_has "and says so" "there is no 432p, this is original" "$err"
	fixture_control '{"clear":true}'
	check_exit 0 kiyya progress clear "$item"
done

check_exit 0 kiyya play "$odd" --json --start 26 -- --ao=null --speed=10
check_has "what the player may not open is played as its highest" '"quality":"360p"' "$(printf '%s\n' "$out" | tail -n 1)"
check_exit 0 kiyya play "$odd" --json --start 26 --quality original -- --ao=null --speed=10
check_has "unless it is what is asked for" '"quality":"original"' "$(printf '%s\n' "$out" | tail -n 1)"
check_exit 0 kiyya download "$odd" --quality best --json
check_has "it is downloaded as that, too" '"quality":"360p"' "$out"
check_not "without a word" contains "$E2E_DIR/err" "there is no"
check_exit 0 kiyya download "$(claim_id counting-to-ten)" --quality best --json
check_has "best is the original" '"quality":"original"' "$out"

fixture_control '{"act":"status","status":404,"where":"player","match":".mp4","times":0}'
ended_in "an original that is not there" 720p
check_has "says what becomes of it" "now 720p" "$err"
fixture_control '[{"clear":true},{"act":"status","status":404,"where":"player","match":"v1.m3u8","times":0}]'
ended_in "nor is the one asked for: the next lower" 144p --quality 360p
fixture_control '{"clear":true}'
check_exit 0 kiyya progress clear "$item"

"$KIYYA" play "$item" --url --quality 360p >"$E2E_DIR/url" 2>/dev/null 8>&- &
player=$!
e2e_child "$player"
check "its address" wait_until 10 contains "$E2E_DIR/url" "v1.m3u8"
kill "$player"
wait "$player" 2>/dev/null || true
check_exit 0 kiyya progress clear "$item"

# -- a line that stalls ----------------------------------------------------------------------------------------

# In the background; $player is its PID.
start_player() { # SPEED OPTION...
	speed=$1
	shift
	: >"$E2E_DIR/rows"
	"$KIYYA" play "$item" --json "$@" -- --ao=null --volume=60 --speed="$speed" --cache-secs=1 --demuxer-readahead-secs=1 \
		>"$E2E_DIR/rows" 2>"$E2E_DIR/said" 8>&- &
	player=$!
	e2e_child "$player"
	check "it plays" wait_until 30 shows '"state":"playing"'
	check "and says how much has come" wait_until 30 shows '"ahead":'
}
end_player() { # SIGNAL
	kill "-$1" "$player" 2>/dev/null || true
	wait "$player" 2>/dev/null || true
}
shows() { # WORDS
	tail -n 1 "$E2E_DIR/rows" | grep -qF -- "$1"
}
said() { # WORDS
	contains "$E2E_DIR/said" "$1"
}
# Nothing comes until the player waits for it; then everything.
stall() {
	fixture_control '{"throttle":20}'
	wait_until 10 shows '"waiting":true' || true
	fixture_control '{"throttle":0}'
	wait_until 10 shows '"waiting":false' || true
}
stall_until() { # WORDS
	began=$(now_ms)
	while [ $(($(now_ms) - began)) -lt 60000 ]; do
		! said "$1" || return 0
		echo "# after $(($(now_ms) - began)) ms, at $(shown) s"
		stall
	done
	said "$1"
}
shown() { # position of the last row that has one
	sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p' "$E2E_DIR/rows" | tail -n 1
}
# The last position in one quality, and the first in the other.
last_in() {
	grep -F "\"quality\":\"$1\"" "$E2E_DIR/rows" | sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p' | tail -n 1
}
first_in() {
	grep -F "\"quality\":\"$1\"" "$E2E_DIR/rows" | grep -F '"playing"' | sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p' | head -n 1
}
plays_in() { # QUALITY
	[ -n "$(first_in "$1")" ]
}
is_near() { # TWO POSITIONS
	echo "# $1, then $2"
	[ "$2" -ge $(($1 - 2)) ] && [ "$2" -le $(($1 + 6)) ]
}

fixture_log_clear
start_player 4 --start 20
stall
check_not "one stall changes nothing" said "slow line"
check "three do" stall_until "slow line: original → 360p"
check "it plays, lower" wait_until 20 shows '"quality":"360p"'
check "and goes on" wait_until 20 plays_in 360p
check "where it was" is_near "$(last_in original)" "$(first_in 360p)"
check "as loud and as fast" shows '"volume":60,"muted":false,"speed":400'
check "one lower" stall_until "slow line: 360p → 144p"
check "it plays, lower" wait_until 20 shows '"quality":"144p"'
check "the lowest says so" stall_until "nothing lower than 144p"
stall
stall
stall
check_eq "once" 1 "$(lines "$E2E_DIR/said" "nothing lower")"
end_player KILL
last=$(shown)
now=$(kiyya progress get "$item" --json | sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p')
check "the position is kept with the claim" is_near "$((now - 2))" "$last"
fixture_log | grep '"where":"player"' >"$E2E_DIR/asked"
check "segments were asked for" contains "$E2E_DIR/asked" "_s00"
check_eq "everything with both headers" "$(wc -l <"$E2E_DIR/asked")" \
	"$(grep -F '"referer":"https://odysee.com/"' "$E2E_DIR/asked" | grep -cF '"origin":"https://odysee.com"')"
check_eq "what the line did to it is not remembered" original \
	"$(kiyya play "$item" --json --start 236 -- --ao=null --speed=10 | tail -n 1 | sed -n 's/.*"quality":"\([^"]*\)".*/\1/p')"

# -- steady again: up to what was asked for, and not above --------------------------------------------------------

start_player 2 --start 20 --quality 360p
check "lower" stall_until "slow line: 360p → 144p"
check "a minute later up again" wait_until 100 said "steady line: 144p → 360p"
check "it plays, higher" wait_until 20 shows '"quality":"360p"'
end_player TERM

# -- by hand: on the screen ----------------------------------------------------------------------------------------

check_exit 0 kiyya progress clear "$item"
printf 'ao=null\n' >"$E2E_DIR/mpv.conf"
kiyya config set play.mpv_config "$E2E_DIR/mpv.conf"
cat >"$E2E_DIR/script" <<-'SCRIPT'
	wait text City at Night
	wait idle
	keys /
	text City at Night
	keys <Enter> p
	wait text original  0:0
	keys \
	wait text 720p  0:
	keys |
	wait text original  0:
	keys f
	text 144p
	keys <Enter>
	wait text 144p  0:
	keys ^P
	wait text paused
	keys f
	text 360p
	keys <Enter>
	wait text 360p  0:
	wait text paused
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/script" --screen 100x30
ended_in "chosen by hand, it is remembered" 360p

# -- a height that is shorter than the film ---------------------------------------------------------------------------

cp "$ladder/v1.m3u8" "$E2E_DIR/whole.m3u8"
{
	sed '/^v1_s000050/,$d' "$E2E_DIR/whole.m3u8" | sed '$d'
	echo '#EXT-X-ENDLIST'
} >"$ladder/v1.m3u8.new"
mv "$ladder/v1.m3u8.new" "$ladder/v1.m3u8"
check_exit 0 kiyya progress clear "$item"
check_exit 0 kiyya progress set "$item" 150
cat >"$E2E_DIR/script" <<-'SCRIPT'
	wait text City at Night
	wait idle
	keys /
	text City at Night
	keys <Enter> p
	wait text original  2:3
	keys f
	text 360p
	keys <Enter>
	wait text 144p  2:
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/script" --screen 100x30
now=$(kiyya progress get "$item" --json)
echo "# kept: $now"
check_has "behind its end another goes on, and nothing was watched" '"watched":false' "$now"
position=$(echo "$now" | sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p')
check "nor is the position lost" test "${position:-0}" -ge 150 -a "${position:-0}" -lt 200
check_exit 3 kiyya play "$item" --start 9999 -- --ao=null
check_has "what ends before its beginning is not played" "ends before 2:46:39" "$err"
check_eq "and takes nothing away" "$position" \
	"$(kiyya progress get "$item" --json | sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p')"
fixture_stop
e2e_end
