#!/bin/sh
# Lower qualities: segments of a playlist, in one sealed file. Which one is taken, taken up at the segment, what a host
# can do wrong, and what is refused.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin hls
needs curl sha384sum
needs_kiyya
needs_media

cp -r "$MEDIA" "$E2E_DIR/media"
rm -f "$E2E_DIR/media/lock"
ladder=$E2E_DIR/media/city-at-night.hls
fixture_start --media "$E2E_DIR/media"
write_config
item=$(claim_id city-at-night)
other=$(claim_id counting-to-ten)

joined() { # N : the sum of all segments of the variant
	cat "$ladder/v$1"_s*.ts | sha384sum | cut -d' ' -f1
}

kept() { # QUALITY
	kiyya cat "$item" --quality "$1" | sha384sum | cut -d' ' -f1
}

segments_asked() {
	fixture_log | sed -n 's/.*_s0*\([0-9]*\)\.ts".*/\1/p' | tr '\n' ' '
}

drop() { # QUALITY
	check_exit 0 kiyya rm "$item" --quality "$1" --yes
	fixture_log_clear
}

# -- which one ---------------------------------------------------------------------------------------

check_exit 0 kiyya download "$item" --quality 360p --json
check_has "says which" '"quality":"360p"' "$out"
check_exit 0 kiyya show "$item" --json
check_has "its claim says what there is" '{"quality":"144p","type":"application/x-mpegurl","url":"' "$out"
check_exit 0 kiyya show "$item" --json --refresh
check_has "also when it is asked for anew" '{"quality":"720p"' "$out"
check_eq "all segments, in their order" "$(joined 1)" "$(kept 360p)"
check_eq "each asked for once" 4 "$(asked _s00 '"where":"player"')"
check_eq "nothing of the original" 0 "$(asked .mp4)"
check_exit 0 kiyya verify "$item" --json
check_has "sound" '"ok":true' "$out"
check_has "of which the publisher said nothing" '"publisher_hash":"not_original"' "$out"
if command -v ffprobe >/dev/null; then
	kiyya cat "$item" --quality 360p >"$E2E_DIR/film.ts"
	check_has "a film of that height" 360 "$(ffprobe -v error -select_streams v:0 -show_entries stream=height -of csv=p=0 "$E2E_DIR/film.ts")"
	check_has "to its end" 15. "$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$E2E_DIR/film.ts")"
fi
check_exit 0 kiyya play "$item" --quality 360p --vo null --start 0 -- --ao=null --speed=50 --untimed
check_has "watched to its end" '"watched":true' "$(kiyya progress get "$item" --json)"
fixture_log_clear
check_exit 0 kiyya download "$item" --quality 360p
check_eq "what is there is not fetched again" 0 "$(asked '"where":"player"')"

check_exit 0 kiyya download "$item" --quality 240p --json
check_has "the next lower" '"quality":"144p"' "$out"
check_has "and says so" "there is no 240p, this is 144p" "$err"
check_eq "its bytes" "$(joined 2)" "$(kept 144p)"
check_exit 0 kiyya download "$item" --quality 2160p --queue-only --json
check_has "the highest there is" '"quality":"720p"' "$out"
check_exit 0 kiyya queue cancel "$item"
check_exit 2 kiyya download "$item" --quality 333p
check_has "a height nobody has" "is no quality" "$err"
check_exit 0 kiyya download "$item"
check_eq "three of one item" 3 "$(kiyya offline --json | grep -c "$item")"
check_exit 0 kiyya rm "$item" --quality original --yes
check_eq "one less" 2 "$(kiyya offline --json | grep -c "$item")"
check_exit 0 kiyya download "$other" --quality 360p --json
check_has "the original where there is nothing else" '"quality":"original"' "$out"
check_has "and says so" "there is no 360p, this is original" "$err"

# -- taken up at the segment -------------------------------------------------------------------------

drop 360p
drop 144p
printf '%s\n' "connections = 1" | write_config -
fixture_control '{"each":150000}'
is_progressing() {
	[ "$(bytes_sent player)" -gt 450000 ]
}
"$KIYYA" download "$item" --quality 360p --json >"$E2E_DIR/run.out" 2>&1 8>&- &
pid=$!
e2e_child "$pid"
check "it is in the second segment" wait_until 30 is_progressing
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
check "counts what it has" contains "$E2E_DIR/run.out" '"segments":{"have":1,"total":4}'
check_not "no total before the end" contains "$E2E_DIR/run.out" '"total":9'
check_exit 0 kiyya queue --json
check_has "the queue knows" '"segments":{"have":1,"total":4}' "$out"
fixture_control '{"each":0}'
fixture_log_clear
check_exit 0 kiyya queue run
check_eq "from the second segment on" "1 2 3 " "$(segments_asked)"
check_eq "the same bytes" "$(joined 1)" "$(kept 360p)"
check_exit 0 kiyya verify "$item"
drop 360p

