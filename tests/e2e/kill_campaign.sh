#!/bin/sh
# Killed without warning at random moments of a download over four connections, at most once in 20 MB: the same bytes at
# the end, and at most 5 % fetched twice. In make check a few kills; a campaign by hand:
#
#	sh ../tests/e2e/kill_campaign.sh 200
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
kills_wanted=${1:-${KIYYA_KILLS:-5}}
e2e_begin kill_campaign
needs curl sha384sum
needs_kiyya

size=134218001 # 128 MiB and a bit: not a whole number of chunks
apart=20000000
head -c "$size" /dev/urandom >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
fixture_start --marked "$E2E_DIR/film" --each "${KIYYA_EACH:-10000000}"
write_config
item=$(claim_id marked)
seed=20260501 # always the same moments

roll() { # N : sets rolled to 0 … N-1
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	rolled=$((seed / 65536 % $1))
}

has_sent() { # BYTES
	[ "$(bytes_sent player)" -ge "$1" ]
}

is_done() {
	kiyya queue --done --json | grep -F "$item" | grep -qF '"state":"done"'
}

kills=0 rounds=0 sent=0 wrong=0 torn=0
while [ $kills -lt "$kills_wanted" ]; do
	rounds=$((rounds + 1))
	fixture_log_clear
	kiyya download "$item" --queue-only >/dev/null 2>&1
	at=0
	while [ $kills -lt "$kills_wanted" ] && [ $((at + apart + 6000000)) -lt $size ]; do
		roll 5000000
		at=$((at + apart + rolled))
		"$KIYYA" queue run >"$E2E_DIR/run.out" 2>&1 8>&- &
		pid=$!
		e2e_child "$pid"
		wait_until 60 has_sent $at || { cat "$E2E_DIR/run.out"; break 2; }
		roll 50
		"$support/pause" "$rolled"
		kill -9 "$pid" 2>/dev/null || break
		wait "$pid" 2>/dev/null || true
		kills=$((kills + 1))
		at=$(bytes_sent player)
		is_done && torn=$((torn + 1))
	done
	kiyya queue run >/dev/null 2>"$E2E_DIR/run.err" || wrong=$((wrong + 1))
	[ "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)" = "$sum" ] || wrong=$((wrong + 1))
	kiyya verify "$item" --json | grep -qF '"publisher_hash":"match"' || wrong=$((wrong + 1))
	sent=$((sent + $(bytes_sent player)))
	kiyya rm "$item" --yes >/dev/null
done
echo "# $kills kills in $rounds downloads of $size bytes: $sent bytes sent, $((sent * 1000 / (rounds * size) - 1000)) in 1000 twice, $wrong wrong"
check_eq "killed as often as was asked for" "$kills_wanted" "$kills"
check_eq "each time at work" 0 "$torn"
check_eq "the same bytes each time, as published" 0 "$wrong"
check "at most 5 in 100 fetched twice" test "$sent" -le $((rounds * size / 100 * 105))
check_eq "nothing is left" 0 "$(find "$KIYYA_HOME/data/vault" -type f | wc -l | tr -d ' ')"
e2e_end
