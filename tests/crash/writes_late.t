#!/bin/sh
# The same for workflows that mostly wait: several at a time.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/crash/kit.sh"

build_killer
# shellcheck disable=SC2046
exec "$BUILD/test/crash" writes --killer "$KILLER" --jobs 2 \
	$(flows retry.wf timeout.wf sleep.wf ask.wf rollback.wf cache.wf)
