# What the tests of the whole program share; sourced: . "$top_srcdir/tests/e2e/lib.sh"
#
#	e2e_begin download                  a folder of its own, KIYYA_HOME, cleanup at any exit
#	fixture_start --gateways 2          the stand-in; sets GATEWAY_URLS, PLAYER_URL, FIXTURE_PID
#	write_config                        a kiyya.conf that points at it
#	check "says its version" kiyya -V
#	check_eq "one claim" 1 "$(kiyya list @demo:d --json | wc -l)"
#	check_exit 3 kiyya show "$gone"
#	e2e_end                             the summary, and the exit code
#
# Lines are "ok N - text" and "not ok N - text". Nothing sleeps: wait_until looks again every 50 ms until
# a deadline. Children are ended by their own PID.
# shellcheck shell=sh disable=SC2034

: "${top_srcdir:=.}" "${top_builddir:=.}"
top_srcdir=$(cd "$top_srcdir" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
support=$top_builddir/tests/support
KIYYA=${KIYYA:-$top_builddir/kiyya}
MEDIA=${KIYYA_TEST_MEDIA:-$top_builddir/tests/media}
LC_ALL=C.UTF-8
TMPDIR=${TMPDIR:-/tmp}
export LC_ALL TMPDIR
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY no_proxy NO_PROXY
unset KIYYA_CONFIG KIYYA_GATEWAYS KIYYA_PASSPHRASE_FILE KIYYA_PASSPHRASE_FD KIYYA_LOG
unset KIYYA_NEW_PASSPHRASE_FILE KIYYA_NEW_PASSPHRASE_FD

# -- the frame ---------------------------------------------------------------------------------------

e2e_begin() { # NAME
	e2e_name=$1
	e2e_checks=0
	e2e_failures=0
	e2e_children=
	FIXTURE_PID=
	tm_running=
	E2E_DIR=$(mktemp -d "$TMPDIR/kiyya-$e2e_name.XXXXXX")
	KIYYA_HOME=$E2E_DIR/home
	XDG_RUNTIME_DIR=$E2E_DIR/run
	export KIYYA_HOME XDG_RUNTIME_DIR
	mkdir -m 0700 "$KIYYA_HOME" "$XDG_RUNTIME_DIR"
	trap e2e_cleanup EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

e2e_cleanup() {
	e2e_code=$?
	trap - EXIT
	set +e
	tm_stop
	for pid in $e2e_children; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	e2e_before=$e2e_failures
	fixture_stop
	[ "$e2e_failures" -eq "$e2e_before" ] || e2e_code=1
	if [ "$e2e_code" -ne 0 ] && [ "$e2e_code" -ne 77 ] && [ -s "$KIYYA_HOME/state/kiyya.log" ]; then
		echo "# the end of kiyya.log:"
		tail -n 20 "$KIYYA_HOME/state/kiyya.log" | sed 's/^/# /'
	fi
	[ -n "${E2E_KEEP-}" ] || rm -rf "$E2E_DIR"
	exit "$e2e_code"
}

e2e_end() {
	echo "1..$e2e_checks"
	[ "$e2e_checks" -gt 0 ] || exit 1
	[ "$e2e_failures" -eq 0 ] || {
		echo "# $e2e_failures of $e2e_checks failed"
		exit 1
	}
	exit 0
}

skip() { # REASON
	echo "SKIP: $1"
	exit 77
}

needs() { # COMMAND...
	for tool; do
		command -v "$tool" >/dev/null 2>&1 || skip "$tool is missing (contrib/install-deps test)"
	done
}

needs_kiyya() {
	[ -x "$KIYYA" ] || skip "the program is not built: $KIYYA"
}

needs_media() {
	needs ffmpeg
	"$top_srcdir/tests/support/make_media.sh" "$MEDIA" || {
		echo "not ok - the clips of the demo could not be made"
		exit 1
	}
}

# A child that is ended with the test: e2e_child "$!"
e2e_child() { # PID
	e2e_children="$e2e_children $1"
}

# -- checks ------------------------------------------------------------------------------------------

result() { # STATUS TEXT
	e2e_checks=$((e2e_checks + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $e2e_checks - $2"
	else
		e2e_failures=$((e2e_failures + 1))
		echo "not ok $e2e_checks - $2"
	fi
}

check() { # TEXT COMMAND...
	check_text=$1
	shift
	check_status=0
	"$@" >"$E2E_DIR/check.out" 2>&1 || check_status=$?
	result "$check_status" "$check_text"
	[ "$check_status" -eq 0 ] || {
		echo "#   exit $check_status from: $*"
		head -n 15 "$E2E_DIR/check.out" | sed 's/^/#   /'
	}
}

check_not() { # TEXT COMMAND...
	check_text=$1
	shift
	check "$check_text" not "$@"
}

not() { # COMMAND...
	! "$@"
}

check_eq() { # TEXT EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		echo "#   expected: $2"
		echo "#   actual:   $3"
	fi
}

check_has() { # TEXT NEEDLE HAYSTACK
	case $3 in
	*"$2"*) result 0 "$1" ;;
	*)
		result 1 "$1"
		echo "#   expected to find: $2"
		printf '%s\n' "$3" | head -n 15 | sed 's/^/#   in: /'
		;;
	esac
}

# What it prints is left in $E2E_DIR/out and $E2E_DIR/err, and in $out and $err.
check_exit() { # CODE COMMAND...
	check_code=$1
	shift
	check_status=0
	"$@" >"$E2E_DIR/out" 2>"$E2E_DIR/err" || check_status=$?
	out=$(cat "$E2E_DIR/out")
	err=$(cat "$E2E_DIR/err")
	if [ "$check_status" -eq "$check_code" ]; then
		result 0 "exit $check_code: $*"
	else
		result 1 "exit $check_code, not $check_status: $*"
		head -n 15 "$E2E_DIR/err" | sed 's/^/#   /'
	fi
}

# -- waiting -----------------------------------------------------------------------------------------

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# In a shell of its own, so that a command may wait in its turn.
wait_until() ( # SECONDS COMMAND...
	deadline=$(($(now_ms) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$deadline" ] || return 1
		"$support/pause" 50
	done
)

is_gone() { # PID
	! kill -0 "$1" 2>/dev/null
}

contains() { # FILE TEXT
	grep -qF -- "$2" "$1"
}

# -- the stand-in ------------------------------------------------------------------------------------

# Its standard input is a pipe that this shell holds: should the shell be killed, it ends all the same.
fixture_start() { # OPTIONS...
	[ -p "$E2E_DIR/leash" ] || mkfifo "$E2E_DIR/leash"
	"$support/fixture_gateway" --until-eof "$@" <"$E2E_DIR/leash" \
		>"$E2E_DIR/fixture.out" 2>"$E2E_DIR/fixture.err" &
	FIXTURE_PID=$!
	exec 8>"$E2E_DIR/leash"
	if ! wait_until 60 contains "$E2E_DIR/fixture.out" port; then
		cat "$E2E_DIR/fixture.err"
		echo "not ok - the stand-in gateway did not start"
		exit 1
	fi
	GATEWAY_URLS=
	FIXTURE_URL=
	for port in $(sed -n 's/^port //p' "$E2E_DIR/fixture.out"); do
		: "${FIXTURE_URL:=http://127.0.0.1:$port}"
		GATEWAY_URLS=$GATEWAY_URLS${GATEWAY_URLS:+,}http://127.0.0.1:$port/api/v1/proxy
	done
	GATEWAY_URL=${GATEWAY_URLS%%,*}
	PLAYER_URL=$FIXTURE_URL
	SEARCH_URL=$FIXTURE_URL/search
	LIVE_URL=$FIXTURE_URL/livestream/is_live
}

# It ends with 0 when it is asked to end; anything else (a sanitizer, a crash) is a failure of the test.
fixture_stop() {
	[ -n "$FIXTURE_PID" ] || return 0
	fixture_code=0
	kill "$FIXTURE_PID" 2>/dev/null || true
	wait "$FIXTURE_PID" 2>/dev/null || fixture_code=$?
	FIXTURE_PID=
	[ "$fixture_code" -eq 0 ] || {
		result 1 "the stand-in ended with $fixture_code"
		sed 's/^/#   /' "$E2E_DIR/fixture.err"
	}
}

fixture_control() { # JSON
	curl -sS -f -d "$1" "$FIXTURE_URL/_control" >/dev/null
}

fixture_log() {
	curl -sS -f "$FIXTURE_URL/_log"
}

fixture_log_clear() {
	curl -sS -f -X DELETE "$FIXTURE_URL/_log"
}

# How many requests of the log hold all of the words.
asked() { # WORD...
	fixture_log >"$E2E_DIR/log"
	for word; do
		grep -F -- "$word" "$E2E_DIR/log" >"$E2E_DIR/log.left" || true
		mv "$E2E_DIR/log.left" "$E2E_DIR/log"
	done
	wc -l <"$E2E_DIR/log" | tr -d ' '
}

# Bytes of bodies sent by gateway, player or search.
bytes_sent() { # WHERE
	fixture_log | sed -n 's/.*"where":"'"$1"'".*"bytes":\([0-9]*\).*/\1/p' |
		awk '{ n += $1 } END { printf "%d\n", n }'
}

# One JSON-RPC call by curl, for the tests of the stand-in itself and for facts about claims.
rpc() { # METHOD PARAMS
	curl -sS -d '{"jsonrpc":"2.0","method":"'"$1"'","params":'"$2"',"id":7}' "$GATEWAY_URL?m=$1"
}

# The first string (or number) called NAME in pretty or compact JSON on standard input.
json_first() { # NAME
	sed -n 's/.*"'"$1"'": *"\{0,1\}\([^",}]*\).*/\1/p' | head -n 1
}

# The id of the claim with that name.
claim_id() { # NAME
	rpc claim_search '{"name":"'"$1"'","no_totals":true}' |
		sed -n 's/^        "claim_id": "\([0-9a-f]*\)".*/\1/p' | head -n 1
}

# The SHA-384 that the publisher gave for it.
claim_hash() { # NAME
	rpc claim_search '{"name":"'"$1"'","no_totals":true}' | json_first hash
}

# -- the program -------------------------------------------------------------------------------------

# A configuration that knows nothing but the stand-in. More lines come from standard input if "-" is given.
# shellcheck disable=SC2120
write_config() { # [-]
	mkdir -p "$KIYYA_HOME/config"
	chmod 0700 "$KIYYA_HOME/config"
	{
		cat <<-CONF
			[gateway]
			urls = $GATEWAY_URLS
			search_url = $SEARCH_URL
			live_url = $LIVE_URL
			player_url = $PLAYER_URL
			timeout = 2s
			[channel]
			default = @demo:d
			[play]
			vo = null
			[download]
			reserve = 1M
		CONF
		[ -z "${E2E_ENCRYPT-}" ] || echo "encrypt = $E2E_ENCRYPT"
		[ "${1-}" != - ] || cat
	} >"$KIYYA_HOME/config/kiyya.conf"
}

# In the background say "$KIYYA": $! is then the program's own PID and not that of a shell around it.
kiyya() {
	"$KIYYA" "$@" 8>&-
}

# -- the vault ---------------------------------------------------------------------------------------

file_of() { # ITEM : its file in the vault
	kiyya offline --json | sed -n "s/^{\"claim_id\":\"$1\".*\"file\":\"\([^\"]*\)\".*/\1/p"
}

sum_of() { # ITEM : SHA-384 of what cat gives
	kiyya cat "$1" 2>/dev/null | sha384sum | cut -d' ' -f1
}

vault_files() {
	find "$KIYYA_HOME/data/vault" -type f | wc -l | tr -d ' '
}

partial_of() { # SIZE : one partial file is there, and of more than this (as find has it)
	[ "$(find "$KIYYA_HOME/data/vault" -name '*.part' -size "+$1" | wc -l)" -eq 1 ]
}

# A download that is killed when that much of it is there: cut_off BYTES_A_SECOND SIZE ITEM
cut_off() {
	fixture_control "{\"throttle\":$1}"
	"$KIYYA" download "$3" >/dev/null 2>&1 8>&- &
	cut_pid=$!
	e2e_child $cut_pid
	check "a download is cut off" wait_until 20 partial_of "$2"
	kill -9 $cut_pid
	wait $cut_pid 2>/dev/null || true
	fixture_control '{"throttle":0}'
}

# -- a terminal: tmux with a server of its own ---------------------------------------------------------

tm() {
	tmux -L "kiyya$$" -f /dev/null "$@" 8>&-
}

tm_start() { # COLSxROWS COMMAND...
	tm_size=$1
	shift
	tm new-session -d -x "${tm_size%x*}" -y "${tm_size#*x}" "$@"
	tm_running=yes
	tm set-option -g status off
	tm set-option -g remain-on-exit on
	tm resize-window -x "${tm_size%x*}" -y "${tm_size#*x}"
}

tm_stop() {
	[ -n "$tm_running" ] || return 0
	tm kill-server 2>/dev/null
	tm_running=
}

tm_keys() { # KEY...
	tm send-keys "$@"
}

tm_screen() {
	tm capture-pane -p
}

tm_shows() { # TEXT
	tm_screen | grep -qF -- "$1"
}

# Waits for the current screen to show the text; prints the screen when it never does.
tm_wait() { # TEXT [SECONDS]
	wait_until "${2:-10}" tm_shows "$1" || {
		echo "the screen never showed \"$1\":"
		tm_screen
		return 1
	}
}
