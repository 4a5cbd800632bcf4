# /save: a run's workflow becomes a command.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "a: /echo kept -> b: /bash cat"'
run_wf -c '/save mine'
is "$status" 0 "/save keeps the last workflow"
is "$out" ".wf/workflows/mine.wf" "and names the file"
run_wf -c '/mine'
is "$out" "kept" "which is a command then"
run_wf -c '/save mine'
is "$status" 2 "a file that exists is not replaced"
run_wf -c '/save --force mine @last'
is "$status" 0 "unless --force is said"
run_wf -c '/save runs'
is "$status" 2 "a command's name is refused"
run_wf -c '/save ../x'
is "$status" 2 "a name is no path"
cat >b.wf <<'END'
/chain:
  steps:
    - name: y
      command: /bash
      params: echo from yaml
    - name: z
      command: /bash false
      depends_on: []
  options:
    error_strategy: continue_on_failure
    limit: 3
END
run_wf b.wf
want=$("$BUILD/test/plandump")
run_wf -c '/save yam'
is "$out" ".wf/workflows/yam.yaml" "a block is kept as YAML"
run_wf -c '/yam'
is "$out" "from yaml" "and runs" || note "$err"
is "$("$BUILD/test/plandump")" "$want" "with the same plan"
run_wf -c '/chain --fail-fast "a: /echo quick -> b: /bash cat"'
run_wf -c '/save quick'
has "$(cat .wf/workflows/quick.wf)" "/chain --fail-fast \"a: /echo quick" \
	"a line keeps its flags"
run_wf -c '/quick'
is "$out" "quick" "and runs with them" || note "$err"
run_wf -c '/chain --answer sure=yes {sure: /ask Sure? -> /bash cat}'
run_wf -c '/runs'
has "$out" "/chain --answer sure=yes {sure: /ask" "a run is listed as typed"
run_wf -c '/save asks'
is "$(cat .wf/workflows/asks.wf)" "/chain {sure: /ask Sure? -> /bash cat}" \
	"the answer is not kept, nor a gap where it stood"
run_wf -c '/asks'
is "$status" 75 "a run that was answered beforehand asks when saved"
printf '/chain: --fail-fast\n  steps:\n    - name: y\n%s\n%s\n' \
	'      command: /bash' '      params: echo block' >c.wf
run_wf c.wf
run_wf -c '/save block'
run_wf -c '/block'
is "$out" "block" "a block with flags runs too" || note "$err"

# Whatever flags a line has: saved and run it makes the same plan.
n=0
same() {
	n=$((n + 1))
	run_wf -k -q -c "$1"
	ran=$status
	want=$("$BUILD/test/plandump")
	run_wf -c "/save same$n"
	is "$status" 0 "it can be saved: $(say "$1" | head -n 1)" || note "$err"
	run_wf -k -q -c "/same$n${2:+ }$2"
	is "$status" "$ran" "saved it ends as before" || note "$err"
	got=$("$BUILD/test/plandump")
	is "$got" "$want" "saved it makes the same plan"
}
for flag in --save-state --parallel --fail-fast --adaptive \
	'--adaptive --no-learning' --on-error=ignore '--on-error rollback' \
	'--on-error continue_on_failure' '--limit 2' --timeout=30s \
	'--parallel --limit=3 --timeout 1m'; do
	same "/chain $flag {a: /echo 1 -> b: /bash cat; exit 3 -> c: /echo 2}"
	same "/flow \"a: /echo 1 -> if a.ok then /echo 2 end\" $flag"
	same "/chain $flag a: /echo 1 -> b: /bash cat"
	same "/chain: $flag
  steps:
    - name: a
      command: /echo 1
    - command: /bash cat"
done
same "/chain -o json {a: /echo 1}"
same "/chain --parallel -o json --limit 2 {a: /echo 1} --fail-fast"
same "/chain --limit 2 --answer a=yes {
  a: /ask Go?
  -> b: /bash cat
} --output=jsonl" --answer=a=yes
is "$(cat ".wf/workflows/same$n.wf")" "/chain --limit 2 {
  a: /ask Go?
  -> b: /bash cat
}" "text over lines is kept as it was typed"
same "/chain: --limit 2 -o json
  steps:
    - command: /echo 1
    - command: /bash cat" '-o json'
same "/chain {/echo 1 -> /bash cat} # a remark"
same "/chain {/echo 1 -> /bash cat} > made.txt"
same "/chain {/echo 1 -> /bash cat} | cat >made.txt"

# A single step is kept as a step, whatever its text holds.
for line in '/bash echo a -> b; cat b' '/lua return "a -> b, c @retry=2"' \
	'/bash echo "x } y" @cache' "/bash echo 'it''s' # no remark" \
	'/bash "quoted whole"' '/ask --default=x Really? yes -> no' \
	'/bash {echo braced} # said' '/bash echo "\\\"}'"'"'"' '/grep -i "a b" made.txt' '/bash echo ${HOME#/} } {' \
	'/exec printf %s a,b'; do
	run_wf -k -c "$line"
	want=$((status > 0)):$out
	run_wf -k -c '/save --force leaf'
	run_wf -k -c /leaf
	is "$((status > 0)):$out" "$want" "saved and run: $line" || note "$err" \
		"$(cat .wf/workflows/leaf.wf)"
done
run_wf -q -c '/chain "a: /bash echo behind" &' -c /wait -c '/save behind'
is "$(cat .wf/workflows/behind.wf)" '/chain "a: /bash echo behind"' \
	"that a run was in the background is not saved"
run_wf -c '/behind'
is "$out" "behind" "so that what is saved can be used both ways"

run_wf -q -c '/def hi "/echo hi"
/chain {/hi -> x: /hi -> /bash cat}
/save greets'
is "$status" 0 "what uses a definition is saved"
is "$(printf '%s\n' "$err" | grep -c 'greets.wf uses /hi, which ends')" 1 \
	"and told once to use what ends with the session" || note "$err"
run_wf -q -c '/chain {/mine -> /bash cat}' -c '/save stays'
lacks "$err" "ends with" "not of what is stored itself"
finish
