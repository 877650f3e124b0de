#!/bin/sh
# Several connections an item: how many, what they ask for, that each is used again, and what they bring.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin connections
needs curl sha384sum
needs_kiyya

size=25165947 # not a whole number of chunks
head -c "$size" /dev/urandom >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
fixture_start --marked "$E2E_DIR/film" --each 1572864
item=$(claim_id marked)

player_log() { # NAME : its values in the log of the player host
	fixture_log | sed -n 's/.*"where":"player".*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'
}

fetch() { # CONNECTIONS : how long that took, in ms
	printf '%s\n' "connections = $1" | write_config -
	fixture_log_clear
	begin=$(now_ms)
	check_exit 0 kiyya download "$item"
	took=$(($(now_ms) - begin))
	check_eq "the same bytes" "$sum" "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)"
	check_exit 0 kiyya verify "$item" --json
	check_has "as published" '"publisher_hash":"match"' "$out"
}

fetch 1
one=$took
check_eq "one connection when one is asked for" 1 "$(player_log connection | sort -u | wc -l | tr -d ' ')"
check_eq "every byte once" "$size" "$(bytes_sent player)"
check_exit 0 kiyya rm "$item" --yes

fetch 4
four=$took
echo "# one connection $one ms, four $four ms: $((one * 100 / four)) %"
# What is cut short at the end, because another helps, closes its connection.
used=$(player_log connection | sort -u | wc -l | tr -d ' ')
check "four, each used again and again" test "$used" -ge 4 -a "$used" -le 6
check_eq "only parts" 206 "$(player_log status | sort -u)"
longest=$(player_log range | sed 's/bytes=//' | awk -F- '{ n = $2 - $1 + 1; if (n > most) most = n } END { print most }')
check "no part is over 4 MiB" test "$longest" -le 4194304
check "hardly a byte twice" test "$(bytes_sent player)" -le $((size + size / 20))
check_exit 0 kiyya rm "$item" --yes

# A small one is not worth four.
fixture_stop
head -c 3000000 /dev/urandom >"$E2E_DIR/film"
fixture_start --marked "$E2E_DIR/film"
write_config
kiyya cache clear --yes >/dev/null
check_exit 0 kiyya download "$(claim_id marked)"
check_eq "one request for what is small" 1 "$(player_log range | wc -l | tr -d ' ')"

# A limit is for all of them together.
kiyya rm "$(claim_id marked)" --yes >/dev/null
printf '%s\n' "rate = 1M" | write_config -
begin=$(now_ms)
check_exit 0 kiyya download "$(claim_id marked)"
took=$(($(now_ms) - begin))
echo "# 3000000 bytes at 1 MiB/s: $took ms"
check "not faster than it may" test "$took" -ge 2500
e2e_end
