#!/bin/sh
# Runs every fuzz target that is built over its seeds: tests/fuzz/seeds/NAME/* through fuzz_NAME.
set -eu
: "${top_srcdir:=.}" "${top_builddir:=.}"
ran=0
for seeds in "$top_srcdir"/tests/fuzz/seeds/*/; do
	name=$(basename "$seeds")
	target=$top_builddir/tests/fuzz/fuzz_$name
	[ -x "$target" ] || continue
	"$target" "$seeds"*
	ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "no fuzz target is built"; exit 77; }
