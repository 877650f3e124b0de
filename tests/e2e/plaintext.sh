#!/bin/sh
# No byte string of the plaintext below KIYYA_HOME, while a film arrives, after it has, when it is played.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin plaintext
needs curl sha384sum
needs_kiyya
needs_media

# 8 MiB in which every 4 KiB begin with the same 64 bytes that occur nowhere else on earth.
marker=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
marked=$E2E_DIR/marked
{
	printf %s "$marker"
	head -c 4032 /dev/urandom
} >"$marked"
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
	cat "$marked" "$marked" >"$marked.twice"
	mv "$marked.twice" "$marked"
done

mkdir "$E2E_DIR/tmp"
TMPDIR=$E2E_DIR/tmp
export TMPDIR
fixture_start --media "$MEDIA" --marked "$marked"
write_config

leaks() { # every place where the program may write
	grep -rlF -- "$marker" "$KIYYA_HOME" "$TMPDIR" "$XDG_RUNTIME_DIR"
}

check_eq "the file is what we think" 8388608 "$(wc -c <"$marked" | tr -d ' ')"
check "the search finds what is there" grep -qF -- "$marker" "$marked"
check_not "nothing before" leaks

# -- while it arrives --------------------------------------------------------------------------------

fixture_control '{"throttle":4000000}'
item=$(claim_id marked)
"$KIYYA" download "$item" >"$E2E_DIR/out" 2>&1 8>&- &
download=$!
e2e_child "$download"
looks=0
found=
while ! is_gone "$download"; do
	looks=$((looks + 1))
	leaks >"$E2E_DIR/leaks" 2>/dev/null && found=$(cat "$E2E_DIR/leaks")
	"$support/pause" 20
done
code=0
wait "$download" || code=$?
check_eq "the download ends well" 0 "$code"
check "looked often enough" test "$looks" -ge 5
check_eq "nothing while it ran" "" "$found"
check_not "nothing after" leaks
check_eq "it is the film all the same" "$(sha384sum <"$marked" | cut -d' ' -f1)" "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)"
check_not "nothing after cat" leaks
check_exit 0 kiyya verify "$item"
check_not "nothing after verify" leaks
check_not "nor its title in the vault" grep -rqF Marked "$KIYYA_HOME/data/vault"

# -- while it is played ------------------------------------------------------------------------------

clip=$(claim_id counting-to-ten)
check_exit 0 kiyya download "$clip"
"$support/fixture_gateway" >"$E2E_DIR/catch.out" 2>&1 &
e2e_child "$!"
wait_until 10 contains "$E2E_DIR/catch.out" port
catcher=http://127.0.0.1:$(sed -n 's/^port //p' "$E2E_DIR/catch.out")
caught() {
	curl -sS "$catcher/_log" | wc -l | tr -d ' '
}
curl -sS -o /dev/null -x "$catcher" http://example.invalid/
check_eq "the proxy catches what is sent to it" 1 "$(caught)"
http_proxy=$catcher HTTP_PROXY=$catcher all_proxy=$catcher ALL_PROXY=$catcher
export http_proxy HTTP_PROXY all_proxy ALL_PROXY
check_exit 0 kiyya play "$clip" --vo null --start 0 -- --ao=null
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
check_eq "playing sent it nothing" 1 "$(caught)"
fixture_stop
e2e_end
