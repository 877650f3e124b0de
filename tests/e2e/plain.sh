#!/bin/sh
# Unsealed downloads: no key is asked for, what is on the disk is the film, and everything else is as with sealed ones.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin plain
needs curl sha384sum
needs_kiyya
needs_media

size=12583447 # not a whole number of chunks
marker=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
{
	printf %s "$marker"
	head -c $((size - 64)) /dev/urandom
} >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
cp -r "$MEDIA" "$E2E_DIR/media"
rm -f "$E2E_DIR/media/lock"
fixture_start --media "$E2E_DIR/media" --marked "$E2E_DIR/film"
write_config
item=$(claim_id marked)
clip=$(claim_id counting-to-ten)
night=$(claim_id city-at-night)
vault=$KIYYA_HOME/data/vault

names() { # in the vault folder, without what is random
	find "$vault" -type f -printf '%f\n' | sed 's/^[0-9a-f]\{32\}//' | LC_ALL=C sort | tr '\n' ' '
}

file_of() { # ITEM
	kiyya offline --json | sed -n "s/^{\"claim_id\":\"$1\".*\"file\":\"\([^\"]*\)\".*/\1/p"
}

sum_of() { # ITEM
	kiyya cat "$1" | sha384sum | cut -d' ' -f1
}

# -- a vault with a passphrase, which nobody gives ------------------------------------------------------

printf 'open it\n' >"$E2E_DIR/word"
check_exit 0 env KIYYA_PASSPHRASE_FILE="$E2E_DIR/word" "$KIYYA" key init
check_exit 9 kiyya download "$clip"
check_exit 0 kiyya download "$item" --no-encrypt --queue-only
check_exit 9 kiyya queue run
check_has "what needs no key is fetched meanwhile" '"complete":true' "$(kiyya offline --json)"
check_exit 0 kiyya queue discard --yes "$clip"
check_exit 0 kiyya rm --yes "$item"

check_exit 0 kiyya download --no-encrypt "$item" --json
check_has "it is said" '"encrypted":false' "$out"
check_eq "one file, named at random" ".plain " "$(names)"
check_eq "which is the film" "$sum" "$(cat "$vault"/*.plain | sha384sum | cut -d' ' -f1)"
check_eq "for its owner only" 600 "$(stat -c %a "$vault"/*.plain)"
check "readable by anybody who has the disk" grep -qF "$marker" "$vault"/*.plain
check_exit 0 kiyya offline --json
check_has "listed as it is" "\"size\":$size,\"stored_size\":$size,\"encrypted\":false,\"complete\":true" "$out"
check_has "and in words" plain "$(kiyya offline)"
check_exit 0 kiyya verify "$item" --json
check_has "as published" '"ok":true,"chunks":0,"bad":[],"header":"ok","publisher_hash":"match"' "$out"
check_exit 0 kiyya verify --all
check_eq "the same bytes" "$sum" "$(sum_of "$item")"
check_eq "a part of them" "$(tail -c +1000001 "$E2E_DIR/film" | head -c 70000 | sha384sum)" \
	"$(kiyya cat "$item" --range 1000000-1069999 | sha384sum)"
check_exit 0 kiyya export "$item" "$E2E_DIR/out.mp4"
check "exported" cmp "$E2E_DIR/film" "$E2E_DIR/out.mp4"
check_exit 0 kiyya download --no-encrypt "$clip"
check_exit 0 kiyya play "$clip" --vo null --start 0 -- --ao=null --untimed
fixture_log_clear
check_exit 0 kiyya download "$item"
check_eq "what is here is not fetched again" 0 "$(asked '"where":"player"')"
check_exit 0 kiyya download --encrypt "$item"
check_has "nor if it should be sealed, which is said" "is here, not sealed" "$err"

# -- served ------------------------------------------------------------------------------------------

serve_start() { # ITEM...
	: >"$E2E_DIR/urls"
	"$KIYYA" serve "$@" >"$E2E_DIR/urls" 2>"$E2E_DIR/serve.err" 8>&- &
	SERVE_PID=$!
	e2e_child $SERVE_PID
	wait_until 20 test -s "$E2E_DIR/urls" || cat "$E2E_DIR/serve.err"
	url=$(sed -n "s/.*\(http:[^ ]*\).*/\1/p" "$E2E_DIR/urls" | head -n 1)
}

serve_stop() {
	serve_code=0
	kill -TERM $SERVE_PID
	wait $SERVE_PID || serve_code=$?
	check_eq "served" 0 $serve_code
}

etag_of() { # ADDRESS
	curl -sfI "$1" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p'
}

