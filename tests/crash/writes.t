#!/bin/sh
# The shell dies before and after each of its writes to the journal.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/crash/kit.sh"

build_killer
# shellcheck disable=SC2046
exec "$BUILD/test/crash" writes --killer "$KILLER" \
	$(flows_but retry.wf timeout.wf sleep.wf ask.wf rollback.wf cache.wf)
