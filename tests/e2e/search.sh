#!/bin/sh
# Search from outside: what is stored first, then the gateway, then the newest; filters, history, failures.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin search
needs curl
needs_kiyya
needs_media
fixture_start --media "$MEDIA" --claims 30
write_config

titles() {
	printf '%s\n' "$out" | sed -n 's/.*"title":"\([^"]*\)".*/\1/p'
}
froms() {
	printf '%s\n' "$out" | sed -n 's/.*"from":"\([a-z]*\)".*/\1/p' | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' '
}
rows() {
	printf '%s\n' "$out" | grep -c claim_id || true
}

# -- nothing stored: the gateway -----------------------------------------------------------------------

check_exit 4 kiyya --offline search revenge
check_exit 0 kiyya search revenge --local --json
check_eq "nothing stored, nothing found" "" "$out"
check_eq "and nobody was asked" 0 "$(asked '')"
check_exit 0 kiyya search revenge --json
check_eq "three from the gateway" "3remote " "$(froms)"
check "the search service was asked" test "$(asked '"where":"search"')" -ge 1
check_exit 0 kiyya --offline search revenge --json
check_eq "they are stored" "3local " "$(froms)"

# -- stored: ranked, any form of an episode, filters ------------------------------------------------------

check_exit 0 kiyya list @demo:d --all --json
check_exit 0 kiyya list @big:b --all --json
fixture_log_clear
check_exit 0 kiyya search item --json
check_eq "twenty rows without --limit" "20local " "$(froms)"
check_eq "enough of them: nobody was asked" 0 "$(asked '')"
check_exit 0 kiyya search item --json --limit 30
check_eq "thirty with it" 30 "$(rows)"
for form in "s1e2" "S01E02" "1x02" "season one episode two" "Season 1 Episode 2"; do
	check_exit 0 kiyya search --local --json "revenge $form"
	check_eq "$form" "Revenge S01E02 – The Letter" "$(titles)"
done
check_exit 0 kiyya search --local --json revenge s1e3
check_eq "the title's form does not matter either" "Revenge 1x03 Old Friends" "$(titles)"
check_exit 0 kiyya search --local --json letter
check_has "a snippet" '"snippet":"A letter arrives. Its index' "$out"
check_exit 0 kiyya search --local --json 'መንገድ'
check_eq "Amharic" "የማያልቅ መንገድ" "$(titles)"
check_exit 0 kiyya search --local --json '"city at night"'
check_eq "a phrase" "City at Night: A Walk" "$(titles)"
check_exit 0 kiyya search --local --json 'tag:drama_series dur:>20s'
check_eq "filters" "Revenge S01E01 – Pilot" "$(titles)"
check_exit 0 kiyya search --local --json 'revenge ch:@big'
check_eq "of another channel: nothing but the newest of it" "10newest " "$(froms)"
check_has "and a note" "nothing matches; newest uploads:" "$err"
check_exit 0 kiyya search --local --json revenge --channel @demo:d
check_eq "of this one" 3 "$(rows)"
check_exit 0 kiyya search --local 'revenge since:1d' --json
check_has "too old" "nothing matches" "$err"
id=$(claim_id revenge-s01e01)
kiyya favorite add "$id" >/dev/null
check_exit 0 kiyya search --local --json is:favorite
check_eq "favourites" "Revenge S01E01 – Pilot" "$(titles)"

# -- what a person types is no syntax -------------------------------------------------------------------

for text in '" OR 1' 'a* NEAR(b c)' '{title}: x' "'; DROP TABLE content_cache; --" '(((' '-' '😀' '%' '^x + "'; do
	check_exit 0 kiyya search --local --limit 1 -- "$text"
done
check_exit 2 kiyya search 'dur:soon'
check_has "says what can be read" "dur:>20m" "$err"
check_exit 2 kiyya search ''
check_exit 2 kiyya search "$(printf 'x%.0s' $(seq 201))"
check_exit 2 kiyya search x --channel 'not a channel'

# -- a hit makes no request; a thin one does --------------------------------------------------------------

fixture_log_clear
check_exit 0 kiyya search "city at night" --json
check_eq "one here, and the gateway was asked for more" 1 "$(rows)"
check "asked" test "$(asked '')" -ge 1
fixture_log_clear
check_exit 0 kiyya search tall --remote --json
check_eq "only the gateway" "1remote " "$(froms)"
check_exit 0 kiyya search zebra --json
check_eq "nothing anywhere" "10newest " "$(froms)"
check_has "the note" "kiyya: nothing matches; newest uploads:" "$err"

# -- nobody answers -----------------------------------------------------------------------------------------

fixture_control '{"where":"gateway","times":0,"act":"status","status":502}'
fixture_control '{"where":"search","times":0,"act":"status","status":500}'
check_exit 0 kiyya search "city at night" --json
check_eq "what is stored" "1local " "$(froms)"
check_has "and why no more" "only what is stored" "$err"
check_exit 4 kiyya search "city at night" --remote
fixture_control '{"clear":true}'
fixture_control '{"where":"search","times":0,"act":"status","status":500}'
check_exit 0 kiyya search "city at night" --remote --json
check_eq "the gateways search when the service does not" 1 "$(rows)"
fixture_control '{"clear":true}'

# -- what was searched ----------------------------------------------------------------------------------------

check_exit 0 kiyya search --past --json --limit 2
check_eq "the last two" 2 "$(printf '%s\n' "$out" | grep -c '"words"')"
check_has "newest first" '"words":"city at night"' "$(printf '%s\n' "$out" | head -n 1)"
check_exit 0 kiyya search --forget
check_exit 0 kiyya search --past --json
check_eq "forgotten" "" "$out"
kiyya config set history.searches no >/dev/null
check_exit 0 kiyya search --local item --limit 1
check_exit 0 kiyya search --past --json
check_eq "not kept when it is switched off" "" "$out"
kiyya config set history.searches yes >/dev/null

# -- the screen -----------------------------------------------------------------------------------------------

cat >"$E2E_DIR/script" <<'SCRIPT'
wait idle
keys :
text view search
keys <Enter>
expect search:
text reven
wait idle
expect Search · reven
expect Revenge S01E02 – The Letter
text ge 1x02
wait idle
expect Revenge S01E02 – The Letter
expect not │    Revenge 1x03 Old
keys <Enter>
wait idle
keys <Enter>
expect A letter arrives
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/script" --screen 100x30
[ -z "$out" ] || printf '%s\n' "$out" | head -40
check_exit 0 kiyya db check
e2e_end
