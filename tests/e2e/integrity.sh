#!/bin/sh
# Damage in the vault: named by verify, mended by repair with nothing fetched but what is bad; the database's word counts.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin integrity
needs curl sha384sum flock
needs_kiyya
needs_media
film=$E2E_DIR/film
head -c 700001 /dev/urandom >"$film" # eleven chunks, the last one short
fixture_start --media "$MEDIA" --marked "$film"
write_config

item=$(claim_id marked)
other=$(claim_id counting-to-ten)
vault=$KIYYA_HOME/data/vault
sum=$(sha384sum <"$film" | cut -d' ' -f1)
check_exit 0 kiyya download "$item" "$other"

flip() { # FILE OFFSET
	flip_byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "\\$(printf '%03o' $((255 - flip_byte)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

flip_chunk() { # FILE CHUNK
	flip "$1" $((8192 + $2 * 65576 + 500))
}

zero() { # FILE OFFSET BYTES
	dd if=/dev/zero of="$1" bs="$3" seek="$(($2 / $3))" count=1 conv=notrunc 2>/dev/null
}

vault_names() {
	find "$vault" -type f -exec basename {} \; | LC_ALL=C sort
}

file=$(file_of "$item")

# -- only what is bad --------------------------------------------------------------------------------

flip_chunk "$file" 2
flip_chunk "$file" 3
flip_chunk "$file" 7
flip_chunk "$file" 10
check_exit 8 kiyya verify "$item" --json
check_has "each bad chunk is named" '"bad":[2,3,7,10]' "$out"
check_has "the header is well" '"header":"ok"' "$out"
check_has "no hash of half a film" '"publisher_hash":"unchecked"' "$out"
check_has "and in a sentence" 'chunks 2, 3, 7, 10: kiyya repair' "$err"
fixture_log_clear
check_exit 0 kiyya repair "$item" --json
check_has "well again" '"ok":true' "$out"
check_has "as published" '"publisher_hash":"match"' "$out"
check_eq "three whole chunks and the short one were fetched" $((3 * 65536 + 700001 - 10 * 65536)) "$(bytes_sent player)"
check_eq "in three runs" 3 "$(asked '"where":"player"')"
check_has "which is said" "\"fetched\":$((3 * 65536 + 700001 - 10 * 65536))" "$out"
check_exit 0 kiyya verify "$item" --json
check_has "verify agrees" '"publisher_hash":"match"' "$out"
check_eq "the same bytes" "$sum" "$(sum_of "$item")"
check_eq "in the same file" "$file" "$(file_of "$item")"
check_eq "and nothing beside it" 2 "$(vault_names | wc -l | tr -d ' ')"
fixture_log_clear
check_exit 0 kiyya repair --all --json
check_eq "what is well is not fetched" 0 "$(bytes_sent player)"
check_eq "a row for each" 2 "$(printf '%s\n' "$out" | grep -c '"ok":true')"

# -- the header, without network ---------------------------------------------------------------------

for slot in 0 4096; do
	zero "$file" $slot 4096
	check_exit 8 kiyya verify "$item" --json
	check_has "one header is bad" '"header":"one_slot"' "$out"
	check_has "the chunks are well" '"bad":[]' "$out"
	check_eq "it still reads" "$sum" "$(sum_of "$item")"
	check_exit 0 kiyya --offline repair "$item" --json
	check_has "nothing was fetched" '"fetched":0' "$out"
	check_exit 0 kiyya verify "$item" --json
	check_has "both are there again" '"header":"ok"' "$out"
done

# -- its length ----------------------------------------------------------------------------------------

whole=$(wc -c <"$file" | tr -d ' ')
truncate -s $((whole - 70000)) "$file"
check_exit 8 kiyya verify "$item" --json
check_has "what is cut off is named" '"bad":[9,10]' "$out"
check_exit 8 kiyya cat "$item"
check_eq "a cut file gives nothing" 0 "$(wc -c <"$E2E_DIR/out" | tr -d ' ')"
check_exit 0 kiyya repair "$item"
echo "something more" >>"$file"
check_exit 8 kiyya verify "$item"
check_exit 0 kiyya --offline repair "$item"
check_eq "its length again" "$whole" "$(wc -c <"$file" | tr -d ' ')"
check_eq "the same bytes" "$sum" "$(sum_of "$item")"

# -- several items ---------------------------------------------------------------------------------------

flip_chunk "$file" 0
check_exit 8 kiyya verify --all --json
check_eq "one passes" 1 "$(printf '%s\n' "$out" | grep -c '"ok":true')"
check_eq "one does not" 1 "$(printf '%s\n' "$out" | grep -c '"ok":false')"
check_exit 3 kiyya verify "$(claim_id night-train)"
check_exit 0 kiyya repair

# -- the file is another -----------------------------------------------------------------------------------

# A generation behind: what was before the last repair of the header.
cp "$file" "$E2E_DIR/older"
zero "$file" 0 4096
check_exit 0 kiyya --offline repair "$item"
zero "$file" 4096 4096
check_exit 0 kiyya --offline repair "$item"
cp "$file" "$E2E_DIR/newest"
cp "$E2E_DIR/older" "$file"
check_exit 8 kiyya verify "$item" --json
check_has "an older generation is damage" '"header":"bad"' "$out"
check_exit 8 kiyya cat "$item"
cp "$(file_of "$other")" "$file"
check_exit 8 kiyya verify "$item" --json
check_has "so is another file" '"header":"bad"' "$out"
check_exit 8 kiyya cat "$item"
check_has "and it is said" "is not the file that was stored under this name" "$err"
check_exit 8 kiyya play "$item" --vo null --start 0 -- --ao=null
check_exit 8 kiyya export "$item" "$E2E_DIR/exported"
check_not "nothing came of it" test -e "$E2E_DIR/exported"
fixture_log_clear
check_exit 0 kiyya repair "$item" --json
check_eq "a whole film is fetched" 700001 "$(bytes_sent player)"
check_eq "the same bytes" "$sum" "$(sum_of "$item")"
check "the other file stays where it was put" test -f "$file"
rm "$file"
file=$(file_of "$item")

# A file that looks partial, of a row that is complete.
long=$(claim_id revenge-s01e01)
cut_off 400000 100k "$long"
cp "$vault"/*.part "$E2E_DIR/partial"
check_exit 0 kiyya queue run
cp "$E2E_DIR/partial" "$(file_of "$long")"
check_exit 8 kiyya verify "$long" --json
check_has "is damage" '"ok":false' "$out"
check_exit 8 kiyya cat "$long"
check_exit 0 kiyya repair "$long"
check_exit 0 kiyya verify "$long"

# -- nothing left of it ----------------------------------------------------------------------------------

zero "$file" 0 8192
check_exit 8 kiyya verify "$item" --json
check_has "no header opens" '"header":"bad"' "$out"
check_exit 4 kiyya --offline repair "$item"
check_exit 0 kiyya repair "$item"
check_eq "the same bytes" "$sum" "$(sum_of "$item")"
check_not "what did not open is gone" test -e "$file"
file=$(file_of "$item")
rm "$file"
check_exit 8 kiyya verify "$item"
check_exit 0 kiyya repair "$item"
check_eq "the same bytes" "$sum" "$(sum_of "$item")"
file=$(file_of "$item")

# -- trouble on the way --------------------------------------------------------------------------------------

flip_chunk "$file" 4
fixture_control '{"ignore_range":true}'
check_exit 0 kiyya repair "$item"
fixture_control '{"ignore_range":false}'
check_eq "a server without ranges does" "$sum" "$(sum_of "$item")"
flip_chunk "$file" 4
fixture_control '{"act":"cut","after":30000,"times":1,"where":"player"}'
check_exit 0 kiyya repair "$item"
check_eq "so does a cut line" "$sum" "$(sum_of "$item")"

flip_chunk "$file" 5
before=$(sha384sum <"$file")
fixture_control '{"change_content":true}'
fixture_log_clear
check_exit 8 kiyya repair "$item"
check_has "why not" "is not what the publisher signed" "$err"
check_eq "the chunk, then all of it once more" $((65536 + 700001)) "$(bytes_sent player)"
check_eq "the copy is as it was" "$before" "$(sha384sum <"$file")"
check_eq "nothing is left of the attempt" 3 "$(vault_names | grep -c '\.kyv$')"
check_eq "but the copies" 3 "$(vault_names | wc -l | tr -d ' ')"
fixture_control '{"change_content":false}'

# Kept although it is not what was signed: every chunk opens, and all of them are fetched again.
night=$(claim_id night-train)
fixture_control '{"change_content":true}'
check_exit 8 kiyya download "$night"
check_exit 8 kiyya repair "$night"
fixture_control '{"change_content":false}'
wrong=$(file_of "$night")
check_exit 0 kiyya repair "$night" --json
check_has "now it is what was signed" '"publisher_hash":"match"' "$out"
check_eq "to the byte" "$(claim_hash night-train)" "$(sum_of "$night")"
check_not "what was not is gone" test -e "$wrong"
check_exit 0 kiyya rm "$night" --yes

# -- interrupted, killed, not alone -------------------------------------------------------------------------

is_repairing() {
	[ "$(find "$vault" -name '*.mend' -size +100k | wc -l)" -eq 1 ]
}
repair_slowly() { # of a file that is gone, so that there is something to do
	fixture_control '{"throttle":300000}'
	"$KIYYA" repair "$long" >"$E2E_DIR/repair.out" 2>&1 8>&- &
	pid=$!
	e2e_child $pid
	check "it is at work" wait_until 20 is_repairing
}
damaged=$(file_of "$long")
rm "$damaged"
repair_slowly
kill -INT $pid
code=0
wait $pid || code=$?
check_eq "an interrupt ends it" 130 "$code"
check_eq "and leaves nothing" 0 "$(vault_names | grep -c '\.mend$')"
repair_slowly
kill -9 $pid
wait $pid 2>/dev/null || true
check_eq "a kill leaves what was fetched" 1 "$(vault_names | grep -c '\.mend$')"
fixture_control '{"throttle":0}'
check_exit 10 flock "$KIYYA_HOME/data/lock" "$KIYYA" repair "$long"
check_exit 0 kiyya repair "$long"
check_eq "the next one clears it away" 0 "$(vault_names | grep -c '\.mend$')"
check_exit 0 kiyya verify "$long"

# -- the claim is gone -----------------------------------------------------------------------------------

fixture_stop
grep -v counting-to-ten "$MEDIA/catalog.tsv" >"$E2E_DIR/catalog.tsv"
fixture_start --media "$MEDIA" --catalog "$E2E_DIR/catalog.tsv"
write_config
check_eq "nobody has the clip any more" "" "$(claim_id counting-to-ten)"
check_exit 3 kiyya repair "$item"
check_has "said clearly" "its publisher has taken it back" "$err"
check_exit 0 kiyya offline --json
check_has "it stays listed" "\"claim_id\":\"$item\"" "$out"
title=$(printf '%s\n' "$out" | grep "$item" | json_first title)
check "with its title" test -n "$title"
check_eq "what opens of it still reads" "$(head -c 65536 "$film" | sha384sum)" "$(kiyya cat "$item" --range 0-65535 | sha384sum)"
check_exit 0 kiyya play "$other" --vo null --start 0 -- --ao=null
check_has "and the clip with its own" '"title":"Kids Corner: Counting to Ten"' "$(kiyya offline --json)"
fixture_stop
e2e_end
