#!/bin/sh
# The main job without a screen: list, show, download, then everything again with the gateway gone.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin download
needs curl sha384sum
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config - <<'CONF'
[cache]
ttl = 1s
CONF

id=$(claim_id revenge-s01e02)
hash=$(claim_hash revenge-s01e02)
file=$MEDIA/revenge-s01e02.mp4
size=$(wc -c <"$file" | tr -d ' ')
short=$(claim_id counting-to-ten)

# -- catalogue ---------------------------------------------------------------------------------------

check_exit 0 kiyya list @demo:d --json
check_has "the newest is there" '"title":"City at Night: A Walk"' "$out"
check_has "so is what is not Latin" '"title":"የማያልቅ መንገድ"' "$out"
check_eq "every line is an object with an id" "$(printf '%s\n' "$out" | wc -l)" "$(printf '%s\n' "$out" | grep -cE '^\{.*"claim_id":"[0-9a-f]{40}".*\}$')"
check_has "what is for members says why not" '"playable":false' "$(printf '%s\n' "$out" | grep members-evening)"
check_exit 0 kiyya list @demo:d
check_eq "no control byte reaches a pipe" 0 "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$E2E_DIR/out" | wc -c)"
check_exit 0 kiyya list @demo:d --tag series --tag drama_series --json
check_eq "several tags must all match" 3 "$(printf '%s\n' "$out" | wc -l)"
check_exit 0 kiyya show @demo:d/revenge-s01e02 --json
check_has "show knows it" "\"claim_id\":\"$id\"" "$out"
check_has "and its size" "\"size\":$size" "$out"
check_has "not here yet" '"offline":false' "$out"
check_eq "nothing so far asked the player host" 0 "$(asked '"where":"player"')"
check_exit 3 kiyya show @demo:d/there-is-no-such-film
check_exit 3 kiyya list @nobody-at-all:1

# -- into the vault ----------------------------------------------------------------------------------

check_exit 0 kiyya download "$id" --json
check_has "it ends with done" '"event":"done"' "$(printf '%s\n' "$out" | tail -n 1)"
check_eq "every byte once" "$size" "$(bytes_sent player)"
check_eq "never without a Referer" 0 "$(asked '"status":401')"
check_eq "cat gives the published bytes" "$hash" "$(sum_of "$id")"
check_eq "a range of them" "$(head -c 70010 "$file" | tail -c 11 | od -An -tx1)" "$(kiyya cat "$id" --range 69999-70009 | od -An -tx1)"
check_exit 2 kiyya cat "$id" --range "$size-"
check_exit 0 kiyya verify "$id" --json
check_has "authentic" '"ok":true' "$out"
check_has "as published" '"publisher_hash":"match"' "$out"
check_exit 0 kiyya offline --json
check_has "complete" '"complete":true' "$out"
check_has "encrypted" '"encrypted":true' "$out"
check_has "of the right size" "\"size\":$size" "$out"
check_exit 0 kiyya queue --done --json
check_has "the queue says done" '"state":"done"' "$out"
check_exit 0 kiyya show "$id" --json
check_has "show says it is here" '"offline":true' "$out"
fixture_log_clear
check_exit 0 kiyya download "$id"
check_eq "what is here is not fetched again" 0 "$(bytes_sent player)"
check_exit 0 kiyya download "$short" @demo:d/revenge-s01e01
check_eq "the largest, over several connections" "$(claim_hash revenge-s01e01)" "$(sum_of "$(claim_id revenge-s01e01)")"
check_exit 5 kiyya download @demo:d/members-evening
check_exit 3 kiyya cat "$(claim_id night-train)"

# -- the publisher's hash does not fit ---------------------------------------------------------------

night=$(claim_id night-train)
fixture_control '{"change_content":true}'
check_exit 8 kiyya download "$night"
fixture_control '{"change_content":false}'
check_exit 8 kiyya verify "$night" --json
check_has "a mismatch is kept and named" '"publisher_hash":"mismatch"' "$out"
check_exit 0 kiyya rm "$night" --yes

# -- without the gateway -----------------------------------------------------------------------------

fixture_stop
check_exit 0 kiyya list @demo:d --json
check_has "the rows that are stored" '"title":"City at Night: A Walk"' "$out"
check "with a note on standard error" test -n "$err"
check_exit 0 kiyya --offline list @demo:d --json
check_exit 0 kiyya offline --json
check_eq "three copies" 3 "$(printf '%s\n' "$out" | wc -l)"
check_eq "cat" "$hash" "$(sum_of "$id")"
check_exit 0 kiyya verify --all --json
check_eq "all of them well" 3 "$(printf '%s\n' "$out" | grep -c '"publisher_hash":"match"')"

"$KIYYA" serve "$id" >"$E2E_DIR/url" 2>"$E2E_DIR/serve.err" 8>&- &
server=$!
e2e_child "$server"
check "serve prints an address" wait_until 10 contains "$E2E_DIR/url" "http://127.0.0.1:"
url=$(head -n 1 "$E2E_DIR/url")
check_eq "a range of it" "$(head -c 200 "$file" | tail -c 100 | od -An -tx1)" "$(curl -sS -r 100-199 "$url" | od -An -tx1)"
check_eq "says 206" 206 "$(curl -sS -o /dev/null -w '%{http_code}' -r 100-199 "$url")"
check_eq "all of it" "$hash" "$(curl -sS "$url" | sha384sum | cut -d' ' -f1)"
check_eq "not without the token" 404 "$(curl -sS -o /dev/null -w '%{http_code}' "${url%?????}00000")"
kill "$server"
code=0
wait "$server" || code=$?
check_eq "serve ends well when told to" 0 "$code"

check_exit 0 kiyya play "$short" --vo null --start 0 -- --ao=null
check_exit 0 kiyya offline --json

# -- damaged: a byte of the last record turned over --------------------------------------------------------

damaged=$(kiyya offline --json | sed -n "s/^{\"claim_id\":\"$short\".*\"file\":\"\([^\"]*\)\".*/\1/p")
check "its file is there" test -f "$damaged"
at=$(($(wc -c <"$damaged") - 1000))
byte=$(od -An -tu1 -j "$at" -N 1 "$damaged" | tr -d ' ')
printf "\\$(printf '%03o' $((255 - byte)))" | dd of="$damaged" bs=1 seek="$at" conv=notrunc 2>/dev/null
check_exit 8 kiyya verify "$short" --json
check_has "which chunk" '"bad":[1]' "$out"
check_exit 8 kiyya cat "$short"
check_exit 8 kiyya play "$short" --vo null --start 0 -- --ao=null

# -- gone --------------------------------------------------------------------------------------------

check_exit 2 kiyya rm "$id"
check_exit 0 kiyya rm "$id" --yes
check_exit 3 kiyya cat "$id"
check_eq "its file is gone" 2 "$(vault_files)"
e2e_end
