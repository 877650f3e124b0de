#!/bin/sh
# Where it plays: on the whole terminal, which is then as it was; in a player of the user's; what mpv is told; a queue.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin players
needs curl tmux stty
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config - <<-'CONF'
	[app]
	linger = no
CONF
train=$(claim_id night-train)

# -- a player of the user's: no shell, the address on its standard input ------------------------------------

cat >"$E2E_DIR/own player" <<-'PLAYER'
	#!/bin/sh
	printf '%s|' "$@" >"$0.args"
	cat >"$0.list"
	curl -sS -o "$0.film" "$(tail -n 1 "$0.list")"
PLAYER
chmod +x "$E2E_DIR/own player"
check_exit 0 kiyya download "$train" -q
check_exit 0 kiyya config set play.command "'$E2E_DIR/own player' --now '\$HOME;x'"
check_exit 0 kiyya play "$train"
check_eq "words, and no shell" "--now|\$HOME;x|" "$(cat "$E2E_DIR/own player.args")"
check_has "a playlist" "#EXTM3U" "$(head -n 1 "$E2E_DIR/own player.list")"
check_has "with the title" "Night Train" "$(sed -n 2p "$E2E_DIR/own player.list")"
check_eq "and the film" "$(sha384sum <"$MEDIA/night-train.mp4")" "$(sha384sum <"$E2E_DIR/own player.film")"
check_has "in the history" "$train" "$(kiyya history list --json)"
url=$(tail -n 1 "$E2E_DIR/own player.list")
check_not "its address ends with it" curl -sS -f -o /dev/null "$url"
check_exit 0 kiyya play "$train" --vo null --start 8 -- --ao=null
check_eq "--vo means our player" "$url" "$(tail -n 1 "$E2E_DIR/own player.list")"
check_exit 0 kiyya config set play.command "$E2E_DIR/nobody"
check_exit 12 kiyya play "$train"
check_has "says which" "play.command: $E2E_DIR/nobody" "$err"
check_exit 0 kiyya config set play.command "sh -c 'exit 3'"
check_exit 12 kiyya play "$train"
check_has "says how it ended" "sh ended with 3" "$err"
check_exit 0 kiyya config set play.command "'open quote"
check_exit 11 kiyya play "$train"

# One that would never end is ended with kiyya.
cat >"$E2E_DIR/stays" <<-'STAYS'
	#!/bin/sh
	trap '' TERM
	echo $$ >"$0.pid"
	while :; do read -r line || exec cat "$0.fifo"; done
STAYS
chmod +x "$E2E_DIR/stays"
mkfifo "$E2E_DIR/stays.fifo"
check_exit 0 kiyya config set play.command "$E2E_DIR/stays"
"$KIYYA" play "$train" >"$E2E_DIR/play.out" 2>&1 8>&- &
player=$!
e2e_child "$player"
check "it runs" wait_until 10 test -s "$E2E_DIR/stays.pid"
own=$(cat "$E2E_DIR/stays.pid")
kill -TERM "$player"
wait "$player" 2>/dev/null || true
check "it has gone with kiyya" wait_until 5 is_gone "$own"
check_exit 0 kiyya config set play.command ""

printf '#!/bin/sh\ncat >/dev/null\necho "no codec for this" >&2\nexit 3\n' >"$E2E_DIR/says"
chmod +x "$E2E_DIR/says"
check_exit 0 kiyya config set play.command "$E2E_DIR/says"
check_exit 12 kiyya play "$train"
check_has "what the user's player says is read" "no codec for this" "$err"
check_exit 0 kiyya config set play.command ""

# -- what the player writes: nothing ------------------------------------------------------------------------

