#!/bin/sh
# watch.sh again, with plain files.
set -eu
E2E_ENCRYPT=no
. "$top_srcdir/tests/e2e/watch.sh"
