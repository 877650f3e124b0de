#!/bin/sh
# Titles made to do harm: none of their control bytes reaches a pipe, a file name or a screen.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin hostile
needs curl tmux
needs_kiyya

# -- the catalogue -------------------------------------------------------------------------------------

# A video of @demo: NAME TITLE FLAGS DESCRIPTION, in the escapes of the table.
row() {
	printf '@demo\tvideo\t%s\t%s\t%s\t60\t320x180\t200\t2024-0%d-10T10:00:00Z\t%s\ten\t%s\t%s\n' \
		"$1" "$2" "${5:--}" $((count % 9 + 1)) 'demo,series,\x1b[5mblink,\xe2\x80\xaeevil' "$3" "$4"
	count=$((count + 1))
}

long=$(head -c 10000 /dev/zero | tr '\0' 'W')
count=0
mkdir "$E2E_DIR/media"
head -c 70000 /dev/urandom >"$E2E_DIR/media/clip.mp4"
{
	printf '%s\tchannel\t%s\t%s\t-\t-\t-\t-\t2021-03-04T10:00:00Z\t-\ten\t%s\t%s\n' \
		- @demo '\x1b[7mDemo\x1b]0;owned\x07\xe2\x80\xae' id=d '\x1b[2J'
	row escapes '\x1b[2J\x1b[31mRed\x1b[0m \x1b(0line\x1bc' nobytes '\x1b[1;1H\x1b[?1049h'
	row clipboard 'Copy \x1b]52;c;cm0gLXJmIH4K\x07 me\x1b]0;owned\x1b\\' - 'x\x1b]52;c;aGVsbG8=\x07' clip.mp4
	row eight-bit 'Eight \xc2\x9b2J\xc2\x9d0;owned\xc2\x9c bits\xc2\x85' nobytes '\xc2\x9b31m'
	row bidi 'Film \xe2\x80\xaegpj.exe\xe2\x80\xac \xe2\x81\xa6in\xe2\x81\xa9\xe2\x80\x8f' nobytes '\xe2\x81\xa7'
	row lines 'one\ntwo\r\nthree\\r\xe2\x80\xa8four\xe2\x80\xa9five\x0b\x0c' nobytes 'a\nb\r\x07c'
	row deleted 'back\x08\x08\x08\x7f\x7fspace' nobytes '\x7f'
	row joined 'zero\xe2\x80\x8b\xe2\x81\xa0\xef\xbb\xbfwidth' nobytes '-'
	row nul ignored 'nobytes;nul' '-'
	row long "$long" nobytes "$long"
	row path '../../../etc/passwd\x00.mp4' nobytes '/'
	row episode 'Evil\x1b[2J Show\x07 S01E01 \xe2\x80\xae- The \x1b]0;owned\x07End' nobytes '-'
	row shell '$(touch owned); `touch owned` | touch owned' nobytes "'; DROP TABLE content_cache; --"
	printf '@demo\tcollection\tlist\t\\x1b[8mHidden\t-\t-\t-\t-\t2024-06-12T19:00:00Z\t-\ten\titems=escapes,long\t\\x1b[0m\n'
	printf '@demo\trepost\tagain\t-\t-\t-\t-\t-\t2024-03-21T10:00:00Z\t-\t-\tof=clipboard\t-\n'
} >"$E2E_DIR/hostile.tsv"
fixture_start --media "$E2E_DIR/media" --catalog "$E2E_DIR/hostile.tsv"
write_config

# -- pipes ---------------------------------------------------------------------------------------------

# What no line may hold: control bytes, and as UTF-8 C1, directions, separators of lines, zero widths.
harm() { # FILE
	LC_ALL=C tr -d '\n\040-\176\200-\377' <"$1" | od -An -c
	for bytes in '\302[\200-\237]' '\342\200[\213\216\217\250-\256]' '\342\201[\240\246-\251]' '\357\273\277'; do
		LC_ALL=C grep -a "$(printf "$bytes")" "$1" | head -n 2 | od -An -c | head -n 4
	done
}

# Were it blind, all would be well.
while read -r what bytes; do
	printf "a${bytes}b\n" >"$E2E_DIR/said"
	check "harm is seen: $what" test -n "$(harm "$E2E_DIR/said")"
