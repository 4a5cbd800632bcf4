# The flows of the specification, its one line and its YAML, as they stand
# there, on the sources of this project, with facts that are measured.
. "${0%/*}/../lib.sh"

cp -r "$ROOT/engine" "$ROOT/lua" .
cat >spec.yaml <<'EOT'
/flow:
  conditions:
    - if: "codebase.complexity > 1000"
      then: 
        - command: "/swarm"
          params: "complex_analysis_team"
      else:
        - command: "/task" 
          params: "simple_analysis"
    - if: "security.issues_found > 0"
      then:
        - command: "/protocol"
          params: "security_hardening"
      else:
        - command: "/docs"
          params: "generate_clean_report"
  adaptive: true
  learning: true
EOT
defs='/def complex_analysis_team "/bash touch deep; echo the team looks"
/def simple_analysis "/echo a glance"
/def security_hardening "/echo hardened"
/def generate_clean_report "/echo a clean report"'
run_wf -c '/runs'
before=$out
run_wf spec.yaml
is "$status" 2 "without its definitions the YAML is refused when it is read"
has "$err" "unknown workflow 'complex_analysis_team'  [E103]" "as E103"
has "$err" "spec.yaml:6:20" "with its place"
has "$err" "/def complex_analysis_team TEXT defines it" "and the way out"
run_wf -c '/runs'
is "$out" "$before" "nothing was begun"

run_wf -c "${defs%%
/def security*}
/source spec.yaml"
has "$err" "unknown workflow 'security_hardening'  [E103]" \
	"of others too"
run_wf -c "$defs
/source spec.yaml"
is "$status" 0 "with them it runs" || note "$err"
has "$err" "if.complex_analysis_team.bash ok" "the team for a large tree"
[ -e deep ]
ok $? "did its work"
run_wf -o json -c '/facts codebase.complexity'
complexity=$(printf '%s' "$out" | sed 's/.*"value":\([0-9]*\).*/\1/')
[ "$complexity" -gt 1000 ]
ok $? "the fact is measured ($complexity)"
run_wf -c '/why @last.if'
has "$out" "codebase.complexity is $complexity" "/why tells the fact"
has "$out" "branch       codebase.complexity > 1000 is true" \
	"the condition that held"
like "$out" '^  not taken +else$' "and what was not taken"
run_wf -c '/why @last.if_2'
issues=$(printf '%s' "$out" |
	sed -n 's/.*security.issues_found is \([0-9]*\).*/\1/p')
[ -n "$issues" ]
ok $? "of the second condition too"
run_wf -o json -c '/show @last'
[ "$issues" -gt 0 ] && want=hardened || want='a clean report'
has "$out" "\"output\":\"$want" "whose branch follows the fact"
run_wf -c /learned
is "$(printf '%s\n' "$out" | grep -c ' if\(_2\)\? ')" 2 \
	"both places are known to learn"
mkdir small
printf 'int f(void)\n{\n\treturn 0;\n}\n' >small/a.c
run_wf -q -c "/cd small
$defs
/source ../spec.yaml"
has "$out" "a clean report" "a small clean tree takes the other branches"
run_wf -c '/why @last.if'
has "$out" "codebase.complexity is 1" "by its own facts"

# The one line.
printf '#!/bin/sh\necho deep\n' >deep.sh
printf '#!/bin/sh\necho quick\n' >quick.sh
chmod +x ./*.sh
run_wf -o json -c '/facts codebase.complexity'
complexity=$(printf '%s' "$out" | sed 's/.*"value":\([0-9]*\).*/\1/')
line='/flow "if codebase.complexity > 1000 then /bash ./deep.sh else /bash ./quick.sh" --adaptive'
run_wf -c "$line"
is "$out" deep "the one line takes its branch" || note "$err"
run_wf -c "$line"
is "$out" deep "and again"
run_wf -c '/why @last.if'
has "$out" "codebase.complexity is $complexity" "/why tells the fact here too"
cp deep.sh quick.sh small
run_wf -c "/cd small
$line"
is "$out" quick "elsewhere it is the other"
run_wf -c '/flow "if codebase.complexity > 1000 then action1 else action2"'
is "$status" 2 "names that nobody defined are refused"
has "$err" "E103" "as E103"
has "$err" "'action1'" "by their names"
run_wf -q -c '/def action1 "/echo one"
/def action2 "/echo two"
/flow "if codebase.complexity > 1000 then action1 else action2"'
is "$out" one "with definitions they are steps"

# Combined and nested.
run_wf -q -c '/flow "if codebase.complexity > 1000 AND NOT (security.secrets_found > 99999 OR codebase.files < 3) then /echo yes else /echo no"'
is "$out" yes "AND, OR and NOT"
run_wf -q -c '/flow "if codebase.files > 3 && !(codebase.files > 99999) || false then /echo yes else /echo no"'
is "$out" yes "and their symbols"
run_wf -q -c '/flow "if codebase.files > 1 then (if codebase.lines > 1 then (if codebase.lines > 999999999 then /echo a else /echo b end) end) else /echo c"'
is "$out" b "an if within an if"
run_wf -q -c '/chain "a: /echo 7 -> /flow {if a.output > 5 then /echo big ${a} else /echo small} -> /bash tr a-z A-Z"'
is "$out" "BIG 7" "a flow within a chain" || note "$err"
run_wf -q -c '/flow {if codebase.files > 1 then /chain {x: /echo one -> /bash tr a-z A-Z} else /echo none}'
is "$out" ONE "a chain within a flow" || note "$err"
finish
