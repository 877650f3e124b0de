#!/bin/sh
# doc/messages.md is what the message tables say; `make doc/messages.md` rewrites it.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
printer=$top_builddir/tests/support/print_messages
[ -x "$printer" ] || { echo "print_messages is not built"; exit 77; }
"$printer" | diff -u "$top_srcdir/doc/messages.md" - || {
	echo "doc/messages.md differs from include/kiyya/msg.h: make doc/messages.md"
	exit 1
}
