#!/bin/sh
# Follows and their feed, lists in and out, what is for later, what was played.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin follow
needs curl
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config
demo=$(claim_id @demo)
neighbour=$(claim_id @neighbour)
train=$(claim_id night-train)

rows() { # COMMAND... : how many rows it writes
	kiyya "$@" --json | grep -c '"claim_id"' || true
}

# -- follow ------------------------------------------------------------------------------------------

check_exit 0 kiyya follow @demo --json
check_has "the channel is said" "\"claim_id\":\"$demo\",\"name\":\"@demo\",\"title\":\"The Demo Channel\",\"followed_at\":\"2" "$out"
check_exit 0 kiyya follow "lbry://@demo#$demo"
check_eq "twice is once" 1 "$(rows following)"
check_exit 3 kiyya follow @nobody-here:1
check_exit 2 kiyya follow city-at-night
check_exit 13 kiyya follow @nobody-here:1 @neighbour --json
check_has "the failed one is a row" '"claim_id":"@nobody-here:1","error":' "$out"
check_eq "the good one is followed" 2 "$(rows following)"
check_eq "by name" "@demo @neighbour" "$(kiyya following --json | sed 's/.*"name":"\([^"]*\)".*/\1/' | tr '\n' ' ' | sed 's/ $//')"

# -- feed --------------------------------------------------------------------------------------------

fixture_log_clear
check_exit 0 kiyya feed --limit 200 --json
all=$(printf '%s\n' "$out" | grep -c '"claim_id"')
check_has "of one channel" '"title":"City at Night: A Walk"' "$out"
check_has "and the other" '"title":"A Tall Story"' "$out"
check_eq "newest first" "$(printf '%s\n' "$out" | sed 's/.*"release_time":"\([^"]*\)".*/\1/' | sort -r)" \
	"$(printf '%s\n' "$out" | sed 's/.*"release_time":"\([^"]*\)".*/\1/')"
check_eq "a channel is one question" 2 "$(asked claim_search)"
fixture_log_clear
check_eq "the same again" "$all" "$(rows feed --limit 200)"
check_eq "within the TTL nobody is asked" 0 "$(asked claim_search)"
check_eq "nor with --offline" "$all" "$(rows --offline feed --limit 200)"
check_exit 0 kiyya feed --limit 2
check_eq "as many rows as wanted" 2 "$(printf '%s\n' "$out" | wc -l)"
check_has "there is more" "there is more" "$err"
check_eq "since a date" 2 "$(rows feed --since 2024-06-10)"
check_eq "nothing in the last week" 0 "$(rows feed --since 7d)"
check_exit 2 kiyya feed --since whenever
check_exit 0 kiyya watched "$(claim_id city-at-night)"
check_eq "without what was watched" $((all - 1)) "$(rows feed --unwatched --limit 200)"

fixture_control '{"where":"gateway","times":0,"act":"status","status":502}'
check_exit 0 kiyya feed --refresh --limit 200 --json
check_eq "nobody answers: the rows" "$all" "$(printf '%s\n' "$out" | wc -l)"
check_has "and a note" "showing what is stored" "$err"
check_exit 4 kiyya refresh @demo
check_exit 4 kiyya follow @blocklist
fixture_control '{"clear":true}'

check_eq "what is known is not new" 0 "$(rows refresh)"
check_exit 0 kiyya cache drop "$train"
check_exit 0 kiyya refresh --json
check_eq "what is not known is" "$train" "$(printf '%s\n' "$out" | sed 's/^{"claim_id":"\([^"]*\)".*/\1/')"
check_exit 3 kiyya refresh @blocklist

# -- lists -------------------------------------------------------------------------------------------

for format in opml plain; do
	kiyya following --export $format >"$E2E_DIR/list"
	kiyya following --json | sed 's/,"followed_at.*//' >"$E2E_DIR/before"
	check_exit 0 kiyya unfollow @demo @neighbour
	check_eq "$format: nobody is followed" 0 "$(rows following)"
	check_exit 0 kiyya follow --import "$E2E_DIR/list"
	check_eq "$format: there and back" "$(cat "$E2E_DIR/before")" "$(kiyya following --json | sed 's/,"followed_at.*//')"
done
check_exit 0 kiyya unfollow "$demo" "@neighbour:$neighbour"
check_exit 3 kiyya unfollow @demo

cat >"$E2E_DIR/urls" <<'LIST'
# of newsboat
https://odysee.com/$/rss/@demo:d "films" "~Demo"

no address
@nobody-here:1
LIST
check_exit 13 kiyya follow --import "$E2E_DIR/urls" --json
check_has "a bad line is named" "urls: line 4: " "$err"
check_has "and one that leads nowhere" "urls: line 5: " "$err"
check_has "the good one is followed" '"name":"@demo"' "$out"
echo "@nobody-here:1" >"$E2E_DIR/urls"
check_exit 3 kiyya follow --import "$E2E_DIR/urls"
check_has "also where it is the only one" "urls: line 1: " "$err"

# Odysee's preferences: two full ids are one question.
kiyya unfollow @demo >/dev/null
kiyya --yes cache clear >/dev/null
fixture_log_clear
printf '{"shared":{"value":{"following":[{"uri":"lbry://@demo#%s"},{"uri":"lbry://@neighbour#%s"}],"subscriptions":["lbry://@demo#%s"]}}}' \
	"$demo" "$neighbour" "$demo" >"$E2E_DIR/prefs.json"
check_exit 0 kiyya follow --import "$E2E_DIR/prefs.json"
check_eq "both, once" 2 "$(printf '%s\n' "$out" | wc -l)"
check_eq "with one question" 1 "$(asked '"where":"gateway"')"
printf '<!DOCTYPE x [<!ENTITY a "b">]><opml/>' >"$E2E_DIR/bad.opml"
check_exit 2 kiyya follow --import "$E2E_DIR/bad.opml"
head -c 1100000 /dev/zero | tr '\0' '#' >"$E2E_DIR/long"
check_exit 1 kiyya follow --import "$E2E_DIR/long"
check_eq "nobody is lost on the way" 2 "$(rows following)"

# -- later, history ----------------------------------------------------------------------------------

check_exit 0 kiyya later add night-train
check_exit 0 kiyya later add city-at-night
check_eq "newest first" "City at Night: A Walk" "$(kiyya later list --json | head -n 1 | json_first title)"
check_exit 0 kiyya later rm night-train
check_exit 3 kiyya later rm "$train"
check_eq "one is left" 1 "$(rows later list)"

check_eq "nothing was played" 0 "$(rows history list)"
check_exit 0 kiyya play --audio night-train -- --ao=null
check_eq "one was" "$train" "$(kiyya history list --json | sed 's/^{"claim_id":"\([^"]*\)".*/\1/')"
check_has "with its day" '"played_at":"20' "$(kiyya history list --json)"
check_exit 2 kiyya history clear
check_exit 0 kiyya history clear --yes
check_eq "forgotten" 0 "$(rows history list)"
kiyya config set history.played no >/dev/null
check_exit 0 kiyya play --audio night-train -- --ao=null
check_eq "not kept when it shall not be" 0 "$(rows history list)"
e2e_end
