#!/bin/sh
# /resume --from each step of each canonical workflow.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/crash/kit.sh"

# shellcheck disable=SC2046
exec "$BUILD/test/crash" rewind $(flows_but)
