# Leaving a terminal: what goes on without it, and what a person finds who
# comes later.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

wait_go='while ! test -e go; do sleep 0.05; done'
owner() { # of detached runs
	ps -eo pid=,args= | awk -v id="$1" '$2 == "wf" && $3 == "--own" &&
		index($0, id) { print $1 }'
}
has_owner() {
	[ -n "$(owner "$1")" ]
}
is_gone() {
	! kill -0 "$1" 2>/dev/null
}
has_state() { # RUN STATE
	"$WF" -c "/show $1" -o json | grep -q "\"status\":\"$2\""
}

tty_open 110
enters "/chain {a: /bash {echo \$\$ >pid; $wait_go} -> b: /bash echo went on} &"
see 'goes on in the background' "a run goes on"
id=$(screen | sed -n 's/.*run \([0-9a-z]*\) goes on in.*/\1/p')
enters '/quit --detach'
see "run $id goes on without this shell    /attach $id" "leaving says how to come back"
see '^ended with 0$' "the terminal is free"
until_ok 10 has_owner "$id"
ok $? "ps shows the process that has the run" || note "$(ps -eo pid,args)"
kill -0 "$(cat pid)"
ok $? "whose step goes on"
own=$(owner "$id")
tty_open 110
see "run $id goes on elsewhere: /chain a: .*    /attach $id" "the next shell is told of it"
enters '/quit'
touch go
"$WF" -q -c "/wait $id"
is $? 0 "it comes to its end"
until_ok 10 is_gone "$own"
ok $? "and its process with it"
is "$("$WF" -q -c "/show $id" -o json | grep -c '"output":"went on\\n"')" 1 "what it wrote is recorded"
rm -f go pid

tty_open 110
enters "/chain {q: /ask ship? -> b: /echo said \${q}} &"
see 'waits for an answer: ship' "a run asks"
ask=$(screen | sed -n 's/.*answer \([0-9a-z]*\)\.q TEXT.*/\1/p')
enters "/bash {echo \$\$ >pid; $wait_go} &"
see '1 running 1 waiting wf>' "another runs"
enters '/quit --detach'
see '^ended with 0$' "both are left"
"$WF" -q -c "/answer $ask.q yes" >/dev/null
until_ok 10 has_state "$ask" succeeded
ok $? "the question is answered from another shell" || note "$("$WF" -c "/show $ask")"
id=$("$WF" -c /runs -o json | sed 's/.*"run":"\([0-9a-z]\{6\}\)[0-9a-z]*","command":"bash".*/\1/')
kill -TERM "$(owner "$id")"
until_ok 10 has_state "$id" interrupted
ok $? "TERM ends its process: the run is interrupted"
is_gone "$(cat pid)"
ok $? "and nothing of it is alive"
rm -f pid

tty_open 110
see "run $id was interrupted: /bash .*    /resume $id" "which the next shell says"
enters "/bash {echo \$\$ >pid; $wait_go; echo done} &"
see 'goes on in the background' "a third run"
id=$(screen | sed -n 's/.*run \([0-9a-z]*\) goes on in.*/\1/p')
until_ok 10 test -s pid
enters '/quit --detach'
until_ok 10 has_owner "$id"
kill -KILL "$(owner "$id")"
until_ok 10 is_gone "$(cat pid)"
ok $? "kill -9 of its process leaves no orphan"
touch go
run_wf -q -c "/resume $id"
like "${out-}" "^done\$" "and the run can be finished"
rm -f go

for _ in 1 2 3 4; do
	"$WF" -q -c '/bash sleep 1000' 2>/dev/null & pid=$!
	until_ok 10 sh -c "'$WF' -c '/runs status:running' -o json | grep -q sleep"
	kill -KILL $pid
	wait $pid 2>/dev/null
	until_ok 10 sh -c "'$WF' -c '/runs status:running' -o json | grep -qv sleep"
done
tty_open 110
see 'and 2 more    /runs status:interrupted' "of many the first three are told"
is "$(screen | grep -c 'was interrupted')" 3 "one line each"
enters '/quit'
finish
