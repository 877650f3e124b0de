#!/bin/sh
# The benches: each compares kiyya with a peer in one run, in rounds that take turns, and prints a row
#
#	name | what kiyya did | median | what the peer did | median | ratio (median of the rounds' ratios)
#
# as Markdown. Machines are noisy: only the ratios mean anything. Called by contrib/bench.
#
#	tests/bench/run.sh BUILD_DIR [ROUNDS] [MIB] [CLAIMS] [frames|seal|server|play|download|cache]
#
# and for the cache a table of its own.
set -eu
cd "$(dirname "$0")/../.."
top_srcdir=$PWD
top_builddir=$(cd "$1" && pwd)
rounds=${2:-9}
mib=${3:-1024}
claims=${4:-1000000}
only=${5:-}
PATH=$PATH:/usr/sbin:/sbin
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin bench
bench=$top_builddir/tests/bench

median() { # of the numbers on standard input
	sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Pairs "ours theirs", one a round, on standard input.
row() { # NAME OURS UNIT THEIRS
	cat >"$E2E_DIR/pairs"
	[ -s "$E2E_DIR/pairs" ] || { echo "bench: $1: no round came through" >&2; exit 1; }
	ours=$(awk '{ print $1 }' "$E2E_DIR/pairs" | median)
	theirs=$(awk '{ print $2 }' "$E2E_DIR/pairs" | median)
	ratio=$(awk '{ print $1 / $2 }' "$E2E_DIR/pairs" | median)
	least=$(awk '{ print $1 / $2 }' "$E2E_DIR/pairs" | sort -g | head -n 1)
	most=$(awk '{ print $1 / $2 }' "$E2E_DIR/pairs" | sort -g | tail -n 1)
	printf '| %s | %s | %.4g %s | %s | %.4g %s | **%.2f** (%.2f–%.2f) |\n' \
		"$1" "$2" "$ours" "$3" "$4" "$theirs" "$3" "$ratio" "$least" "$most"
}

# -- the first frame -----------------------------------------------------------------------------------

can_be_cold() {
	[ -w /proc/sys/vm/drop_caches ]
}

forget_files() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

prepare_frames() {
	fixture_start --media "$MEDIA"
	write_config
	kiyya list @demo:d >/dev/null
	fixture_stop # titles come from the cache, nobody else is there
	cat >"$E2E_DIR/feed.xml" <<-'FEED'
		<?xml version="1.0"?><rss version="2.0"><channel><title>The Demo Channel</title><link>http://127.0.0.1/</link>
		<description>d</description><item><title>City at Night</title><link>http://127.0.0.1/1</link></item></channel></rss>
	FEED
	echo "file://$E2E_DIR/feed.xml" >"$E2E_DIR/urls"
	: >"$E2E_DIR/newsboat.conf"
	newsboat -u "$E2E_DIR/urls" -c "$E2E_DIR/newsboat.db" -C "$E2E_DIR/newsboat.conf" -x reload >/dev/null 2>&1
}

frame_kiyya() {
	"$bench/first_frame" "City at Night" "$KIYYA" @demo:d
}

frame_newsboat() {
	"$bench/first_frame" "The Demo Channel" newsboat -u "$E2E_DIR/urls" -c "$E2E_DIR/newsboat.db" \
		-C "$E2E_DIR/newsboat.conf"
}

frame_htop() {
	"$bench/first_frame" F10 htop
}

frames() { # PEER HEAT
	i=0
	while [ $i -lt "$rounds" ]; do
		[ "$2" = warm ] || forget_files
		a=$(frame_kiyya)
		[ "$2" = warm ] || forget_files
		b=$("frame_$1")
		echo "$a $b"
		i=$((i + 1))
	done
}

bench_frames() {
	prepare_frames
	frame_kiyya >/dev/null
	for heat in warm cold; do
		[ $heat = warm ] || can_be_cold || { echo "bench: no cold start: drop_caches is not ours" >&2; continue; }
		for peer in newsboat htop; do
			frames $peer $heat | row "first frame, $heat" "cached titles shown" ms "$peer"
		done
	done
}

# -- sealing and opening -------------------------------------------------------------------------------

figure() { # NAME : of what bench_seal said
	awk -v name="$1" '$1 == name { print $2 }' "$E2E_DIR/seal"
}

seal_row() { # NAME OURS PEER FIGURES
	printf '| %s 256 MiB | %s, %s s/GiB of processor | %s MiB/s | %s | %s MiB/s | **%s** of its speed (%s–%s) |\n' \
		"$1" "$2" "$(figure "$4_cpu_s_gib")" "$(figure "$4_mib_s")" "$3" "$(figure "$4_peer_mib_s")" \
		"$(figure "$4_ratio")" "$(figure "$4_least")" "$(figure "$4_most")"
}

bench_seal() {
	"$bench/bench_seal" 256 >"$E2E_DIR/seal"
	cat "$E2E_DIR/seal" >&2
	for what in seal open; do
		for peer in sodium crypto; do
			seal_row $what "through the vault" "lib$peer alone, same chunks, same files" ${what}_$peer
		done
	done
	seal_row verify "records and SHA-384" "the slower of opening by libcrypto and SHA-384 alone" verify
	seal_row "verify --no-hash" "records" "opening by libcrypto alone" verify_no_hash
}

# -- the local server ----------------------------------------------------------------------------------

# Each sets its address: our own over the vault, nginx over the plain file, rclone over its own sealed one.
start_kiyya() {
	fixture_start --media "$MEDIA" --marked "$E2E_DIR/film"
	write_config
	item=$(claim_id marked)
	kiyya download "$item" >/dev/null
	fixture_stop
	"$KIYYA" serve "$item" >"$E2E_DIR/url" 2>/dev/null 8>&- &
	e2e_child $!
	wait_until 20 test -s "$E2E_DIR/url"
	kiyya_url=$(cat "$E2E_DIR/url")
}

answers() { # ADDRESS
	curl -sf -r 0-0 -o "$E2E_DIR/byte" "$1"
}

# Serves a folder; sets nginx_port.
nginx_start() { # FOLDER
	nginx_port=$("$bench/bench_server" port)
	of=$E2E_DIR/nginx-$nginx_port
	mkdir "$of"
	cat >"$of/conf" <<-CONF
		daemon off; pid $of/pid; error_log $of/err; worker_processes 2;
		$([ "$(id -u)" -ne 0 ] || echo 'user root;')
		events {}
		http {
			access_log off; sendfile on; tcp_nopush off; keepalive_requests 10000000;
			client_body_temp_path $of/t1; proxy_temp_path $of/t2; fastcgi_temp_path $of/t3;
			uwsgi_temp_path $of/t4; scgi_temp_path $of/t5;
			server { listen 127.0.0.1:$nginx_port; root $1; }
		}
	CONF
	nginx -c "$of/conf" -e "$of/err" 2>/dev/null 8>&- &
	e2e_child $!
}

start_nginx() {
	nginx_start "$E2E_DIR"
	nginx_url=http://127.0.0.1:$nginx_port/film
	wait_until 20 answers "$nginx_url"
}

start_rclone() {
	port=$("$bench/bench_server" port)
	rclone_url=http://127.0.0.1:$port/film
	printf '[sealed]\ntype = crypt\nremote = %s\npassword = %s\n' "$E2E_DIR/rclone" "$(rclone obscure bench)" \
		>"$E2E_DIR/rclone.conf"
	rclone --config "$E2E_DIR/rclone.conf" copyto "$E2E_DIR/film" sealed:film
	rclone --config "$E2E_DIR/rclone.conf" serve http sealed: --addr "127.0.0.1:$port" 2>/dev/null 8>&- &
	e2e_child $!
	wait_until 20 answers "$rclone_url"
}

in_turn() { # WHAT COUNT OURS THEIRS : pairs "ours theirs"
	i=0
	while [ $i -lt "$rounds" ]; do
		echo "$("$bench/bench_server" "$1" "$3" "$2") $("$bench/bench_server" "$1" "$4" "$2")"
		i=$((i + 1))
	done
}

# What two readers cost at least: two threads that open as much, and two that read it from a server that opens nothing.
two_readers() {
	i=0
	"$bench/bench_server" open "$E2E_DIR/records" "$mib" 1 >/dev/null
	while [ $i -lt "$rounds" ]; do
		a=$("$bench/bench_server" get "$kiyya_url" 2)
		b=$("$bench/bench_server" open "$E2E_DIR/records" "$mib" 2)
		c=$("$bench/bench_server" get "$nginx_url" 2)
		echo "$a $(echo "$b $c" | awk '{ print $1 + $2 }')"
		i=$((i + 1))
	done
}

bench_server() {
	head -c $((mib * 1048576)) /dev/urandom >"$E2E_DIR/film"
	start_kiyya
	for peer in nginx rclone; do
		command -v $peer >/dev/null 2>&1 || { echo "bench: $peer is missing: left out" >&2; continue; }
		start_$peer
		eval "peer_url=\$${peer}_url"
		in_turn get 1 "$kiyya_url" "$peer_url" | row "GET $mib MiB" "from the vault" ms $peer
		in_turn ranges 400 "$kiyya_url" "$peer_url" | row "64 KiB anywhere, median" "from the vault" us $peer
	done
	[ -z "${nginx_url-}" ] ||
		two_readers | row "GET $mib MiB by two" "from the vault" ms "two threads that open, and two from nginx"
}

# -- the player ------------------------------------------------------------------------------------------

# A minute of moving noise at 8 Mbit/s with a key frame every other second, its streams copied again and again until the
# film is as long as it has to be: as large, as deep and as easy to seek in as a real one, and quick to make.
make_film() { # MIB
	minute=$E2E_DIR/minute.mp4
	ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=1280x720:r=25:d=60 -f lavfi -i sine=f=330:d=60 \
		-vf noise=alls=40:allf=t:all_seed=7 -c:v libx264 -preset ultrafast -pix_fmt yuv420p \
		-g 50 -keyint_min 50 -sc_threshold 0 -b:v 8M -minrate 8M -maxrate 8M -bufsize 8M \
		-c:a aac -b:a 96k "$minute"
	ffmpeg -nostdin -v error -y -stream_loop $(($1 * 1048576 / $(stat -c %s "$minute"))) -i "$minute" \
		-c copy -movflags +faststart "$E2E_DIR/film.mp4"
	rm "$minute"
}

kind() { # NAME : its pairs among what bench_play said
	awk -v name="$1" '$1 == name { print $2, $3 }' "$E2E_DIR/play"
}

play_rows() { # MIB
	make_film "$1"
	mkdir "$E2E_DIR/sealed"
	"$bench/bench_play" "$E2E_DIR/film.mp4" "$E2E_DIR/sealed" "$rounds" >"$E2E_DIR/play"
	film="$(($(stat -c %s "$E2E_DIR/film.mp4") / 1048576)) MiB"
	kind first | row "first frame of $film" "from the vault" ms "libmpv set up the same, plain file"
	kind unset | row "first frame of $film" "from the vault" ms "libmpv as it comes, plain file"
	kind seek | row "seek in $film" "from the vault" ms "libmpv set up the same, plain file"
	rm -r "$E2E_DIR/sealed" "$E2E_DIR/film.mp4"
}

# A short film, and a long one: its index is so long that ffmpeg needs some time for it, for an address and not for a file.
bench_play() {
	play_rows 120
	play_rows "$mib"
}

# -- download --------------------------------------------------------------------------------------------

# The same bytes as a claim with a hash, as one without, and three shorter ones.
publish_films() {
	mkdir "$E2E_DIR/films"
	head -c $((mib * 1048576)) /dev/urandom >"$E2E_DIR/films/film.mp4"
	head -c $((mib * 262144)) "$E2E_DIR/films/film.mp4" >"$E2E_DIR/films/part.mp4"
	head -c $((24 * 1048576)) "$E2E_DIR/films/film.mp4" >"$E2E_DIR/films/short.mp4"
	for row in "hashed film -" "unhashed film nohash" "one part -" "two part -" "three part -" "short short -"; do
		set -- $row
		printf '@demo\tvideo\t%s\t%s\t%s.mp4\t60\t640x360\t400\t2024-06-01T18:00:00Z\t-\ten\t%s\t-\n' "$1" "$1" "$2" "$3"
	done >"$E2E_DIR/films/catalog.tsv"
}

# The same films at the same addresses from nginx: the stand-in copies them more slowly than a disk writes.
host_films() {
	command -v nginx >/dev/null 2>&1 || { echo "bench: nginx is missing: the stand-in hosts the films" >&2; return; }
	for name in hashed unhashed; do
		path=$(address_of "$(claim_id $name)")
		path=$E2E_DIR/host/${path#http://*/}
		mkdir -p "${path%/*}"
		ln -s "$E2E_DIR/films/film.mp4" "$path"
	done
	nginx_start "$E2E_DIR/host"
	PLAYER_URL=http://127.0.0.1:$nginx_port
	write_config
	kiyya cache clear --yes >/dev/null # it has the addresses of the stand-in
	wait_until 20 answers "$(address_of "$(claim_id hashed)")"
}

films_start() { # OPTIONS...
	fixture_start --media "$E2E_DIR/films" --catalog "$E2E_DIR/films/catalog.tsv" "$@"
}

address_of() { # ITEM
	kiyya show "$1" --json | sed 's/.*"quality":"original","type":"[^"]*","url":"\([^"]*\)".*/\1/'
}

cost() { # COMMAND... : "MS CPU_MS KIB"
	"$bench/took" "$@" || { echo "bench: failed: $*" >&2; exit 1; }
}

into_vault() { # ITEM...
	for item; do
		kiyya show "$item" >/dev/null
	done
	cost "$KIYYA" download "$@"
	kiyya rm --yes "$@" >/dev/null
}

by_curl() { # ADDRESS
	cost sh -c 'curl -sf -H "Referer: https://odysee.com/" -o "$1" "$2" && sync "$1"' sh "$E2E_DIR/plain" "$1"
	rm "$E2E_DIR/plain"
}

by_aria2c() { # ADDRESS
	cost aria2c -q -x4 -s4 -k4M --file-allocation=none --no-conf --referer=https://odysee.com/ -d "$E2E_DIR" \
		-o plain "$1"
	rm "$E2E_DIR/plain"
}

# Rounds "OURS THEIRS" of costs as they stand in two files; a row for the time and one for the processor.
cost_rows() { # NAME OURS THEIRS
	paste -d' ' "$E2E_DIR/ours" "$E2E_DIR/theirs" >"$E2E_DIR/costs"
	awk '{ print $1, $4 }' "$E2E_DIR/costs" | row "$1" "$2" ms "$3"
	awk -v gib="$mib" '{ print $2 * 1.024 / gib, $5 * 1.024 / gib }' "$E2E_DIR/costs" |
		row "$1, processor" "$2" s/GiB "$3"
}

download_rounds() { # ITEM PEER NAME WORDS
	: >"$E2E_DIR/ours" >"$E2E_DIR/theirs"
	i=0
	while [ $i -lt "$rounds" ]; do
		into_vault "$(claim_id "$1")" >>"$E2E_DIR/ours"
		"by_$2" "$(address_of "$(claim_id "$1")")" >>"$E2E_DIR/theirs"
		i=$((i + 1))
	done
	cost_rows "download $mib MiB, $3" "into the vault" "$4"
}

# As the player host does: so much a second, whatever a connection could carry.
bench_slow_host() {
	films_start --each 1572864
	short=$(claim_id short)
	i=0
	while [ $i -lt "$rounds" ]; do
		for n in 4 1; do
			printf '%s\n' "connections = $n" | write_config -
			into_vault "$short" | awk '{ printf "%s ", $1 }'
		done
		echo
		i=$((i + 1))
	done | row "24 MiB at 1.5 MiB/s a connection" "four connections" ms "one connection"
	fixture_stop
}

bench_memory() {
	films_start
	printf '%s\n' "parallel = 3" "connections = 4" | write_config -
	into_vault "$(claim_id one)" "$(claim_id two)" "$(claim_id three)" |
		awk '{ printf "\nThree downloads at once, four connections each: %.1f MB resident at most.\n", $3 / 1024 }' \
			>"$E2E_DIR/memory"
	fixture_stop
}

bench_download() {
	publish_films
	films_start
	write_config
	host_films
	download_rounds hashed curl "hash checked" 'curl -o F && sync F'
	download_rounds unhashed curl "no hash" 'curl -o F && sync F'
	if command -v aria2c >/dev/null 2>&1; then
		download_rounds unhashed aria2c "no hash" 'aria2c -x4'
	else
		echo "bench: aria2c is missing: left out" >&2
	fi
	fixture_stop
	bench_slow_host
	bench_memory
	cat "$E2E_DIR/memory"
}

# -- the cache -------------------------------------------------------------------------------------------

# Where it may, before all other programs: what they do is not what this measures.
before_all() {
	if chrt -f 1 true 2>/dev/null; then
		chrt -f 1 "$@"
	else
		"$@"
	fi
}

bench_cache() {
	printf '\n## The cache\n\n'
	before_all "$bench/bench_cache" "$claims" "$E2E_DIR"
}

if [ "$only" != cache ]; then
	echo '| bench | kiyya | median | peer | median | ratio |'
	echo '| --- | --- | --- | --- | --- | --- |'
fi
for one in frames seal server play download cache; do
	[ $one != download ] || rounds=$(((rounds + 1) / 2))
	[ "${only:-$one}" != $one ] || bench_$one
done
