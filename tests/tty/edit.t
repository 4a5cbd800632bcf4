# Texts in the editor: of the line being typed, and of a run.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

cat >ed <<'X'
#!/bin/sh
cp "$1" seen
sed -i "s/one/two/" "$1"
exit "$(cat code 2>/dev/null || echo 0)"
X
chmod +x ed
tty_open 90 24 "WF_EDITOR=$PWD/ed"
tm pipe-pane -o "cat >>'$PWD/raw'"
types '/echo one'
keys C-x C-e
see 'wf> /echo two$' "Ctrl-X Ctrl-E edits what is typed"
is "$(cat seen)" '/echo one' "the editor gets it"
keys Enter
see '^two$' "and what it leaves is run by Enter"
has "$(cat -v raw)" '^[]133;C^G' "its output is marked"
until_ok 10 grep -q ']133;D;0' raw
ok $? "with its status" || note "$(cat -v raw | tail -n 5)"
prompts

enters '/chain:'
see 'block> *$' "a block is open"
types '  one: "/echo a"'
keys C-x C-e
see 'wf> /chain:$|wf>   two: ./echo a.$|two: "/echo a"' "all of it is edited"
has "$(cat seen)" '/chain:
  one: "/echo a"' "as one text"
keys C-c
prompts

echo 1 >code
types '/echo one more'
keys C-x C-e
see 'the editor ended with status 1' "an editor that fails changes nothing"
see 'wf> /echo one more$' "the line is as it was"
keys C-c
prompts
rm -f code

enters '/chain "one: /echo hello"'
see '^hello$' "a run"
prompts
enters '/edit'
see 'wf> /chain "two: /echo hello"$' "/edit edits its text"
keys C-c
prompts
enters '/set editor nosucheditor'
prompts
enters '/edit'
see 'the editor ended with status 127' "an editor that is not there is told"
finish
