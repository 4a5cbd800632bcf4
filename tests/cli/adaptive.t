# Flows that learn: that what they do gets better, and what people see of it.
. "${0%/*}/../lib.sh"

repeat() { # TIMES LINE...
	times=$1
	shift
	while [ "$times" -gt 0 ]; do
		run_wf -q -c "$1"
		times=$((times - 1))
	done
}
site() {
	"$WF" -c /learned | sed -n '2s/ .*//p'
}

# ------------------------------------------------------------------ operands
order='/fact slow "/bash echo s >>slow; sleep 0.1; echo 0"
/fact fast "/echo 0"
/flow "if slow == 1 and fast == 1 then /echo yes else /echo no" --adaptive'
: >slow
repeat 1 "$order"
is "$(wc -l <slow)" 1 "at first operands are asked as they are written"
repeat 11 "$order"
: >slow
repeat 10 "$order"
[ "$(wc -l <slow)" -le 3 ]
ok $? "then the cheap one that decides, and the other hardly ($(wc -l <slow) of 10)"
is "$out" no "the answer is the same"
run_wf -c '/why @last.if'
like "$out" '^  operands +2 is false' "/why tells the order" || note "$out"
like "$out" 'decides|tried' "and why it is that" || note "$out"
run_wf -q -c "$(printf '%s' "$order" | sed 's/ --adaptive//')"
run_wf -c '/why @last.if'
lacks "$out" "operands" "without --adaptive nothing of that"
: >guard
guard='/flow "if exists(vars.n) and vars.n > 3 then /echo yes else /echo no" --adaptive'
repeat 12 "$guard"
is "$status$out" 0no "an operand that needs the one before it cannot fail"

# ---------------------------------------------------------------- thresholds
# What works is known to the world alone: above 60 only ./big does, below
# only ./small.
printf '#!/bin/sh\n[ "$1" -gt 60 ]\n' >big
printf '#!/bin/sh\n[ "$1" -le 60 ]\n' >small
chmod +x big small
line='/flow "if vars.n > ~20[5,100] then /bash ./big ${vars.n} else /bash ./small ${vars.n}" --adaptive'
tail=0
i=0
while [ $i -lt 120 ]; do
	n=$(((i * 37 + 11) % 100 + 1))
	run_wf -q -c "/set vars.n $n" -c "$line"
	[ $i -lt 90 ] || [ "$status" -eq 0 ] || tail=$((tail + 1))
	i=$((i + 1))
done
at=$("$WF" -c "/learned $(site)" | sed -n 's/.*threshold 1: last at \([0-9.]*\),.*/\1/p')
[ "$tail" -le 4 ]
ok $? "a threshold moves to where things work ($tail of the last 30 failed, it is at $at)"
run_wf -q -c '/set vars.n 40' -c "$line"
run_wf -c '/why @last.if'
like "$out" '^  threshold +(5|6)[0-9.]+, compared with 40$' \
	"/why tells where it is, and what was compared with it" || note "$out"
run_wf -q -c '/set vars.n 40' -c "$(printf '%s' "$line" | sed 's/ --adaptive//')"
is "$status" 1 "without --adaptive it is where it was written"
fixed='/flow "if vars.n > 20 then /bash ./big ${vars.n} else /bash ./small ${vars.n}" --adaptive'
i=0
while [ $i -lt 30 ]; do
	run_wf -q -c "/set vars.n 40" -c "$fixed"
	i=$((i + 1))
done
is "$status" 1 "a plain number does not move"

# -------------------------------------------------------------------- choose
arms='/flow "choose bad: /bash echo bad >>took; exit 1 or good: /bash echo good >>took end" --adaptive'
: >took
repeat 40 "$arms"
bad=$(grep -c bad took)
[ "$bad" -le 10 ]
ok $? "the arm that fails is hardly taken ($bad of 40)"
is "$(sort -u took | wc -l)" 2 "but each is tried"
run_wf -c '/why @last.choose'
like "$out" '^  arm +1 \(bad\): taken [0-9]+ times?, [0-9]+ % to succeed' \
	"/why tells of each arm"
like "$out" '^  because +' "and what decided"
: >took
repeat 5 "$(printf '%s' "$arms" | sed 's/ --adaptive//')"
is "$(grep -c bad took)" 5 "without --adaptive it is the first"
: >took
fast='/flow "choose slow: /bash sleep 0.05; echo slow >>took or fast: /bash echo fast >>took end" --adaptive'
repeat 30 "$fast"
[ "$(tail -n 15 took | grep -c fast)" -ge 11 ]
ok $? "of arms that work the fast one is taken ($(tail -n 15 took | grep -c fast) of 15)"