# Cancelled, it keeps its file, and what is known of it.
fixture_control '{"act":"status","status":404,"where":"player","match":"_s000002","times":9}'
check_exit 3 kiyya download "$item" --quality 360p
fixture_control '{"clear":true}'
check_exit 0 kiyya queue cancel "$item"
check_has "a part is listed" '"quality":"360p"' "$(kiyya offline --json | grep '"complete":false')"
fixture_log_clear
check_exit 0 kiyya download "$item" --quality 360p
check_eq "it goes on, where the first missing byte is" "1 2 3 " "$(segments_asked)"
check_eq "the same bytes" "$(joined 1)" "$(kept 360p)"
write_config
drop 360p

# -- what a host can do wrong ------------------------------------------------------------------------

fixture_control '[{"act":"cut","where":"player","match":"_s000001","after":100000},{"act":"status","status":503,"where":"player","match":"_s000003","times":2}]'
check_exit 0 kiyya download "$item" --quality 360p
check_eq "cut and refused: the same bytes" "$(joined 1)" "$(kept 360p)"
drop 360p

fixture_control '{"act":"status","status":404,"where":"player","match":"_s000002","times":9}'
check_exit 3 kiyya download "$item" --quality 360p
check_has "says why" "does not have it" "$err"
fixture_control '{"clear":true}'
fixture_log_clear
check_exit 0 kiyya queue retry "$item"
check_exit 0 kiyya queue run
check_eq "the rest, when it is there" "2 3 " "$(segments_asked | tr ' ' '\n' | grep "[23]" | sort | tr '\n' ' ')"
check_eq "not the first again" 0 "$(asked _s000000)"
check_eq "the same bytes" "$(joined 1)" "$(kept 360p)"
drop 360p

fixture_control '{"act":"redirect","url":"http://192.0.2.1/x.ts","where":"player","match":"_s000001","times":9}'
check_exit 5 kiyya download "$item" --quality 360p
fixture_control '{"clear":true}'
check_exit 0 kiyya queue discard "$item" --yes

# The playlist becomes another one while half of the film is here: never a mix of the two.
fixture_control '[{"act":"status","status":404,"where":"player","match":"_s000002","times":9}]'
check_exit 3 kiyya download "$item" --quality 360p
fixture_control '{"clear":true}'
for n in 0 1 2 3; do
	mv "$ladder/v1_s00000$n.ts" "$ladder/v1_s00010$n.ts"
	tail -c 564 "$ladder/v1_s00010$n.ts" >>"$ladder/v1_s00010$n.ts.more"
	cat "$ladder/v1_s00010$n.ts.more" >>"$ladder/v1_s00010$n.ts"
	rm "$ladder/v1_s00010$n.ts.more"
done
sed -i 's/_s00000/_s00010/' "$ladder/v1.m3u8"
check_exit 0 kiyya queue retry "$item"
check_exit 0 kiyya queue run
check_eq "all of the new one" "$(joined 1)" "$(kept 360p)"
check_eq "and one file of it" 2 "$(find "$KIYYA_HOME/data/vault" -type f | wc -l | tr -d ' ')"
drop 360p

# -- what is refused ---------------------------------------------------------------------------------

cp "$ladder/v1.m3u8" "$E2E_DIR/good.m3u8"
refused() { # SENTENCE SED-SCRIPT
	sed "$2" "$E2E_DIR/good.m3u8" >"$ladder/v1.m3u8"
	check_exit 5 kiyya download "$item" --quality 360p
	check_has "says why" "$1" "$err"
	check_eq "no segment was asked for" 0 "$(asked _s00)"
	check_exit 0 kiyya queue discard "$item" --yes
}
refused "segments are encrypted" '2i #EXT-X-KEY:METHOD=AES-128,URI="key"'
refused "still growing" '/ENDLIST/d'
refused "parts of files" '2i #EXT-X-BYTERANGE:100@0'
refused "no transport stream" '2i #EXT-X-MAP:URI="init.mp4"'
refused "own folder" 's|^v1_s000101|https://example.com/v1_s000101|'
check_exit 0 kiyya download "$other"
fixture_stop
e2e_end
