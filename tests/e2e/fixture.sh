#!/bin/sh
# The stand-in itself: does it behave as the services it stands for, and as badly as it is told to?
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin fixture
needs curl
needs_media
fixture_start --media "$MEDIA" --gateways 2 --claims 1234

post() { # BODY [CURL-OPTION...] : the reply's body
	post_body=$1
	shift
	curl -sS -d "$post_body" "$@" "$GATEWAY_URL"
}

status_of() { # CURL-OPTION...
	curl -sS -o /dev/null -w '%{http_code}' "$@"
}

header_of() { # NAME CURL-OPTION...
	header_name=$1
	shift
	curl -sS -D - -o /dev/null "$@" | tr -d '\r' | sed -n "s/^$header_name: //Ip"
}

# -- JSON-RPC ----------------------------------------------------------------------------------------

page=$(rpc claim_search '{"channel":"@demo:d","has_source":true,"order_by":["release_time"],"claim_type":["stream","repost"]}')
check_has "SDK answers say id 0" '"id": 0' "$page"
check_has "sizes are strings" '"size": "' "$page"
check_has "release times are strings" '"release_time": "17' "$page"
check_has "durations are numbers" '"duration": 30' "$page"
check_eq "the newest comes first" city-at-night "$(printf '%s\n' "$page" | sed -n 's/^        "name": "\(.*\)".*/\1/p' | head -n 1)"
check_eq "the unlisted is hidden" 0 "$(printf '%s\n' "$page" | grep -c unlisted-cut)"
check_eq "so is what has no source" 0 "$(printf '%s\n' "$page" | grep -c live-from-the-roof)"
check_has "a hostile title arrives escaped" '\u001b[31m' "$page"
check_eq "no control byte is sent" 0 "$(printf '%s\n' "$page" | tr -d '\n' | LC_ALL=C tr -d '\040-\377' | wc -c)"
check_has "< and > are escaped" '\u003c' "$(rpc resolve '{"urls":["<"]}')"

big='{"channel":"@big:b","order_by":["release_time"],"page_size":200,"page":'
page=$(rpc claim_search "${big}1}")
check_eq "a page holds 50 at most" 50 "$(printf '%s\n' "$page" | grep -c '^        "claim_id"')"
check_has "and says so" '"page_size": 50' "$page"
check_has "1000 results are reachable" '"total_items": 1000' "$page"
check_has "nothing lies beyond" '"items": []' "$(rpc claim_search "${big}21}")"
check_eq "no totals when not wanted" 0 "$(rpc claim_search "${big}1,\"no_totals\":true}" | grep -c total_)"
older='"release_time":"<1713000000"'
check_has "release_time continues past the cap" '"name": "item-01' "$(rpc claim_search "${big}1,$older}")"

tagged() { # PARAMS : how many
	rpc claim_search '{"channel":"@big:b",'"$1"'}' | json_first total_items
}
check_eq "all_tags is AND" 205 "$(tagged '"all_tags":["movie","comedy"]')"
check_eq "any_tags is OR" 823 "$(tagged '"any_tags":["movie","comedy"]')"
check_eq "not_tags" 411 "$(tagged '"not_tags":["movie","comedy"]')"
check_eq "text" 177 "$(tagged '"text":"HARBOUR"')"
check_eq "an empty list of ids is no filter" 1000 "$(tagged '"claim_ids":[]')"
check_has "^ turns the order round" 'item-01234' "$(rpc claim_search '{"channel":"@big:b","order_by":["^release_time"],"page_size":1}')"
check_has "an unknown channel is an empty page" '"items": []' "$(rpc claim_search '{"channel":"@nobody"}')"
check_has "an unknown claim type is an exception" '"code": -32500' "$(rpc claim_search '{"claim_type":"film"}')"
check_has "what is blocked is counted" '"blocked": 1' "$(rpc claim_search '{"channel":"@neighbour"}')"
check_has "a repost brings its original" '"reposted_claim"' "$(rpc claim_search '{"name":"seen-next-door"}')"

