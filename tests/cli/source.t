# /source: lines of a file.
. "${0%/*}/../lib.sh"

printf '/def greet /echo sourced\n/echo in the file\n' >defs.wf
run_wf -c '/source defs.wf
/greet'
is "$out" "in the file
sourced" "a file is run here, its definitions stay"
printf '/echo x\n/nope\n' >bad.wf
run_wf -c '/echo before
/source bad.wf'
is "$status" 2 "an error in the file is an error of the script"
is "$out" "" "and nothing runs"
has "$err" "bad.wf:2:1" "with its place"
run_wf -c '/source missing.wf'
is "$status" 1 "a file that is missing is a failure"
printf '/bash exit 4\n/echo never\n' >fail.wf
run_wf -c '/source fail.wf
/echo never'
is "$status" 4 "a failure in the file stops the script"
is "$out" "" "at once"
printf '/source self.wf\n' >self.wf
run_wf -c '/source self.wf'
ok $((status == 0)) "a file that sources itself is an error"
finish
