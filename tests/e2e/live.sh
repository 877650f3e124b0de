#!/bin/sh
# Livestreams: asked about when they are played and not before; played while they are live, without positions; otherwise a
# sentence that says when. What the service can do wrong.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin live
needs curl
needs_kiyya
needs_media

# Beside the one of the demo, one that is over and one that is yet to come; a repost of the first.
{
	cat "$top_srcdir/tests/support/demo.tsv"
	row() {
		printf '%s\t%s\t%s\t%s\t-\t-\t-\t-\t%s\t%s\ten\t%s\t-\n' "$@"
	}
	row @demo stream live-long-ago 'LIVE: long ago' 2024-01-02T20:00:00Z news nosource
	row @demo stream live-some-day 'LIVE: some day' 2098-07-06T18:30:00Z news nosource
	row @neighbour repost live-next-door - 2024-05-30T20:00:00Z - of=live-from-the-roof
	row - stream live-from-nobody 'LIVE: from nobody' 2024-01-02T20:00:00Z news nosource
} >"$E2E_DIR/catalog.tsv"
# What is sent is longer than any clip of the demo, so that a player can be beyond the first half minute of it.
cp -r "$MEDIA" "$E2E_DIR/media"
rm -f "$E2E_DIR/media/lock" "$E2E_DIR/media/revenge-s01e01.hls"/v1_s*.ts
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=160x90:r=10:d=96 -f lavfi -i sine=d=96 -c:v libx264 -preset ultrafast \
	-g 20 -keyint_min 20 -c:a aac -f hls -hls_time 4 -hls_playlist_type vod \
	-hls_segment_filename "$E2E_DIR/media/revenge-s01e01.hls/v1_s%06d.ts" "$E2E_DIR/made.m3u8"
fixture_start --media "$E2E_DIR/media" --catalog "$E2E_DIR/catalog.tsv"
write_config
TZ=UTC
export TZ
live=$(claim_id live-from-the-roof)
ago=$(claim_id live-long-ago)
some_day=$(claim_id live-some-day)

quiet() {
	kiyya "$@" -- --ao=null
}

# -- nobody asks for lists ---------------------------------------------------------------------------

fixture_log_clear
check_exit 0 kiyya list @demo:d --json
row=$(printf '%s\n' "$out" | grep -F "$live")
check_has "its kind" '"kind":"livestream"' "$row"
check_has "not playable for sure" '"playable":false' "$row"
check_has "and why" "while it is live" "$row"
check_exit 0 kiyya show "$live"
check_has "also in words" "there is no file to keep" "$out"
check_eq "nobody was asked whether it is live" 0 "$(asked '"where":"live"')"
check_exit 5 kiyya download "$live"
check_has "says why" "there is no file to keep" "$err"
check_eq "nobody was asked for that either" 0 "$(asked '"where":"live"')"

# -- not live ----------------------------------------------------------------------------------------

check_exit 5 kiyya play "$some_day" --vo null
check_has "says when" "it begins 2098-07-06 18:30" "$err"
check_has "and where" "https://odysee.com/@demo" "$err"
check_exit 5 env TZ=UTC-3 "$KIYYA" play "$some_day" --vo null
check_has "in the time of this machine" "begins 2098-07-06 21:30" "$err"
check_exit 5 kiyya play "$live" --vo null
check_has "says that it is not" "not live now; it was announced for 2024-05-29 20:00" "$err"
check_exit 5 kiyya play @demo:d --vo null
check_has "a channel: the next one" "@demo: not live now; the next livestream begins 2098-07-06 18:30" "$err"
check_exit 5 kiyya play @neighbour:9 --vo null
check_has "a channel that announced nothing" "@neighbour: not live now" "$err"
check_exit 5 kiyya play "$(claim_id live-from-nobody)" --vo null
check_has "nobody signed it" "nobody signed it" "$err"
check_eq "the channel is asked about" 4 "$(asked '"where":"live"' "channel_claim_id=$(claim_id @demo)" )"
check_eq "nothing of a stream" 0 "$(asked /content/)"
check_exit 4 kiyya --offline play "$live" --vo null

