#!/bin/sh
# Watching while it downloads: what is not there is fetched first, what was fetched stays, and a wait has an end.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin watch
needs curl sha384sum
needs_kiyya

size=25165947 # not a whole number of chunks
each=1572864  # bytes a second of one connection
head -c "$size" /dev/urandom >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
fixture_start --marked "$E2E_DIR/film" --each $each
item=$(claim_id marked)

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
	fixture_log_clear
	begin=$(now_ms)
	check_eq "at 90 %" "$(bytes $seek $((seek + 65535)))" "$(get $seek $((seek + 65535)))"
	echo "# the first chunk there: $(($(now_ms) - begin)) ms; a chunk takes $((65536000 / each))"
	check_eq "what the player came to is asked for next" $seek "$(asked_for | head -n 1 | cut -d- -f1)"
	check_eq "also at the very end" "$(bytes $((size - 100)) $((size - 1)))" "$(get $((size - 100)) $((size - 1)))"
	check_eq "and what lies before" "$(bytes $((seek - 200000)) $((seek + 200000)))" \
		"$(get $((seek - 200000)) $((seek + 200000)))"

	check_eq "all of it, while it comes" "$sum" "$(curl -sf "$url" | sha384sum | cut -d' ' -f1)"
	serve_stop
	check_eq "it has done its work" 0 $serve_code
}

watch_it 1
check_exit 0 kiyya queue run
check_exit 0 kiyya verify "$item" --json
check_has "what was fetched for playing is what was published" '"publisher_hash":"match"' "$out"
kiyya rm --yes "$item" >/dev/null
watch_it 4
e2e_end