# ------------------------------------------------------------------ by hand
count() {
	"$WF" -o json -c "/learned $1" | sed 's/.*"decisions":\([0-9]*\).*/\1/'
}
repeat 1 "$arms"
s=$(site)
n=$(count "$s")
run_wf -c "/learned $s"
has "$out" "learned from" "/learned tells what is known"
repeat 3 "$(printf '%s' "$arms" | sed 's/$/ --no-learning/')"
is "$(count "$s")" "$n" "with --no-learning nothing is recorded"
cat >no.yaml <<'EOT'
flow:
  conditions:
    - if: vars.n > ~20
      then: [{command: /echo above}]
      else: [{command: /echo below}]
  adaptive: true
  learning: false
EOT
before=$("$WF" -c /learned | wc -l)
run_wf -q -c '/set vars.n 7' -c '/source no.yaml'
is "$out" below "nor with learning: false in YAML" || note "$err"
is "$("$WF" -c /learned | wc -l)" "$before" "no place is added"
: >took
repeat 12 "$(printf '%s' "$arms" | sed 's/$/ --no-learning/')"
[ "$(grep -c bad took)" -le 4 ]
ok $? "but what is known is used ($(grep -c bad took) of 12 bad)"
run_wf -c "/learned --freeze $s"
: >took
repeat 10 "$arms"
run_wf -o json -c "/learned $s"
frozen=$(printf '%s' "$out" | sed 's/.*"state":\({.*}\),"last".*/\1/')
repeat 3 "$arms"
run_wf -o json -c "/learned $s"
is "$(printf '%s' "$out" | sed 's/.*"state":\({.*}\),"last".*/\1/')" "$frozen" \
	"a frozen place stays as it is"
run_wf -c "/learned --thaw $s"
run_wf -c "/learned --reset $s"
run_wf -c "/learned $s"
has "$out" ", 0 since it was reset" "one that was reset begins anew"
repeat 1 "$arms"
run_wf -c '/why @last.choose'
has "$out" "never taken" "and knows nothing of what was"

# -------------------------------------------------------------- two at once
both='/flow "choose a: /bash true or b: /bash true @ignore end" --adaptive'
(repeat 15 "$both") &
one=$!
repeat 15 "$both"
wait $one
is "$(count "$(site)")" 30 "two processes that learn lose no decision"

# ---------------------------------------------------- a decision is kept
cut='/flow "choose a: /bash echo a >>arm; test -e go or b: /bash echo b >>arm; test -e go or c: /bash echo c >>arm; test -e go or d: /bash echo d >>arm; test -e go end" --adaptive'
for i in 1 2 3 4 5 6; do
	rm -f arm go
	run_wf -q -c "$cut"
	: >go
	run_wf -q -c '/resume @last'
	is "$(sort -u arm | wc -l)" 1 "a run that goes on takes the arm it took ($(head -n 1 arm))"
done
hang=$(printf '%s' "$cut" | sed 's/test -e go/test -e go || sleep 100/g')
for i in 1 2 3; do
	rm -f arm go
	"$WF" -q -c "$hang" >/dev/null 2>&1 &
	shell=$!
	until_ok 20 test -s arm
	kill -9 $shell
	wait $shell 2>/dev/null
	: >go
	run_wf -q -c '/resume @last'
	is "$status $(sort -u arm | wc -l)" "0 1" \
		"after a kill -9 it does too ($(head -n 1 arm))"
done

# ------------------------------------------------------------------- trouble
mkdir broken
echo 'return {' >broken/adaptive.lua
text='/flow "if codebase.files > ~1 and system.cores > 0 then /echo a else /echo b" --adaptive'
run_wf -q -c "$text"
WF_LUA_PATH=$PWD/broken
export WF_LUA_PATH
run_wf -q -c "$text" -c '/why @last.if'
is "$status" 0 "a policy that is broken fails nothing"
has "$out" "nothing new is learned: adaptive.lua:2:" "/why tells of it"
run_wf -q -c '/flow "choose /echo a or /echo b end" --adaptive' -c '/why @last.choose'
has "$out" "1 (echo)" "a choose takes the first then"
has "$out" "nothing new is learned" "and tells why"
unset WF_LUA_PATH
run_wf -q -c '/flow "if exists(codebase.files) and codebase.files >= 0 then /echo a else /echo b" --adaptive' -c '/why @last.if'
is "$(printf '%s\n' "$out" | grep -c operands)" 1 \
	"a question that comes again is told once, with its answer" || note "$out"
has "$out" "1 is true" "the right one"
n=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 \
	27 28 29 30 31 32 33 34 35 36 37 38 39 40; do
	printf '/flow "if system.cores > ~0.5[0.1,9999] then /bash true else /bash exit 0" --adaptive\n/why @last.if\n'
done >trials
run_wf -q trials
has "$out" "tried on purpose: one side has not been seen" \
	"the side that was never seen is tried" || note "$out"
run_wf -q -c '/flow "choose one: /echo a or two: /echo b end" --adaptive' \
	-c '/why @last.choose'
has "$out" "arm          2 (two): never taken" "arms are told by their names"
finish
