#!/bin/sh
# A channel beyond what one query reaches: every claim once, in order, and nobody is asked twice.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin paging
needs curl
needs_kiyya

check_whole() { # TEXT COUNT FILE
	check_eq "$1: $2 lines" "$2" "$(wc -l <"$3" | tr -d ' ')"
	check_eq "$1: no claim twice" "$2" "$(ids "$3" | sort -u | wc -l | tr -d ' ')"
}

ids() { # FILE
	sed -n 's/.*"claim_id":"\([0-9a-f]\{40\}\)","title.*/\1/p' "$1"
}

same_ids() { # FILE; as in $E2E_DIR/expected
	ids "$1" | cmp - "$E2E_DIR/expected"
}

fresh() {
	rm -rf "$KIYYA_HOME"
	mkdir -m 0700 "$KIYYA_HOME"
	write_config
	fixture_log_clear
}

list() { # FILE OPTIONS...
	list_out=$1
	shift
	check "list $*" kiyya list @big:b --json "$@"
	mv "$E2E_DIR/check.out" "$list_out"
}

all=$E2E_DIR/all

# -- 2,500 claims --------------------------------------------------------------------------------------

fixture_start --claims 2500
fresh
list "$all" --all
check_whole "the whole channel" 2500 "$all"
sed -n 's/.*"title":"Item \([0-9]*\):.*/\1/p' "$all" >"$E2E_DIR/numbers"
check "newest first, none left out" sh -c "seq -f %05g 1 2500 | cmp - '$E2E_DIR/numbers'"
check "no page over 50" test "$(asked claim_search '"page_size":50')" -eq "$(asked claim_search)"
check "in some 53 requests, not more than 60" test "$(asked claim_search)" -le 60

fixture_log_clear
list "$E2E_DIR/again" --all
check "the second time it is the same" cmp "$all" "$E2E_DIR/again"
list "$E2E_DIR/offline" --all --offline
check "and offline" cmp "$all" "$E2E_DIR/offline"
check_eq "nobody was asked for it" 0 "$(asked '"method"')"
check_eq "one a line for people too" 2500 "$(kiyya list @big:b --all | wc -l | tr -d ' ')"

# -- windows of it -------------------------------------------------------------------------------------

windows() { # PAGE LIMIT
	list "$E2E_DIR/window" --page "$1" --limit "$2"
	first=$((($1 - 1) * $2 + 1))
	sed -n "$first,$((first + $2 - 1))p" "$all" >"$E2E_DIR/expected"
	check "page $1 of $2 is what --all has there" cmp "$E2E_DIR/expected" "$E2E_DIR/window"
}
windows 1 7
windows 3 50
windows 143 7
windows 25 99
windows 26 99
windows 2501 1

# -- the feed of it ------------------------------------------------------------------------------------

feed() { # LIMIT
	check "feed of $1" kiyya feed --json --limit "$1"
	grep '^{' "$E2E_DIR/check.out" >"$E2E_DIR/feed"
	head -n "$1" "$all" >"$E2E_DIR/expected"
	check "its rows are the newest" cmp "$E2E_DIR/expected" "$E2E_DIR/feed"
}
fresh
check "follow" kiyya follow @big:b
fixture_log_clear
feed 20
check_eq "one page of the gateway has them" 1 "$(asked claim_search)"
feed 130
check_eq "two more reach as far" 3 "$(asked claim_search)"
feed 130
check_eq "and they are stored" 3 "$(asked claim_search)"
feed 1070

# The same from nothing: each stretch of the list is fetched when it is wanted.
fresh
windows 1 20
windows 3 20
windows 9 30
windows 11 95
windows 13 200
check_eq "what is behind the end is no line" "" "$(kiyya list @big:b --json --page 99 --limit 50)"

# On the screen it grows as the cursor comes near its end, and not before.
fresh
sed -i 's/^default = .*/default = @big:b/' "$KIYYA_HOME/config/kiyya.conf"
cat >"$E2E_DIR/grow.test" <<'SCRIPT'
wait text Item 00001
wait idle
keys G
wait idle
keys G
wait idle
expect Item 00100
SCRIPT
check "the list on the screen grows" kiyya --script "$E2E_DIR/grow.test" --screen 80x24
check "page by page" test "$(asked claim_search)" -le 3

# -- other orders --------------------------------------------------------------------------------------

