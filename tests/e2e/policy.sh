#!/bin/sh
# What is decided around downloads: rates by the time of day, how much the vault may take, and what is run when
# something has happened.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin policy
needs curl sha384sum
needs_kiyya
needs_media

head -c 3000000 /dev/urandom >"$E2E_DIR/film"
fixture_start --media "$MEDIA" --marked "$E2E_DIR/film"
write_config
item=$(claim_id marked)

# -- schedule -----------------------------------------------------------------------------------------

printf '%s\n' "rate = 1" "schedule = 00:00-24:00=1M" | write_config -
begin=$(now_ms)
check_exit 0 kiyya download "$item"
check_not "it is taken" contains "$E2E_DIR/err" "does nothing in this version"
check "not faster than the schedule says" test $(($(now_ms) - begin)) -ge 2500
kiyya rm "$item" --yes >/dev/null

printf '%s\n' "schedule = 09:00-17:00=1M, someday" | write_config -
check_exit 11 kiyya list
check_has "names file, line and what is wrong" 'kiyya.conf:13: download.schedule: "someday" is no day' "$err"
check_exit 11 kiyya config set download.schedule "9-17=1M"
write_config
check_exit 0 kiyya config set download.schedule "09:00-17:00=512K, mon-fri; 01:00-07:00=0"
check_has "it is kept whole" "01:00-07:00=0" "$(kiyya config get download.schedule)"

# -- quota --------------------------------------------------------------------------------------------

train=$(claim_id night-train)    # 0.6 MB
kids=$(claim_id counting-to-ten) # 0.1 MB
city=$(claim_id city-at-night)   # 2.5 MB
printf '%s\n' "[vault]" "quota = 3M" | write_config -
check_exit 0 kiyya download "$train"
check_exit 0 kiyya download "$kids"
check_exit 0 kiyya watched "$train"
check_exit 6 kiyya download "$city"
check_has "what is too much" "no room for \"City at Night: A Walk\" in vault.quota" "$err"
check_has "what was watched first" "kiyya rm --watched frees 595 kB" "$err"
check_not "and no more than is needed" contains "$E2E_DIR/err" "$(echo "$kids" | cut -c1-8)"
row=$(kiyya queue --json)
check_has "paused" '"state":"paused"' "$row"
check_has "for the want of space" '"category":"space"' "$row"
check_exit 0 kiyya rm --watched --yes
check_exit 0 kiyya queue resume "$city"
check_exit 0 kiyya queue run
check_exit 0 kiyya verify "$city"
check_exit 6 kiyya download "$item"
check_has "the oldest, where nothing was watched" "kiyya rm $(echo "$kids" | cut -c1-8) frees" "$err"
check_has "then the next" "kiyya rm $(echo "$city" | cut -c1-8) frees" "$err"
check_exit 0 kiyya rm "$city" --yes

# While it comes somebody puts more into the vault.
printf '%s\n' "rate = 600K" "[vault]" "quota = 8M" | write_config -
"$KIYYA" queue resume "$item" 8>&-
"$KIYYA" queue run >"$E2E_DIR/run.out" 2>"$E2E_DIR/run.err" 8>&- &
pid=$!
e2e_child "$pid"
has_begun() {
	[ "$(bytes_sent player)" -gt 300000 ]
}
fixture_log_clear
check "it has begun" wait_until 20 has_begun
head -c 9000000 /dev/urandom >"$KIYYA_HOME/data/vault/00000000000000000000000000000000.kyv"
code=0
wait "$pid" || code=$?
check_eq "exit 6 in the middle" 6 "$code"
check_has "says so" "in vault.quota" "$(cat "$E2E_DIR/run.out" "$E2E_DIR/run.err")"
rm "$KIYYA_HOME/data/vault/00000000000000000000000000000000.kyv"
check "what came is kept" test "$(kiyya queue --json | sed -n 's/.*"have":\([0-9]*\).*/\1/p')" -gt 0
write_config
check_exit 0 kiyya queue resume "$item"
check_exit 0 kiyya queue run

# -- hooks --------------------------------------------------------------------------------------------

