#!/bin/sh
# Watching while it downloads: what is not there is fetched first, what was fetched stays, and a wait has an end.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin watch
needs curl sha384sum
needs_kiyya
needs_media

size=25165947 # not a whole number of chunks
each=1572864  # bytes a second of one connection
head -c "$size" /dev/urandom >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
fixture_start --marked "$E2E_DIR/film" --each $each
item=$(claim_id marked)

# Bytes of chunks that were sent more than once, and whether all were sent at all: "TWICE complete".
sent_twice() {
	fixture_log | sed -n 's/.*"where":"player".*"range":"bytes=\([0-9]*\)-.*"bytes":\([0-9]*\).*/\1 \2/p' | sort -n |
		awk -v size="$size" '{ end = $1 + $2; if ($1 > at) gap = 1; if ($1 < at) twice += (end < at ? end : at) - $1
			if (end > at) at = end } END { print twice + 0, gap || at < size ? "with gaps" : "complete" }'
}

asked_for() { # ranges asked of the player host, in order: first-last
	fixture_log | sed -n 's/.*"where":"player".*"range":"bytes=\([0-9]*-[0-9]*\)".*/\1/p'
}

serve_start() {
	rm -f "$E2E_DIR/urls"
	: >"$E2E_DIR/urls"
	"$KIYYA" serve "$item" >"$E2E_DIR/urls" 2>"$E2E_DIR/serve.err" 8>&- &
	SERVE_PID=$!
	e2e_child $SERVE_PID
	wait_until 20 test -s "$E2E_DIR/urls" || cat "$E2E_DIR/serve.err"
	url=$(cat "$E2E_DIR/urls")
}

serve_stop() {
	serve_code=0
	kill -TERM $SERVE_PID
	wait $SERVE_PID || serve_code=$?
}

bytes() { # FIRST LAST : SHA-384 of them in the file
	tail -c +$(($1 + 1)) "$E2E_DIR/film" | head -c $(($2 - $1 + 1)) | sha384sum | cut -d' ' -f1
}

get() { # FIRST LAST : SHA-384 of what the server gives
	curl -sf -r "$1-$2" "$url" | sha384sum | cut -d' ' -f1
}

# A film of which little is there, asked for at 90 %. CONNECTIONS
watch_it() {
	printf '%s\n' "connections = $1" | write_config -
	check_exit 0 kiyya download --queue-only "$item"
	serve_start
	check_eq "the beginning of what is coming ($1)" "$(bytes 0 300000)" "$(get 0 300000)"
	check_has "it says how long it is" "Content-Length: $size" "$(curl -sfI "$url")"
	check_has "and that it has parts" "Accept-Ranges: bytes" "$(curl -sfI "$url")"

	seek=$((size / 10 * 9 / 65536 * 65536))
	asked=$(asked_for | wc -l)
	begin=$(now_ms)
	check_eq "at 90 %" "$(bytes $seek $((seek + 65535)))" "$(get $seek $((seek + 65535)))"
	echo "# the first chunk there: $(($(now_ms) - begin)) ms; a chunk takes $((65536000 / each))"
	# A stripe may have ended, and others begun, before the player asked.
	next=$(asked_for | tail -n +$((asked + 1)) | head -n $(($1 + 1)) | cut -d- -f1)
	check_has "what the player came to is asked for next" " $seek " " $(echo $next) "
	check_eq "also at the very end" "$(bytes $((size - 100)) $((size - 1)))" "$(get $((size - 100)) $((size - 1)))"
	check_eq "and what lies before" "$(bytes $((seek - 200000)) $((seek + 200000)))" \
		"$(get $((seek - 200000)) $((seek + 200000)))"

	check_eq "all of it, while it comes" "$sum" "$(curl -sf "$url" | sha384sum | cut -d' ' -f1)"
	serve_stop
	check_eq "it has done its work" 0 $serve_code
}

# Chunks that were under way when a player came are at most begun twice.
check_once() { # CONNECTIONS
	twice=$(sent_twice)
	echo "# over $1: $(bytes_sent player) bytes sent for $size, twice: ${twice% *}"
	check_has "every chunk was fetched ($1)" complete "$twice"
	check "hardly a byte twice ($1)" test "${twice%% *}" -le $((size / 20))
}

anew() {
	kiyya rm --yes "$item" >/dev/null
	fixture_log_clear
}

watch_it 1
check_exit 0 kiyya queue run
check_exit 0 kiyya verify "$item" --json
check_has "what was fetched for playing is what was published" '"publisher_hash":"match"' "$out"
check_once 1
anew
watch_it 4
check_exit 0 kiyya queue run
check_once 4

# -- a wait has an end --------------------------------------------------------------------------------

# Somebody reads a chunk that never comes: sets CURL_PID.
wait_in_vain() {
	check_exit 0 kiyya download --queue-only "$item"
	serve_start
	check_eq "it has begun" "$(bytes 0 65535)" "$(get 0 65535)"
	fixture_control '{"act":"hang","where":"player","times":100}'
	curl -sfv -o "$E2E_DIR/never" -r "$((size - 65536))-" "$url" 2>"$E2E_DIR/never.err" 8>&- &
	CURL_PID=$!
	check "a chunk that never comes is asked for" wait_until 20 contains "$E2E_DIR/never.err" "> Range"
	begin=$(now_ms)
}

saw_nothing() {
	curl_code=0
	wait $CURL_PID || curl_code=$?
	check "the reader sees that there was nothing" test "$curl_code" -ne 0
	fixture_control '{"clear":true}'
}

anew
wait_in_vain
serve_stop
echo "# stopped while a reader waited: $(($(now_ms) - begin)) ms"
check_eq "stopping does not wait for it" 0 $serve_code
saw_nothing

wait_in_vain
kiyya key lock >/dev/null
if [ "${E2E_ENCRYPT-}" = no ]; then
	check "locking is nothing to it" kill -0 $SERVE_PID
	check_eq "what is there is given" "$(bytes 0 65535)" "$(get 0 65535)"
	serve_stop
else
	serve_code=0
	wait $SERVE_PID || serve_code=$?
	echo "# locked while a reader waited: $(($(now_ms) - begin)) ms"
	check_eq "nor does locking" 9 $serve_code
fi
saw_nothing

# -- what is not fetched further ----------------------------------------------------------------------

check_exit 0 kiyya queue pause "$item"
serve_start
check_eq "a paused one: what is there is given" "$(bytes 0 65535)" "$(get 0 65535)"
check_eq "what is not, is not waited for" 503 "$(curl -s -o /dev/null -w '%{http_code}' -r "$((size - 10))-" "$url")"
curl -s -o "$E2E_DIR/part" "$url" && curl_code=0 || curl_code=$?
check_eq "all of it ends early, and says so" 18 $curl_code
check "nothing wrong is in it" cmp -n "$(wc -c <"$E2E_DIR/part")" "$E2E_DIR/part" "$E2E_DIR/film"
serve_stop

# -- by the player ------------------------------------------------------------------------------------

fixture_stop
fixture_start --media "$MEDIA" --each $each
write_config
kiyya cache clear --yes >/dev/null
clip=$(claim_id revenge-s01e02)
check_exit 0 kiyya download --queue-only "$clip"
check_exit 0 kiyya play "$clip" --json -- --ao=null --untimed
check_has "what is on its way is played from the vault" '"offline":true' "$out"
twice=$(sent_twice)
check_eq "and fetched once, wherever the player looked" 0 "${twice%% *}"
e2e_end