serve_start "$item"
check_eq "all of it" "$sum" "$(curl -sf "$url" | sha384sum | cut -d' ' -f1)"
check_eq "from the middle" "$(tail -c +5000001 "$E2E_DIR/film" | head -c 100000 | sha384sum)" \
	"$(curl -sf -r 5000000-5099999 "$url" | sha384sum)"
check "a strong etag of its own" expr "$(etag_of "$url")" : '"[0-9a-f]\{32\}"$'
kiyya key lock >/dev/null
check_eq "a lock is nothing to it" "$sum" "$(curl -sf "$url" | sha384sum | cut -d' ' -f1)"
serve_stop
serve_start
check_eq "everything there is" 2 "$(wc -l <"$E2E_DIR/urls" | tr -d ' ')"
serve_stop

# -- damage ------------------------------------------------------------------------------------------

file=$(file_of "$item")
printf x | dd of="$file" bs=1 seek=5000000 conv=notrunc 2>/dev/null
check_exit 8 kiyya verify "$item" --json
check_has "the publisher's hash tells" '"publisher_hash":"mismatch"' "$out"
check_exit 0 kiyya verify "$item" --no-hash
check_exit 5 kiyya repair "$item"
check_has "not mended in part, which is said" "kiyya rm, then kiyya download" "$err"
printf x >>"$file"
check_exit 8 kiyya cat "$item"
check_exit 8 kiyya verify "$item" --json --no-hash
check_has "nor is its length what it was" '"header":"bad"' "$out"
check_exit 0 kiyya rm "$item" --yes
check_not "deleted" test -e "$file"
check_exit 3 kiyya cat "$item"

# -- cut off, and taken up ---------------------------------------------------------------------------

is_progressing() { # BYTES
	[ "$(bytes_sent player)" -gt "$1" ]
}

# Fetched until BYTES have come, then killed.
kill_after() { # BYTES COMMAND...
	after=$1
	shift
	"$KIYYA" "$@" >"$E2E_DIR/run.out" 2>&1 8>&- &
	pid=$!
	e2e_child "$pid"
	check "it has begun" wait_until 20 is_progressing "$after"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || true
}

fixture_log_clear
fixture_control '{"each":2000000}'
printf '%s\n' "encrypt = no" | write_config -
kill_after 4000000 download "$item"
check_eq "what is there is called partial" ".plain .plain.part " "$(names)"
check_eq "in a file as long as the film" "$size" "$(stat -c %s "$vault"/*.part)"
before=$(bytes_sent player)
check_exit 0 kiyya queue --json
check_has "the setting counts" '"encrypted":false' "$out"

# Read without being fetched on: what is there, and nothing else.
check_exit 0 kiyya queue pause "$item"
serve_start "$item"
partial_etag=$(etag_of "$url")
check_eq "what is there is given" "$(head -c 65536 "$E2E_DIR/film" | sha384sum)" "$(curl -sf -r 0-65535 "$url" | sha384sum)"
check_eq "what is not, is not, and no zeros" 503 "$(curl -s -o /dev/null -w '%{http_code}' -r "$((size - 10))-" "$url")"
serve_stop
check_exit 2 kiyya download --encrypt "$item"
check_has "half of it is not sealed" "is here, not sealed" "$err"

# Cancelled it stays, listed as incomplete, and is taken up.
check_exit 0 kiyya queue cancel "$item"
check_exit 0 kiyya offline --json
check_has "a part is listed" '"encrypted":false,"complete":false' "$out"
check_exit 7 kiyya verify "$item"
kiyya cat "$item" >"$E2E_DIR/begun" 2>"$E2E_DIR/err" && code=0 || code=$?
check_eq "cat ends where nothing is there" 7 $code
check "with nothing wrong before it" cmp -n "$(wc -c <"$E2E_DIR/begun")" "$E2E_DIR/begun" "$E2E_DIR/film"
check_exit 2 kiyya download --encrypt "$item"
fixture_control '{"each":0}'
check_exit 0 kiyya download "$item"
sent=$(bytes_sent player)
echo "# $before bytes before the kill, $sent in all, of $size"
check "hardly a byte twice" test "$sent" -le $((size / 100 * 105 + 2097152))
check_eq "the film" "$sum" "$(sum_of "$item")"
check_exit 0 kiyya verify "$item"
serve_start "$item"
check_eq "its etag is that of the part" "$partial_etag" "$(etag_of "$url")"
serve_stop
check_exit 0 kiyya rm "$item" --yes

# Killed between the last name and the row: adopted.
fixture_log_clear
fixture_control '{"each":2000000}'
kill_after 4000000 download "$item"
part=$(find "$vault" -name '*.plain.part')
cp "$E2E_DIR/film" "$part"
mv "$part" "${part%.part}"
fixture_log_clear
fixture_control '{"each":0}'
check_exit 0 kiyya queue run
check_eq "nothing more is fetched" 0 "$(asked '"where":"player"')"
check_eq "the film is listed" "$sum" "$(sum_of "$item")"
check_exit 0 kiyya verify "$item"
check_exit 0 kiyya rm "$item" --yes

