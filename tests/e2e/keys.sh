#!/bin/sh
# The keys of the vault by the command line: every command, every source of a passphrase, every exit code, a terminal.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin keys
needs curl tmux sha384sum
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config
clip=$(claim_id counting-to-ten)
film=$(claim_id city-at-night)
data=$KIYYA_HOME/data

for word in one two three four; do
	printf '%s\n' "$word is the word" >"$E2E_DIR/$word"
done

with() { # WORD COMMAND...
	KIYYA_PASSPHRASE_FILE=$E2E_DIR/$1
	export KIYYA_PASSPHRASE_FILE
	shift
	with_code=0
	"$@" || with_code=$?
	unset KIYYA_PASSPHRASE_FILE
	return "$with_code"
}

anew() { # WORD COMMAND...: the new passphrase is given
	KIYYA_NEW_PASSPHRASE_FILE=$E2E_DIR/$1
	export KIYYA_NEW_PASSPHRASE_FILE
	shift
	anew_code=0
	"$@" || anew_code=$?
	unset KIYYA_NEW_PASSPHRASE_FILE
	return "$anew_code"
}

ring_of() { # prints the id of the current key
	kiyya key status --json | sed -n 's/.*"ring":"\([0-9a-f]*\)".*/\1/p'
}

slots() {
	kiyya key status --json | sed -n 's/.*"slots":\(\[[^]]*\]\).*/\1/p'
}

hash_of() { # ITEM
	kiyya cat "$1" 2>/dev/null </dev/null | sha384sum | cut -d' ' -f1
}

# -- the first ring ----------------------------------------------------------------------------------

check_eq "no ring" '{"state":"absent","slots":[]}' "$(kiyya key status --json)"
check_exit 3 kiyya key unlock
check_exit 3 kiyya key passwd
check_exit 3 kiyya key rotate
check_exit 2 kiyya key nothing
check_exit 2 kiyya key forget
check_exit 0 kiyya key init
check_has "it says what a key file is worth" "whoever has this file" "$err"
check_exit 2 kiyya key init
check_eq "under a key file" '[{"type":"key_file"}]' "$(slots)"
check_eq "the files are for us alone" "600 600" "$(stat -c %a "$data/keyring" "$data/key" | paste -sd' ')"
check_exit 0 kiyya download "$clip"
sum=$(claim_hash counting-to-ten)
check_eq "it opens" "$sum" "$(hash_of "$clip")"
check_exit 0 with one kiyya cat "$clip" --range 0-0
first=$(ring_of)

# -- a passphrase for the key file -------------------------------------------------------------------

