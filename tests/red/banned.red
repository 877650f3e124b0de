# A function that does not know how much room there is.
what='a banned function'
expect='src/base/str.c:[0-9]+: a banned function'

plant() {
	append src/base/str.c 'static inline void bad(char *d, const char *s) { strcpy(d, s); }'
}

gate() {
	top_srcdir=$tree sh tests/check-style.sh
}
