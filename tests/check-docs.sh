#!/bin/sh
# Holds the manual pages and the help against the tables of the program, both ways: what there is must be told, and
# nothing else. Prints each difference; fails if there is one.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
tables=$top_builddir/tests/support/print_tables
page=$top_srcdir/doc/kiyya.1
conf=$top_srcdir/doc/kiyya.conf.5
[ -x "$tables" ] || { echo "print_tables is not built"; exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/kiyya-docs-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT INT TERM

# What the program has, as lines "command NAME", "action OF NAME", "option OF NAME", "key NAME", "exit N".
"$tables" | awk -F'\t' '
	$1 == "key" { print $1, $2; next }
	{ gsub("\t", " "); print }' | sort -u >"$work/program"

# What the manual tells, in the same lines. An option or action belongs to the command whose entry it stands in.
awk '
	$1 == ".Sh" { section = $2; of = section == "OPTIONS" ? section : ""; depth = 0; next }
	section == "EXIT" && $1 == ".It" && $2 ~ /^[0-9]+$/ { print "exit", $2; next }
	section != "COMMANDS" && section != "OPTIONS" { next }
	$1 == ".Bl" { depth++; next }
	$1 == ".El" { depth--; next }
	$1 != ".It" { next }
	depth == 1 && $2 == "Ic" { of = $3; print "command", of; next }
	$2 == "Cm" { print "action", of, $3; next }
	$2 == "Fl" {
		for (i = 3; i <= NF; i++)
			if ($i ~ /^-[a-z]/ && $(i - 1) == "Fl") {
				sub(/^-/, "", $i)
				print "option", of, $i
			}
	}' "$page" | sort -u >"$work/manual"
awk '$1 == ".It" && $2 == "Va" { print "key", $3 }' "$conf" | sort -u >>"$work/manual"
sort -u -o "$work/manual" "$work/manual"

bad=0
differ() { # TITLE FILE
	[ -s "$2" ] || return 0
	echo "$1:"
	sed 's/^/  /' "$2"
	bad=1
}
comm -23 "$work/program" "$work/manual" >"$work/untold"
comm -13 "$work/program" "$work/manual" >"$work/invented"
differ "in the program, not in the manual" "$work/untold"
differ "in the manual, not in the program" "$work/invented"

# Each default stands in the entry of its key.
"$tables" | awk -F'\t' '$1 == "key" && $3 != "" { print $2 "\t" $3 }' | while IFS='	' read -r key value; do
	entry=$(awk -v key="$key" '
		$1 == ".It" { inside = $3 == key }
		inside' "$conf")
	echo "$value" | tr ',' '\n' | while read -r part; do
		case $entry in *"$part"*) ;; *) echo "$key = $part" ;; esac
	done
done >"$work/defaults"
differ "defaults that kiyya.conf(5) does not tell" "$work/defaults"

# The help has every command, action and option.
while read -r kind of name; do
	case $kind in
	command) "$tables" help | grep -q "^  $of " || echo "$kind $of" ;;
	action) "$tables" help "$of" | grep -q "^  $name " || echo "$kind $of $name" ;;
	option)
		[ "$of" = OPTIONS ] && of=
		"$tables" help $of | grep -q -e "--$name\( \|\$\)" || echo "$kind $of $name"
		;;
	esac
done <"$work/program" >"$work/helpless"
differ "not in the help" "$work/helpless"

# A page that its formatter complains about is not finished.
if command -v groff >/dev/null; then
	for file in "$page" "$conf"; do
		groff -mdoc -Tutf8 -ww -z "$file"
	done >"$work/groff" 2>&1
	differ "groff complains" "$work/groff"
fi
exit $bad