is_asked_for() { # WORD
	[ "$(asked "$1")" -ge 1 ]
}

# -- live --------------------------------------------------------------------------------------------

fixture_control '{"live":"on"}'
fixture_log_clear
"$KIYYA" play "$live" --vo null --start 0:02 --json -- --ao=null --speed=6 --demuxer-lavf-o=live_start_index=0 \
	>"$E2E_DIR/play.out" 2>"$E2E_DIR/play.err" 8>&- &
player=$!
e2e_child "$player"
check "it plays" wait_until 20 contains "$E2E_DIR/play.out" '"state":"playing"'
check "says that it is live" contains "$E2E_DIR/play.out" '"live":true'
is_beyond() { # SECONDS
	[ "$(sed -n 's/.*"position_seconds":\([0-9]*\).*/\1/p' "$E2E_DIR/play.out" | sort -n | tail -n 1)" -ge "$1" ]
}
check "from where the list begins" wait_until 30 is_beyond 35
check "what comes after the first list comes too" wait_until 40 is_asked_for '/10.ts"'
check "and is played" wait_until 30 is_beyond 41
check_not "no duration" contains "$E2E_DIR/play.out" '"duration"'
check_eq "every part was allowed: with a Referer" 0 "$(asked /content/ '"status":403')"
fixture_control '{"live":"off"}'
code=0
wait "$player" || code=$?
check_eq "the end of it is no failure" 0 "$code"
check "it ended" contains "$E2E_DIR/play.out" '"state":"ended"'
check_exit 3 kiyya progress get "$live" --json
check_eq "nor that it was watched" "" "$(kiyya progress list --json | grep -F "$live" || true)"
check_has "it is in the history" "$live" "$(kiyya history list --json)"
kiyya show "$live" --json >"$E2E_DIR/shown"
check_not "not marked as watched" contains "$E2E_DIR/shown" '"watched":true'

# A position that somebody set is not gone on from.
check_exit 0 kiyya progress set "$live" 20
fixture_control '{"live":"on"}'
"$KIYYA" play "$live" --vo null -- --ao=null >"$E2E_DIR/play.out" 2>"$E2E_DIR/play.err" 8>&- &
player=$!
e2e_child "$player"
fixture_log_clear
check "it plays" wait_until 20 is_asked_for '.ts"'
fixture_control '{"live":"off"}'
wait "$player" || true
check_not "and goes on nowhere" contains "$E2E_DIR/play.err" "going on at"
check_has "what was set stays" '"position_seconds":20' "$(kiyya progress get "$live" --json)"

# -- another claim, a channel, a repost, an address ---------------------------------------------------

fixture_control '{"live":"on"}'
check_exit 5 kiyya play "$ago" --vo null
check_has "which one is live" 'its channel is live with "LIVE: from the roof", lbry://@demo' "$err"
fixture_log_clear
"$KIYYA" play @demo:d --url --json >"$E2E_DIR/url" 2>"$E2E_DIR/said" 8>&- &
player=$!
e2e_child "$player"
check "a channel is what it is live with" wait_until 10 contains "$E2E_DIR/url" "LIVE: from the roof"
url=$(sed 's/.*\(http[^ "]*\).*/\1/' "$E2E_DIR/url")
check_has "the address of the stream" "/content/" "$url"
check_has "a playlist" "#EXTM3U" "$(curl -sS -H 'Referer: https://odysee.com/' "$url")"
check_has "that not everybody gets" "403" "$(curl -sS "$url")"
kill "$player"
wait "$player" 2>/dev/null || true
"$KIYYA" play live-next-door --url --json >"$E2E_DIR/url" 2>"$E2E_DIR/said" 8>&- &
player=$!
e2e_child "$player"
check "a repost is what it is one of" wait_until 10 contains "$E2E_DIR/url" "LIVE: from the roof"
kill "$player"
wait "$player" 2>/dev/null || true

