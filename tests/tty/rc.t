# Start-up scripts and trust.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

printf '/alias hi /echo hi from home\n' >"$HOME/.wfrc"
tty_open
enters '/hi'
see '^hi from home$' "the person's .wfrc is run at start"
enters exit
mkdir proj
printf '/alias pj /echo from the project\n/set prompt "proj> "\n' >proj/.wfrc
cd proj || exit 1
tty_open 120
see 'proj/.wfrc is not trusted and is not read    /trust' \
	"a directory's .wfrc is not read before it is trusted, which is said"
enters '/pj'
see "unknown command '/pj'" "nothing of it has taken effect"
enters '/trust'
see '^/alias pj /echo from the project$' "/trust shows what it is about"
see 'is this to be run here\? \[y/N\] *$' "and asks"
keys Enter
see 'proj/.wfrc is not trusted$' "Enter is no"
prompts
enters '/pj'
see "unknown command '/pj'" "and nothing of it was run"
enters '/trust'
see 'N\] *$' "asked again"
keys y
see 'proj> *$' "y runs it"
enters '/pj'
see '^from the project$' "whole"
enters exit
see 'ended with 0'
columns=80 rows=24
tty_start "'$WF'"
see 'proj> *$' "the next shell reads it by itself"
enters exit
see 'ended with 0'
printf '/bash touch pwned\n' >>.wfrc
tty_open
see 'has changed and is not read' "a changed one is not read"
ok "$(test -e pwned; echo $((! $?)))" "nor run"
enters '/trust --remove'
see 'trusted no more' "trust can be taken back"
enters '/trust --list'
prompts
unseen '^/.*/proj/.wfrc$' "and it is in the list no more"
enters exit
see 'ended with 0'
printf '/alias ok /echo fine\n' >.wfrc
chmod g+w .wfrc
tty_open
see 'is not read: others can write it' "one that others can write is never read"
enters '/trust'
see 'cannot be trusted' "nor can it be trusted"
see 'chmod go-w' "which says how it can"
enters exit
see 'ended with'
chmod g-w .wfrc
columns=80 rows=24
tty_start "'$WF' --trust"
shows 'wf> *$'
enters '/ok'
see '^fine$' "--trust reads it this once"
enters exit
see 'ended with 0'
chmod g+w .wfrc
tty_start "'$WF' --trust"
see 'is not read: others can write it' "but not one that others can write"
enters exit
see 'ended with 0'
chmod g-w .wfrc
tty_start "WF_TRUST=1 '$WF'"
shows 'wf> *$'
enters '/ok'
see '^fine$' "so does WF_TRUST=1"
enters exit
see 'ended with 0'
run_wf -c '/ok'
is "$status" 2 "a script reads none of them"
printf '/echo broken\n/nonsense\n' >"$HOME/.wfrc"
tty_open
see "\.wfrc:2:1: error: unknown command '/nonsense'" \
	"an error in it is told with its place"
prompts
ok $? "and the prompt comes all the same"
finish
