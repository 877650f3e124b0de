#!/bin/sh
# The browser in a real terminal at 80×24: titles, moving, details, a download, playing, and a sane end.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin screen
needs curl tmux
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config - <<'CONF'
[app]
linger = no
CONF
film=$(claim_id city-at-night)

cursor_row() {
	tm display-message -p '#{cursor_y}'
}

cursor_is_at() { # ROW
	[ "$(cursor_row)" -eq "$1" ]
}

# The figures before a % sign that the screen shows now.
percent() {
	tm_screen | grep -oE '[0-9]+ ?%' | tr -d ' %' | head -n 1
}

is_here() {
	kiyya offline --json | grep -F "\"claim_id\":\"$film\"" | grep -qF '"complete":true'
}

tm_start 80x24 sh
tm_keys "stty -a >'$E2E_DIR/before'; '$KIYYA'; echo ended-\$?; stty -a >'$E2E_DIR/after'; echo all-\$((40 + 2))" Enter
check "the newest title appears" tm_wait "City at Night"
check "and others" tm_wait "Revenge S01E01"
check "what is not Latin too" tm_wait "የማያልቅ"
check_eq "80 columns, 24 rows" 24 "$(tm_screen | wc -l | tr -d ' ')"
check_eq "no control byte on the screen" 0 "$(tm_screen | LC_ALL=C tr -d '\n\040-\176\200-\377' | wc -c)"

first=$(cursor_row)
tm_keys j
check "j goes down" wait_until 5 cursor_is_at $((first + 1))
tm_keys k
check "k goes up" wait_until 5 cursor_is_at "$first"
tm_keys Enter
check "Enter shows the details" tm_wait "An hour after rain"

fixture_control '{"throttle":600000}'
tm_keys d
seen=" "
deadline=$(($(now_ms) + 30000))
until is_here || [ "$(now_ms)" -ge $deadline ]; do
	now=$(percent)
	case " $seen " in
	*" $now "*) ;;
	*) seen="$seen $now" ;;
	esac
	"$support/pause" 50
done
echo "# the bar was seen at:$seen"
# The figures are single words without blanks.
# shellcheck disable=SC2086
set -- $seen
check "the bar moves" test $# -ge 3
check "the download is done" is_here
check "the screen marks it" tm_wait "●"

fixture_control '{"throttle":0}'
fixture_log_clear
tm_keys p
check "it plays" tm_wait "▶"
check "for more than a moment" tm_wait "0:02"
# Libraries below the player write to standard error as they please: none of it may land on the screen.
check_eq "nobody else writes on the screen" "" "$(tm_screen | grep -vE '^( |│|┌|├|└|$)')"
check_eq "from the vault" 0 "$(bytes_sent player)"

leave() { # back to the list, out of the program, past a question
	tm_shows "all-42" && return 0
	tm_keys q
	wait_until 1 tm_shows "all-42" && return 0
	! tm_shows "y/n" || tm_keys y
	wait_until 1 tm_shows "all-42"
}
check "q leaves" wait_until 15 leave
check "with 0" tm_wait "ended-0"
check "the terminal is as it was" cmp "$E2E_DIR/before" "$E2E_DIR/after"
check_eq "the cursor is back, the other screen is not" "1 0" "$(tm display-message -p '#{cursor_flag} #{alternate_on}')"
fixture_stop
e2e_end
