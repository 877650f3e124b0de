#!/bin/sh
# Addresses on the local server, and the players and tools of other people that use them.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin serve
needs curl sha384sum
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config

id=$(claim_id revenge-s01e02)
hash=$(claim_hash revenge-s01e02)
other=$(claim_id counting-to-ten)
file=$MEDIA/revenge-s01e02.mp4
size=$(wc -c <"$file" | tr -d ' ')
check_exit 0 kiyya download "$id"
check_exit 0 kiyya download "$other"
fixture_stop # from here on nobody else is there

serve_start() { # ITEM... : sets SERVE_PID; addresses go to $E2E_DIR/urls
	: >"$E2E_DIR/urls"
	"$KIYYA" serve "$@" >"$E2E_DIR/urls" 2>"$E2E_DIR/serve.err" 8>&- &
	SERVE_PID=$!
	e2e_child $SERVE_PID
	wait_until 20 test -s "$E2E_DIR/urls" || {
		cat "$E2E_DIR/serve.err"
		return 1
	}
}

serve_stop() { # SIGNAL : leaves its exit code in serve_code
	serve_code=0
	kill -"$1" $SERVE_PID
	wait $SERVE_PID || serve_code=$?
}

sum() {
	sha384sum | cut -d' ' -f1
}

status() { # CURL-OPTION...
	curl -s -o /dev/null -w '%{http_code}' "$@"
}

serve_start "$id"
url=$(head -n 1 "$E2E_DIR/urls")
port=${url#http://127.0.0.1:}
port=${port%%/*}
check_has "an address on this machine" "http://127.0.0.1:" "$url"
check_eq "one item, one address" 1 "$(wc -l <"$E2E_DIR/urls" | tr -d ' ')"
check_has "and how to reach it from elsewhere" "ssh -L $port:127.0.0.1:$port" "$(cat "$E2E_DIR/serve.err")"

# -- curl --------------------------------------------------------------------------------------------

check_eq "curl gets what was published" "$hash" "$(curl -sf "$url" | sum)"
check_eq "nobody without the token" 404 "$(status "${url%?}x")"
check_eq "nor with a token a digit too long" 404 "$(status "${url}0")"
check_eq "nor by another name of this machine" 403 "$(status -H "Host: evil.example" "$url")"
check_eq "nothing can be put there" 405 "$(status -T "$file" "$url")"
check_eq "nothing can be posted" 405 "$(status -d x "$url")"
check_eq "no way around" 404 "$(status --path-as-is "http://127.0.0.1:$port/movies/../../../etc/passwd")"
head -c 70001 "$file" >"$E2E_DIR/part"
check "curl goes on where it stopped" curl -sf -C - -o "$E2E_DIR/part" "$url"
check "to the last byte" cmp "$file" "$E2E_DIR/part"
etag=$(curl -sfI "$url" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
check_eq "what it has it need not fetch again" 304 "$(status -H "If-None-Match: $etag" "$url")"
check_eq "a fourth of it from the middle" "$(head -c 150000 "$file" | tail -c 50000 | sum)" "$(curl -sf -r 100000-149999 "$url" | sum)"

# -- wget, ffprobe, mpv ------------------------------------------------------------------------------

have() { # COMMAND
	command -v "$1" >/dev/null 2>&1 || {
		echo "# without $1: it is missing (contrib/install-deps test)"
		return 1
	}
}

if have wget; then
	check "wget fetches it" wget -q -O "$E2E_DIR/whole" "$url"
	check "all of it" cmp "$file" "$E2E_DIR/whole"
	head -c 123456 "$file" >"$E2E_DIR/resumed"
	check "wget resumes" wget -q -c -O "$E2E_DIR/resumed" "$url"
	check "without a seam" cmp "$file" "$E2E_DIR/resumed"
fi

# ffmpeg's library leaves no way to say "no proxy" but the environment, which is empty here.
probe() { # ADDRESS
	ffprobe -v error -show_entries stream=codec_name,width,height -show_entries format=duration -of csv "$1"
}
if have ffprobe; then
	check_eq "ffprobe sees what it sees in the file" "$(probe "$file")" "$(probe "$url")"
	check_eq "ffmpeg decodes the same pictures" \
		"$(ffmpeg -v error -i "$file" -map 0:v -f md5 -)" "$(ffmpeg -v error -i "$url" -map 0:v -f md5 -)"
	check_eq "also from the middle" \
		"$(ffmpeg -v error -ss 2 -i "$file" -map 0:v -frames:v 5 -f md5 -)" \
		"$(ffmpeg -v error -ss 2 -i "$url" -map 0:v -frames:v 5 -f md5 -)"
fi

mpv_quietly() { # OPTION... : what it says of the end
	mpv --no-config --vo=null --ao=null --untimed --msg-level=all=error "$@"
}
if have mpv; then
	check "mpv plays it to the end" mpv_quietly "$url"
	check "and from a place in it" mpv_quietly --start=2 --frames=10 "$url"
fi

# -- the end -----------------------------------------------------------------------------------------

serve_stop INT
check_eq "interrupted, it has done its work" 0 $serve_code
check_eq "and nobody listens any more" 000 "$(status "$url")"

serve_start
check_eq "without a name: everything that is here" 2 "$(wc -l <"$E2E_DIR/urls" | tr -d ' ')"
check_not "the old address is not among them" grep -qF "$url" "$E2E_DIR/urls"
serve_stop TERM
check_eq "ended politely" 0 $serve_code
check_exit 3 kiyya serve 0000

# -- a proxy in the environment is for the world, not for us ------------------------------------------

fixture_start
curl -s -o /dev/null -x "$FIXTURE_URL" http://127.0.0.1:9/movies/1234 || true
check_eq "a proxy that keeps a log" 1 "$(asked /movies/)"
check_exit 0 env http_proxy="$FIXTURE_URL" HTTP_PROXY="$FIXTURE_URL" all_proxy="$FIXTURE_URL" \
	"$KIYYA" --offline play "$id" -- --ao=null --untimed
check_eq "playing from the vault tells it nothing" 1 "$(fixture_log | wc -l | tr -d ' ')"
e2e_end