mkdir "$E2E_DIR/cwd"
cd "$E2E_DIR/cwd"
check_exit 0 kiyya play "$train" --start 0 -- --ao=null --speed=4
cd "$top_builddir"
check_eq "no file where it stood" 0 "$(find "$E2E_DIR/cwd" -type f | wc -l | tr -d ' ')"
check_eq "no watch-later file anywhere" 0 "$(find "$KIYYA_HOME" -name '*watch_later*' | wc -l | tr -d ' ')"
check_exit 12 env ALSA_CONFIG_PATH="$E2E_DIR/nowhere" "$KIYYA" play "$train" --audio --start 0 -- --ao=alsa
check_eq "what its libraries say is nobody's reading" "" "$(printf '%s\n' "$err" | grep -v "^kiyya: ")"
check_has "but a sentence is" "sound device" "$err"
check_has "and theirs is in a file" "nowhere" "$(cat "$KIYYA_HOME/state/stderr.log")"
cat >"$E2E_DIR/mpv.conf" <<-CONF
	log-file=$E2E_DIR/spilled.log
	stream-record=$E2E_DIR/spilled.mp4
	save-position-on-quit=yes
	speed=4
CONF
check_exit 0 kiyya config set play.mpv_config "$E2E_DIR/mpv.conf"
check_exit 0 kiyya play "$train" --start 0 --json -- --ao=null
check_has "the user's mpv.conf counts" '"speed":400' "$out"
check_eq "all of it was here: nothing is ahead" "" "$(echo "$out" | grep -o '"ahead":[0-9]*' | head -n 1)"
check_eq "but spills nothing" 0 "$(find "$E2E_DIR" -name 'spilled*' | wc -l | tr -d ' ')"
check_exit 2 kiyya play "$train" -- --no-such-option=1
check_has "an option that is none" "no-such-option" "$err"
check_exit 0 kiyya config set play.mpv_config ""

# -- the next episode, and what cannot be played ----------------------------------------------------------------

printf 'ao=null\n' >"$E2E_DIR/mpv.conf"
kiyya config set play.mpv_config "$E2E_DIR/mpv.conf"
check_exit 0 kiyya download revenge-s01e01 -q
check_exit 0 kiyya progress set "$(claim_id revenge-s01e01)" 27
cat >"$E2E_DIR/script" <<-'SCRIPT'
	wait text Night Train
	wait idle
	keys 5
	wait text Revenge
	keys /
	text Pilot
	keys <Enter> p
	wait text 0:27 / 0:30
	wait text next: Revenge S01E02
	keys n
	wait text / 0:12
	expect Revenge S01E02
	keys ^X
	wait no text / 0:12
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/script" --screen 100x30
check_has "history: the episode that followed" "Revenge S01E02" "$(kiyya history list | head -n 1)"
check_exit 5 kiyya play live-from-the-roof
check_has "a livestream says what it is" "livestream" "$err"

# -- over SSH: asked once, kept ------------------------------------------------------------------------------

afar() { # SCRIPT on standard input
	cat >"$E2E_DIR/script"
	check_exit 0 env -u DISPLAY -u WAYLAND_DISPLAY SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22" \
		"$KIYYA" --script "$E2E_DIR/script" --screen 100x30
}
kiyya config set play.vo auto
afar <<-'SCRIPT'
	wait text Night Train
	wait idle
	keys p
	wait text play 1 on your machine, 2 here without sound, 3 on the speakers of
	keys x
	expect not play 1 on your machine
SCRIPT
check_eq "no answer is none" auto "$(kiyya config get play.vo)"
afar <<-'SCRIPT'
	wait text Night Train
	wait idle
	keys /
	text Night Train
	keys <Enter> p
	wait text play 1 on your machine
	keys 1
	wait text ssh -L
	expect http://127.0.0.1:
	show
SCRIPT
check_eq "kept" address "$(kiyya config get play.vo)"
port=$(kiyya config get server.port)
check "a port to stay" test "$port" -gt 0
check_has "which the address has" "http://127.0.0.1:$port/movies/" "$out"
afar <<-'SCRIPT'
	wait text Night Train
	wait idle
	keys /
	text Night Train
	keys <Enter> p
	wait text ssh -L
	show
SCRIPT
check_has "the same one again" "http://127.0.0.1:$port/movies/" "$out"

