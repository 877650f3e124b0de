# A library that has one door is included somewhere else.
what='a second include of a guarded library'
expect='src/model/url.c:[0-9]+: second include of a guarded library: <curl/curl.h>'

plant() {
	append src/model/url.c '#include <curl/curl.h>'
}

gate() {
	top_srcdir=$tree sh tests/check-layers.sh includes
}
