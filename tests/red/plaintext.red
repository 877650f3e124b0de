# The vault puts a chunk aside, in the clear, before it seals it.
what='a plaintext temp file'
build=plain
targets='kiyya tests/support/fixture_gateway tests/support/pause'
expect='not ok [0-9]+ - nothing (while it ran|after)'

plant() {
	edit src/vault/writer.c '/^	if (!record_seal(writer_tools(w), &w->seams.chance/i\
	char *aside = str_fmt("%s/chunk.tmp", getenv("TMPDIR"));\
	int clear = open(aside, O_CREAT | O_WRONLY | O_TRUNC, 0600);\
	free(aside);\
	if (clear < 0 || write(clear, data, len) < 0 || close(clear) != 0)\
		return false;'
}

gate() {
	top_srcdir=$tree top_builddir=$builddir timeout 300 sh tests/e2e/plaintext.sh
}
