#!/bin/sh
# kill_campaign.sh again, with plain files, of which only the database says what is there.
set -eu
E2E_ENCRYPT=no
KIYYA_EACH=4000000 # on a loaded machine a sync takes its time, and that is what a kill costs
: "${KIYYA_KILLS:=10}"
. "$top_srcdir/tests/e2e/kill_campaign.sh"
