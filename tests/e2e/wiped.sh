#!/bin/sh
# After a lock no key and no passphrase is in the memory of any kiyya process, read as root reads it.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin wiped
needs curl tmux od
needs_kiyya
needs_media
[ "$(id -u)" -eq 0 ] || skip "only root may read the memory of other processes everywhere"
fixture_start --media "$MEDIA"
write_config
item=$(claim_id counting-to-ten)

# Without a letter that the browser would take for a command, and found nowhere else.
word="0_$(od -An -N12 -tx8 /dev/urandom | tr -d ' \n')_0"
printf '%s\n' "$word" >"$E2E_DIR/word"
KIYYA_PASSPHRASE_FILE=$E2E_DIR/word check_exit 0 kiyya key init
KIYYA_PASSPHRASE_FILE=$E2E_DIR/word check_exit 0 kiyya download "$item"
file=$(kiyya offline --json | sed -n 's/.*"file":"\([^"]*\)".*/\1/p')
"$support/show_keys" "$KIYYA_HOME/data" "$file" <"$E2E_DIR/word" >"$E2E_DIR/needles"
echo "passphrase $(printf %s "$word" | od -An -v -tx1 | tr -d ' \n')" >>"$E2E_DIR/needles"
check_eq "the keys are known" 8 "$(wc -l <"$E2E_DIR/needles" | tr -d ' ')"

scan() { # PID
	"$support/scan_memory" "$1" <"$E2E_DIR/needles" >"$E2E_DIR/scan" || return $?
}

# A test that finds nothing proves nothing until it has found something.
has() { # PID NAME
	scan "$1" || true
	grep -q "^found $2 " "$E2E_DIR/scan"
}

holds_nothing() { # PID
	scan "$1" && return 0
	cat "$E2E_DIR/scan"
	return 1
}

# -- the browser -------------------------------------------------------------------------------------

open_vault() {
	tm_keys ":" && tm_wait ":" && tm_keys -l "unlock" && tm_keys Enter && tm_wait "passphrase of the vault" &&
		tm_keys -l "$word" && tm_wait "****" && has "$pid" passphrase && tm_keys Enter &&
		tm_wait "the vault is open"
}

tm_start 80x24 "$KIYYA"
check "the browser is open" tm_wait "City at Night"
pid=$(tm display-message -p '#{pane_pid}')
check "nothing before the vault is touched" holds_nothing "$pid"
check "it asks for the passphrase" open_vault
check_not "which is not shown" tm_shows "$word"
check "the master key is there" has "$pid" MK
check_not "the passphrase is not" has "$pid" passphrase
tm_keys -l ":play" && tm_keys Escape
tm_keys -l ":lock"
tm_keys Enter
check ":lock" tm_wait "the vault is locked"
check "wipes all" holds_nothing "$pid"

check "it opens once more" open_vault
check "the master key is there again" has "$pid" MK

# -- beside it ---------------------------------------------------------------------------------------

KIYYA_PASSPHRASE_FILE=$E2E_DIR/word "$KIYYA" serve "$item" >"$E2E_DIR/served" 2>"$E2E_DIR/serve.err" 8>&- &
serve=$!
e2e_child "$serve"
check "a server beside it" wait_until 20 contains "$E2E_DIR/served" http
curl -sS -o /dev/null "$(head -n 1 "$E2E_DIR/served")"
check "has the file's keys" has "$serve" K_content
check_not "and not the passphrase" has "$serve" passphrase
check_exit 0 kiyya key lock
check "key lock wipes the browser's" holds_nothing "$pid"
check "which says so" tm_wait "locked by another kiyya"
check "the server ends" wait_until 10 is_gone "$serve"
code=0
wait "$serve" || code=$?
check_eq "with 9" 9 "$code"

# -- while it plays and downloads --------------------------------------------------------------------

KIYYA_PASSPHRASE_FILE=$E2E_DIR/word check_exit 0 kiyya key unlock
check_has "the agent has it" agent "$(kiyya key status)"
tm_keys -l ":goto $item"
tm_keys Enter
check "the item is shown" tm_wait "Counting"
fixture_control '{"throttle":100000}'
tm_keys p
check "it plays" tm_wait "▶" 20
check "with the key of the agent" has "$pid" K_content
tm_keys -l ":lock"
tm_keys Enter
check "the player ends" tm_wait "locked"
# What is inside the cipher at that moment ends its chunk first.
check "nothing is left of its keys" wait_until 5 holds_nothing "$pid"
check_has "nor with the agent" '"state":"locked"' "$(kiyya key status --json)"
check_exit 9 kiyya cat "$item" --range 0-0

tm_keys -l ":quit"
tm_keys Enter
wait_until 10 is_gone "$pid" || true
fixture_stop
e2e_end
