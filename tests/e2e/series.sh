#!/bin/sh
# Series, playlists and the items of one: in order, guesses marked, gone ones said, nothing asked twice, all offline.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin series
needs curl
needs_kiyya

# -- a catalogue of its own ----------------------------------------------------------------------------

row() { # CHANNEL KIND NAME TITLE DAY TAGS FLAGS
	printf '%s\t%s\t%s\t%s\t-\t60\t640x360\t300\t2024-%sT10:00:00Z\t%s\ten\t%s\t-\n' "$@"
}

catalog() {
	row - channel @shows "Shows" 01-01 series "id=5"
	row - channel @elsewhere "Elsewhere" 01-01 - "id=e"
	row @shows video pilot "Revenge S01E01 – Pilot" 01-02 series nobytes
	row @shows video letter "Revenge 1x02 The Letter" 01-03 series nobytes
	row @shows video extra "Revenge: how it was made" 01-04 series nobytes
	row @elsewhere video guest "revenge Season 1 Episode 4" 01-05 series nobytes
	row @shows video late "REVENGE S01E05" 01-06 series nobytes
	row @shows video second-2 "Revenge S02E02" 01-08 series nobytes
	row @shows video second-1 "Revenge S02E01" 01-09 series nobytes
	row @shows video amharic "የማያልቅ መንገድ S01E01" 01-10 series nobytes
	row @shows video amharic-2 "የአባቴ ልጅ S01E01" 01-11 series nobytes
	row @shows video loose "A series without numbers" 01-12 drama_series nobytes
	row @shows video film "A film" 01-13 movie nobytes
	row @shows collection season-1 "Revenge – Season 1" 02-01 - \
		"items=extra,letter,pilot,gone-episode,guest"
	items=film
	i=1
	while [ $i -le 119 ]; do
		row @shows video "clip-$i" "Clip $i" 03-01 talk nobytes
		items=clip-$i,$items
		i=$((i + 1))
	done
	row @shows collection many "Everything, backwards" 02-02 - "items=$items,gone-clip,clip-7"
	row @shows collection nothing "An empty one" 02-03 - -
}
catalog >"$E2E_DIR/shows.tsv"
fixture_start --catalog "$E2E_DIR/shows.tsv"
write_config

# The values of a member, one a line, "-" where it is absent.
member() { # NAME
	printf '%s\n' "$out" | sed -e 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/' -e t -e 's/.*/-/'
}
in_a_row() {
	tr '\n' ' ' | sed 's/ $//'
}

# -- series ------------------------------------------------------------------------------------------

check_exit 0 kiyya series @shows:5 --json
check_eq "a line an episode, and one that is gone" 11 "$(printf '%s\n' "$out" | wc -l | tr -d ' ')"
check_eq "the playlist's season in its order, then what is guessed, ascending; what does not parse last" \
	"Revenge Revenge Revenge Revenge Revenge Revenge Revenge Revenge የማያልቅ መንገድ የአባቴ ልጅ Unsorted" \
	"$(member series | in_a_row)"
check_eq "seasons" "1 1 1 1 1 1 2 2 1 1 -" "$(member season | in_a_row)"
check_eq "episodes; one that says no number has none" "- 2 1 - 4 5 1 2 1 1 -" "$(member episode | in_a_row)"
check_eq "guesses are marked" "false false false false false true true true true true true" "$(member inferred | in_a_row)"
check_has "a claim of another channel that the playlist has" "$(claim_id guest)" "$out"
check_has "a whole row" \
	"{\"series\":\"Revenge\",\"season\":1,\"episode\":2,\"claim_id\":\"$(claim_id letter)\",\"title\":\"Revenge 1x02 The Letter\",\"inferred\":false,\"missing\":false}" \
	"$out"
check_has "what is gone keeps its place in the playlist" \
	'"title":"Gone","inferred":false,"missing":true}' "$(printf '%s\n' "$out" | sed -n 4p)"
series=$out

fixture_log_clear
check_exit 0 kiyya series @shows:5 --json
check_eq "again: the same" "$series" "$out"
check_eq "again: nothing is asked" 0 "$(asked)"
check_exit 0 kiyya list @shows:5 --all --json
check_eq "the list is the same list" 0 "$(asked)"
check_exit 0 kiyya --offline series @shows:5 --json
check_eq "offline: the same" "$series" "$out"
check_exit 0 kiyya series @shows:5
check_has "for people" "S01E02    Revenge  Revenge 1x02 The Letter" "$out"
check_has "a guess for people" "S01E05 ?  Revenge  REVENGE S01E05" "$out"
check_exit 0 kiyya series @elsewhere:e --json
check_eq "a channel with one guessed episode" 1 "$(printf '%s\n' "$out" | grep -c '"inferred":true')"
check_exit 3 kiyya series @nobody:a
check_exit 2 kiyya series
check_exit 2 kiyya series lbry://@shows#5/film

# -- playlists ---------------------------------------------------------------------------------------

