#!/bin/sh
# Home: what was begun, featured, new and in categories; from the cache at once, refreshed behind; filters with AND; what
# is like a claim.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin home
needs curl
needs_kiyya

row() { # CHANNEL KIND NAME TITLE DAY TAGS FLAGS
	printf '%s\t%s\t%s\t%s\t-\t60\t640x360\t300\t2024-%sT10:00:00Z\t%s\ten\t%s\t-\n' "$@"
}

catalog() {
	row - channel @kino "Kino" 01-01 - "id=5"
	row - channel @other "Other" 01-01 - "id=e"
	row @kino video rain "Rain in the Alley" 03-01 movie,comedy_movies,rain nobytes
	row @kino video storm "Storm over Gondar" 03-02 movie,action_movies nobytes
	row @kino video laugh "A Laugh a Minute" 03-03 movie,comedy_movies nobytes
	row @kino video cops "Two Cops and a Goat" 03-04 movie,comedy_movies,action_movies nobytes
	row @kino video letter "Letter from Home" 03-05 movie,romance_movies,rain nobytes
	row @kino video revenge-1 "Revenge S01E01" 03-06 series,drama_series nobytes
	row @kino video revenge-2 "Revenge S01E02" 03-07 series,drama_series nobytes
	row @kino video bakery "The Bakery" 03-08 sitcom nobytes
	row @kino video ten "Counting to Ten" 03-09 kids,comedy_kids nobytes
	row @kino video trailer-1 "Coming Soon: One" 03-10 hero_trailer nobytes
	row @kino video trailer-2 "Coming Soon: Two" 03-11 hero_trailer nobytes
	row @kino video talk "An Evening of Talk" 03-12 talk nobytes
	row @other video guest "Guest of Honour" 03-20 movie nobytes
}
catalog >"$E2E_DIR/kino.tsv"
fixture_start --catalog "$E2E_DIR/kino.tsv"
write_config - <<'CONF'
[channel]
default = @kino:5
[ui]
start = home
CONF

home() { # TEXT SIZE [OPTION...]; the script comes from standard input
	text=$1 size=$2
	shift 2
	cat >"$E2E_DIR/script"
	check "$text" kiyya "$@" --script "$E2E_DIR/script" --screen "$size"
}

# -- the first time --------------------------------------------------------------------------------

home "the first time, from the gateway" 80x24 <<'SCRIPT'
wait idle
expect ┌ Home ──
expect not Continue watching
expect Featured ──
expect Coming Soon:
expect Recently added ──
expect │    An Evening of Talk                       @kino                       1:00 │
expect Movies ──
expect     Letter from Home
expect not Guest of Honour
keys G
expect Sitcoms ──
expect     The Bakery
expect Kids ──
expect ▸   Counting to Ten
expect fetched just now
SCRIPT
check_eq "nothing is asked by any_tags" 0 "$(asked any_tags)"

# -- again: from the cache -------------------------------------------------------------------------

fixture_log_clear
check_exit 0 kiyya progress set "$(claim_id laugh)" 21
check_exit 0 kiyya progress set "$(claim_id storm)" 12
check_exit 0 kiyya progress set "$(claim_id bakery)" 30
check_exit 0 kiyya watched "$(claim_id bakery)"
fixture_log_clear
home "what was begun comes first, the newest first, without what was finished" 80x24 <<'SCRIPT'
wait idle
expect ┌ Home ──
expect Continue watching ──
expect   Storm over Gondar                        @kino                0:12 / 1:00
expect   A Laugh a Minute                         @kino                0:21 / 1:00
expect not 0:30 /
SCRIPT
check_eq "within the TTL nothing is asked" 0 "$(asked)"
home "offline: the same" 80x24 --offline <<'SCRIPT'
wait idle
expect   Storm over Gondar
expect Coming Soon:
expect Movies ──
SCRIPT
check_eq "and nothing is asked" 0 "$(asked)"

# -- featured: one a session -----------------------------------------------------------------------

home "the featured one stays, whatever is refreshed" 80x24 <<'SCRIPT'
wait idle
expect Coming Soon:
keys r
wait idle
expect Coming Soon:
keys 2
wait idle
expect ┌ @kino:5 · newest
keys 1
wait idle
expect Coming Soon:
SCRIPT

