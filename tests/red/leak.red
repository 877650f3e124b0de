# The JSON reader forgets its copy of a text with long numbers.
what='a leak'
build=asan
targets='tests/unit/json_test'
expect='LeakSanitizer: detected memory leaks'

plant() {
	edit src/base/json_read.c '/buf_release(&rewritten);/d'
}

gate() {
	timeout 120 "$builddir/tests/unit/json_test"
}
