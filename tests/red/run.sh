#!/bin/sh
# Plants one defect for each gate in a copy of the tree and expects that gate to go red.
#
#   run.sh [CASE…]       the names are those of tests/red/*.red; all of them without a name
#
# A gate that has never been red proves nothing. Each case is run twice: as it is (the gate must be
# green, or red would say nothing about the defect) and with the defect (it must be red, and say why).
# Built directories build-check, build-check-asan and build-check-tsan (contrib/check makes them) are
# copied and only what the defect touches is built again; without them the case builds what it needs.
#
# A case sets  what    the defect, in words
#              build   plain, asan, tsan or none
#              targets what to make before the gate runs
#              expect  a regular expression (grep -E) that the gate must say
# and defines  plant   edits the copy (edit FILE SCRIPT, append FILE TEXT)
#              gate    runs in the copy, $builddir is the build

set -u
top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kiyya-red.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
tree=$tmp/tree
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

fail() {
	echo "FAIL: red: $what: $*"
	failed=$((failed + 1))
}

# Both refuse to plant nothing: a case must be repaired when the code it spoils has moved.
edit() {
	sed "$2" "$tree/$1" >"$tmp/edited" || return 1
	if cmp -s "$tmp/edited" "$tree/$1"; then
		echo "the defect no longer takes root in $1"
		return 1
	fi
	cp "$tmp/edited" "$tree/$1"
	echo "$1" >>"$tmp/planted"
}

append() {
	printf '%s\n' "$2" >>"$tree/$1" || return 1
	echo "$1" >>"$tmp/planted"
}

# The copies are newer than what was built from the defect, so make builds them again.
weed() {
	while read -r file; do
		cp "$top/$file" "$tree/$file" && touch "$tree/$file"
	done <"$tmp/planted"
	: >"$tmp/planted"
}

copy_tree() {
	mkdir "$tree" &&
		(cd "$top" && tar cf - --exclude=./.git --exclude='./build*' --exclude='*.o' --exclude='*.a' \
			./[!.]*) | (cd "$tree" && tar xf -) || return 1
	if [ -d "$top/build-aux" ]; then
		cp -a "$top/build-aux" "$tree/"
	fi
}

# Leaves the directory in $builddir.
prepare_build() {
	sanitizer=
	case $build in
	none) builddir=$tree && return 0 ;;
	plain) name=build-check ;;
	asan) name=build-check-asan sanitizer=address,undefined ;;
	tsan) name=build-check-tsan sanitizer=thread ;;
	esac
	builddir=$tree/$name
	[ ! -d "$builddir" ] || return 0
	if [ -f "$top/$name/Makefile" ]; then
		cp -a "$top/$name" "$tree/" && return 0
	fi
	[ -x "$tree/configure" ] || (cd "$tree" && ./autogen.sh) || return 1
	mkdir -p "$builddir" && cd "$builddir" || return 1
	../configure --quiet ${sanitizer:+"--with-sanitizer=$sanitizer"}
	status=$?
	cd "$tree" || return 1
	return "$status"
}

make_targets() {
	# shellcheck disable=SC2086
	[ -z "$targets" ] || make -s -j"$jobs" -C "$builddir" $targets
}

run_case() {
	what='' build=none targets='' expect=''
	: >"$tmp/planted"
	# shellcheck disable=SC1090
	. "$1"
	if ! { prepare_build && make_targets; } >"$tmp/log" 2>&1; then
		tail -n 20 "$tmp/log"
		fail "it does not build"
		return
	fi
	(cd "$tree" && gate) >"$tmp/log" 2>&1
	status=$?
	if [ "$status" -eq 77 ]; then
		echo "SKIP: red: $what: $(sed -n 's/^SKIP: *//p' "$tmp/log" | head -n 1)"
		return
	elif [ "$status" -ne 0 ]; then
		tail -n 20 "$tmp/log"
		fail "the gate is red without it"
		return
	fi
	if ! { plant && make_targets; } >"$tmp/log" 2>&1; then
		tail -n 20 "$tmp/log"
		fail "it does not build with the defect"
	elif (cd "$tree" && gate) >"$tmp/log" 2>&1; then
		fail "the gate is green with it"
	elif ! grep -aqE "$expect" "$tmp/log"; then
		tail -n 20 "$tmp/log"
		fail "the gate is red, but does not say: $expect"
	else
		echo "PASS: red: $what: $(grep -aoE "$expect" "$tmp/log" | head -n 1 | cut -c 1-100)"
		passed=$((passed + 1))
	fi
	weed
}

passed=0
failed=0
copy_tree || exit 1
if [ $# -eq 0 ]; then
	set -- "$top"/tests/red/*.red
fi
for name; do
	case $name in
	*/*) run_case "$name" ;;
	*) run_case "$top/tests/red/$name.red" ;;
	esac
done
echo "red: $passed defects noticed, $failed not"
[ "$failed" -eq 0 ]
