# What goes where: output on standard output, all else on standard error.
. "${0%/*}/../lib.sh"

run_wf -c '/bash "echo out; echo err >&2"'
is "$out" "out" "a lone step's output is standard output"
is "$err" "err" "its errors are standard error"

run_wf -c '/bash "echo out; echo err >&2; exit 3"'
is "$out" "out" "a lone step that fails has its output too"

run_wf -c '/chain "a: /bash \"echo A; echo noise >&2\" -> b: /bash cat"'
is "$out" "A" "a workflow prints the output of its last steps"
lacks "$err" "noise" "errors of steps that succeed stay in the log"
like "$err" '^a started$' "every change of state is a line"
like "$err" '^b ok ' "that tells of success"
like "$err" '^run [0-9a-z]+ succeeded in .*: 2 ok' "and one line ends it"

i=1
printf 'for i in $(seq 1 30); do echo line $i; done; exit 1\n' >fail.sh
run_wf -c '/chain "t: /bash sh fail.sh -> u: /echo x"'
is "$out" "" "a failed workflow prints what it has"
like "$err" '^  \| line 30$' "the last lines of a failing step come at the end"
lacks "$err" "| line 10" "but only twenty of them"
like "$err" '^u skipped \(needs t\)$' "a skipped step names its reason"
like "$err" '/logs [0-9a-z]+ t +/resume ' "the last line says how to go on"

run_wf -c '/chain "[/echo one, /bash false]"'
is "$out" "one" "output of what succeeded is printed although the run failed"

run_wf -q -c '/chain "/echo quiet"'
is "$err" "" "-q says nothing about a success"
run_wf -q -c '/chain "/bash \"echo why; exit 1\""'
has "$err" "| why" "-q still shows why a step failed"
WF_PROGRESS=none run_wf -c '/chain "/echo quiet"'
is "$err" "" "WF_PROGRESS=none is quiet too"

out=$(printf 'in\n' | "$WF" -c '/bash cat')
is "$out" "in" "piped input is the input of a run"
out=$(printf 'in\n' | "$WF" -c '/chain "/bash cat -> /bash tr i o"' \
	2>/dev/null)
is "$out" "on" "of a workflow's first step"
out=$(printf '/bash cat\n/echo next\n' | "$WF")
is "$out" "next" "but not when standard input is the script"

"$WF" -c '/bash seq 1 300000' | cksum >sum
seq 1 300000 | cksum >want
is "$(cat sum)" "$(cat want)" "a long output comes whole"
"$WF" -c '/bash seq 1 3000000' | { read -r _; sleep 0.3; cksum; } >sum
seq 1 3000000 | sed 1d | cksum >want
is "$(wc -w <sum)" 2 "a slow reader gets an output"
"$WF" -c '/bash head -c 100000 /dev/urandom | tee bytes' >got
cmp -s bytes got
ok $? "bytes pass unchanged"

run_wf -q -c '/chain {q: /bash printf "a\\377b\\n" ->
	for f in q.lines do /bash printf %s "${f}" | od -An -tx1 end}'
is "$out" " 61 ff 62" "and so do the items of a loop"
run_wf -c '/chain {q: /bash printf "a\\000b\\n" -> for f in q.lines do /echo ${f} end}'
has "$err" "a line holds a NUL byte" "but for a NUL, which is refused"

run_wf -c '/echo a > file
/echo b >> file
!cat file'
is "$out" "a
b" "> makes and >> appends"
run_wf -c '/chain "/echo text" > chain.out'
is "$(cat chain.out)" "text" "a workflow's output can be redirected"
is "$out" "" "and is not on standard output then"
run_wf -c '/runs > runs.txt'
has "$(cat runs.txt)" "STATUS" "a command's output can be redirected"
run_wf -c '/echo hello | tr a-z A-Z'
is "$out" "HELLO" "| gives the output to a shell command"
run_wf -c '/runs | head -n 1'
like "$out" '^RUN' "a command's output can be piped"
run_wf -c '/bash sleep 0.1 &
/echo first'
is "$out" "first" "a line in the background does not hold the next one"
has "$err" "goes on in the background" "and is told"
run_wf -c '/bash sleep 0.1; echo late &
/echo first'
is "$out" "first
late" "its output comes when it ends"
# What looks like an annotation and is none.
run_wf -c '/bash echo x @timeout=100ms'
is "$out" "x @timeout=100ms" "a line of one step is the step's own to its end"
has "$err" "note: @timeout=100ms is part of the command" "and says so"
run_wf -c '/bash echo me@retry.org'
is "$err" "" "other words with an @ are none"
run_wf -q -c '/bash echo x @retry=2'
is "$err" "" "-q does not say it"
finish