check_exit 0 kiyya playlists @shows:5 --json
check_eq "playlists, newest first" "An empty one Everything Revenge – Season 1" "$(member title | in_a_row)"
check_eq "all are collections" "collection collection collection" "$(member kind | in_a_row)"
check_exit 0 kiyya playlists @shows:5
check_has "how much is in it, for people" "  122 items  Everything, backwards" "$out"

season=$(claim_id season-1)
check_exit 0 kiyya playlist "$season" --json
expected=
for name in extra letter pilot; do
	expected="$expected$(claim_id $name) "
done
gone=$(printf '%s\n' "$out" | sed -n 4p | json_first claim_id)
expected="$expected$gone $(claim_id guest)"
check_eq "its order" "$expected" "$(printf '%s\n' "$out" | cut -d '"' -f 4 | in_a_row)"
check_eq "what is gone keeps its place" "{\"claim_id\":\"$gone\",\"missing\":true}" "$(printf '%s\n' "$out" | sed -n 4p)"
first=$out
fixture_log_clear
check_exit 0 kiyya playlist "$season" --json
check_eq "again: the same" "$first" "$out"
check_eq "again: nothing is asked" 0 "$(asked)"
check_exit 0 kiyya playlist lbry://@shows#5/season-1 --json
check_eq "by its address: the same" "$first" "$out"
check_exit 0 kiyya --offline playlist "$season" --json
check_eq "offline: the same" "$first" "$out"
check_exit 0 kiyya playlist "$season"
check_has "gone, for people" "Gone  (it was deleted, or is blocked)" "$out"

many=$(claim_id many)
fixture_log_clear
check_exit 0 kiyya playlist "$many" --json
asked=$(asked)
check_eq "a long one, one item twice, one gone" 122 "$(printf '%s\n' "$out" | wc -l | tr -d ' ')"
check_eq "in its order" "Clip 119 Clip 118 Clip 117" "$(member title | head -n 3 | in_a_row)"
check_eq "to the end" "A film - Clip 7" "$(member title | tail -n 3 | sed 's/^{.*/-/' | in_a_row)"
check_eq "asked for in fifties, once the collection is known" 4 "$asked"
check_exit 0 kiyya playlist "$(claim_id nothing)" --json
check_eq "an empty one" "" "$out"
check_exit 2 kiyya playlist "$(claim_id film)"
check_has "is said" "is not a playlist" "$err"
check_exit 3 kiyya playlist 0000000000000000000000000000000000000000

# -- the screen --------------------------------------------------------------------------------------

cat >"$E2E_DIR/script" <<'SCRIPT'
wait idle
keys :
text view series
keys <Enter>
wait idle
expect ┌ Series · @shows:5 ──
expect ▸   Revenge                                               8 episodes
expect የማያልቅ መንገድ                                inferred     1 episode
expect Unsorted
keys <Enter>
expect ▸   Season 1                                              6 episodes
expect inferred    2 episodes
keys <Enter> j
expect ▸   Revenge 1x02 The Letter                                   S01E02     1:00
expect Gone
keys G }
expect ┌ Revenge · Season 2 ──
expect ▸   Revenge S02E01                            inferred        S02E01     1:00
keys q q
expect ┌ Series · @shows:5 ──
SCRIPT
cat >"$E2E_DIR/playlists" <<'SCRIPT'
wait idle
keys A
wait idle
expect ┌ Playlists of @shows:5
expect Everything, backwards                               2024-02-02  122 items
keys G <Enter>
wait idle
expect ┌ Revenge – Season 1 ─
expect ▸   Revenge: how it was made
expect     Gone
expect     revenge Season 1 Episode 4
keys q
wait idle
expect ┌ Playlists of @shows:5
SCRIPT
check "playlists on the screen" kiyya @shows:5 --script "$E2E_DIR/playlists" --screen 80x24
check "and offline" kiyya @shows:5 --offline --script "$E2E_DIR/playlists" --screen 80x24
check "series on the screen" kiyya @shows:5 --script "$E2E_DIR/script" --screen 80x24
check "and offline" kiyya @shows:5 --offline --script "$E2E_DIR/script" --screen 80x24

# -- nobody answers ------------------------------------------------------------------------------------

fixture_control '{"where":"gateway","times":0,"act":"status","status":502}'
check_exit 0 kiyya series @shows:5 --refresh --json
check_eq "nobody answers: what is stored" "$series" "$out"
check_has "and says so" "showing what is stored" "$err"
check_exit 0 kiyya playlist "$season" --refresh --json
check_has "nobody answers: items, too" "Revenge 1x02" "$out"
rm -rf "$KIYYA_HOME"
mkdir -m 0700 "$KIYYA_HOME"
write_config
check_exit 4 kiyya series @shows:5
check_exit 4 kiyya playlists @shows:5
check_exit 4 kiyya playlist "$season"
check_exit 4 kiyya --offline series @shows:5
check_exit 4 kiyya --offline playlist "$season"
e2e_end
