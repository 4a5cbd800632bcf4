#!/bin/sh
# Results of steps never become program text: 220 hostile values, in 15
# positions, with sh and with bash.
. "${0%/*}/../lib.sh"

command -v bash >/dev/null || skip_all "bash is not installed"
"$BUILD/test/hostile" make . || exit 1
for shell in sh bash; do
	"$WF" -k -q "$shell.wf" >"$WORLD/$shell.out" 2>"$WORLD/$shell.err"
done
"$BUILD/test/hostile" check . && exit 0
tail -n 20 "$WORLD/sh.err" >&2
exit 1
