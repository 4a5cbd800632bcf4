#!/bin/sh
# 500 random moments at which the shell or its guard dies.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/crash/kit.sh"

# shellcheck disable=SC2046
exec "$BUILD/test/crash" moments --count 500 --seed "$seed" \
	$(flows_but retry.wf)
