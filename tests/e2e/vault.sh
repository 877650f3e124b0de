#!/bin/sh
# Copies as files: out of the vault, into another one, and back into a database that was lost; what a kill left lying about.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin vault
needs curl sha384sum
needs_kiyya
needs_media
fixture_start --media "$MEDIA"
write_config

film=$(claim_id revenge-s01e02)
hash=$(claim_hash revenge-s01e02)
clip=$(claim_id counting-to-ten)
walk=$(claim_id city-at-night)
vault=$KIYYA_HOME/data/vault
check_exit 0 kiyya download "$film" "$clip" "$walk"

# -- export ------------------------------------------------------------------------------------------

out_dir=$E2E_DIR/out.d
mkdir "$out_dir"
umask 027
check_exit 0 kiyya export "$film" "$out_dir" --json
named="$out_dir/Revenge S01E02 – The Letter.mp4"
check_eq "named by its title" "$hash" "$(sha384sum <"$named" | cut -d' ' -f1)"
check_eq "the umask counts" 640 "$(stat -c %a "$named")"
check_has "the row names the file" "\"file\":\"$named\"" "$out"
check_eq "nothing else is there" 1 "$(find "$out_dir" -type f | wc -l | tr -d ' ')"
echo mine >"$named"
check_exit 2 kiyya export "$film" "$out_dir"
check_has "there is nobody to ask" "--yes" "$err"
check_eq "what was there stays" mine "$(cat "$named")"
check_exit 0 kiyya export "$film" "$out_dir" --yes
check_eq "or goes when told to" "$hash" "$(sha384sum <"$named" | cut -d' ' -f1)"
check_exit 0 kiyya export "$clip" "$out_dir/a file"
check "into a file" test -s "$out_dir/a file"
check_exit 3 kiyya export "$clip" "$E2E_DIR/none/such"
check_exit 3 kiyya export "$(claim_id night-train)" "$out_dir"

copy=$(file_of "$clip")
cp "$copy" "$E2E_DIR/kept"
printf x | dd of="$copy" bs=1 seek=70000 conv=notrunc 2>/dev/null
check_exit 8 kiyya export "$clip" "$out_dir/half"
check_eq "no half file, and no other one" 2 "$(find "$out_dir" -type f | wc -l | tr -d ' ')"
cp "$E2E_DIR/kept" "$copy"

# -- what was watched ----------------------------------------------------------------------------------

check_exit 0 kiyya rm --watched --yes
check_has "nothing was" "nothing that is kept was watched" "$err"
check_exit 0 kiyya watched "$walk"
check_exit 2 kiyya rm --watched
check_exit 2 kiyya rm "$film" --watched --yes
check_exit 2 kiyya rm --yes
check_exit 0 kiyya rm --watched --yes --json
check_eq "one copy went" "$walk" "$(printf '%s\n' "$out" | json_first claim_id)"
check_eq "two are left" 2 "$(vault_files)"

# -- into another vault ----------------------------------------------------------------------------------

home=$KIYYA_HOME
file=$(file_of "$film")
export KIYYA_HOME=$E2E_DIR/other
mkdir -m 0700 "$KIYYA_HOME"
write_config
check_exit 9 kiyya vault import "$file"
ring=$(od -An -tx1 -j 64 -N 16 "$file" | tr -d ' \n')
check_has "its key is named" "$ring" "$err"
check_exit 0 kiyya offline --json
check_eq "nothing was taken in" "" "$out"
rm -r "$KIYYA_HOME/data"
mkdir -m 0700 "$KIYYA_HOME/data"
cp "$home/data/keyring" "$home/data/key" "$KIYYA_HOME/data"
check_exit 0 kiyya vault import "$file" --json
check_has "with its title" '"title":"Revenge S01E02 – The Letter"' "$out"
check_has "complete" '"complete":true' "$out"
check_eq "it reads" "$hash" "$(sum_of "$film")"
check_not "under a name of its own" test -e "$KIYYA_HOME/data/vault/$(basename "$file")"
check_eq "for us alone" 600 "$(stat -c %a "$(file_of "$film")")"
check_exit 0 kiyya --offline verify "$film" --json
check_has "with its hash" '"publisher_hash":"match"' "$out"
check_exit 2 kiyya vault import "$file"
check_has "once is enough" "is in the vault already" "$err"
check_eq "one file" 1 "$(find "$KIYYA_HOME/data/vault" -type f | wc -l | tr -d ' ')"
cp "$(file_of "$film")" "$E2E_DIR/spoiled"
printf x | dd of="$E2E_DIR/spoiled" bs=1 seek=90000 conv=notrunc 2>/dev/null
kiyya rm "$film" --yes >/dev/null
check_exit 8 kiyya vault import "$E2E_DIR/spoiled"
check_has "what is damaged is not taken in" "1 of" "$err"
check_exit 8 kiyya vault import "$named"
check_exit 3 kiyya vault import "$E2E_DIR/none"
check_eq "nothing is left of it" 0 "$(vault_files)"
export KIYYA_HOME=$home

