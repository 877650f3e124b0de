#!/bin/sh
# A gateway is believed when an authority that we trust says so, for its name and for today; else nothing is said to it.
set -eu
. "$top_srcdir/tests/e2e/lib.sh"
e2e_begin tls
needs curl openssl
needs_kiyya
cd "$E2E_DIR"

# -- authorities and certificates ----------------------------------------------------------------------

authority() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 30 \
		-subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE
}

# Signed by AUTHORITY for SUBJECT-ALT-NAME, from and to (YYYYMMDDHHMMSSZ).
certificate() { # NAME AUTHORITY ALT-NAME FROM TO
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
	: >index.txt
	printf 'subjectAltName=%s\n' "$3" >ext.cnf
	cat >ca.cnf <<-CONF
		[ca]
		default_ca = only
		[only]
		database = index.txt
		new_certs_dir = .
		rand_serial = yes
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = supplied
	CONF
	openssl ca -batch -notext -config ca.cnf -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.crt" \
		-extfile ext.cnf -startdate "$4" -enddate "$5"
	cat "$1.crt" "$1.key" >"$1.pem"
}

last_year=$(date -u -d '1 year ago' +%Y%m%d%H%M%SZ)
yesterday=$(date -u -d yesterday +%Y%m%d%H%M%SZ)
next_year=$(date -u -d '1 year' +%Y%m%d%H%M%SZ)
make_all() {
	authority trusted && authority stranger &&
		certificate right trusted IP:127.0.0.1 "$yesterday" "$next_year" &&
		certificate wrong-name trusted DNS:gateway.example "$yesterday" "$next_year" &&
		certificate expired trusted IP:127.0.0.1 "$last_year" "$yesterday" &&
		certificate not-yet trusted IP:127.0.0.1 "$next_year" "$(date -u -d '2 years' +%Y%m%d%H%M%SZ)" &&
		certificate unknown stranger IP:127.0.0.1 "$yesterday" "$next_year"
}
check "certificates are made" make_all

# The second endpoint speaks TLS with that certificate; the first one is for looking on.
serve() { # NAME
	fixture_start --gateways 2 --claims 3 --tls "$E2E_DIR/$1.pem"
	secure=https://127.0.0.1:$(sed -n 's/^port [0-9]* //p' fixture.out)/api/v1/proxy
	GATEWAY_URLS=$secure
	rm -rf "$KIYYA_HOME"
	mkdir -m 0700 "$KIYYA_HOME"
	write_config - <<-CONF
		[net]
		ca_file = ${2-$E2E_DIR/trusted.pem}
	CONF
}

refuses() { # NAME WORD [CA-FILE]
	serve "$1" ${3+"$3"}
	check_exit 4 kiyya list @big:b
	check_has "$1: the sentence says why" "$2" "$err"
	check_eq "$1: one sentence" 1 "$(printf '%s\n' "$err" | wc -l | tr -d ' ')"
	check_eq "$1: nothing was asked, in no way" "" "$(fixture_log)"
	check_exit 4 kiyya ping --json
	check_has "$1: ping says so too" '"ok":false' "$out"
	fixture_stop
}

# -- who is believed -----------------------------------------------------------------------------------

serve right
check_exit 0 kiyya list @big:b --json
check_eq "the right authority, name and day: the rows" 3 "$(grep -c '"title":"Item ' out)"
check_eq "over TLS, all of it" 0 "$(asked '"endpoint":0')"
fixture_stop
refuses wrong-name "certificate"
refuses expired "certificate"
refuses not-yet "certificate"
refuses unknown "certificate"
refuses right "certificate" "" # the system's authorities do not know ours
refuses right "ca_file" "$E2E_DIR/nowhere.pem"

# A plain gateway beyond this machine is not even tried.
serve right
check_exit 4 kiyya --gateway http://gateway.example/api/v1/proxy list @big:b
check_has "and that is said" "https" "$err"
check_exit 4 kiyya --gateway "http${secure#https}" list @big:b # plain words to one that speaks TLS
fixture_stop
e2e_end
