#!/bin/sh
# What is decided around downloads: rates by the time of day.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin policy
needs curl sha384sum
needs_kiyya

head -c 3000000 /dev/urandom >"$E2E_DIR/film"
fixture_start --marked "$E2E_DIR/film"
write_config
item=$(claim_id marked)

# -- schedule -----------------------------------------------------------------------------------------

printf '%s\n' "rate = 1" "schedule = 00:00-24:00=1M" | write_config -
begin=$(now_ms)
check_exit 0 kiyya download "$item"
check_not "it is taken" contains "$E2E_DIR/err" "does nothing in this version"
check "not faster than the schedule says" test $(($(now_ms) - begin)) -ge 2500
kiyya rm "$item" --yes >/dev/null

printf '%s\n' "schedule = 09:00-17:00=1M, someday" | write_config -
check_exit 11 kiyya list
check_has "names file, line and what is wrong" 'kiyya.conf:12: download.schedule: "someday" is no day' "$err"
check_exit 11 kiyya config set download.schedule "9-17=1M"
write_config
check_exit 0 kiyya config set download.schedule "09:00-17:00=512K, mon-fri; 01:00-07:00=0"
check_has "it is kept whole" "01:00-07:00=0" "$(kiyya config get download.schedule)"
e2e_end
