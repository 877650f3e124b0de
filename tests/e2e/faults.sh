#!/bin/sh
# What a player host can do wrong to a download: the right state, the right sentence, nothing lost, other items go on.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin faults
needs curl sha384sum
needs_kiyya
needs_media
size=12582999
head -c "$size" /dev/urandom >"$E2E_DIR/film"
sum=$(sha384sum <"$E2E_DIR/film" | cut -d' ' -f1)
fixture_start --media "$MEDIA" --marked "$E2E_DIR/film"
write_config
item=$(claim_id marked)
other=$(claim_id counting-to-ten)

has_film() { # TEXT
	check_eq "$1: the same bytes" "$sum" "$(kiyya cat "$item" | sha384sum | cut -d' ' -f1)"
	check_exit 0 kiyya rm "$item" --yes
}

arm() { # JSON
	fixture_control '[{"clear":true},{"change_content":false,"republish":false,"ignore_range":false},{"wrong_range":false,"wrong_length":false,"each":0}]'
	fixture_log_clear
	[ -z "$1" ] || fixture_control "$1"
}

# The film fails and says why; the other item, behind it, comes. The partial is as long as before.
fails() { # EXIT STATE SENTENCE
	check_exit "$1" kiyya download "$item" --json
	check_has "says why" "$3" "$out$err"
	kiyya queue --json >"$E2E_DIR/rows"
	check_has "its state" "\"state\":\"$2\"" "$(grep -F "$item" "$E2E_DIR/rows" || true)"
	check_exit 0 kiyya download "$other"
	check_exit 0 kiyya rm "$other" --yes
}

# -- what passes -----------------------------------------------------------------------------------

arm '{"act":"cut","where":"player","after":400000,"times":10}'
check_exit 0 kiyya download "$item"
check "it was cut" test "$(asked '"act":"cut"')" -ge 4
has_film "cut again and again"

arm "[$(for n in 1 2 3 4 5 6 7 8; do printf '%s' '{"act":"ok","where":"player","times":2},{"act":"status","status":503,"where":"player"},'; done){\"each\":0}]"
check_exit 0 kiyya download "$item"
check "some were refused" test "$(asked '"status":503')" -ge 2
has_film "every third says 503"

arm '[{"each":2000000},{"act":"ok","where":"player","times":2},{"act":"stall","where":"player","after":200000}]'
begin=$(now_ms)
check_exit 0 kiyya download "$item"
check "the others do not wait for it" test $(($(now_ms) - begin)) -lt 30000
has_film "one connection stalls"

arm '{"ignore_range":true}'
check_exit 0 kiyya download "$item"
check_eq "one stream" 1 "$(asked '"where":"player"')"
check_eq "every byte once" "$size" "$(bytes_sent player)"
has_film "Range ignored"

arm '{"act":"retry_after","value":"1","where":"player","times":2}'
check_exit 0 kiyya download "$item"
check_eq "asked again twice" 2 "$(asked '"status":429')"
has_film "429"

arm '{"act":"status","status":416,"where":"player","times":2}'
check_exit 0 kiyya download "$item"
has_film "416 out of the blue"

# -- taken up by a host that ignores Range -----------------------------------------------------------

arm '{"each":1000000}'
"$KIYYA" download "$item" >"$E2E_DIR/run.out" 2>&1 8>&- &
pid=$!
e2e_child "$pid"
is_progressing() {
	[ "$(bytes_sent player)" -gt 4000000 ]
}
check "it has begun" wait_until 20 is_progressing
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
arm '{"ignore_range":true}'
check_exit 0 kiyya download "$item"
has_film "taken up without Range"

# -- what does not -----------------------------------------------------------------------------------

arm '{"act":"status","status":401,"where":"player","match":"'"$item"'","times":9}'
fails 5 failed "wants a login"
arm '{"act":"status","status":404,"where":"player","match":"'"$item"'","times":9}'
fails 3 failed "does not have it"
arm '{"act":"redirect","url":"http://169.254.7.7/film","where":"player","match":"'"$item"'","times":9}'
fails 5 failed "redirects"
check_eq "nobody else was asked" 0 "$(asked '"where":"other"')"

# In the middle: what came before stays, and goes on when the host has it again.
arm '[{"each":1000000},{"act":"ok","where":"player","times":6},{"act":"status","status":403,"where":"player","match":"'"$item"'","times":9}]'
check_exit 5 kiyya download "$item"
have=$(kiyya queue --json | sed -n 's/.*"claim_id":"'"$item"'".*"have":\([0-9]*\).*/\1/p')
check "what came is kept" test "${have:-0}" -gt 1000000
arm ''
check_exit 0 kiyya download "$item"
check "and not fetched again" test "$(bytes_sent player)" -le $((size - have + 65536))
has_film "refused in the middle"

arm '{"wrong_length":true}'
check_exit 8 kiyya download "$item"
check_has "another length: said" "bytes where the claim says" "$err"
arm ''
check_exit 0 kiyya download "$item"
has_film "another length, then the right one"

# Changed content of the same length: fetched once more into a new file, never mixed.
arm '{"change_content":true}'
check_exit 8 kiyya download "$item"
check_has "said" "not what the publisher signed" "$err"
arm ''
check_exit 0 kiyya rm "$item" --yes
check_exit 0 kiyya download "$item"
has_film "changed, then right"
check_eq "no file is left over" 0 "$(find "$KIYYA_HOME/data/vault" -type f | wc -l | tr -d ' ')"
e2e_end
