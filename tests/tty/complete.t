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
types '/set prog'
keys Tab
keys Tab
see '^plain' "values of a setting"
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
enters '/bash {'
keys Tab
see '^    \{>  *$|^    \{>$' "Tab in a block is two blanks"
keys C-c
prompts
ok $? "and nothing has run"
finish
