# Facts that are made by steps: what they may print, how often they run, and
# what is told when one fails.
. "${0%/*}/../lib.sh"

cond() {
	run_wf -q -c "/fact n '$1'
/flow if $2 then /echo yes else /echo no"
}

cond '/echo 5' 'n > 4'
is "$out" yes "a number is compared as one"
cond '/echo some text' 'n contains "me te"'
is "$out" yes "a text is a text"
cond '/bash true' 'n == ""'
is "$out" yes "no output is the empty text"
cond '/bash head -c 70000 /dev/zero | tr "\0" x' 'n == ""'
is "$status" 1 "more than a fact may have fails the step"
like "$err" "the fact 'n' printed [0-9]+ bytes" "and names the fact"
cond '/bash printf "\377\376"' 'n == ""'
is "$status" 1 "what is no text fails the step"
has "$err" "what the fact 'n' printed is no text" "and names the fact"
cond '/bash exit 3' 'n > 4'
is "$status" 1 "a command that fails does too"
has "$err" "/logs" "with the way to what it wrote"

cond '/bash echo x >>ran; echo 1' 'false AND n == 1'
[ ! -e ran ]
ok $? "a fact that is not needed is not made"
run_wf -q -c "/fact n '/bash echo x >>many; echo 1'
/flow 'for i in {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20} do if n == 1 then /echo yes end end'"
is "$(wc -l <many)" 1 "twenty items that ask for it have it made once"
is "$(printf '%s\n' "$out" | grep -c yes)" 20 "and all have its value"
cond '/echo 9' 'exists(n)'
is "$out" yes "exists() makes it first"
run_wf -q -c "/fact security.issues_found '/echo 77'
/flow if security.issues_found == 77 then /echo yes else /echo no"
is "$out" yes "one of the same name as a measured fact replaces it"
finish
