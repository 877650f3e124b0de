#!/bin/sh
# Marks on claims: by an address that is not stored yet, by a bare id, several at once.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin marks
needs curl
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config
train=$(claim_id night-train)
city=$(claim_id city-at-night)
unknown=0123456789abcdef0123456789abcdef01234567

marks() { # COMMAND...: ids and titles of its rows
	kiyya "$@" --json | sed -n 's/.*"claim_id":"\([0-9a-f]\{40\}\)","title":"\([^"]*\)".*/\1 \2/p'
}

# An address that nobody has looked at yet is resolved, once.
fixture_log_clear
check_exit 0 kiyya favorite add lbry://night-train
check_eq "it was asked for" 1 "$(asked '"method"')"
check_has "it has its title" "$train 深夜の列車 – Night Train" "$(marks favorite list)"
check_exit 0 kiyya watched "@demo:d/city-at-night"
check_has "seen, with its title" "$city City at Night" "$(marks progress list)"
fixture_log_clear
check_exit 0 kiyya progress set "$city" 90
check_exit 0 kiyya watched "$(printf %.12s "$city")" --not
check_exit 0 kiyya favorite rm "$(printf %.12s "$train")"
check_eq "what is stored is not asked for" 0 "$(asked '"method"')"
check_eq "no favourite is left" "" "$(marks favorite list)"

# favorite and progress take a whole id as it is, and need nobody for it; watched does not.
check_exit 0 kiyya --offline favorite add "$unknown"
check_has "it is one" "$unknown" "$(kiyya --offline favorite list --json)"
check_exit 0 kiyya --offline progress set "$unknown" 5
check_eq "and has a place" "$unknown" "$(kiyya --offline progress get "$unknown" --json | sed 's/.*"claim_id":"\([^"]*\)".*/\1/')"
check_exit 4 kiyya --offline watched "${unknown%7}8"
check_exit 3 kiyya watched "${unknown%7}8"
check_exit 4 kiyya --offline favorite add lbry://never-seen
check_exit 3 kiyya favorite add lbry://never-seen

check_exit 13 kiyya watched lbry://never-seen night-train --json
check_has "the one that failed is a row" '"claim_id":"lbry://never-seen","error":' "$out"
check_has "the other is marked" '"watched":true' "$(kiyya progress get night-train --json)"
e2e_end