list "$E2E_DIR/oldest" --all --order oldest
check_whole "oldest first" 2500 "$E2E_DIR/oldest"
ids "$all" | tac >"$E2E_DIR/expected"
check "is newest first, turned round" same_ids "$E2E_DIR/oldest"
check_exit 0 kiyya list @big:b --json --all --order name
check_has "an order that cannot go on says so" "only the first 1000" "$err"
list "$E2E_DIR/tagged" --all --tag movie --tag comedy
check_whole "two tags" 416 "$E2E_DIR/tagged"

# -- stopped in the middle -----------------------------------------------------------------------------

fresh
fixture_control '[{"act":"ok","where":"gateway","match":"claim_search","times":7},{"act":"hang","where":"gateway","match":"claim_search","times":0}]'
sed -i 's/^timeout = .*/timeout = 30s/' "$KIYYA_HOME/config/kiyya.conf"
fixture_log_clear
"$KIYYA" list @big:b --all --json >"$E2E_DIR/part" 2>"$E2E_DIR/part.err" 8>&- &
walker=$!
e2e_child "$walker"
hangs() {
	test "$(asked '"act":"hang"')" -ge 1
}
check "it is walking" wait_until 20 hangs
kill -INT "$walker"
code=0
wait "$walker" || code=$?
check_eq "an interrupt ends it" 130 "$code"
fixture_control '{"clear":true}'
part=$(kiyya list @big:b --json --all --offline | tee "$E2E_DIR/part" | wc -l | tr -d ' ')
check "some pages are there" test "$part" -ge 300
head -n "$part" "$all" | ids /dev/stdin >"$E2E_DIR/expected"
check "the head of the list, in order" same_ids "$E2E_DIR/part"
fixture_log_clear
list "$E2E_DIR/rest" --all
check "the next walk ends it" cmp "$all" "$E2E_DIR/rest"
check "without the pages that are there" test "$(asked claim_search)" -le $((55 - part / 50))

# -- claims that arrive while it is walked -------------------------------------------------------------

fresh
fixture_control '{"arriving":15}'
list "$E2E_DIR/moving" --all
check_eq "no claim twice in a list that moves" "$(wc -l <"$E2E_DIR/moving")" \
	"$(ids "$E2E_DIR/moving" | sort -u | wc -l)"
tail -n 2485 "$all" | ids /dev/stdin >"$E2E_DIR/expected"
ids "$E2E_DIR/moving" >"$E2E_DIR/got"
check_eq "all that were there are there" "" "$(grep -vxF -f "$E2E_DIR/got" "$E2E_DIR/expected")"

# -- short pages ---------------------------------------------------------------------------------------

fresh
fixture_control '{"missing_documents":true}'
list "$E2E_DIR/short" --all
ids "$all" | grep -v '^.7' >"$E2E_DIR/expected"
check "short pages are not the end" same_ids "$E2E_DIR/short"
windows_short() { # PAGE LIMIT
	kiyya list @big:b --json --page "$1" --limit "$2" >"$E2E_DIR/window"
	first=$((($1 - 1) * $2 + 1))
	sed -n "$first,$((first + $2 - 1))p" "$E2E_DIR/short" >"$E2E_DIR/expected"
	check "short pages, from nothing: page $1 of $2" cmp "$E2E_DIR/expected" "$E2E_DIR/window"
}
fresh
windows_short 2 40
windows_short 7 40
windows_short 13 90
fixture_stop

# -- many claims of one moment, across the border ------------------------------------------------------

for ties in 30 700; do
	fixture_start --claims 2500 --ties "$ties"
	fresh
	list "$E2E_DIR/ties" --all
	check_whole "$ties of each moment" 2500 "$E2E_DIR/ties"
	list "$E2E_DIR/ties" --all --order oldest
	check_whole "$ties of each moment, oldest first" 2500 "$E2E_DIR/ties"
	fixture_stop
done

# More of one moment than a query reaches: what can be had, and an end.
fixture_start --claims 2500 --ties 1200
fresh
list "$E2E_DIR/ties" --all
check "1200 of each moment: the moments behind are reached" grep -q '"title":"Item 02500' "$E2E_DIR/ties"
check_eq "none twice" "$(wc -l <"$E2E_DIR/ties")" "$(ids "$E2E_DIR/ties" | sort -u | wc -l)"
e2e_end
