#!/bin/sh
# Fuzzes targets for some minutes each, one after the other, and writes a row for each into doc/testing.md.
#
#	tests/fuzz/campaign.sh 10 json claims url
#
# Builds with clang, AddressSanitizer and UndefinedBehaviorSanitizer in build-fuzz (or $FUZZ_BUILD), which keeps the
# corpus from campaign to campaign. What breaks a target lies there as found-TARGET-… and ends the script with 1.
set -eu
[ $# -ge 2 ] && [ "$1" -ge 1 ] || {
	echo "usage: $0 MINUTES TARGET..." >&2
	exit 2
}
minutes=$1
shift
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${FUZZ_BUILD:-$top/build-fuzz}
table=$top/doc/testing.md
LC_ALL=C.UTF-8
export LC_ALL

mkdir -p "$build"
cd "$build"
[ -f Makefile ] || "$top/configure" CC=clang --with-sanitizer=fuzzer >configure.log
for target; do
	make "tests/fuzz/fuzz_$target" >make.log 2>&1 || {
		tail -n 20 make.log >&2
		exit 1
	}
done

# The row goes behind the last one of the table.
add_row() { # ROW
	awk -v row="$1" '
		/^\| Target \| Day/ { in_table = 1 }
		in_table && !/^\|/ { print row; in_table = 0 }
		{ print }
		END { if (in_table) print row }' "$table" >"$table.new"
	cat "$table.new" >"$table"
	rm "$table.new"
}

stat_of() { # NAME FILE
	sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

code=0
for target; do
	corpus=$build/corpus/$target
	log=$build/fuzz-$target.log
	mkdir -p "$corpus"
	found=nothing
	begun=$(date +%s)
	"tests/fuzz/fuzz_$target" -max_total_time=$((minutes * 60)) -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$build/found-$target-" "$corpus" "$top/tests/fuzz/seeds/$target" >"$log" 2>&1 || {
		written=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		found="nothing; stopped early"
		[ -z "$written" ] || found=$(basename "$written")
		code=1
	}
	seconds=$(($(date +%s) - begun))
	edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	size=$(find "$corpus" -type f | wc -l | tr -d ' ')
	runs=$(stat_of number_of_executed_units "$log")
	row="| $target | $(date -u +%Y-%m-%d) | $seconds s | ${runs:-?} | ${edges:-?} | $size | $found |"
	echo "$row"
	add_row "$row"
done
exit "$code"