mkdir "$E2E_DIR/backup"
cp "$data/keyring" "$data/key" "$E2E_DIR/backup"
check_exit 2 kiyya key passwd
check_has "it says what is wanted" KIYYA_NEW_PASSPHRASE_FILE "$err"
before=$(sha384sum "$data"/vault/*)
check_exit 0 anew one kiyya key passwd
check_has "the loss is said before" "nobody can find a lost passphrase" "$err"
check_has "and why to rotate" "old backup" "$err"
check_eq "a passphrase now" '[{"type":"passphrase"}]' "$(slots)"
check_eq "the same key" "$first" "$(ring_of)"
check_eq "no file was touched" "$before" "$(sha384sum "$data"/vault/*)"
check "the key file is gone" test ! -e "$data/key"

check_exit 9 kiyya cat "$clip"
check_has "what to do" "kiyya key unlock" "$err"
check_exit 9 with two kiyya cat "$clip"
check_has "wrong" "wrong passphrase" "$err"
check_exit 0 with one kiyya cat "$clip" --range 0-9
exec 7<"$E2E_DIR/one"
KIYYA_PASSPHRASE_FD=7 check_exit 0 kiyya verify "$clip"
exec 7<&-
KIYYA_PASSPHRASE_FD=x check_exit 2 kiyya verify "$clip"
KIYYA_PASSPHRASE_FILE=$E2E_DIR/none check_exit 3 kiyya verify "$clip"
head -c 1025 /dev/zero | tr '\0' x >"$E2E_DIR/long"
check_exit 9 with long kiyya verify "$clip"
: >"$E2E_DIR/empty"
check_exit 9 with empty kiyya verify "$clip"
printf 'one is the word\r\nand another line\n' >"$E2E_DIR/crlf"
check_exit 0 with crlf kiyya verify "$clip"
check_exit 9 kiyya download "$film"
check_has "the wrong one is recorded" authentication_failure "$(kiyya log security --json)"
check_not "without the passphrase" grep -rq "two is the word" "$KIYYA_HOME"

# -- the command of the configuration ----------------------------------------------------------------

command_is() {
	write_config - <<-CONF
		[key]
		timeout = 1m
		command = $1
	CONF
}

command_is "cat '$E2E_DIR/one'"
check_exit 0 kiyya cat "$clip" --range 0-0
command_is "cat '$E2E_DIR/two'"
check_exit 9 kiyya cat "$clip"
command_is "sh -c 'cat $E2E_DIR/one; exit 3'"
check_exit 9 kiyya cat "$clip"
check_has "it says how it ended" "ended with 3" "$err"
command_is "$E2E_DIR/no-such-program"
check_exit 9 kiyya cat "$clip"
command_is "cat '$E2E_DIR/long'"
check_exit 9 kiyya cat "$clip"
# Quotes hold words together; a shell is not there to take the rest.
command_is "printf %s\\\\n \"one is the word\" ; touch $E2E_DIR/shell"
kiyya cat "$clip" --range 0-0 >"$E2E_DIR/out" 2>&1 || true
check "no shell" test ! -e "$E2E_DIR/shell"
command_is "sh -c 'echo one is the word; env >$E2E_DIR/env'"
check_exit 0 kiyya cat "$clip" --range 0-0
check_not "it does not see where ours are" grep -q KIYYA_NEW_PASSPHRASE "$E2E_DIR/env"
write_config - <<'CONF'
[key]
timeout = 1m
CONF

# -- the agent ---------------------------------------------------------------------------------------

agent=
code=0
with one kiyya key unlock >"$E2E_DIR/out" 2>"$E2E_DIR/err" || code=$?
if [ "$code" -eq 0 ]; then
	agent=yes
	seconds=$(kiyya key status --json | sed -n 's/.*"agent_seconds":\([0-9]*\).*/\1/p')
	check "the agent has it for a minute" test "$seconds" -gt 0 -a "$seconds" -le 60
	check_has "unlocked" '"state":"unlocked"' "$(kiyya key status --json)"
	check_exit 0 kiyya verify "$clip"
	check_exit 9 with two kiyya verify "$clip"
	check_exit 9 kiyya key rotate
	if [ -r /proc/keys ]; then
		# The last four digits are the rights of group and others (proc(5)).
		check_eq "for nobody else" 0000 "$(awk '$9 ~ /^kiyya:/ { print substr($5, 5) }' /proc/keys | sort -u)"
	fi
	check_exit 0 kiyya key lock
	check_not "no seconds any more" grep -q agent_seconds "$E2E_DIR/out"
	check_exit 9 kiyya cat "$clip"
else
	echo "# no agent here: $(cat "$E2E_DIR/err")"
	check_eq "a clear sentence, and 9" 9 "$code"
	check_has "about the kernel" "kernel keeps no keys" "$(cat "$E2E_DIR/err")"
	check_exit 0 kiyya key lock
fi

# -- another passphrase, another key -----------------------------------------------------------------

check_exit 9 anew two kiyya key passwd
check_exit 9 with three anew two kiyya key passwd
check_exit 0 with one anew two kiyya key passwd
check_exit 9 with one kiyya cat "$clip"
check_exit 0 with two kiyya cat "$clip" --range 0-0

# An unfinished download is under the old key, too.
fixture_control '{"throttle":300000}'
with two "$KIYYA" download "$film" >/dev/null 2>&1 8>&- &
download=$!
e2e_child "$download"
has_part() {
	kiyya queue --json | grep "$film" | grep -q '"have":[1-9]'
}
check "half a film" wait_until 30 has_part
check_exit 10 with two kiyya key rotate
check_exit 10 with two anew three kiyya key passwd
check_exit 10 kiyya key import "$E2E_DIR/backup/keyring"
check_exit 10 kiyya key forget --yes "$first"
kids=$(ps -o pid= --ppid "$download" 2>/dev/null || true)
kill "$download" 2>/dev/null || true
for kid in $kids; do kill "$kid" 2>/dev/null || true; done
wait "$download" 2>/dev/null || true
fixture_control '{"throttle":0}'

check_exit 9 kiyya key rotate
check_exit 0 with two kiyya key rotate
second=$(ring_of)
check "another key" test "$second" != "$first"
check_eq "the old ring is kept" "$first" "$(ls "$data/keyring.d")"
check_eq "its files open" "$sum" "$(with two hash_of "$clip")"
check_exit 0 with two kiyya verify
check_exit 0 with two kiyya download "$film"
check_eq "and the half one was gone on with" "$(claim_hash city-at-night)" "$(with two hash_of "$film")"
check_exit 2 kiyya key forget "$first"
check_exit 2 kiyya key forget --yes "$second"
check_exit 2 kiyya key forget --yes xyz
check_exit 0 kiyya key forget --yes "$first"
check_exit 3 kiyya key forget --yes "$first"

# -- rings that travel -------------------------------------------------------------------------------

check_exit 2 with two kiyya key export "$E2E_DIR/travel"
check_exit 0 with two anew four kiyya key export "$E2E_DIR/travel"
check_exit 2 with two anew four kiyya key export "$E2E_DIR/travel"
check_exit 0 with two anew four kiyya key export --yes "$E2E_DIR/travel"
check_exit 8 kiyya key import "$E2E_DIR/one"
check_exit 3 kiyya key import "$E2E_DIR/none"
mv "$data/keyring" "$E2E_DIR/aside"
check_exit 0 kiyya key import "$E2E_DIR/travel"
check_eq "it is the current one" "$second" "$(ring_of)"
check_exit 9 with two kiyya cat "$clip"
check_eq "under its own passphrase" "$sum" "$(with four hash_of "$clip")"

# A ring of other films lies beside it, and its key cannot go while they are here.
rm "$data/keyring"
check_exit 0 with three kiyya key init
check_exit 9 with three kiyya cat "$clip"
check_has "whose key is not here is said" "$second" "$err"
check_exit 0 kiyya key import "$E2E_DIR/travel"
check_eq "beside the current one" "$second" "$(ls "$data/keyring.d")"
check_exit 2 kiyya key forget --yes "$second"
check_has "how many need it" "2 files" "$err"

# Any damage is seen.
cp "$data/keyring" "$E2E_DIR/good"
printf '\377' | dd of="$data/keyring" bs=1 seek=12 conv=notrunc 2>/dev/null
check_exit 8 with three kiyya cat "$clip"
cp "$E2E_DIR/good" "$data/keyring"

# -- a person at a terminal --------------------------------------------------------------------------

# What was asked before is not to be taken for what is asked now.
afresh() {
	tm_keys "clear" Enter
	wait_until 10 not tm_shows "Passphrase"
}

cp "$E2E_DIR/aside" "$data/keyring"
rm "$data/keyring.d/"*
tm_start 80x24 sh
tm_keys "stty -a >'$E2E_DIR/before'; '$KIYYA' verify $clip; echo ended-\$?; stty -a >'$E2E_DIR/after'" Enter
check "it asks" tm_wait "Passphrase of the vault:"
tm_keys "two is the word" Enter
check "and goes on" tm_wait "ended-0" 20
check_not "what is typed is not shown" tm_shows "two is the word"
check "the terminal is as it was" wait_until 5 cmp "$E2E_DIR/before" "$E2E_DIR/after"
afresh
tm_keys "'$KIYYA' verify $clip; echo ended-\$?" Enter
check "it asks again" tm_wait "Passphrase of the vault:"
tm_keys "wrong" Enter
check "wrong at once" tm_wait "ended-9" 20
afresh
tm_keys "'$KIYYA' verify $clip; echo ended-\$?; stty -a >'$E2E_DIR/after'" Enter
check "and again" tm_wait "Passphrase of the vault:"
tm_keys C-c
check "^C leaves" tm_wait "ended-130" 20
check "the echo is back" wait_until 5 cmp "$E2E_DIR/before" "$E2E_DIR/after"
afresh
tm_keys "'$KIYYA' key passwd; echo ended-\$?" Enter
check "passwd asks for the old one" tm_wait "Passphrase of the vault:"
tm_keys "two is the word" Enter
check "then for the new one" tm_wait "New passphrase:" 20
check "after the warning" tm_wait "nobody can find a lost passphrase"
tm_keys "five" Enter
check "twice" tm_wait "The same again:"
tm_keys "fife" Enter
check "the same" tm_wait "they differ"
tm_keys "five" Enter
tm_keys "five" Enter
check "it is changed" tm_wait "ended-0" 20
printf 'five\n' >"$E2E_DIR/five"
check_exit 0 with five kiyya verify "$clip"
tm_stop
fixture_stop
e2e_end