check_has "a string id is refused" 'of type int' "$(post '{"jsonrpc":"2.0","method":"status","id":"1"}')"
check_has "so is a batch" '"code": -32700' "$(post '[{"method":"status","id":1}]')"
check_eq "errors come with HTTP 200" 200 "$(status_of -d 'not json' "$GATEWAY_URL")"
check_eq "but an empty body with 400" 400 "$(status_of -d '' "$GATEWAY_URL")"
check_has "an unknown method" '"code": -32080' "$(rpc nonsense '{}')"
check_has "a forbidden parameter" '"code": -32602' "$(rpc status '{"account_id":"x"}')"
check_has "the gateway's own answers echo the id" '"id": 7' "$(rpc status '{}')"
check_eq "GET is not for this" 405 "$(status_of "$GATEWAY_URL")"
check_eq "elsewhere is nothing" 404 "$(status_of "$FIXTURE_URL/elsewhere")"
check_has "health" general_state "$(curl -sS "$FIXTURE_URL/api/v2/status")"

answer=$(rpc resolve '{"urls":["@demo:d","lbry://@demo#d/revenge-s01e01","lbry://@demo/nothing","@nobody/x","no url","badly-signed","blocked-film"]}')
check_has "keys are the strings sent" '"@demo:d": {' "$answer"
check_has "with and without the scheme" '"lbry://@demo#d/revenge-s01e01": {' "$answer"
check_has "a missing claim" 'Could not find claim at \"lbry://@demo/nothing\"' "$answer"
check_has "a missing channel" 'Could not find channel in \"@nobody/x\"' "$answer"
check_has "a bare string for what is no address" '"error": "no url is not a valid url"' "$answer"
check_has "a bad signature" '"name": "INVALID"' "$answer"
check_has "a blocked one names its censor" '"censor": {' "$answer"

check_has "get gives an address" '/v6/streams/' "$(rpc get '{"uri":"lbry://revenge-s01e01"}')"
check_has "not for members" 'authentication required' "$(rpc get '{"uri":"members-evening"}')"
check_has "not of what is live" 'have source data' "$(rpc get '{"uri":"live-from-the-roof"}')"
check_has "not of nothing" 'find claim' "$(rpc get '{"uri":"nothing"}')"

# -- search ------------------------------------------------------------------------------------------

check_eq "search gives a bare array" '[{' "$(curl -sS "$SEARCH_URL?s=revenge" | cut -c1-2)"
check_eq "folded" 1 "$(curl -sS "$SEARCH_URL?s=CITY+at" | grep -c city-at-night)"
check_eq "nothing to look for" '{"success":false,"error":"S: cannot be blank.","data":null}' "$(curl -sS "$SEARCH_URL?s=")"
check_eq "too little" 400 "$(status_of "$SEARCH_URL?s=ab")"

# -- the player host ---------------------------------------------------------------------------------

id=$(claim_id revenge-s01e01)
hash=$(claim_hash revenge-s01e01)
size=$(wc -c <"$MEDIA/revenge-s01e01.mp4" | tr -d ' ')
sd=$(rpc claim_search '{"name":"revenge-s01e01"}' | json_first sd_hash)
stream=$PLAYER_URL/v6/streams/$id/$(echo "$sd" | cut -c1-6).mp4
plain=$PLAYER_URL/v6/streams/$(claim_id revenge-s01e02)/abcdef.mp4
referer="Referer: https://odysee.com/"

