# The one filter between a title and the terminal lets everything through.
what='a control byte on the screen'
build=plain
targets='tests/unit/ui_test'
expect='holds byte 1b'

plant() {
	edit src/ui/canvas.c 's/^	if (!is_harmless(grapheme, len)) {$/	if (false \&\& !is_harmless(grapheme, len)) {/'
}

gate() {
	LC_ALL=C.UTF-8 timeout 120 "$builddir/tests/unit/ui_test"
}
