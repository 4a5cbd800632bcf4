# Attaching to a run of another process: as if it were in front here.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

wait_go='while ! test -e go; do sleep 0.05; done'
begin() { # LINE [STATE]: a run of another process; its id
	"$WF" -q -c "$1" >/dev/null 2>&1 &
	pid=$!
	until_ok 10 is_there "${2-running}"
	id=$("$WF" -c "/runs status:${2-running}" -o json |
		sed 's/.*"run":"\([0-9a-z]\{6\}\).*/\1/')
}
is_there() {
	"$WF" -c "/runs status:$1" -o json | grep -q '"run":'
}
is_live() {
	screen | tail -n 3 | grep -q '^· bash'
}
was_left() {
	[ "$(screen | grep -c 'goes on    /attach')" -eq "$1" ]
}
is_waiting_for() {
	grep -q "$1" "$WORLD/err"
}

begin "/chain {a: /bash {$wait_go; echo A} -> b: /bash {echo B; exit 3}}"
"$WF" -c /attach >"$WORLD/out" 2>"$WORLD/err" &
here=$!
until_ok 10 is_waiting_for '^a started .* ago$'
ok $? "without a terminal it says what runs already"
touch go
wait $here
is $? 1 "its status is the run's"
wait $pid
err=$(cat "$WORLD/err")
like "$err" '^b failed .*: exit 3' "with a line for every change"
like "$err" "^run $id failed in .*: 1 ok, 1 failed" "and one that sums up"
rm -f go
begin "/chain {a: /bash {$wait_go; echo A} -> b: /echo B \${a}}"
: >"$WORLD/err"
"$WF" -c "/attach $id" >"$WORLD/out" 2>"$WORLD/err" &
here=$!
until_ok 10 is_waiting_for '^a started .* ago$'
touch go
wait $here
is "$? $(cat "$WORLD/out")" "0 B A" "its output goes to standard output"
run_wf -c "/attach $id"
has "$err" "run $id has ended    /show $id" "a run that has ended is said to have"
is "$status $out" "0 B A" "and gives what it gave"
run_wf -c /attach
like "$err" 'no run goes on in another process' "without one there is nothing to attach to"
rm -f go

begin "/bash {echo first words; $wait_go; echo the end}"
tty_open 100
see "run $id goes on elsewhere" "at a terminal"
enters '/attach'
see '^· bash .*s$' "it has the live view of a run in front"
keys C-c
see "run $id goes on    /attach $id    /cancel $id" "Ctrl-C leaves it running"
until_ok 10 last_is 'wf>'
enters "/fg $id"
see "help: /attach $id comes to a run of another process" "/fg names the command"
enters "/attach $id"
until_ok 10 is_live
keys C-b
until_ok 10 was_left 2
ok $? "so does Ctrl-B"
enters "/attach"
until_ok 10 is_live
touch go
see '^the end$' "at its end its output is printed"
see "^run $id succeeded in" "and one line about it"
unseen '^· bash' "nothing of the live view is left"
rm -f go

begin "/bash {i=0; while ! test -e go; do i=\$((i + 1)); echo line \$i; sleep 0.1; done}"
enters "/attach"
see '^· bash .*  line [0-9]+$' "the last line of a step comes from its owner"
"$WF" -q -c "/cancel $id"
see "^run $id cancelled in" "a run cancelled meanwhile is seen to be"
until_ok 10 last_is '\[[0-9]+\] wf>'

begin "/bash {$wait_go}"
enters '/attach'
until_ok 10 is_live
kill -KILL $pid
see "run $id is interrupted: no process goes on with it" "when its process dies it is interrupted"
see "help: /resume $id" "with the command to go on"
keys C-l
enters '/bash sleep 1000 &'
see 'goes on in the background' "a run of its own"
enters '/attach @last'
see '^· bash' "comes to the front"
keys C-c
see '^\[130\] wf>$' "and is cancelled as one"
keys C-l
begin '/chain {q: /ask ship? @timeout=1h -> b: /echo said ${q}}' waiting
enters "/attach $id"
see "wf> /answer $id.q$" "a run that asks has its answer begun"
enters yes
until_ok 10 is_there succeeded && wait $pid
is $? 0 "and goes on in its own process"
finish
