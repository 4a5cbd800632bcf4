# /source FILE.lua: functions for conditions and /lua.
. "${0%/*}/../lib.sh"

cat >risk.lua <<'EOT'
local weights = {files = 2, lines = 0.1}
calls = 0

function risk(files, lines)
	return files * weights.files + lines * weights.lines
end

function grade(n)
	return n > 10 and "high" or "low"
end

function count()
	calls = calls + 1
	return calls
end
EOT
run_wf -q -c '/source risk.lua
/flow "if risk(3, 50) > 10 then /echo high else /echo low"'
is "$out" high "a condition calls a function of a file" || note "$err"
run_wf -q -c '/source risk.lua
/lua return grade(risk(1, 5)) .. " " .. type(args)'
is "$out" "low table" "so does /lua"
run_wf -q -c '/source risk.lua
/flow "if risk(codebase.files, 50) >= 5 AND grade(20) == '"'high'"' then /echo yes else /echo no"'
is "$out" yes "with facts, and in a part of a condition"
run_wf -q -c '/source risk.lua
/flow "if count() == 1 and count() == 2 then (if count() == 1 then /echo fresh else /echo stale) end"'
is "$out" fresh "what a function leaves behind is gone with its evaluation"
run_wf -q -c '/flow "if risk(3, 50) > 10 then /echo high"'
is "$status" 2 "a file that was not read has no functions"
has "$err" "unknown function 'risk'" "by their names"
has "$err" "/source FILE.lua" "with the way out"

# A run keeps what it began with.
cat >pass.lua <<'EOT'
function pass(n) return n >= 3 end
EOT
run_wf -c '/source pass.lua
/chain "a: /bash test -e go -> if pass(4) then /echo passed else /echo held"'
is "$status" 1 "a run that fails before it comes to the function"
: >go
cat >pass.lua <<'EOT'
function pass(n) return n >= 30 end
EOT
run_wf -q -c '/resume @last'
run_wf -o json -c '/show @last'
has "$out" '"output":"passed' "goes on with the function it began with"
run_wf -q -c '/source pass.lua
/flow "if pass(4) then /echo passed else /echo held"'
is "$out" held "a new one has the new one"

cat >a.lua <<'EOT'
function who() return "a" end
function only() return "mine" end
EOT
cat >b.lua <<'EOT'
function who() return "b" .. (only and "+" or "") end
EOT
run_wf -q -c '/source a.lua
/source b.lua
/lua return who() .. only()'
is "$out" "bmine" "of two files the last counts, and files do not see each other"
printf '/source risk.lua\n/flow "if grade(11) == \047high\047 then /echo ok"\n' \
	>script.wf
run_wf -q script.wf
is "$out" ok "a script may read one"
run_wf -q -n script.wf
is "$status" 0 "also when it is only checked"

# What is wrong is told where it is.
run_wf -c '/source risk.lua
/flow "if risk(nil, 50) > 10 then /echo x"'
is "$status" 1 "a function that fails fails the step"
has "$err" "risk.lua:5: attempt to perform arithmetic on a nil value (local 'files')" \
	"with the line of the file"
run_wf -c '/source risk.lua
/lua return grade(nil)'
has "$err" "risk.lua:9: attempt to compare number with nil" "in /lua too"
bad() { # TEXT MESSAGE NAME
	printf '%s\n' "$1" >bad.lua
	run_wf -c '/source bad.lua
/echo after'
	is "$status" 2 "$3"
	has "$err" "$2" "and is told: $2"
}
bad 'function f(' "bad.lua:2: <name> or '...' expected near <eof>" \
	"a file that is no Lua is refused"
bad 'while true do end' "took longer than 100 ms" "one that does not end too"
bad 'local s = "x" while true do s = s .. s end' \
	"used more than 32 MiB" "one that takes all memory too"
bad 'os.execute("touch made")' "bad.lua:1: " "the sandbox is the same"
[ ! -e made ]
ok $? "nothing was run"
bad 'x = 1' "bad.lua defines no function" "one without functions too"
head -c 70000 /dev/zero | tr '\0' x >bad.lua
run_wf -c '/source bad.lua'
has "$err" "larger than 64 KiB" "one that is too large too"
run_wf -c '/source nope.lua'
is "$status" 1 "one that is not there is an error"
has "$err" "cannot read nope.lua" "with its name"
cat >spin.lua <<'EOT'
function spin() while true do end end
EOT
run_wf -c '/source spin.lua
/flow "if spin() then /echo x"'
has "$err" "longer than 100 ms" "a function that does not end fails its step"
run_wf -q -c '/source risk.lua
/flow "if risk(9, 9) > 1 or risk(1, 1) > 1 then /echo x" --adaptive
/why @last.if'
is "$status" 0 "operands with functions can learn"
has "$out" "operand" "and are told of"

{
	echo 'function twice(x) return 2 * x end'
	seq 70 | while read -r i; do echo "function f$i(x) return x end"; done
} >many.lua
locals=$(seq 70 | while read -r i; do printf 'local function g%d(x) return x end ' "$i"; done)
run_wf -q -c "/source many.lua
/lua {$locals return twice(4)}"
is "$out" 8 "a call behind many others is found"
elifs=$(seq 64 | while read -r i; do printf 'elif f1(%d) > 900 then /echo %d ' "$i" "$i"; done)
run_wf -q -c "/source many.lua
/flow {if false then /echo a $elifs elif twice(4) == 8 then /echo right else /echo wrong}"
is "$out" right "one function counts once, however often it is called"
calls=$(seq 66 | while read -r i; do printf 'f%d(1) > 1 or ' "$i"; done)
run_wf -c "/source many.lua
/flow {if $calls false then /echo a}"
has "$err" "a step calls at most 64 functions of files  [E501]" \
	"too many are told before anything runs"
mkdir -p x y
echo 'function fx() return 1 end' >x/u.lua
echo 'function fy() return 2 end' >y/u.lua
run_wf -q -c '/source x/u.lua
/source y/u.lua
/flow "if fx() + fy() == 3 then /echo both"'
is "$out" both "files of one name in two folders do not replace each other"
echo 'function len(x) return 1 end' >len.lua
run_wf -c '/source len.lua'
has "$err" "len() is a function of conditions already" \
	"what conditions have cannot be replaced"
run_wf -q -c '/flow {s: /echo {{"a":[{"b":5}]}} -> if s.json.a[1].b == 5 and s.json["a"][1].b == 5 then /echo five else /echo none}'
is "$out" five "a field behind an index is read" || note "$err"
finish