check_eq "nothing without a Referer" 401 "$(status_of "$stream")"
check_eq "Origin will do" 200 "$(status_of -H 'Origin: https://odysee.com' "$stream")"
check_eq "the bytes are those of the claim" "$hash" "$(curl -sS -H "$referer" "$stream" | sha384sum | cut -d' ' -f1)"
check_eq "HEAD of a transcoded one goes to HLS" 308 "$(status_of -I -H "$referer" "$stream")"
check_eq "by a path without a host" "/v6/streams/$id/$sd/master.m3u8" "$(header_of Location -I -H "$referer" "$stream")"
check_eq "HEAD of another does not" 200 "$(status_of -I -H "$referer" "$plain")"
check_eq "nor with download=true" 200 "$(status_of -I -H "$referer" "$stream?download=true")"
check_eq "Range on HEAD is ignored" 200 "$(status_of -I -r 0-9 -H "$referer" "$plain")"
check_eq "one range" 206 "$(status_of -r 5-9 -H "$referer" "$stream")"
check_eq "says where it is" "bytes 5-9/$size" "$(header_of Content-Range -r 5-9 -H "$referer" "$stream")"
check_eq "open" "bytes 5-$((size - 1))/$size" "$(header_of Content-Range -r 5- -H "$referer" "$stream")"
check_eq "from the end" "bytes $((size - 7))-$((size - 1))/$size" "$(header_of Content-Range -r -7 -H "$referer" "$stream")"
check_eq "the same bytes" "$(tail -c 7 "$MEDIA/revenge-s01e01.mp4" | od -An -tx1)" "$(curl -sS -r -7 -H "$referer" "$stream" | od -An -tx1)"
check_eq "several ranges are everything" 200 "$(status_of -r 0-1,5-6 -H "$referer" "$stream")"
check_eq "past the end" 416 "$(status_of -r "$size-" -H "$referer" "$stream")"
check_eq "says how much there is" "bytes */$size" "$(header_of Content-Range -r "$size-" -H "$referer" "$stream")"
check_eq "no ETag" "" "$(header_of ETag -H "$referer" "$stream")"
check_eq "Last-Modified is the claim's" "Sat, 01 Jun 2024 18:00:00 GMT" "$(header_of Last-Modified -H "$referer" "$stream")"
check_eq "an unknown claim" 404 "$(status_of -H "$referer" "$PLAYER_URL/v6/streams/$(echo "$id" | tr 0-9 1-90)/x.mp4")"
check_eq "for members" 401 "$(status_of -H "$referer" "$PLAYER_URL/v6/streams/$(claim_id members-evening)/x.mp4")"
check_eq "paid" 402 "$(status_of -H "$referer" "$PLAYER_URL/v6/streams/$(claim_id paid-in-coin)/x.mp4")"
check_eq "not there" 503 "$(status_of -H "$referer" "$PLAYER_URL/v6/streams/$(claim_id notes)/x.mp4")"

hls=$PLAYER_URL/v6/streams/$id/$sd
check_eq "a master playlist" '#EXTM3U' "$(curl -sS "$hls/master.m3u8" | head -n 1)"
check_eq "of its own type" application/x-mpegurl "$(header_of Content-Type "$hls/master.m3u8")"
check_eq "a segment" video/mp2t "$(header_of Content-Type "$hls/v0_s000000.ts")"
check_eq "no other hash" 404 "$(status_of "$PLAYER_URL/v6/streams/$id/abc/master.m3u8")"
check_eq "no other folder" 404 "$(status_of --path-as-is "$hls/..%2frevenge-s01e01.mp4")"
check_eq "none for the untranscoded" 404 "$(status_of "${plain%.mp4}/master.m3u8")"

# -- misbehaviour ------------------------------------------------------------------------------------

