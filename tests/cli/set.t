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
for name in durability editor heartbeat max_parallel model pager progress \
	state_dir; do
	var=WF_$(printf '%s' $name | tr a-z A-Z)
	case $name in
	durability) value=normal ;;
	heartbeat) value=5s ;;
	max_parallel) value=3 ;;
	progress) value=plain ;;
	*) value=$PWD/x ;;
	esac
	out=$(env "$var=$value" "$WF" -c '/set')
	like "$out" "^$name +$value +environment +[^ ]" "$var is a setting"
done
run_wf -o json -c '/set'
has "$out" '{"name":"heartbeat","value":"30s","type":"duration","default":"30s","origin":"default"' \
	"-o json has type, default and origin"
run_wf -o json -c '/set max_parallel 3' -c '/set max_parallel'
has "$out" '"value":"3","type":"number","default":"10","origin":"set"' \
	"also of one setting"
run_wf -c '/set max_parallel 3
/set'
has "$out" "(default 10)" "/set tells the default of what differs"
PAGER=more run_wf -c '/set pager'
is "$out" "more" "PAGER is honoured"
run_wf -c '/set heartbeat never'
is "$status" 2 "a time is checked"
has "$err" "such as 30s" "with an example"
finish
