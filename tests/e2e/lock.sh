#!/bin/sh
# An open browser and a cron job at once: one works, the other says so. A killed holder holds nothing.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin lock
needs curl tmux
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config
item=$(claim_id counting-to-ten)

is_here() { # ITEM
	kiyya offline --json | grep -F "\"claim_id\":\"$1\"" | grep -qF '"complete":true'
}

tm_start 80x24 "$KIYYA"
check "the browser is open" tm_wait "City at Night"
pid=$(tm display-message -p '#{pane_pid}')

check_exit 10 kiyya queue run
check_has "it says who holds the lock" "$pid" "$err"
check_exit 0 kiyya download "$item"
check_has "the browser will work it off" "$pid" "$out$err"
check "and does" wait_until 20 is_here "$item"
check_exit 0 kiyya list @demo:d
check_exit 0 kiyya cat "$item" --range 0-9

kill -9 "$pid"
wait_until 5 is_gone "$pid" || true
check_exit 0 kiyya queue run
check_exit 0 kiyya download @demo:d/cooking-injera
fixture_stop
e2e_end
