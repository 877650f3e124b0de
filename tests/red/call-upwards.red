# base calls a function of model without including its header.
what='a call upwards'
build=plain
targets='libbase.a libmodel.a'
expect='src/base/str.c:[0-9]+: a call upwards: claim_id_ok is not in base or below'

plant() {
	append src/base/str.c '
bool claim_id_ok(const char *s);
bool str_is_claim(const char *s);
bool str_is_claim(const char *s)
{
	return claim_id_ok(s);
}'
}

gate() {
	top_srcdir=$tree top_builddir=$builddir sh tests/check-layers.sh links base
}
