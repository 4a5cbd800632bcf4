# /env: the environment of steps.
. "${0%/*}/../lib.sh"

run_wf -c '/env COLOUR=blue
/bash echo $COLOUR'
is "$out" "blue" "a step sees a variable that was set"
run_wf -c '/bash echo early
/env COLOUR=green
/bash echo $COLOUR
!echo $COLOUR'
is "$out" "early
green
green" "also when steps have run before"
run_wf -c '/env HOME'
is "$out" "$HOME" "a variable can be shown"
run_wf -c '/env NOBODY_HAS_SET'
is "$status" 1 "one that is not there is a failure"
GONE=x run_wf -c '/env GONE --unset
/bash echo "${GONE-unset}"'
is "$out" "unset" "a variable can be removed"
GONE=x run_wf -c '/bash echo ${GONE-unset}
/env -u GONE
/bash echo ${GONE-unset}
/chain {/bash echo ${GONE-unset} @env=GONE:here}
/bash echo ${GONE-unset}
/chain {if env.GONE == nil then /echo nil end}
/env GONE=back
/bash echo ${GONE-unset}'
is "$out" "x
unset
here
unset
nil
back" "also when steps have run before"
MY_API_KEY=hush run_wf -c '/env'
lacks "$out" "hush" "what looks like a secret is not printed"
has "$out" "MY_API_KEY=****" "its name is"
run_wf -c '/env WF_STATE_DIR=/x'
is "$status" 4 "wf's own variables are refused"
finish