done <<'BYTES'
NUL \000
ESC \033[0m
CR \r
DEL \177
CSI \302\233
override \342\200\256
separator \342\200\250
isolate \342\201\246
zero-width \342\200\213
BOM \357\273\277
BYTES

# Runs it and looks at both its outputs; what it printed stays in $E2E_DIR/said.
tame() { # COMMAND...
	kiyya "$@" >"$E2E_DIR/said" 2>"$E2E_DIR/said.err" </dev/null || true
	check "kiyya $*: says something" test -s "$E2E_DIR/said"
	check_eq "nothing harmful in it" "" "$(harm "$E2E_DIR/said")"
	check_eq "nor beside it" "" "$(harm "$E2E_DIR/said.err")"
}

tame_both() { # COMMAND...
	tame "$@"
	tame "$@" --json
}

tame_both list @demo:d --all
check_eq "a line each: all are there, newlines make no more" 13 "$(wc -l <"$E2E_DIR/said" | tr -d ' ')"
check "what is left of them is readable" grep -q '"title":"[^"]*Red' "$E2E_DIR/said"
check_eq "a title has an end" 0 "$(grep -c '"title":"W\{501\}' "$E2E_DIR/said" || true)"
ids=$(sed -n 's/.*"claim_id":"\([0-9a-f]\{40\}\)","title.*/\1/p' "$E2E_DIR/said")
for id in $ids; do
	tame_both show "$id"
	kiyya favorite add "$id" >/dev/null 2>&1
	kiyya progress set "$id" 30 >/dev/null 2>&1
done
tame_both show @demo:d
kiyya follow @demo:d >/dev/null 2>&1
for id in $ids; do
	kiyya later add "$id" >/dev/null 2>&1
done
tame_both following
tame following --export opml
tame following --export plain
tame_both feed
tame_both later list
tame_both search Film
tame_both search --local Red
tame_both series @demo:d
tame_both playlists @demo:d
tame_both playlist "$(claim_id list)"
tame_both favorite list
tame_both progress list
clip=$(claim_id clipboard)
check "one is downloaded" kiyya download "$clip"
tame_both download "$clip" --yes
fixture_control '{"act":"status","status":404,"where":"player","times":0}'
tame_both download "$(claim_id bidi)"
fixture_control '{"clear":true}'
check "one is queued" kiyya download --queue-only "$(claim_id escapes)"
tame_both queue
tame_both offline
tame_both verify --all
tame_both log gateway
tame doctor
tame_both log app
tame_both log errors
kiyya -v list @demo:d --refresh >"$E2E_DIR/said" 2>&1
check_eq "nothing harmful with -v" "" "$(harm "$E2E_DIR/said")"

# -- names of files ------------------------------------------------------------------------------------

check_eq "no file of this name came about" "" "$(find "$E2E_DIR" . -maxdepth 2 -name '*owned*' | head -n 1)"
find "$KIYYA_HOME" >"$E2E_DIR/said"
check_eq "names of files are tame" "" "$(harm "$E2E_DIR/said")"
cp "$KIYYA_HOME/state/kiyya.log" "$E2E_DIR/said"
check_eq "the log is tame" "" "$(harm "$E2E_DIR/said")"

# -- screens -------------------------------------------------------------------------------------------

cat >"$E2E_DIR/look.test" <<'SCRIPT'
wait idle
show
keys 12 j
show
keys <Enter>
wait idle
show
SCRIPT
tame --script "$E2E_DIR/look.test" --screen 80x24
tame --script "$E2E_DIR/look.test" --screen 200x50
sed -i 's/12 j/4 j/' "$E2E_DIR/look.test"
tame --script "$E2E_DIR/look.test" --screen 40x12

# A real terminal believes what it gets: its title, its clipboard and its modes stay what they are.
tm_start 80x24 "$KIYYA"
tm set-option -g set-clipboard on
check "the list appears" tm_wait "Red"
before=$(tm display-message -p '#{pane_title}')
for key in j j j Enter j Escape G Enter; do
	tm_keys "$key"
	"$support/pause" 100
done
check_eq "no title was set" 0 "$(tm display-message -p '#{pane_title}' | grep -c owned)"
check_eq "nothing was copied" "" "$(tm show-buffer 2>/dev/null || true)"
check "the same title as before" test "$before" = "$(tm display-message -p '#{pane_title}')"
tm_screen >"$E2E_DIR/said"
check_eq "nothing harmful on the screen" "" "$(harm "$E2E_DIR/said")"
e2e_end
