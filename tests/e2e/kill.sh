#!/bin/sh
# Ten times killed without warning in the middle of a download: the same bytes, and hardly one fetched twice.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin kill
needs curl sha384sum
needs_kiyya

film=$E2E_DIR/film
head -c 33554432 /dev/urandom >"$film"
size=33554432
in_flight=2097152 # what four connections may hold when they are cut off
fixture_start --marked "$film" --rate 3000000
write_config
item=$(claim_id marked)

random_ms() { # 100 … 899
	echo $((100 + $(od -An -N2 -tu2 /dev/urandom | tr -d ' ') % 800))
}

is_progressing() { # BYTES
	[ "$(bytes_sent player)" -gt "$1" ]
}

kills=0
check_exit 0 kiyya download "$item" --queue-only
while [ $kills -lt 10 ]; do
	before=$(bytes_sent player)
	"$KIYYA" queue run >"$E2E_DIR/run.out" 2>&1 8>&- &
	pid=$!
	e2e_child "$pid"
	wait_until 10 is_progressing "$before" || break
	"$support/pause" "$(random_ms)"
	kill -9 "$pid" 2>/dev/null || break
	wait "$pid" 2>/dev/null || true
	kills=$((kills + 1))
	check_exit 0 kiyya queue --json
done
check_eq "killed ten times, each time at work" 10 "$kills"
check_has "a row is waiting" "\"claim_id\":\"$item\"" "$out"
check_not "it is not called done" contains "$E2E_DIR/out" '"state":"done"'

fixture_control '{"throttle":0}'
check_exit 0 kiyya queue run
sent=$(bytes_sent player)
echo "# $sent bytes sent for a file of $size"
check "nothing was fetched twice but what was in flight" test "$sent" -le $((size + kills * in_flight))
check_eq "the same bytes" "$(sha384sum <"$film" | cut -d' ' -f1)" "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)"
check_exit 0 kiyya verify "$item" --json
check_has "as published" '"publisher_hash":"match"' "$out"
check_eq "one file in the vault" 1 "$(find "$KIYYA_HOME/data/vault" -type f | wc -l | tr -d ' ')"
check_exit 0 kiyya offline --json
check_has "complete" '"complete":true' "$out"
fixture_stop
e2e_end
