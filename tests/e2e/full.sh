#!/bin/sh
# A full disk, a real one of 24 MiB: the item pauses with what it has, exit 6, and goes on when there is space again.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin full
needs curl sha384sum mount umount
needs_kiyya
[ "$(id -u)" -eq 0 ] || skip "only root can mount a small disk"
disk=$E2E_DIR/disk
mkdir "$disk"
mount -t tmpfs -o size=24m,mode=0700 kiyya-test "$disk" 2>/dev/null || skip "a tmpfs cannot be mounted here"
cleanup() {
	code=$?
	umount "$disk" 2>/dev/null || umount -l "$disk"
	(exit "$code")
	e2e_cleanup
}
trap cleanup EXIT

size=12582999
head -c "$size" /dev/urandom >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
fixture_start --marked "$E2E_DIR/film" --each 2000000
printf '%s\n' "dir = $disk/vault" "reserve = 64K" | write_config -
item=$(claim_id marked)

# -- before: nothing is begun that cannot be ended -----------------------------------------------------

head -c 16777216 /dev/zero >"$disk/ballast"
check_exit 6 kiyya download "$item" --json
check_has "paused" '"state":"paused"' "$(kiyya queue --json)"
check_has "says how much" "not enough space" "$out$err"
check_eq "no byte was fetched" 0 "$(bytes_sent player | awk '{ print ($1 > 1048576) }')"

# -- in the middle -----------------------------------------------------------------------------------

rm "$disk/ballast"
"$KIYYA" download "$item" --json >"$E2E_DIR/run.out" 2>"$E2E_DIR/run.err" 8>&- &
pid=$!
e2e_child "$pid"
is_progressing() {
	[ "$(bytes_sent player)" -gt 4000000 ]
}
check "it has begun" wait_until 20 is_progressing
head -c 25165824 /dev/zero >"$disk/ballast" 2>/dev/null || true # all there is
code=0
wait "$pid" || code=$?
check_eq "exit 6" 6 "$code"
row=$(kiyya queue --json)
check_has "paused" '"state":"paused"' "$row"
check_has "the reason" '"category":"space"' "$row"
have=$(printf '%s\n' "$row" | sed -n 's/.*"have":\([0-9]*\).*/\1/p')
check "what came is kept" test "${have:-0}" -gt 1000000

# -- and on -------------------------------------------------------------------------------------------

rm "$disk/ballast"
fixture_log_clear
fixture_control '{"each":0}'
check_exit 0 kiyya queue resume "$item"
check_exit 0 kiyya queue run
check "what was there was not fetched again" test "$(bytes_sent player)" -le $((size - have + 65536))
check_eq "the same bytes" "$sum" "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)"
e2e_end
