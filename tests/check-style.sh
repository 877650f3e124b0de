#!/bin/sh
# The style gate: what clang-format and the compiler do not see. Prints file:line and what is wrong.
# From the environment: top_srcdir (as `make check` sets it).

set -u
LC_ALL=C
export LC_ALL
cd "${top_srcdir:-.}" || exit 1

tmp=$(mktemp -d "${TMPDIR:-/tmp}/kiyya-style.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

find src include tests -name '*.[ch]' -type f 2>/dev/null | sort >"$tmp/c"
find contrib tests -type f \( -name '*.sh' -o -path 'contrib/*' \) ! -path '*/data/*' 2>/dev/null | sort >"$tmp/all-sh"
: >"$tmp/sh"
while read -r file; do
	case $(head -n 1 "$file") in
	'#!'*sh) echo "$file" >>"$tmp/sh" ;;
	esac
done <"$tmp/all-sh"

# Sources and headers. Comments and strings are blanked before the words are looked at.
xargs awk -v most_in_src=600 -v most_in_tests=1000 -v long_function=60 -v too_long_function=100 '
function wrong(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }
function code_of(line,   out, c, i, n) {
	out = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		if (in_comment) {
			if (substr(line, i, 2) == "*/") { in_comment = 0; i++ }
		} else if (substr(line, i, 2) == "/*") {
			in_comment = 1; i++
		} else if (substr(line, i, 2) == "//") {
			break
		} else if (c == "\"" || c == "\047") {
			for (i++; i <= n && substr(line, i, 1) != c; i++)
				if (substr(line, i, 1) == "\\") i++
			out = out c c
		} else {
			out = out c
		}
	}
	return out
}
function word(code, names) { return code ~ ("(^|[^A-Za-z0-9_])(" names ")[ \t]*\\(") }
FNR == 1 {
	most_lines = FILENAME ~ /^tests/ ? most_in_tests : most_in_src # a list of tests reads on
	in_comment = 0; body = 0
	if ($0 !~ /^\/\*/) wrong("the first comment is missing: say what this file is")
}
FNR == most_lines + 1 { wrong("over " most_lines " lines: this file is two files") }
/[ \t]$/ { wrong("blanks at the end of the line") }
/^        / { wrong("blanks where a tab belongs") }
/(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)/ { wrong("unfinished business: do it or write an issue") }
{
	code = code_of($0)
	if (word(code, "sprintf|vsprintf|strcpy|strcat|strncpy|strncat|atoi|strtok|gets|system|popen|alloca"))
		wrong("a banned function (HACKING.md has the list)")
	if (word(code, "sleep|usleep|nanosleep|clock_nanosleep"))
		wrong("a sleep: wait for what you wait for")
	if (match(code, /^[a-z_]+:([ \t]|$)/) && code !~ /^default/) {
		label = substr(code, 1, index(code, ":") - 1)
		labels[label] = FNR
	}
	if (match(code, /goto [a-z_]+/)) {
		label = substr(code, RSTART + 5, RLENGTH - 5)
		if (label in labels) wrong("a goto backwards")
	}
	if (code ~ /^\{/) { body = FNR; split("", labels) }
	if (code ~ /^\}/ && body) {
		if (FNR - body > too_long_function) wrong("a function of " FNR - body " lines")
		else if (FNR - body > long_function)
			printf "%s:%d: note: a function of %d lines\n", FILENAME, FNR, FNR - body >"/dev/stderr"
		body = 0
	}
}
' <"$tmp/c" >"$tmp/wrong" 2>"$tmp/notes"

# Scripts: the second line says what they are.
if [ -s "$tmp/sh" ]; then
	xargs awk '
	function wrong(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }
	FNR == 2 && !/^# / { wrong("the first comment is missing: say what this script is") }
	/[ \t]$/ { wrong("blanks at the end of the line") }
	/(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)/ && !/\(TODO\|/ { wrong("unfinished business") }
	/(^|[;|&][ \t]*|then[ \t]+|do[ \t]+|^[ \t]+)sleep[ \t]+[0-9.]*[1-9]/ {
		if ($0 !~ /sleep 0\.[0-9]+/) wrong("a sleep of a second or more: poll for what you wait for")
	}
	' <"$tmp/sh" >>"$tmp/wrong"
fi

# Nothing of the machine it was written on.
grep -rnE '/wor[k]/' src include tests contrib doc ./*.md ./*.am ./*.ac 2>/dev/null |
	sed 's/$/   <- a path of one machine/' >>"$tmp/wrong"

cat "$tmp/notes"
if [ -s "$tmp/wrong" ]; then
	cat "$tmp/wrong"
	echo "check-style: $(wc -l <"$tmp/wrong") wrong"
	exit 1
fi
echo "check-style: $(wc -l <"$tmp/c") sources and $(wc -l <"$tmp/sh") scripts are in house style"
