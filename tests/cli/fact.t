# /fact: names for values that conditions read.
. "${0%/*}/../lib.sh"

run_wf -c "/fact quality.todos '/grep -c TODO'
/fact clean /bash 'git status --porcelain | wc -l'
/fact"
is "$out" "/fact clean /bash 'git status --porcelain | wc -l'
/fact quality.todos /grep -c TODO" "facts are listed as they are written"
run_wf -c "/fact a '/echo 1'
/fact a '/echo 2'
/fact b '/echo 3'
/fact --remove b
/fact -o json"
has "$out" '"facts":[{"name":"a","text":"/echo 2"}]' \
	"a later one replaces, --remove forgets"
run_wf -c "/fact a '/echo 1'
/a"
is "$status" 2 "a fact is no command"
run_wf -n -c '/fact vars.x /echo 1'
is "$status" 2 "names of other origin are refused, also by -n"
has "$err" 'E212' "as such"
run_wf -c '/fact a.b.c /echo 1'
has "$err" "'a.b.c' is no name of a fact  [E116]" "so is what is no name"
run_wf -c '/fact if "/echo 3"'
has "$err" "'if' is a reserved word  [E212]" "and what no condition could ask for"
run_wf -c '/fact a /bsh 1'
has "$err" "did you mean '/bash'?" "a step that is not there is told at once"
run_wf -c '/fact a 12'
has "$err" "a fact is made by steps: /bash, /lua, ...  [E117]" "and a text that is no step"
finish
