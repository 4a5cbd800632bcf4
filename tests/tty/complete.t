# Tab.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

"$WF" -q -c '/chain "one: /echo a -> two: /bash exit 3"' >/dev/null 2>&1
run=$("$WF" -c '/runs' | sed -n '2s/ .*//p')
tty_open
types '/his'
keys Tab
see '^wf> /history *$' "a command is completed"
keys C-u
types '/re'
keys Tab
see '^/resume +' "several are listed"
see '^/retry +' "with what they do"
keys C-u
types '/show '
keys Tab
see "^$run +failed +[0-9]+s +/chain one" "runs with status, age and text"
see '^@last ' "and the last one by its name"
types "$run."
keys Tab
see "wf> /show $run\.(one|two)?" "steps of a run"
keys C-u
types '/runs --'
keys Tab
see '^--since ' "flags with their meaning"
keys C-u
types '/facts codebase.l'
keys Tab
keys Tab
see '^codebase.lines +their lines' "facts with what they are"
keys C-u
types '/set prog'
keys Tab
keys Tab
see '^auto +plain +none' "values of a setting"
keys C-u
types '/chain "a: /echo x -> b: /bash echo ${'
keys Tab
see '^a +step$' "names of steps in a reference"
keys C-u
types '/chain "a: /echo x -> '
keys Tab
types 'gr'
keys Tab
see '-> /grep *$' "step kinds behind an arrow"
keys C-u
types '/chain "a: /echo x @ret'
keys Tab
see '@retry' "annotations"
keys C-u
mkdir sub
touch sub/file-a sub/file-b
types '/read su'
keys Tab
types 'fi'
keys Tab
see '^wf> /read sub/file-' "files"
keys C-u
types '/chain --on-error ro'
keys Tab
see 'on-error rollback *$' "values of a workflow's flag"
keys C-u

# tab TEXT REGEX SENTENCE: what Tab behind TEXT shows or makes of the line.
tab() {
	keys C-u C-l
	until_ok 20 sh -c "! tmux -L $TMUX_NAME capture-pane -p | grep -q '[^ ]> [^ ]'"
	types "$1"
	keys Tab
	see "$2" "$3"
}

"$WF" -q -c '/chain "q: /ask --choices yes,later Go? -> /echo ${q}"' >/dev/null 2>&1
waits=$("$WF" -c '/runs status:waiting' | sed -n '2s/ .*//p')
tab '/help ann' 'wf> /help annotations' "topics of help"
tab '/help @retr' 'wf> /help @retry' "annotations there"
tab '/help rea' 'wf> /help read' "and steps"
tab '/approve ' "^wf> /approve $waits|^$waits " "runs that wait, where one is approved"
tab "/answer $waits " '^yes +later' "the choices of what is asked"
tab "/why $run." "^$run\.one +$run\.two" "steps of a run, to ask why"
tab "/logs $run tw" "wf> /logs $run two" "and of the run before it"
tab '/resume --in-doubt sk' '--in-doubt skip' "words that a flag takes"
tab '/resume @last --fr' '/resume @last --from' "flags behind an argument"
tab '/runs --limit 5 status:w' 'status:waiting' "a flag's value is no argument"
tab '/runs -o js' '^json +jsonl' "forms of the output"
tab '/explain --output=te' '--output=text' "behind an equals sign too"
tab '/set keep_going o' '^on +off' "on and off"
enters "$(printf '\025/set vars.target x')"
tab '/set vars.' '/set vars.target' "variables that are set"
tab '/cd su' 'wf> /cd sub/$' "directories, to go on in"
enters "$(printf '\025/def greet /echo hi')"
enters '/alias hi /greet'
tab '/gre' '^/greet +definition' "definitions"
tab '/hi' '^/hi +alias' "aliases"
tab '/alias --remove h' 'alias --remove hi' "by their names"
tab '/chain "a: /gree' 'a: /greet' "definitions in a workflow"
tab '/chain {for x in {1, 2} do /ech' 'do /echo' "steps behind do"
tab '/chain "alpha: /echo x -> if al' 'if alpha$' "step names in a condition"
tab '/chain "a: /echo x -> b: /echo y @needs=' '^a +step' "and in an annotation"
tab '/chain "a: /bash x @effect=o' '@effect=once' "an annotation's values"
tab '/chain "a: /echo x @undo='"'"'/ech' "@undo='/echo" "steps in an annotation"
tab '/chain "a: /echo x -> /echo ${a.exi' 'a\.exit_code' "what is known of a step"
tab '/chain "a: /grep --ign' 'a: /grep --ignore-case' "flags of a step in a workflow"
tab '/chain --resume-from x "a: /echo 1" --par' '--parallel' "flags behind the text"
tab '/explain /chain "a: /ech' 'explain /chain "a: /echo' "the workflow in a command"
tab '/swarm "lead: plan -> [sec: look] -> le' '\] -> lead' "agents behind an arrow"
mkdir 'a dir' .hid
touch 'a dir/in it' 'a dir/also' "it's" .hid/x 'wörld'
tab '/read a' "wf> /read 'a dir/$" "a name with a blank is quoted"
tab "/read 'a dir/in" "wf> /read 'a dir/in it' *$" "and closed at its end"
tab '/read it' "wf> /read \"it's\" *$" "one with a quote too"
tab '/read w' '/read wörld|/read .wörld.' "one that is not ASCII"
tab '/read .h' '/read .hid/$' "hidden ones when they are asked for"
tab '/chain "x: /read a' "x: /read 'a dir/$" "quoted otherwise within a quote"
touch "$HOME/homely"
tab '/read ~/home' "/read $HOME/homely" "the home directory is written out"
tab '/http --output su' '--output sub/' "files where a flag takes one"
tab '!cat sub/file-a su' '!cat sub/file-a sub/' "and behind a program"
tab '!tmu' '!tmux *$' "programs"
tab 'ls su' 'wf> ls sub/$' "and files of a line that is asked about"
tab 'exi' 'wf> exit *$' "the words that need no slash"
tab '/echo > su' '> sub/' "and where the output goes"
i=0
mkdir many
while [ $i -lt 150 ]; do
	: >"many/name-$i"
	i=$((i + 1))
done
tab '/read many/name' '^and [0-9]+ more$' "a long list is capped"
keys C-u
enters '/chain:'
shows '^block> *$'
types '  ste'
keys Tab
see '^block>   steps: *$' "keys of a block"
keys Enter
enters '    - name: first'
types '      command: /ech'
keys Tab
see 'command: /echo *$' "steps in it"
keys Enter
enters '    - name: second'
types '      depends_on: [fi'
keys Tab
see 'depends_on: \[first' "their names"
keys C-c
prompts
enters '/bash {'
keys Tab
see '^    \{>  *$|^    \{>$' "Tab in a block is two blanks"
keys C-c
prompts
ok $? "and nothing has run"
finish