mkdir "$E2E_DIR/told here"
cat >"$E2E_DIR/hook" <<'HOOK'
#!/bin/sh
to="$1/$KIYYA_ITEM_STATE.$KIYYA_ITEM_CLAIM_ID"
(readlink /proc/$$/fd/*) >"$to.fds"
ps -o pgid= -p $$ | tr -d ' ' >"$to.group"
echo $$ >"$to.pid"
env | grep '^KIYYA_' >"$to.new"
printf 'a \033[31mword\n' >&2
mv "$to.new" "$to"
exit 3
HOOK
chmod +x "$E2E_DIR/hook"
with_hooks() {
	printf '%s\n' "[hook]" "$@" | write_config -
}
told() { # STATE CLAIM
	cat "$E2E_DIR/told here/$1.$2" 2>/dev/null
}

with_hooks "done = $E2E_DIR/hook 'told here'" "failed = \"$E2E_DIR/hook \\\"$E2E_DIR/told here\\\"\"" \
	"new = $E2E_DIR/hook '$E2E_DIR/told here' and more"
cd "$E2E_DIR"
echo "some words" >words
kiyya rm "$kids" --yes >/dev/null
KIYYA_ITEM_EXTRA=old KIYYA_PASSPHRASE_FILE=$E2E_DIR/words "$KIYYA" download "$city" "$train" "$kids" >/dev/null 2>&1 8>&-
for id in "$city" "$train" "$kids"; do
	check "told of $id" wait_until 10 told done "$id"
done
what=$(told done "$city")
check_has "its title" "KIYYA_ITEM_TITLE=City at Night: A Walk" "$what"
check_not "nothing of our own environment that looks like it" contains "$E2E_DIR/told here/done.$city" EXTRA
check_has "its channel" "KIYYA_ITEM_CHANNEL=@demo" "$what"
check_has "its quality" "KIYYA_ITEM_QUALITY=original" "$what"
check_has "its size" "KIYYA_ITEM_SIZE=$(wc -c <"$MEDIA/city-at-night.mp4" | tr -d ' ')" "$what"
check "its file" test -f "$(printf '%s\n' "$what" | sed -n 's/^KIYYA_ITEM_FILE=//p')"
check_not "no way to a passphrase" contains "$E2E_DIR/told here/done.$city" PASSPHRASE
check_eq "nothing open but the three and the script" "/dev/null /dev/null /memfd: $E2E_DIR/hook" \
	"$(sed 's/:.*/:/' "$E2E_DIR/told here/done.$city.fds" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
check_eq "a group of its own" "$(cat "$E2E_DIR/told here/done.$city.pid")" "$(cat "$E2E_DIR/told here/done.$city.group")"

bad=$(claim_id night-train)
kiyya rm "$bad" --yes >/dev/null
fixture_control '{"act":"status","status":404,"where":"player","match":"'"$bad"'","times":9}'
check_exit 3 kiyya download "$bad"
check "told of what failed" wait_until 10 told failed "$bad"
check_has "and why" "KIYYA_ITEM_ERROR=" "$(told failed "$bad" | grep 'ERROR=.')"
fixture_control '{"clear":true}'

check_exit 0 kiyya follow @demo
check_exit 0 kiyya refresh
check_eq "nothing is new the first time" "" "$(ls "$E2E_DIR/told here" | grep '^new' || true)"
check_exit 0 kiyya cache drop "$train"
check_exit 0 kiyya refresh
check_eq "nor what is older than what is known" "" "$(ls "$E2E_DIR/told here" | grep '^new' || true)"
newest=$(kiyya feed --json --limit 1 2>/dev/null | sed 's/^{"claim_id":"\([^"]*\)".*/\1/')
check_exit 0 kiyya cache drop "$newest"
check_exit 0 kiyya refresh
check "told of what is new" wait_until 10 told new "$newest"
check_eq "only of that" 1 "$(ls "$E2E_DIR/told here" | grep -c '^new\.[0-9a-f]*$')"
check_has "its title" "KIYYA_ITEM_TITLE=" "$(told new "$newest" | grep 'TITLE=.')"

# What goes wrong is logged.
check "what one says" contains "$KIYYA_HOME/state/kiyya.log" "hook.done says: a [31mword"
check "how one ended" contains "$KIYYA_HOME/state/kiyya.log" "hook.done: $E2E_DIR/hook ended with 3"
with_hooks "done = $E2E_DIR/nothing"
kiyya rm "$kids" --yes >/dev/null
check_exit 0 kiyya download "$kids"
check "one that cannot be run is logged" contains "$KIYYA_HOME/state/kiyya.log" "hook.done: $E2E_DIR/nothing does not start"

# -- many at once ---------------------------------------------------------------------------------------

write_config
kiyya offline --json | sed -n 's/.*"claim_id":"\([^"]*\)".*/\1/p' | while read -r id; do kiyya rm "$id" --yes; done >/dev/null
check_exit 0 kiyya queue discard --all --yes
list=$(claim_id revenge-season-1)
check_exit 0 kiyya download --queue-only "$list" --json
kiyya queue --json | sed -n 's/.*"claim_id":"\([^"]*\)".*/\1/p' >"$E2E_DIR/queued"
for name in revenge-s01e01 revenge-s01e02 revenge-1x03; do
	claim_id "$name"
done >"$E2E_DIR/listed"
check "all of the playlist, in its order" cmp "$E2E_DIR/listed" "$E2E_DIR/queued"
check_exit 0 kiyya download --queue-only "$list" "$list"
check_eq "each once" "$(wc -l <"$E2E_DIR/queued")" "$(kiyya queue --json | wc -l)"

check_exit 2 kiyya download @demo:d --queue-only
check_has "a channel wants a yes" "--yes" "$err"
check_exit 2 kiyya download "https://odysee.com/@demo:d" --queue-only
check_exit 0 kiyya download @demo:d --queue-only --yes
check_has "how many and how much" "items, " "$err"
check_has "what is left out is said" "cannot be downloaded, such as" "$err"
check "there are more now" test "$(kiyya queue --json | wc -l)" -gt "$(wc -l <"$E2E_DIR/queued")"
check_eq "each still once" "" "$(kiyya queue --json | sed -n 's/.*"claim_id":"\([^"]*\)".*/\1/p' | sort | uniq -d)"
e2e_end
