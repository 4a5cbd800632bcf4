# /set: settings and variables.
. "${0%/*}/../lib.sh"

run_wf -c '/set'
like "$out" '^durability +full +default' "/set lists settings with origin"
WF_MAX_PARALLEL=3 run_wf -c '/set'
like "$out" '^max_parallel +3 +environment' "the environment is an origin"
WF_DURABILITY=normal run_wf --durability full -c '/set'
like "$out" '^durability +full +flag' "a flag goes before the environment"
run_wf -c '/set max_parallel 2
/set max_parallel'
is "$out" "2" "a setting can be changed"
run_wf -c '/set max_parallel many'
is "$status" 2 "the type is checked"
run_wf -c '/set progress loud'
is "$status" 2 "so are choices"
has "$err" "auto|plain|none" "which are named"
run_wf -c '/set durability normal'
is "$status" 2 "what is fixed at the start is refused"
run_wf -c '/set max_paralel 2'
has "$err" "did you mean 'max_parallel'?" "an unknown setting gets a suggestion"
run_wf -c '/set vars.x "a b"
/set vars.x
/echo ${vars.x}'
is "$out" "a b
a b" "a variable can be set, shown, referred to"
run_wf -c '/set vars.x 1
/set vars.x --unset
/set vars.x'
is "$status" 1 "and forgotten"
run_wf -c '/set output json
/set vars.y 1
/echo x'
has "$out" '"output":"x\n"' "output takes effect at once"
finish
