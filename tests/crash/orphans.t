#!/bin/sh
# Escape artists: whatever a step began is gone a second after its end.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/crash/kit.sh"

ESCAPE=$BUILD/test/escape
export ESCAPE
exec "$BUILD/test/orphans" --count 500 --seed "$seed"
