#!/bin/sh
# Gateways and player hosts speak HTTP/2: nginx does here, in front of the stand-in. Rows, streams that are cut, a connection
# that is taken away between two questions; and films, whose parts come over connections of their own.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin http2
PATH=$PATH:/usr/sbin:/sbin
command -v nginx >/dev/null || skip "nginx is missing (contrib/install-deps full)"
needs curl openssl sha384sum
needs_kiyya
needs_media

check "a certificate is made" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
	-keyout "$E2E_DIR/host.key" -out "$E2E_DIR/host.pem" -subj /CN=host -addext subjectAltName=IP:127.0.0.1

fixture_start --media "$MEDIA" --claims 300
# A port that was free a moment ago: another stand-in had it.
port=$("$support/fixture_gateway" --until-eof </dev/null | sed -n 's/^port //p')

# nginx on that port for the stand-in of the port given; each of its connections answers so many requests. No file of the
# system's is needed, and none is written beside the test's own.
host_start() { # REQUESTS
	cat >"$E2E_DIR/nginx.conf" <<-CONF
		daemon off; pid $E2E_DIR/nginx.pid; error_log $E2E_DIR/nginx.err; worker_processes 1;
		$([ "$(id -u)" -ne 0 ] || echo 'user root;')
		events {}
		http {
			log_format asked '\$server_protocol \$connection \$request_method \$uri';
			access_log $E2E_DIR/asked asked;
			client_body_temp_path $E2E_DIR/t1; proxy_temp_path $E2E_DIR/t2; fastcgi_temp_path $E2E_DIR/t3;
			uwsgi_temp_path $E2E_DIR/t4; scgi_temp_path $E2E_DIR/t5;
			server {
				listen 127.0.0.1:$port ssl http2;
				ssl_certificate $E2E_DIR/host.pem; ssl_certificate_key $E2E_DIR/host.key;
				keepalive_requests $1;
				location = /api/v2/status { access_log off; proxy_pass $FIXTURE_URL; }
				location / { proxy_pass $FIXTURE_URL; proxy_buffering off; proxy_set_header Host \$http_host; }
			}
		}
	CONF
	: >"$E2E_DIR/asked"
	nginx -c "$E2E_DIR/nginx.conf" -e "$E2E_DIR/nginx.err" 2>/dev/null 8>&- &
	host=$!
	e2e_child $host
	wait_until 20 curl -sf --cacert "$E2E_DIR/host.pem" -o "$E2E_DIR/status" "https://127.0.0.1:$port/api/v2/status"
	: >"$E2E_DIR/asked"
}

host_stop() {
	kill "$host"
	wait "$host" 2>/dev/null || true
}

asked_by() { # PROTOCOL WORD
	grep -F "$1" "$E2E_DIR/asked" | grep -cF -- "$2" || true
}

# It notes a request when all of the answer is out: perhaps a moment after we have it.
asks_at_least() { # TIMES PROTOCOL WORD
	[ "$(asked_by "$2" "$3")" -ge "$1" ]
}

host_start 1000
GATEWAY_URLS=https://127.0.0.1:$port/api/v1/proxy,$GATEWAY_URL
PLAYER_URL=https://127.0.0.1:$port
write_config - <<-CONF
	connections = 3
	[net]
	ca_file = $E2E_DIR/host.pem
CONF
fresh() {
	check_exit 0 kiyya cache clear --yes
	: >"$E2E_DIR/asked"
}

# -- the gateway ---------------------------------------------------------------------------------------

check_exit 0 kiyya list @big:b --json --limit 300
check_eq "all rows" 300 "$(grep -c '"title":"Item ' "$E2E_DIR/out")"
check "asked over HTTP/2" wait_until 10 asks_at_least 6 HTTP/2.0 /api/v1/proxy
check_eq "and nothing else" 0 "$(asked_by HTTP/1 /)"
check_eq "over one connection" 1 "$(cut -d' ' -f2 "$E2E_DIR/asked" | sort -u | wc -l | tr -d ' ')"

fresh
fixture_control '{"where":"gateway","act":"cut","after":100,"times":1}'
check_exit 0 kiyya list @big:b --json
check_eq "a stream that is cut: the next gateway answers" 50 "$(grep -c '"title":"Item ' "$E2E_DIR/out")"
check_exit 0 kiyya cache clear --yes

host_stop
host_start 2 # and goes away, with a word
check_exit 0 kiyya list @big:b --json --limit 300
check_eq "a connection for two questions: all rows" 300 "$(grep -c '"title":"Item ' "$E2E_DIR/out")"
wait_until 10 asks_at_least 6 HTTP/2.0 /api/v1/proxy
check "it took several" test "$(cut -d' ' -f2 "$E2E_DIR/asked" | sort -u | wc -l)" -ge 3

host_stop
check_exit 0 kiyya cache clear --yes
check_exit 0 kiyya list @big:b --json
check_eq "nobody is there: the next gateway answers" 50 "$(grep -c '"title":"Item ' "$E2E_DIR/out")"

# -- the player host -----------------------------------------------------------------------------------

host_start 1000
fresh
item=$(claim_id city-at-night)
check_exit 0 kiyya download "$item"
check_eq "the publisher's bytes" "$(claim_hash city-at-night)" "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)"
check "over a connection that it does not share" wait_until 10 asks_at_least 1 HTTP/1.1 /v6/
check_eq "and no other" 0 "$(asked_by HTTP/2.0 /v6/)"

: >"$E2E_DIR/asked"
check_exit 0 kiyya download "$item" --quality 360p
check_eq "all segments, in their order" "$(cat "$MEDIA"/city-at-night.hls/v1_s*.ts | sha384sum | cut -d' ' -f1)" \
	"$(kiyya cat "$item" --quality 360p | sha384sum | cut -d' ' -f1)"
check_eq "nothing over one that they share" 0 "$(asked_by HTTP/2.0 /v6/)"
wait_until 10 asks_at_least 4 HTTP/1.1 .ts
check_eq "each over a connection that it does not share" 4 "$(asked_by HTTP/1.1 .ts)"

check_exit 0 kiyya rm "$item" --quality 360p --yes
fixture_control '{"where":"player","act":"cut","after":1000,"times":2}'
check_exit 0 kiyya download "$item" --quality 360p
check_eq "segments that are cut come again" "$(cat "$MEDIA"/city-at-night.hls/v1_s*.ts | sha384sum | cut -d' ' -f1)" \
	"$(kiyya cat "$item" --quality 360p | sha384sum | cut -d' ' -f1)"
host_stop
e2e_end
