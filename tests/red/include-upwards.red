# base includes a header of model.
what='an include upwards'
expect='src/base/str.c:[0-9]+: an include upwards: base may not know model'

plant() {
	append src/base/str.c '#include "kiyya/claim.h"'
}

gate() {
	top_srcdir=$tree sh tests/check-layers.sh includes
}
