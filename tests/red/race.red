# The queue looks at its length before it takes the lock, to be quicker.
what='a data race'
build=tsan
targets='tests/unit/mq_test'
expect='WARNING: ThreadSanitizer: data race'

plant() {
	edit src/base/mq.c 's/^	bool taken = false;$/	bool taken = same == NULL \&\& q->n >= q->cap;/'
}

gate() {
	timeout 120 "$builddir/tests/unit/mq_test"
}