call='{"jsonrpc":"2.0","method":"status","params":{},"id":7}'
fixture_control '{"act":"status","status":503,"times":2,"where":"gateway","endpoint":0}'
check_eq "told to fail" 503 "$(status_of -d "$call" "$GATEWAY_URL")"
check_eq "the second endpoint is not" 200 "$(status_of -d "$call" "${GATEWAY_URLS#*,}")"
check_eq "twice" 503 "$(status_of -d "$call" "$GATEWAY_URL")"
check_eq "and no more" 200 "$(status_of -d "$call" "$GATEWAY_URL")"
fixture_control '{"act":"hang"}'
check_eq "hangs" 000 "$(status_of -m 0.3 -d "$call" "$GATEWAY_URL" 2>/dev/null || true)"
fixture_control '{"act":"close"}'
check_exit 52 curl -sS -d "$call" "$GATEWAY_URL"
fixture_control '{"act":"cut","after":20}'
check_exit 18 curl -sS -d "$call" "$GATEWAY_URL"
check_eq "cut after 20 bytes" 20 "$(wc -c <"$E2E_DIR/out" | tr -d ' ')"
fixture_control '{"act":"stall","after":20}'
check_exit 28 curl -sS -m 0.3 -d "$call" "$GATEWAY_URL"
fixture_control '{"act":"garbage"}'
check_has "not JSON" '<!doctype' "$(post "$call")"
fixture_control '{"act":"wrong_types"}'
check_has "wrong types" '"jsonrpc":2' "$(post "$call")"
fixture_control '{"act":"empty"}'
check_eq "empty" "" "$(post "$call")"
fixture_control '{"act":"endless"}'
check "endless" test "$(curl -s -d "$call" "$GATEWAY_URL" | head -c 1000000 | wc -c)" -eq 1000000
fixture_control '{"act":"redirect","url":"http://192.0.2.1/x","status":307}'
check_eq "elsewhere" "http://192.0.2.1/x" "$(header_of Location -d "$call" "$GATEWAY_URL")"
fixture_control '{"act":"retry_after","value":"7"}'
check_eq "later" 7 "$(header_of Retry-After -d "$call" "$GATEWAY_URL")"
fixture_control '{"act":"rpc_error","code":-32000,"message":"sqlite query timed out"}'
check_has "an error of the backend" 'query timed out' "$(post "$call")"
fixture_control '{"act":"slow","rate":400}'
began=$(now_ms)
post "$call" >/dev/null
check "slow" test $(($(now_ms) - began)) -ge 200
fixture_control '[{"act":"ok"},{"act":"status","status":500}]'
check_eq "first well" 200 "$(status_of -d "$call" "$GATEWAY_URL")"
check_eq "then not" 500 "$(status_of -d "$call" "$GATEWAY_URL")"
check_eq "an act that nobody knows" 400 "$(status_of -d '{"act":"dance"}' "$FIXTURE_URL/_control")"
check_eq "nor a member" 400 "$(status_of -d '{"actt":"hang"}' "$FIXTURE_URL/_control")"
check_eq "by query" 200 "$(status_of -X POST "$FIXTURE_URL/_control?throttle=1000000&clear")"
began=$(now_ms)
curl -sS -r 0-499999 -H "$referer" "$stream" -o /dev/null
check "a throttle" test $(($(now_ms) - began)) -ge 400
fixture_control '{"throttle":0,"change_content":true}'
check_not "other bytes" test "$(curl -sS -H "$referer" "$stream" | sha384sum | cut -d' ' -f1)" = "$hash"
check_eq "the claim says the same" "$hash" "$(claim_hash revenge-s01e01)"
fixture_control '{"change_content":false,"republish":true}'
check_eq "republished, and the claim says so" "$(claim_hash revenge-s01e01)" "$(curl -sS -H "$referer" "$stream" | sha384sum | cut -d' ' -f1)"
check_eq "a day later" "Sun, 02 Jun 2024 18:00:00 GMT" "$(header_of Last-Modified -H "$referer" "$stream")"
fixture_control '{"republish":false,"ignore_range":true}'
check_eq "ranges ignored" 200 "$(status_of -r 5-9 -H "$referer" "$stream")"
fixture_control '{"ignore_range":false,"wrong_range":true}'
check_eq "ranges mistaken" "bytes 6-10/$size" "$(header_of Content-Range -r 5-9 -H "$referer" "$stream")"
fixture_control '{"wrong_range":false,"wrong_length":true}'
check_exit 18 curl -sS -H "$referer" "$stream" -o /dev/null
fixture_control '{"wrong_length":false}'

# -- the record --------------------------------------------------------------------------------------

fixture_log_clear
rpc status '{"x":1}' >/dev/null
curl -sS -r 5-9 -H "$referer" "$stream" -o /dev/null
check_eq "two were asked" 2 "$(asked)"
check_eq "what, and with what" 1 "$(asked '"rpc":"status"' '"params":{"x":1}')"
check_eq "which part" 1 "$(asked '"where":"player"' '"range":"bytes=5-9"' '"status":206' '"bytes":5')"
check_eq "bytes add up" 5 "$(bytes_sent player)"

fixture_stop
fixture_start --media "$MEDIA" --rate-limit --claims 20
for n in 1 2 3 4 5 6 7 8 9 10 10; do
	code=$(status_of -I -H "$referer" "$PLAYER_URL/v6/streams/$(claim_id "$(printf 'item-%05d' "$n")")/x.mp4")
done
check_eq "ten claims may be asked for" 503 "$code"
check_eq "the eleventh is too many" 429 "$(status_of -I -H "$referer" "$PLAYER_URL/v6/streams/$(claim_id item-00011)/x.mp4")"
curl -sS -X POST "$FIXTURE_URL/_quit"
check "ends when told to" wait_until 5 is_gone "$FIXTURE_PID"
e2e_end