# -- on the screen -----------------------------------------------------------------------------------

printf 'ao=null\n' >"$E2E_DIR/mpv.conf"
check_exit 0 kiyya config set play.mpv_config "$E2E_DIR/mpv.conf"
cat >"$E2E_DIR/script" <<-'SCRIPT'
	wait text Night Train
	wait idle
	keys /
	text some day
	keys <Enter> p
	wait text begins 2098-07-06 18:30
	keys <Esc> /
	text from the roof
	keys <Enter> p
	wait text 0:04 / live
	wait text 0:08 / live
	wait text 0:12 / live
	keys <
	wait text 0:05 / live
	keys ^X
	wait no text / live
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/script" --screen 120x30

# -- what the service can do wrong -------------------------------------------------------------------

wrong() { # STATE CODE SENTENCE
	fixture_control '{"live":"'"$1"'"}'
	fixture_log_clear
	check_exit "$2" quiet play "$live" --vo null
	check_has "says why" "$3" "$err"
	check_has "and of what" "LIVE: from the roof" "$err"
	check_eq "nothing of a stream was asked for" 0 "$(asked /content/)"
}
wrong error 5 "it says: out of"
check_eq "no control byte of it" 0 "$(printf %s "$err" | LC_ALL=C tr -d '\n\040-\176\200-\377' | wc -c)"
wrong garbage 4 "does not say whether something is live"
wrong strange 5 "stream.example is not an approved host"
wrong private 5 "192.168.0.1: a private address"
fixture_control '{"live":"on"}'
fails() { # ACT CODE SENTENCE
	fixture_control '{"act":'"$1"',"where":"live","match":"is_live","times":1}'
	check_exit "$2" quiet play "$live" --vo null
	check_has "says why" "$3" "$err"
	fixture_control '{"clear":true}'
}
fails '"status","status":503' 4 "HTTP 503"
fails '"garbage"' 4 "LIVE: from the roof"
fails '"hang"' 4 "LIVE: from the roof"
fails '"endless"' 1 "LIVE: from the roof"
fails '"redirect","url":"http://10.0.0.1/is_live"' 5 "10.0.0.1"
fixture_control '{"act":"status","status":404,"where":"live","match":"master.m3u8"}'
check_exit 4 quiet play "$live" --vo null
check_has "a stream that does not come" "could not be opened" "$err"
fixture_control '{"clear":true}'

# -- off ---------------------------------------------------------------------------------------------

fixture_log_clear
check_exit 0 kiyya config set gateway.live_url ""
check_exit 5 quiet play "$live" --vo null
check_has "says which setting" "gateway.live_url is empty" "$err"
check_has "and where to watch" "https://odysee.com/@demo" "$err"
check_eq "nobody was asked" 0 "$(asked '"where":"live"')"
fixture_stop

# -- what was live has its file by now ----------------------------------------------------------------

sed -i "s/^@demo\tstream\tlive-long-ago\tLIVE: long ago\t-\t-\t-\t-/@demo\tvideo\tlive-long-ago\tLIVE: long ago\tnight-train.mp4\t9\t640x360\t400/" \
	"$E2E_DIR/catalog.tsv"
fixture_start --media "$E2E_DIR/media" --catalog "$E2E_DIR/catalog.tsv"
write_config
check_has "it is stored as it was" '"kind":"livestream"' "$(kiyya --offline show "$ago" --json)"
check_exit 0 quiet play "$ago" --vo null --start 8
check_eq "it is played" 1 "$(kiyya history list --json | grep -c "$ago")"
check_eq "and nobody asked whether it is live" 0 "$(asked '"where":"live"')"
fixture_stop
e2e_end
