#!/bin/sh
# A film in the browser's pane, in a real terminal: half blocks in colour, lists that scroll beside it, hidden,
# large, resized and suspended; and the same screen, cursor and modes afterwards.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin pane
needs curl tmux
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config - <<'CONF'
[app]
linger = no
CONF

# Cells with a ground of 24 bits, or all cells that are half blocks.
grounds() {
	tm capture-pane -e -p | grep -o '48;2;[0-9;]*m' | sort -u | wc -l | tr -d ' '
}

halves() {
	tm_screen | grep -o '[▀▄]' | wc -l | tr -d ' '
}

shows_picture() {
	[ "$(grounds)" -ge 20 ]
}

shows_none() {
	[ "$(grounds)" -eq 0 ] && [ "$(halves)" -eq 0 ]
}

picture() { # what the picture is now, as one word
	tm capture-pane -e -p | grep -o '[34]8;2;[0-9;]*m' | cksum
}

moves() {
	[ "$(picture)" != "$before" ]
}

tm_start 80x24 sh
tm_keys "stty -a >'$E2E_DIR/before'; COLORTERM=truecolor '$KIYYA'" Enter
check "the list appears" tm_wait "City at Night"
tm_keys g
check "without a film no pane" shows_none
# Seconds change by themselves; the rest of the screen has to come back as it was.
without_times() {
	tm_screen | sed '$d'
}
without_times >"$E2E_DIR/screen.before"
tm display-message -p '#{cursor_x} #{cursor_y} #{cursor_flag} #{mouse_standard_flag}' >"$E2E_DIR/modes.before"

tm_keys w
check "w plays the row in a pane" wait_until 20 shows_picture
check "its frame has the title" tm_wait "┬ City at Night"
check "details below it" tm_wait "├ Detail"
before=$(picture)
check "the picture moves" wait_until 10 moves
check "the list is beside it" tm_wait "Revenge S01E01"
cursor=$(tm display-message -p '#{cursor_y}')
tm_keys j
row_below() {
	[ "$(tm display-message -p '#{cursor_y}')" -eq $((cursor + 1)) ]
}
check "lists scroll while it plays" wait_until 5 row_below
before=$(picture)
check "and it moves on" wait_until 10 moves
check "the cursor is in the list" wait_until 5 row_below
tm_keys k

tm_keys C-p
check "it is paused" tm_wait "paused"
check "and still shown" shows_picture
tm_keys C-l
check "also when all is drawn afresh" wait_until 5 shows_picture
tm_keys '?'
check "help lies over it" wait_until 5 shows_none
tm_keys q
check "and it is back" wait_until 5 shows_picture
tm_keys w
check "w hides it" wait_until 5 shows_none
tm_keys w
check "and shows it again" wait_until 5 shows_picture
small=$(halves)
is_large() {
	[ "$(halves)" -gt $((small * 2)) ]
}
tm_keys Z
check "Z makes it large" wait_until 10 is_large
tm_keys Z
check "and small" wait_until 10 tm_shows "Revenge S01E01"
tm resize-window -x 120 -y 40
check "at another size it is there too" wait_until 10 shows_picture
check "with the whole detail" tm_wait "├ Detail"
tm resize-window -x 80 -y 24
check "and back" wait_until 10 shows_picture
tm_keys C-z
check "suspended, the shell has the screen" wait_until 10 shows_none
tm_keys "fg" Enter
check "and fg brings both back" wait_until 10 shows_picture
tm_keys C-p

same_screen() {
	without_times | cmp -s - "$E2E_DIR/screen.before"
}
tm_keys C-x
check "when it ends the screen is as it was" wait_until 10 same_screen
check "without a trace of it" shows_none
check_eq "cursor and modes too" "$(cat "$E2E_DIR/modes.before")" \
	"$(tm display-message -p '#{cursor_x} #{cursor_y} #{cursor_flag} #{mouse_standard_flag}')"

tm_keys w
check "again" wait_until 20 shows_picture
left() {
	[ "$(tm display-message -p '#{alternate_on}')" -eq 0 ]
}
leave() {
	left && return 0
	tm_keys q
	wait_until 1 left
}
check "q leaves in the middle of it" wait_until 15 leave
tm_keys "echo ended-\$?; stty -a >'$E2E_DIR/after'; echo all-o''ver" Enter
check "with 0" tm_wait "ended-0"
check "and over it is" tm_wait "all-over"
check "nothing of it is left in the shell" shows_none
check "the terminal is as it was" cmp "$E2E_DIR/before" "$E2E_DIR/after"
check_eq "the cursor is back, the other screen is not" "1 0" "$(tm display-message -p '#{cursor_flag} #{alternate_on}')"

# The pane is the browser's; as a setting it leaves the command line as it was.
film=$(claim_id city-at-night)
check_exit 2 kiyya play --vo pane "$film"
check_has "and says why" "the pane is the browser's" "$err"
sed -i 's/^vo = .*/vo = pane/' "$KIYYA_HOME/config/kiyya.conf"
check_exit 0 env DISPLAY= WAYLAND_DISPLAY= "$KIYYA" play --start 14 "$film" -- --ao=null
fixture_stop
e2e_end
