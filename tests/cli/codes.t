# Codes and places of errors that the golden files of the front end do not
# show, and help for common slips.
. "${0%/*}/../lib.sh"

# says PLACE CODE HELP: the last run did, HELP may be empty.
says() {
	has "$err" "$1: error: " "$2 stands at $1"
	has "$err" "[$2]" "and is $2"
	[ -z "$3" ] || has "$err" "$3" "with its way out: $3"
}

printf '/chain {a: /echo x\0y}\n' >nul.wf
run_wf -n nul.wf
says nul.wf:1:19 E113 "binary data"
printf '/chain {a: /echo 1 -> /bash {cat <<"E"\n${a.output}\nE\n}}\n' >here.wf
run_wf -n here.wf
says here.wf:2:1 E314 "delimiter without quotes"
run_wf -n -c '/chain {a: /echo 1 -> /bash {case x in ${a.output}) ;; esac}}'
says -c:1:40 E315 'compare with ['
run_wf -n -c '/chain {a: /echo 1 -> /bash {echo "${x:-"${a.output}"}"}}'
says -c:1:42 E317 ""
run_wf -n -c '/chain {a: /echo 1 -> if a.ok == == 2 then /echo 2 end}'
says -c:1:34 E504 ""
run_wf -n -c '/chain --limit=x {/echo 1}'
says -c:1:16 E109 ""
run_wf -n -c '/runs --since soon'
says -c:1:15 E116 ""
run_wf -n -c '/logs nope'
says -c:1:7 E116 "/runs lists them"
run_wf -n -c '/chain {a: /echo 日本語 😀 -> b: /bsh x}'
says -c:1:34 E111 "did you mean 'bash'?"
printf '\357\273\277/chain {a: /echo 1\r\n-> b: /bsh x}\r\n' >bom.wf
run_wf -n bom.wf
says bom.wf:2:7 E111 ""
run_wf -n -c '/chain {a: /echo 1 -> else /echo 2}'
says -c:1:23 E205 "belongs behind the steps of an if"
run_wf -n -c '/chain {9a: /echo 1}'
says -c:1:13 E210 "no digit first"
run_wf -n -c '/chain {[a: /echo 1}'
says -c:1:9 E204 "close it with ]"
run_wf -n -c '/chain {a: /echo 1 -> b: /echo 2 @nedds=a} --nope'
says -c:1:44 E108 "/chain --help"
line=$(printf '%01000d' 0)
for i in 1 2 3 4 5 6 7; do line=$line$line; done
printf '/chain "a: /echo %s -> b: /bsh x"\n' "$line" | "$WF" -n 2>err
like "$(cat err)" '^<stdin>:1:128025: error: unknown command' \
	"a place far to the right is found"
is "$(awk 'length > 400' err | wc -l)" 0 "and shown in a short line"

# Limits of a plan, and circles that only the whole plan shows.
{
	printf '/chain {!x'
	awk 'BEGIN { for (i = 0; i < 1048576; i++) printf " -> !x" }'
	printf '}\n'
} >steps.wf
run_wf -n steps.wf
says steps.wf:1:6291465 E219 ""
{
	printf '/chain {a0: !x'
	awk 'BEGIN { for (g = 1; g < 2900; g++) {
		printf " -> a%d: !x @needs=a0", g
		for (i = 1; i < g; i++) printf ",a%d", i
	} }'
	printf '}\n'
} >edges.wf
run_wf -n edges.wf
says edges.wf:1:1 E501 ""
rm -f steps.wf edges.wf
cat >circle.yaml <<'END'
chain:
  steps:
    - name: a
      command: /echo 1
      depends_on: [b]
    - name: b
      command: /echo 2
      depends_on: [a]
END
run_wf -n circle.yaml
says circle.yaml:3:13 E502 ""
has "$err" "a -> b -> a" "the circle is shown"
run_wf -n -c '/chain {for f in [1,2] do /echo ${f} end}'
says -c:1:18 E504 "a list is written {1, 2, 3}"
run_wf -n -c '/chain {a: /swarm complex_analysis_team}'
says -c:1:19 E103 ".wf/workflows/complex_analysis_team.yaml with swarm:"
run_wf -c '/pipeline {a -> b}'
has "$err" "/explain and /graph show it" "a pipeline says what it lacks"
has "$err" "no streams between stages" "and what shows and runs it"
finish
