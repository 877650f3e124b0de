# A function remembers something between its calls.
what='a mutable global'
build=plain
targets='libbase.a'
expect='libbase.a\(str.o\): a mutable global: calls'

plant() {
	append src/base/str.c '
int str_count_calls(void);
int str_count_calls(void)
{
	static int calls;
	return ++calls;
}'
}

gate() {
	top_builddir=$builddir sh tests/check-globals.sh
}
