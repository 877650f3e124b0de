#!/bin/sh
# The first gateway fails in every way there is: the second answers. A clear refusal is believed at once.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin failover
needs curl
needs_kiyya
fixture_start --gateways 2 --claims 3

# Nothing remembered, nothing stored, no act left over.
fresh() {
	rm -rf "$KIYYA_HOME"
	mkdir -m 0700 "$KIYYA_HOME"
	write_config
	sed -i 's/^timeout = .*/timeout = 500ms/' "$KIYYA_HOME/config/kiyya.conf"
	fixture_control '{"clear":true}'
	fixture_log_clear
}

# The first endpoint does ACT for ever.
second_answers() { # TEXT ACT-JSON-MEMBERS
	fresh
	fixture_control '{"where":"gateway","endpoint":0,"times":0,'"$2"'}'
	check_exit 0 kiyya list @big:b --json
	check_eq "$1: all rows came" 3 "$(printf '%s\n' "$out" | grep -c '"title":"Item ')"
	check "$1: the first was asked before" test "$(asked '"endpoint":0')" -ge 1
}

second_answers "500" '"act":"status","status":500'
second_answers "503" '"act":"status","status":503'
second_answers "hanging" '"act":"hang"'
second_answers "closed" '"act":"close"'
second_answers "cut off" '"act":"cut","after":100'
second_answers "gone silent" '"act":"stall","after":100'
second_answers "not JSON" '"act":"garbage"'
second_answers "wrong types" '"act":"wrong_types"'
second_answers "empty" '"act":"empty"'
second_answers "endless" '"act":"endless"'
second_answers "408" '"act":"status","status":408'
second_answers "429" '"act":"retry_after","value":"30"'
check_eq "429: the resting one was asked once" 1 "$(asked '"endpoint":0')"

# -- refusals ----------------------------------------------------------------------------------------

fresh
fixture_control '{"where":"gateway","endpoint":0,"times":0,"act":"status","status":404}'
check_exit 5 kiyya list @big:b
check_has "404 is named" 404 "$err"
check_eq "nobody else is asked" 0 "$(asked '"endpoint":1')"

fresh
fixture_control '{"where":"gateway","endpoint":0,"times":0,"act":"rpc_error","code":-32500,"message":"query \u001b[31mtimed out"}'
code=0
kiyya list @big:b >/dev/null 2>"$E2E_DIR/err" || code=$?
check "an error of the backend is an error" test "$code" -ne 0
check_has "and is shown" "timed out" "$(cat "$E2E_DIR/err")"
check_eq "without its control bytes" 0 "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$E2E_DIR/err" | wc -c)"
check_eq "and believed" 0 "$(asked '"endpoint":1')"

fresh
fixture_control '{"where":"gateway","endpoint":0,"times":0,"act":"redirect","url":"http://192.0.2.1/api/v1/proxy","status":307}'
check_exit 0 kiyya list @big:b --json
check_eq "a redirect to a stranger is not followed" 3 "$(printf '%s\n' "$out" | grep -c '"title":"Item ')"

# -- nobody ------------------------------------------------------------------------------------------

fresh
fixture_control '{"where":"gateway","times":0,"act":"status","status":502}'
check_exit 4 kiyya list @big:b
for url in $(echo "$GATEWAY_URLS" | tr , ' '); do
	address=${url#http://}
	check_has "the sentence names ${address%%/*}" "${address%%/*}" "$err"
done
check_eq "one sentence" 1 "$(grep -c . "$E2E_DIR/err")"
check_exit 4 kiyya ping
check_exit 4 kiyya --offline list @big:b

fresh
fixture_control '{"where":"gateway","endpoint":0,"times":0,"act":"status","status":502}'
check_exit 0 kiyya ping --json
check_eq "ping tells them apart" "1 1" "$(printf '%s\n' "$out" | grep -c '"ok":true') $(printf '%s\n' "$out" | grep -c '"ok":false')"

fresh
dead=${GATEWAY_URLS#*,}
fixture_stop
check_exit 4 kiyya --gateway "$dead" list @big:b
e2e_end