# -- followed channels -----------------------------------------------------------------------------

check_exit 0 kiyya follow @other:e
home "what followed channels have is new, too" 80x24 <<'SCRIPT'
wait idle
expect     Guest of Honour
keys r
wait idle
expect     Guest of Honour
SCRIPT

# -- categories and filters ------------------------------------------------------------------------

fixture_log_clear
home "a category, and a filter in it: both tags" 80x24 <<'SCRIPT'
wait idle
keys /
text movies
keys <Enter> <Enter>
wait idle
expect ┌ @kino:5 · Movies · newest
expect 5 ┐
expect     Rain in the Alley
keys #
expect ┌ Movies of @kino:5
expect ▸   Movies
expect     comedy_movies
expect     romance_movies
keys j <Enter>
wait idle
expect ┌ @kino:5 · Movies · comedy_movies · newest
expect 3 ┐
expect ▸   Two Cops and a Goat
expect not Letter from Home
keys q
expect ┌ Movies of @kino:5
expect ▸   comedy_movies
keys q
wait idle
expect ┌ @kino:5 · Movies · newest
keys q
wait idle
expect ┌ Home
keys :
text category kids
keys <Enter>
wait idle
expect ┌ @kino:5 · Kids · newest
expect ▸   Counting to Ten
keys :
text category Movies action_movies
keys <Enter>
wait idle
expect 2 ┐
expect     Storm over Gondar
keys :
text category Movies fnord
keys <Enter>
expect error: Movies has no filter "fnord"
SCRIPT
check "both tags are asked for at once" test "$(asked all_tags '"comedy_movies","movie"')" -ge 1
check_eq "nothing is asked by any_tags" 0 "$(asked any_tags)"
fixture_log_clear
check_exit 0 kiyya list @kino:5 --tag comedy_movies --tag movie --json
check_eq "the command line: the same list" "3" "$(printf '%s\n' "$out" | wc -l | tr -d ' ')"
check_eq "and it is stored" 0 "$(asked)"

# -- related ---------------------------------------------------------------------------------------

home "what is like a claim, beside a list" 200x60 @kino:5 <<'SCRIPT'
wait idle
expect ┌ @kino:5 · newest
keys : f i l t e r <Space> r a i n <Enter>
wait idle
expect Related
expect 1 of 12
expect   Letter from Home
expect   Two Cops and a Goat
SCRIPT
home "one of them is opened" 80x24 @kino:5 <<'SCRIPT'
wait idle
keys /
text rain in
keys <Enter> <Enter>
wait idle
expect Related
keys j
expect ▸ Letter from Home
keys k j j
expect ▸ Two Cops
keys <Enter>
wait idle
expect ┌ Detail
expect #movie #comedy_movies #action_movies
keys q q
wait idle
expect ┌ @kino:5 · newest
SCRIPT

# -- a configuration of one's own ------------------------------------------------------------------

check_exit 0 kiyya config set catalog.categories "Wet ones: rain > movie, Talk: talk"
check_exit 0 kiyya config set catalog.featured ""
home "other categories" 80x24 <<'SCRIPT'
wait idle
expect not Featured
keys G
expect Wet ones ──
expect     Letter from Home
expect Talk ──
SCRIPT
check_exit 11 kiyya config set catalog.categories "Wet ones"
check_has "what is wrong is said" "catalog.categories: Wet ones has no tag" "$err"

# -- nobody answers --------------------------------------------------------------------------------

fixture_control '{"where":"gateway","times":0,"act":"status","status":502}'
home "nobody answers: what is stored, and that is said" 80x24 <<'SCRIPT'
wait idle
keys r
wait idle
expect showing what is stored
expect Wet ones ──
SCRIPT
rm -rf "$KIYYA_HOME"
mkdir -m 0700 "$KIYYA_HOME"
write_config - <<'CONF'
[channel]
default = @kino:5
[ui]
start = home
CONF
home "nothing stored and nobody answers" 80x24 <<'SCRIPT'
wait idle
expect ┌ Home
expect r tries again; 5 shows what is on this machine.
SCRIPT
home "nothing stored and offline" 80x24 --offline <<'SCRIPT'
wait idle
expect Nothing here yet.
SCRIPT
e2e_end
