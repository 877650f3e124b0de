#!/bin/sh
# The globals gate: no floor keeps anything that changes outside of what its callers own.
#
# Looks at the symbols in .data and .bss of each floor's archive; constant tables live elsewhere.
# From the environment: top_builddir (as `make check` sets it).

set -u
LC_ALL=C
export LC_ALL
build=${top_builddir:-.}

# Archive and name, and the reason. Add a line only with a reason as good.
allowed() {
	cat <<'TABLE'
libbase.a the_log   one log for the program: whoever fails anywhere must be heard
libbase.a die_hook  called when memory is out, from wherever that is
libbase.a empty     what an empty buffer points to; never written
libstream.a seen    an address that marks a request; never written
libui.a   restore   what the crash hook writes to give the terminal back; curses may not be called from there
TABLE
}

if grep -q '^SANITIZE_FLAGS = .' "$build/Makefile" 2>/dev/null; then
	echo "SKIP: a sanitizer adds variables of its own; the plain build is checked"
	exit 77
fi
if ! command -v objdump >/dev/null; then
	echo "SKIP: objdump (package binutils) is not here"
	exit 77
fi

tmp=$(mktemp "${TMPDIR:-/tmp}/kiyya-globals.XXXXXX") || exit 1
trap 'rm -f "$tmp"' EXIT
found=
for archive in "$build"/lib*.a; do
	[ -f "$archive" ] || continue
	found=yes
	objdump -t "$archive" | awk -v archive="${archive##*/}" '
	/^[^ ]*:[ \t]+file format/ { member = $1; sub(/:$/, "", member); sub(/^lib[a-z]+_a-/, "", member) }
	{
		section = ""
		for (i = 1; i <= NF; i++)
			if ($i ~ /^\.(data|bss|tdata|tbss)(\.|$)/ || $i == "*COM*") section = $i
		# section symbols and constant data that only the loader relocates do not count
		if (section == "" || section ~ /^\.data\.rel\.ro/ || $NF == section) next
		name = $NF
		sub(/\.[0-9]+$/, "", name)
		print archive, name, member
	}'
done >"$tmp"

if [ -z "$found" ]; then
	echo "$build: no floor has been built"
	exit 1
fi
wrong=0
while read -r archive name member; do
	allowed | grep -q "^$archive  *$name " && continue
	echo "$archive($member): a mutable global: $name"
	wrong=$((wrong + 1))
done <"$tmp"
if [ "$wrong" -gt 0 ]; then
	echo "check-globals: $wrong wrong (who owns it? which thread?)"
	exit 1
fi
echo "check-globals: nothing changes behind anybody's back"
