# ${facts.NAME} in the text of a step: read before it starts.
. "${0%/*}/../lib.sh"

mkdir tree
printf 'int f(int a)\n{\n\treturn a ? 1 : 2;\n}\n' >tree/a.c
run_wf -c '/cd tree
/echo ${facts.codebase.complexity} of ${facts.codebase.functions}'
is "$out" '2 of 1' "a step names facts in its text" || note "$err"
run_wf -c '/fact slow "/bash echo x >>ran; echo 3"
/chain "a: /echo ${facts.slow} -> b: /bash echo \"${facts.slow}\" -> c: /echo ${facts.slow}${b}"'
is "$out" '33' "one that steps make"
is "$(wc -l <ran)" 1 "which is made once for the run"
run_wf -c '/why @last.b'
has "$out" 'slow is 3' "/why shows its value"
rm ran
run_wf -c '/fact slow "/bash echo x >>ran; echo 3"
/flow "if vars.on then /echo ${facts.slow} else /echo no"'
[ ! -e ran ]
ok $? "a step that is not run has none made"
run_wf -c '/flow "if facts.codebase.files < 2 then /echo none else /echo ${facts.system.cores}"'
is "$out" none "conditions may write facts. too"

cat >if.yaml <<'EOF'
chain:
  steps:
    - name: a
      command: /echo ${facts.codebase.files} files
      if: vars.on
    - name: b
      command: /echo ${facts.codebase.files} files
      if: not vars.on
EOF
run_wf if.yaml
is "$out" '1 files' "a condition of the step holds as before" || note "$err"
like "$err" '^a skipped' "also when it is false"

run_wf -c '/echo ${facts.codebase.complexty}'
is "$status" 2 "an unknown field is an error before anything runs"
has "$err" 'did you mean codebase.complexity?' "with the nearest"
run_wf -c '/echo ${facts.nope}'
has "$err" "unknown name 'nope'" "an unknown fact does"
run_wf -c '/flow "if facts.nope > 1 then /echo x"'
has "$err" "unknown fact 'nope' (/facts lists them, /fact defines one)" \
	"and in conditions, with the way out"
run_wf -c '/echo ${facts}'
is "$status" 2 "facts alone is no value"
run_wf -c '/fact bad "/bash exit 3"
/echo ${facts.bad}'
is "$status" 1 "a fact that fails fails the step"
has "$err" "the fact 'bad' failed: exit 3" "by its name"
run_wf -q -c '/fact bad "/bash exit 3"
/echo ${facts.bad:-nothing}'
is "$out" nothing "with a default it is left out"
run_wf -c '/fact b "/echo ${facts.a}"
/fact a "/echo ${facts.b}"
/echo ${facts.a}'
is "$status" 2 "facts that need each other are refused"
has "$err" "nested more than" "with the reason"
finish