# The command line does as the setting says.
"$KIYYA" play "$train" >"$E2E_DIR/url" 2>"$E2E_DIR/said" 8>&- &
player=$!
e2e_child "$player"
check "an address, and no player" wait_until 10 contains "$E2E_DIR/url" "http://127.0.0.1:$port/movies/"
check "with the way to it" contains "$E2E_DIR/said" "ssh -L $port:127.0.0.1:$port"
check_eq "the film" "$(sha384sum <"$MEDIA/night-train.mp4")" "$(curl -sS "$(cat "$E2E_DIR/url")" | sha384sum)"
kill "$player"
wait "$player" 2>/dev/null || true

# -- the whole terminal: taken and given back ------------------------------------------------------------------

cat >"$E2E_DIR/mpv.conf" <<-'CONF'
	ao=null
CONF
kiyya config set play.mpv_config "$E2E_DIR/mpv.conf"
kiyya config set play.vo terminal

cursor() {
	tm display-message -p '#{cursor_x},#{cursor_y},#{cursor_flag},#{alternate_on},#{keypad_cursor_flag},#{keypad_flag},#{mouse_any_flag},#{mouse_sgr_flag},#{bracket_paste_flag}'
}
# The picture is made of half blocks in colours.
shows_picture() {
	[ "$(tm_screen | grep -cF '▄▄▄▄▄▄▄▄▄▄')" -gt 10 ]
}
screen_now() {
	tm capture-pane -p -e
}
screen_is_back() {
	screen_now >"$E2E_DIR/screen.after"
	cmp -s "$E2E_DIR/screen.before" "$E2E_DIR/screen.after"
}

tm_start 80x24 sh
tm_keys "stty -a >'$E2E_DIR/before'; echo the-shell-before; '$KIYYA'; echo ended-\$?; stty -a >'$E2E_DIR/after'; echo all-\$((40 + 2))" Enter
check "the list" tm_wait "Night Train"
tm_keys j j
check "still" tm_wait "City at Night"
wait_until 5 tm_shows "fetched just now" || true
screen_now >"$E2E_DIR/screen.before"
modes=$(cursor)
tm_keys p
check "the picture has the whole terminal" wait_until 20 shows_picture
check_not "and nothing of ours is on it" tm_shows "7 Status"
tm_keys '>'
check "still the picture" shows_picture
tm_keys q
check "the same screen, to the last colour" wait_until 20 screen_is_back
check_eq "the same cursor and modes" "$modes" "$(cursor)"
tm_keys k
check "which takes keys" wait_until 5 not screen_is_back
tm_keys j p
check "again" wait_until 20 shows_picture
tm resize-window -x 90 -y 30
tm_keys '<'
check_not "another window: nothing of ours comes back for it" tm_wait "7 Status" 1
tm_keys q
check "another window meanwhile" tm_wait "7 Status"
check_eq "is filled to its last line" 30 "$(tm_screen | wc -l | tr -d ' ')"
tm_keys Q
check "it ends" tm_wait "all-42"
check "the shell's screen is as it was" tm_shows "the-shell-before"
check_eq "so is the terminal" "$(cat "$E2E_DIR/before")" "$(sed 's/rows 30; columns 90/rows 24; columns 80/' "$E2E_DIR/after")"

# Ended from outside in the middle of a picture.
tm_keys "clear; echo the-shell-again; sh -c 'echo \$\$ >$E2E_DIR/pid; exec $KIYYA'; echo killed-\$((\$? + 0))" Enter
check "the list again" tm_wait "Night Train"
tm_keys p
check "a picture" wait_until 20 shows_picture
kill -TERM "$(cat "$E2E_DIR/pid")"
check "ended by the signal" tm_wait "killed-143"
check "on the shell's screen" tm_shows "the-shell-again"
check_not "without the picture" shows_picture

# From the command line.
tm_keys "clear; '$KIYYA' play $(claim_id cooking-injera) --start 0; echo over-\$((\$? + 42))" Enter
check "the picture, from the command line" wait_until 20 shows_picture
tm_keys q
check "the shell's screen again" tm_wait "over-42"
check_not "without the picture" shows_picture
check_eq "and its cursor" 1 "$(tm display-message -p '#{cursor_flag}')"
check_eq "not on the other screen" 0 "$(tm display-message -p '#{alternate_on}')"
fixture_stop
e2e_end
