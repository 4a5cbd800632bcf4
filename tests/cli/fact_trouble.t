# Facts that go wrong, are cut off, or are asked for in odd places.
. "${0%/*}/../lib.sh"

# ------------------------------------------------------------ where they are
run_wf -q -c '/fact n {a: /bash echo 2 -> /lua return input * 3}
/flow "if n == 6 then /echo yes else /echo no"'
is "$out" yes "a fact of several steps is what the last gives" || note "$err"
run_wf -q -c '/fact n "/echo 9"
/chain {n: /echo 1 -> if n.output == 1 then /echo step else /echo fact}'
is "$out" step "a step of that name goes before" || note "$err"
run_wf -q -c '/fact left "/bash echo x >>rounds; wc -l <rounds"
/flow {(while len(t.output or "") < 4 do t: /bash printf %s x >>s; cat s; end) -> if left == 1 then /echo once else /echo more}'
is "$out" once "a fact is made once, however often it could change" || note "$err"
run_wf -q -c '/fact k "/bash echo k >>many; echo 3"
/flow {while len(t.output or "") < k do t: /bash printf x >>s2; cat s2 end}'
is "$status $(wc -l <many) $(cat s2)" "0 1 xxx" "in the condition of a loop too" || note "$err"
run_wf -q -c '/fact deep "/echo 5"
/chain {a: /echo 1 -> /flow {if a.ok then (/chain {b: /echo 2 -> if deep > 4 then /echo found else /echo lost}) end}}'
is "$out" found "and deep within" || note "$err"
run_wf -q -c '/fact inner "/echo 4"
/fact outer "/echo ${facts.inner}2"
/flow "if outer == 42 then /echo yes else /echo no"'
is "$out" yes "a fact may ask for another"

# --------------------------------------------------------------- what is wrong
wrong() { # FACT CONDITION MESSAGE NAME
	run_wf -c "/fact n '$1'
/flow \"if $2 then /echo yes else /echo no\""
	is "$status" 1 "$4"
	has "$err" "$3" "and is told: $3"
}
wrong '/echo some text' 'n > 3' "cannot order the string \"some text\" and the number 3" \
	"a text that is compared with a number fails"
has "$err" "n is some text" "with the fact and its value"
wrong '/echo 5' 'n > {}' "cannot order the number 5 and a list" "a list that is"
wrong '/echo 0' 'n.x.y > 1' "n" "a field of a number"
wrong '/echo 5' '10 // (n - 5) > 1' "divide by zero" "a division by zero"
for sum in '1 / (n - 5)' '1 % (n - 5)' '1.5 // (n - 5)' '7 / tostring(n - 5)'; do
	wrong '/echo 5' "$sum > 1" "attempt to divide by zero" \
		"$sum, where Lua would give a number or another message"
done
wrong '/echo 5' 'n + vars.nothing > 1' "nil" "a sum with nothing"
wrong '/bash yes | head -c 200000' 'n == 1' "the fact 'n' printed 200000 bytes" \
	"more output than a fact may have"
run_wf -c '/fact n "/lua while true do end @timeout=1s"
/flow "if n == 1 then /echo yes"'
is "$status" 1 "a fact that takes too long by its own timeout"
has "$err" "the fact 'n' failed" "is told by its name"
run_wf -c '/fact n {/bash echo 1 -> if}
/flow "if n == 1 then /echo yes"'
is "$status" 2 "a fact that cannot be read is an error before anything runs"
has "$err" "in fact n: " "that names it"
has "$err" "2:11" "at the condition that asks"

# The others go on.
run_wf -k -c '/fact bad "/bash exit 4"
/flow "if bad then /echo x"
/echo after' 
has "$out" after "a line behind it goes on"
run_wf -c '/fact bad "/bash exit 4"
/chain --on-error continue_on_failure {[a: /echo 1, (if bad then /echo x end)] -> /echo 2}'
has "$err" "a ok" "steps beside it do too" || note "$err"

# ------------------------------------------------------------------- cut off
slow='/fact slow "/bash echo x >>made; sleep 98765; echo 1"
/flow "if slow == 1 then /echo yes else /echo no"'
"$WF" -q -c "$slow" >/dev/null 2>&1 &
shell=$!
until_ok 20 test -s made
kill -TERM $shell
wait $shell
is $? 143 "TERM ends a run that makes a fact"
no_sleep() {
	! pgrep -f "sleep 98765" >/dev/null
}
command -v pgrep >/dev/null && {
	until_ok 10 no_sleep
	ok $? "and nothing of it is left"
}
rm made
run_wf -q -c "/fact slow '/bash sleep 100'
/flow --timeout 1s \"if slow == 1 then /echo yes\""
is "$status" 124 "the timeout of a run ends it too"
"$WF" -q -c "$(printf '%s' "$slow" | sed 's/sleep 98765/test -e go || sleep 98765/')" \
	>/dev/null 2>&1 &
shell=$!
until_ok 20 test -s made
kill -9 $shell
wait $shell 2>/dev/null
: >go
run_wf -q -c '/resume @last'
is "$status" 0 "after a kill -9 the fact is made anew" || note "$err"
run_wf -o json -c '/show @last'
has "$out" '"output":"yes' "and the decision is right"
run_wf -c '/fact once "/bash test -e ready && echo 3"
/flow "if once == 3 then /echo three else /echo other"'
is "$status" 1 "a fact that fails ends its run"
: >ready
run_wf -q -c '/resume @last'
run_wf -o json -c '/show @last'
has "$out" '"output":"three' "which goes on when it can be made"

# ------------------------------------------------------------- read once more
for text in 007 00 5. -5. '[1, 007]' 1.2.3; do
	run_wf -q -c "/fact n '/bash printf %s \"$text\"'
/flow {if exists(n) and n == \"$text\" then /echo text else /echo \${facts.n}}"
	is "$out" text "$text is a text, not nothing" || note "$err"
done
run_wf -q -c '/fact n "/bash echo 007"
/flow "if n == 7 then /echo seven"'
is "$out" seven "one of digits is compared as a number"
echo one >world
run_wf -c '/fact w "/bash cat world"
/flow "a: /echo x -> if w > 5 then /echo big else /echo small"'
has "$err" "the string \"one\" and the number 5" "a fact of the wrong type fails"
echo 9 >world
run_wf -c '/resume @last'
run_wf -o json -c '/show @last'
has "$out" '"output":"big' "a resumed run reads it anew for the step that failed"
echo 3 >world
run_wf -c '/resume @last --from if'
run_wf -o json -c '/show @last'
has "$out" '"output":"small' "so does one that goes back before the step"
echo 8 >world
run_wf -c '/resume @last --from if.echo_2'
run_wf -o json -c '/show @last'
has "$out" '"output":"small' "one that goes back behind the decision keeps it"
run_wf -c '/resume @last --from if.fact[w].bash'
has "$err" "runs when it is asked for" "to a step of a fact nobody goes back"
finish
