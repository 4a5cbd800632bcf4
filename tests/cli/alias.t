# /alias: short names for lines.
. "${0%/*}/../lib.sh"

run_wf -c '/alias hi /echo hello
/hi there'
is "$out" "hello there" "an alias stands for its line, arguments follow"
run_wf -c "/alias list '!echo shell'
/list"
is "$out" "shell" "an alias may stand for a ! line"
run_wf -c '/alias hi /echo hello
/alias'
is "$out" "/alias hi /echo hello" "/alias lists them"
run_wf -c '/alias runs /echo x'
is "$status" 2 "a command's name is refused"
run_wf -c '/alias a /a
/a'
is "$status" 2 "an alias that goes in circles is an error"
run_wf -c '/alias x hello'
is "$status" 2 "an alias stands for a line"
run_wf -c '/alias bad /nope
/bad'
is "$status" 2 "an error within an alias is told"
has "$err" "/nope" "with what was wrong"
printf '/alias hi /echo hello\n/alias hi --remove\n/hi\n' | "$WF" 2>/dev/null
is $? 2 "an alias can be removed"
run_wf -c '/alias aa /bb x
/alias bb /aa y
/aa'
like "$err" 'error: aliases in a circle: /aa -> /bb -> /aa  \[E111\]$' "and the way round is told once"
finish
