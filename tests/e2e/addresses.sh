#!/bin/sh
# Every way to write an address leads to the claim that is meant, and every refusal says why.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin addresses
needs curl
needs_kiyya
fixture_start --catalog "$top_srcdir/tests/support/demo.tsv"
write_config

night=$(claim_id night-train)
road=$(claim_id የማያልቅ-መንገድ)
list=$(claim_id revenge-season-1)
n2=$(printf %.2s "$night") n9=$(printf %.9s "$night")
demo=$(rpc resolve '{"urls":["@demo"]}' | sed -n 's/^      "claim_id": "\([0-9a-f]*\)".*/\1/p' | head -n 1)
road_escaped=%E1%8B%A8%E1%88%9B%E1%8B%AB%E1%88%8D%E1%89%85-%E1%88%98%E1%8A%95%E1%8C%88%E1%8B%B5

# -- right ones ----------------------------------------------------------------------------------------

leads_to() { # CLAIM-ID ADDRESS...
	wanted=$1
	shift
	for address; do
		got=$(kiyya show "$address" --refresh --json 2>&1 | sed -n 's/.*"claim_id":"\([0-9a-f]\{40\}\)","title.*/\1/p')
		check_eq "$address" "$wanted" "$got"
	done
}

leads_to "$night" "$night" \
	night-train "night-train:$n2" "night-train#$n2" "night-train:$n9" "night-train#$night" 'night-train$1' \
	lbry://night-train "lbry://night-train#$n2" "lbry://night-train:$night" \
	@demo/night-train @demo:d/night-train "@demo:d/night-train:$n2" "@demo#d/night-train#$n2" \
	"lbry://@demo#d/night-train#$n9" "lbry://@demo:$demo/night-train:$night" '@demo$1/night-train$1' \
	@demo:d/night-train/ 'lbry://@demo:d/night-train?r=abc&t=42' NIGHT-TRAIN
for host in https://odysee.com https://www.odysee.com http://odysee.com https://lbry.tv https://open.lbry.com odysee.com; do
	leads_to "$night" "$host/@demo:d/night-train:$n2"
done
leads_to "$night" \
	"https://odysee.com/night-train:$n2" "https://odysee.com/night-train:$night" \
	"https://odysee.com/@demo:d/night-train:$n2?r=6ef&t=12" "https://odysee.com/@demo:d/night-train:$n2?lid=x#comments" \
	"https://odysee.com/%40demo%3Ad/night%2Dtrain%3A$n2" "https://odysee.com/@demo:d/%6e%69ght-train:$n2" \
	"https://odysee.com/night-train/$night" "https://odysee.com/demo:d/night-train:$n2" \
	"https://odysee.com/\$/embed/@demo:d/night-train:$n2" "https://odysee.com/%24/embed/night-train/$night" \
	"https://odysee.com/\$/embed/night-train/$night?autoplay=1" "https://odysee.com/\$/download/night-train/$night" \
	"https://odysee.com/\$/stream/night-train/$night"
leads_to "$road" "$road" የማያልቅ-መንገድ "@demo:d/የማያልቅ-መንገድ" "lbry://@demo#d/የማያልቅ-መንገድ" \
	"https://odysee.com/@demo:d/$road_escaped" "https://odysee.com/@demo:d/$(echo $road_escaped | tr A-F a-f)" \
	"https://odysee.com/@demo:d/የማያልቅ-መንገድ"
leads_to "$list" "https://odysee.com/\$/playlist/$list" "https://odysee.com/\$/list/$list" "@demo:d/revenge-season-1"
leads_to "$demo" "$demo" @demo @demo:d lbry://@demo "@demo#$demo" https://odysee.com/@demo:d 'https://odysee.com/@demo:d?view=about' \
	https://odysee.com/%40demo
check_eq "a prefix of the id, once it is stored" "$night" \
	"$(kiyya show "$n9" --json | sed -n 's/.*"claim_id":"\([0-9a-f]\{40\}\)","title.*/\1/p')"
rows=$(kiyya list @demo:d --all | wc -l)
for channel in @demo lbry://@demo#d "$demo" "@demo:$demo" https://odysee.com/@demo:d; do
	check_eq "list $channel" "$rows" "$(kiyya list "$channel" --all | wc -l)"
done
leads_to "$night" "$(kiyya show "$night" --json | json_first url)"

# -- wrong ones ----------------------------------------------------------------------------------------

refused() { # CODE SENTENCE ADDRESS...
	code=$1
	sentence=$2
	shift 2
	for address; do
		check_exit "$code" kiyya show "$address" --refresh
		check_has "and says so" "$sentence" "$err"
		check_eq "in one line" 1 "$(printf '%s\n' "$err" | wc -l | tr -d ' ')"
	done
}

refused 2 "no address of a claim" '@' 'a b' 'a%20b' '@demo:D/night-train' '@demo:d/a/b' 'name:xyz' 'lbry://' \
	'https://odysee.com/' 'https://example.com/@demo:d/night-train' 'https://odysee.com/a%00b' 'https://odysee.com/$/settings' \
	'https://odysee.com/a%ff' "name:${night}0"
refused 2 "longer than" "$(printf '%02100d' 0)"
refused 3 "no such claim" @demo:d/nobody-made-this @nobody night-train:ffff 00112233445566778899aabbccddeeff00112233
refused 3 "not a valid url" "$(printf '%0300d' 0)"
refused 5 "did not sign" @demo:d/badly-signed badly-signed
refused 5 "blocked by @blocklist" @neighbour:9/blocked-film blocked-film
e2e_end
