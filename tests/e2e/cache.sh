#!/bin/sh
# The cache: a hit asks nobody, what is old is asked for again, what the user needs stays.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin cache
needs curl
needs_kiyya
fixture_start --catalog "$top_srcdir/tests/support/demo.tsv" --claims 400

stat_of() { # NAME
	kiyya cache stats --json | sed -n 's/.*"'"$1"'":\([0-9]*\).*/\1/p'
}

requests() {
	asked '"method"'
}

configure() { # TTL MAX-ITEMS
	write_config - <<-CONF
		[cache]
		ttl = $1
		max_items = $2
	CONF
}

configure 30m 100000
check_eq "an empty cache has numbers" "0 0 0 0" "$(stat_of claims) $(stat_of queries) $(stat_of hits) $(stat_of misses)"
check_exit 4 kiyya list @big:b --offline
check_has "what is not stored is said" "offline" "$err"

# -- a hit makes no request ------------------------------------------------------------------------------

kiyya list @big:b --json >"$E2E_DIR/first"
check_eq "a page" 50 "$(wc -l <"$E2E_DIR/first" | tr -d ' ')"
check_eq "asked for with its channel" 2 "$(requests)"
misses=$(stat_of misses) hits=$(stat_of hits)
fixture_log_clear
kiyya list @big:b --json >"$E2E_DIR/second"
check "again: the same" cmp "$E2E_DIR/first" "$E2E_DIR/second"
kiyya list @big:b --json --limit 20 >"$E2E_DIR/short"
check_eq "less of it" 20 "$(wc -l <"$E2E_DIR/short" | tr -d ' ')"
one=$(sed -n '1s/.*"claim_id":"\([0-9a-f]\{40\}\)","title.*/\1/p' "$E2E_DIR/first")
check "one of its claims" kiyya show "$one"
check_eq "nobody was asked" 0 "$(requests)"
check_eq "hits are counted" "$((hits + 2)) $misses" "$(stat_of hits) $(stat_of misses)"
kiyya list @big:b --json --tag movie >/dev/null
check_eq "another question is another list" 1 "$(asked all_tags)"
check_eq "counted so" 2 "$(stat_of queries)"
fixture_log_clear
kiyya list @big:b --tag comedy --tag movie >"$E2E_DIR/first"
kiyya list @big:b --tag movie --tag comedy >"$E2E_DIR/second"
check "tags in another order are the same question" cmp "$E2E_DIR/first" "$E2E_DIR/second"
check_eq "asked once" 1 "$(asked claim_search)"

# -- what has changed ------------------------------------------------------------------------------------

film=$(claim_id city-at-night)
sources() {
	kiyya show "$film" --json | grep -o '"sources":\[[^]]*\]'
}
kiyya list @demo:d --json >/dev/null
before=$(sources)
fixture_control '{"republish":true}'
fixture_log_clear
check_eq "within its time it is what was stored" "$before" "$(sources)"
kiyya list @demo:d --json --refresh >/dev/null
check_eq "--refresh asks, to the empty page that ends a list" 2 "$(asked claim_search)"
check "what changed is taken over" test "$before" != "$(sources)"
fixture_control '{"republish":false}'

# -- past its time ---------------------------------------------------------------------------------------

configure 0s 100000
fixture_log_clear
kiyya list @demo:d --json >/dev/null
check_eq "an old list is asked for again" 2 "$(asked claim_search)"
check_eq "and taken over" "$before" "$(sources)"
fixture_control '{"act":"status","status":503,"where":"gateway","times":0}'
check_exit 0 kiyya list @demo:d --json
check "nobody answers: the stored rows" grep -q "$film" "$E2E_DIR/out"
check_has "and a note" "showing what is stored" "$err"
check_exit 0 kiyya list @demo:d --json --offline
check "and with --offline" grep -q "$film" "$E2E_DIR/out"

# The screen shows what is stored while it waits, and then what came.
fixture_control '[{"clear":true},{"act":"hang","where":"gateway","match":"claim_search","times":1}]'
fixture_log_clear
cat >"$E2E_DIR/look.test" <<'SCRIPT'
wait text City at Night
show
wait idle
expect City at Night
SCRIPT
check "the screen does not wait for the gateway" kiyya --script "$E2E_DIR/look.test" --screen 80x24
check "which was asked" test "$(asked '"act":"hang"')" -eq 1
fixture_control '{"clear":true}'

# -- what the user needs stays ---------------------------------------------------------------------------

configure 30m 120
kiyya cache clear --yes
check_eq "clear leaves nothing" "0 0" "$(stat_of claims) $(stat_of queries)"
kiyya list @big:b --json --limit 50 >"$E2E_DIR/first"
nth() { # N
	sed -n "$1"'s/.*"claim_id":"\([0-9a-f]\{40\}\)","title.*/\1/p' "$E2E_DIR/first"
}
liked=$(nth 3) begun=$(nth 4) queued=$(nth 5) idle=$(nth 2)
kiyya favorite add "$liked"
kiyya progress set "$begun" 30
kiyya download --queue-only "$queued" >/dev/null 2>&1
# Uses are told apart by the second.
second=$(date +%s)
is_over() {
	[ "$(date +%s)" -gt "$second" ]
}
wait_until 5 is_over
for tag in comedy talk; do
	kiyya list @big:b --tag "$tag" --limit 100 >/dev/null
done
check "the limit holds, but for the list in hand" test "$(stat_of claims)" -le 125
for id in "$liked" "$begun" "$queued"; do
	check "what the user needs is still there" kiyya show "$id" --offline
done
check_exit 4 kiyya show "$idle" --offline
fixture_log_clear
kiyya list @big:b --limit 50 --json >"$E2E_DIR/second"
check "a list of which a claim is gone is a miss" test "$(asked claim_search)" -ge 1
check_eq "and comes whole" "$(wc -l <"$E2E_DIR/first")" "$(wc -l <"$E2E_DIR/second")"

# -- by hand ---------------------------------------------------------------------------------------------

drop=$(nth 7)
check "drop" kiyya cache drop "$drop"
check_exit 4 kiyya show "$drop" --offline
check_exit 3 kiyya cache drop "$drop"
check_exit 3 kiyya cache drop 0000000000000000000000000000000000000000
fixture_log_clear
kiyya list @big:b --limit 50 --json >"$E2E_DIR/second"
check "its list is asked for again" test "$(asked claim_search)" -ge 1
check "and has it again" grep -q "$drop" "$E2E_DIR/second"
before=$(stat_of claims)
check "cleanup" kiyya cache cleanup
check_eq "takes nothing that is fresh" "$before" "$(stat_of claims)"
bytes=$(stat_of bytes)
configure 0s 100000
cleaned() { # what is of this very second is not old yet
	kiyya cache cleanup && [ "$(stat_of claims)" -le 3 ]
}
check "cleanup of what is old" wait_until 10 cleaned
check_eq "leaves what the user needs, no list" "3 0" "$(stat_of claims) $(stat_of queries)"
check "and gives space back" test "$(stat_of bytes)" -lt "$bytes"
check_eq "favourites have their titles" 1 "$(kiyya favorite list --json --offline | grep -c "\"$liked\",\"title\":\"Item")"
check "optimize" kiyya cache optimize
check "the database is whole" kiyya db check
check_exit 2 kiyya cache clear
check "clear" kiyya cache clear --yes
check_eq "keeps what the user needs" 3 "$(stat_of claims)"
check_exit 2 kiyya cache polish
e2e_end
