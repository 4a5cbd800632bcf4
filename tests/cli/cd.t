# /cd: the directory of runs.
. "${0%/*}/../lib.sh"

mkdir sub
run_wf -c '/cd sub
/bash basename "$PWD"
/echo x > here'
is "$out" "sub" "runs begin there"
[ -e sub/here ]
ok $? "redirections too"
run_wf -c '/cd sub
/cd -
/bash basename "$PWD"'
like "$out" '/work$' "- goes back and says where"
run_wf -c '/cd
/bash pwd'
is "$out" "$HOME" "without a directory it goes home"
run_wf -c '/cd nowhere'
is "$status" 1 "a directory that is missing is a failure"
run_wf -c '/cd a b'
is "$status" 2 "one directory is enough"
finish