# The partial file is gone, or was changed: begun anew, and no unsealed file stays that nobody knows.
for how in "rm -f" "truncate -s 1000"; do
	fixture_control '{"each":2000000}'
	fixture_log_clear
	kill_after 4000000 download "$item"
	$how "$(find "$vault" -name '*.plain.part')"
	fixture_control '{"each":0}'
	check_exit 0 kiyya queue run
	check_eq "anew, and right ($how)" "$sum" "$(sum_of "$item")"
	check_eq "what was given up is gone ($how)" 0 "$(find "$vault" -name '*.part' | wc -l | tr -d ' ')"
	check_exit 0 kiyya rm "$item" --yes
done

# -- other content than was published -----------------------------------------------------------------

printf 'another film' | dd of="$E2E_DIR/media/counting-to-ten.mp4" bs=1 seek=3000 conv=notrunc 2>/dev/null
check_exit 0 kiyya rm "$clip" --yes
check_exit 8 kiyya download "$clip" --json
check_has "fetched once more, then kept and said" "not what the publisher signed" "$out$err"
check_exit 8 kiyya verify "$clip" --json
check_has "and not forgotten" '"publisher_hash":"mismatch"' "$out"

# -- joined of segments --------------------------------------------------------------------------------

check_exit 0 kiyya download "$night" --quality 360p --json
check_has "another quality" '"quality":"360p"' "$out"
check_eq "its segments, in their order" "$(cat "$E2E_DIR/media/city-at-night.hls"/v1_s*.ts | sha384sum | cut -d' ' -f1)" \
	"$(kiyya cat "$night" --quality 360p | sha384sum | cut -d' ' -f1)"
check_exit 0 kiyya verify "$night" --json
check_has "of which the publisher said nothing" '"publisher_hash":"not_original"' "$out"
check_exit 0 kiyya rm "$night" --yes
fixture_log_clear
fixture_control '{"each":150000}'
kill_after 500000 download "$night" --quality 360p
fixture_control '{"each":0}'
check_exit 0 kiyya queue run
check_eq "also when it was killed" "$(cat "$E2E_DIR/media/city-at-night.hls"/v1_s*.ts | sha384sum | cut -d' ' -f1)" \
	"$(kiyya cat "$night" --quality 360p | sha384sum | cut -d' ' -f1)"

# -- renamed, and killed before the row said so ----------------------------------------------------------

check_exit 0 kiyya rm "$night" --yes
fixture_log_clear
fixture_control '{"each":400000}'
kill_after 500000 download "$night"
fixture_control '{"each":0}'
partial=$(find "$vault" -name '*.plain.part')
mv "$partial" "${partial%.part}"
check_exit 0 kiyya rm "$night" --yes
check_not "its row names another file, and it goes" test -e "${partial%.part}"

# -- another process has the row in hand ------------------------------------------------------------------

fixture_control '{"act":"status","status":503,"where":"player","times":1000}'
"$KIYYA" download --no-encrypt "$night" >/dev/null 2>&1 8>&- &
pid=$!
e2e_child $pid
tries() {
	kiyya queue --json | grep -F "$night" | grep -qF '"retry":'
}
check "it tries again and again" wait_until 20 tries
check_exit 10 kiyya download --encrypt --queue-only "$night"
check_has "its form stays what it is" '"encrypted":false' "$(kiyya queue --json | grep -F "$night")"
kill -INT $pid
wait $pid 2>/dev/null || true
fixture_control '{"clear":true}'
check_exit 0 kiyya download --encrypt --queue-only "$night"
check_has "and can be changed when nobody has it" '"encrypted":true' "$(kiyya queue --json | grep -F "$night")"
check_exit 0 kiyya rm "$night" --yes

# -- files without rows ---------------------------------------------------------------------------------

printf 'orphan' >"$vault/0123456789abcdef0123456789abcdef.plain"
printf 'orphan' >"$vault/0123456789abcdef0123456789abcdee.plain.part"
KIYYA_PASSPHRASE_FILE=$E2E_DIR/word
export KIYYA_PASSPHRASE_FILE
check_exit 0 kiyya vault scan
check_has "of plain files nothing is restored" "0 files restored" "$err"
check_exit 0 kiyya download --encrypt "$item"
check_eq "sealed beside them" "$sum" "$(sum_of "$item")"
unset KIYYA_PASSPHRASE_FILE
check_exit 9 kiyya cat "$item"
cat >"$E2E_DIR/start.test" <<'SCRIPT'
wait text 2 unsealed files have no rows
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/start.test" --screen 300x24
fixture_stop
e2e_end