# -- the database is lost ----------------------------------------------------------------------------------

long=$(claim_id revenge-s01e01)
cut_off 400000 200k "$long"
rm "$KIYYA_HOME"/data/kiyya.db*
check_exit 0 kiyya offline --json
check_eq "no row is left" "" "$out"
echo junk >"$vault/0123.kyv"
check_exit 13 kiyya vault scan --json
check_has "what is no vault file is named" '"claim_id":"0123.kyv"' "$out"
rm "$vault/0123.kyv"
check_exit 0 kiyya vault scan --json
check_eq "a second time there is nothing to do" "" "$out"
check_exit 0 kiyya offline --json
check_eq "three rows" 3 "$(printf '%s\n' "$out" | wc -l)"
check_has "with their titles" '"title":"Revenge S01E02 – The Letter"' "$out"
check_eq "two complete" 2 "$(printf '%s\n' "$out" | grep -c '"complete":true')"
check_has "one partial" '"complete":false' "$(printf '%s\n' "$out" | grep "$long")"
check_eq "the film reads" "$hash" "$(sum_of "$film")"
check_exit 0 kiyya verify "$film" "$clip"
fixture_log_clear
check_exit 0 kiyya download "$long"
check "the partial one was taken up" test "$(bytes_sent player)" -lt "$(wc -c <"$MEDIA/revenge-s01e01.mp4")"
check_eq "and is whole" "$(claim_hash revenge-s01e01)" "$(sum_of "$long")"
check_eq "three files" 3 "$(vault_files)"

# -- at the start ------------------------------------------------------------------------------------------

cp "$(file_of "$clip")" "$vault/11112222333344445555666677778888.kyv"
: >"$vault/11112222333344445555666677778888.mend"
mv "$(file_of "$film")" "$E2E_DIR/away"
cat >"$E2E_DIR/start.test" <<'SCRIPT'
wait text 1 copy has lost its file: kiyya repair fetches it again
expect 1 file in the vault has no row: kiyya vault scan restores it
expect 1 leftover of work that was cut off
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/start.test" --screen 300x24
check_eq "nothing was touched" 4 "$(vault_files)"
mv "$E2E_DIR/away" "$(file_of "$film")"
rm "$vault"/1111*

# Finished, but its row says partial: the queue's row was cancelled, then a file from a backup was put there.
check_exit 0 kiyya rm "$clip" --yes
cut_off 50000 0 "$clip"
check_exit 0 kiyya queue cancel "$clip"
check_exit 0 kiyya offline --json
check_has "partial, says the row" '"complete":false' "$(printf '%s\n' "$out" | grep "$clip")"
cp "$E2E_DIR/kept" "$(file_of "$clip")"
cat >"$E2E_DIR/start.test" <<'SCRIPT'
wait text was complete already: its row says so now
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/start.test" --screen 120x24
check_exit 0 kiyya offline --json
check_has "now the row says it, too" '"complete":true' "$(printf '%s\n' "$out" | grep "$clip")"
check_exit 0 kiyya verify "$clip"
check_eq "under its last name" 0 "$(find "$vault" -name '*.part' | wc -l | tr -d ' ')"

# -- on the screen -------------------------------------------------------------------------------------------

copy=$(file_of "$clip")
printf x | dd of="$copy" bs=1 seek=70000 conv=notrunc 2>/dev/null
rm "$named"
cat >"$E2E_DIR/work.test" <<SCRIPT
keys :
text view library
keys <Enter>
wait idle
expect Counting to Ten
keys :
text verify all
keys <Enter>
wait idle
expect Copies that are not as they should be
expect bad chunks: 0
keys q
keys :
text filter counting
keys <Enter>
wait idle
keys :
text repair
keys <Enter>
wait text repaired with 66 kB: Kids Corner: Counting to Ten
wait idle
keys :
text filter letter
keys <Enter>
wait idle
keys E
text $out_dir
keys <Enter>
wait text exported: $named
wait idle
keys :
text export $out_dir
keys <Enter>
wait text overwrite $named? y/n
keys n
keys :
text export $out_dir
keys <Enter>
wait text overwrite $named? y/n
keys y
wait text exported: $named
wait idle
keys D
wait text delete the copy,
keys y
wait text deleted: Revenge S01E02
SCRIPT
check_exit 0 kiyya --script "$E2E_DIR/work.test" --screen 120x30
sed 's/^/# /' "$E2E_DIR/out" | head -n 60
check_exit 0 kiyya verify "$clip"
check_exit 3 kiyya cat "$film"
check_eq "the export is whole" "$hash" "$(sha384sum <"$named" | cut -d' ' -f1)"
fixture_stop
e2e_end
