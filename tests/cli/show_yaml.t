# /show --yaml: what is shown makes the plan that ran, whatever the text says:
# as YAML, or as the line with its flags where YAML cannot say it.
. "${0%/*}/../lib.sh"

touch in
# shown KIND LINE: KIND is yaml or wf.
shown() {
	run_wf -k -q -c "$2"
	want=$("$BUILD/test/plandump")
	rm -f again.yaml again.wf
	run_wf -c '/show @last --yaml'
	case $out in /*) kind=wf ;; *) kind=yaml ;; esac
	is "$kind" "$1" "$1 says: $2"
	printf '%s\n' "$out" >"again.$kind"
	run_wf -k -q "again.$kind"
	is "$("$BUILD/test/plandump")" "$want" "and makes the same plan" ||
		note "$(cat "again.$kind")" "$err"
}

# Every flag.
for flag in --save-state --fail-fast --on-error=ignore '--limit 2' \
	'--on-error rollback' '--on-error continue_on_failure' \
	'--on-error stop' --timeout=30s '--timeout 1m --limit=3 --fail-fast'; do
	shown yaml "/chain $flag {a: /echo 1 -> b: /bash cat; exit 3 -> /echo 2}"
done
shown yaml '/chain "a: /echo 1 -> /echo 2" --on-error ignore'
shown wf '/chain --adaptive {/echo 1}'
shown wf '/chain --adaptive --no-learning {/echo 1}'
shown wf '/chain {/echo 1 -> /bash cat} > made'
shown wf '/chain {/echo 1 -> /bash cat} | cat >made'
shown yaml '/chain --answer a=yes {a: /ask Go? -> /bash cat}'
shown wf '/chain: --fail-fast
  steps:
    - command: /echo 1'
shown yaml '/chain:
  steps:
    - command: /echo 1'
shown wf '/bash echo "a: b" -> c'
shown wf '/flow --on-error rollback {/echo 1}'

# Every annotation.
for note in '@timeout=30s' '@retry=1' '@retry=1 @backoff=1.5' '@limit=2' \
	@ignore '@cache' '@cache=1h' "@undo='/bash echo \"un do\"'" \
	'@undo="/echo a -> /echo \"b\""' "@fallback='/echo else'" \
	"@effect=once @verify='/bash true'" '@effect=idempotent' \
	'@uses=tool:1,gpu:2' '@reads=in' '@reads=in,a/b @writes=out' \
	'@env=K:V' '@env=K:V @env=L:W:x' '@dir=.' '@shell=bash' \
	'@priority=2' '@needs=z' '@needs=z,y'; do
	shown yaml "/chain {z: /echo z -> y: /echo y -> b: /bash echo b $note}"
done

# What a text may hold.
for text in 'a: /echo 1 -> [b: /bash cat, c: /echo 3] -> /bash cat' \
	'[/echo 1, /echo 2]' '(/echo 1 -> /echo 2) -> /echo 3' \
	'a: /echo 1 → b: /echo ${a.output} "${a.json.x:-none}"' \
	'a: /echo 1 -> /bash {echo "${a.output}" | tr a b; : "$HOME" \\n}' \
	'/echo "it is: # no comment" ~ null yes' "/bash 'a=1; echo \$a'" \
	'/write --mode 600 f.txt' '/grep -i -- "a b" in' '/glob *.none' \
	'/lua return {1, "a -> b"}' '/exec printf %s "a  b" c,d' '!true' \
	'/ask --choices yes,no --default yes Go on, "now"?' \
	'/read in -> /sleep 10ms' '/echo äöü 日本 😀' \
	'/bash {
  echo "two	lines"
  echo \"x\"
}' '/bash "say \"hi\" \\ back"'; do
	shown yaml "/chain {$text}"
done
shown yaml '/chain "a: /bash true @undo='"'/bash echo u'"' -> b: /bash false" --on-error rollback'
has "$(cat again.yaml)" "error_strategy: rollback" "its options are keys"
has "$(cat again.yaml)" 'undo: "/bash echo u"' "and so are annotations"
for text in 'if 1 > 0 then /echo 1 else /echo 2 end' \
	'for f in {1, 2} do /echo ${f} end' 'choose /echo 1 or /echo 2 end' \
	'i: /echo x -> while false do /echo 1 end @max=3' \
	'g: [/echo 1, /echo 2] @retry=1' 'x: /chain {/echo 1} -> /echo 2' \
	'if "a -> b" == "x" then /bash "echo \"q\"" end'; do
	shown wf "/chain --on-error rollback {$text}"
done
shown wf '/chain --parallel {a: /echo 1 -> b: /echo 2 @needs=a}'
run_wf -q -c '/chain --fail-fast {if true then /echo 1 end}'
run_wf -c '/show --yaml'
is "$out" "/chain --fail-fast {if true then /echo 1 end}" "the line is as typed"
has "$err" "YAML cannot say all of it" "and it is said that it is no YAML"

# It does what the run did.
run_wf -q -c '/chain --on-error rollback {a: /bash echo 1 @undo="/bash touch undone" -> /bash false}'
rm undone
"$WF" -c '/show --yaml' >roll.yaml
run_wf roll.yaml
is "$status" 1 "it fails as before"
[ -e undone ]
ok $? "and undoes what it did"
finish
