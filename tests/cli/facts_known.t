# Facts that come with wf as steps: git.* and what scanners find.
. "${0%/*}/../lib.sh"

fact() {
	run_wf -q -c "/echo \${facts.$1}"
}

# ------------------------------------------------------------------ scanners
mkdir tree bin
printf 'import os\nos.system("ls " + x)\neval(x)\n' >tree/a.py
printf 'int main(void) { char b[4]; gets(b); return 0; }\n' >tree/b.c
cd tree || exit 1
fact security.issues_found
own=$out
fact security.wf_python_issues
python=$out
[ "$own" -gt "$python" ] && [ "$python" -gt 0 ]
ok $? "wf has rules of its own for both languages"
fact security.bandit_issues
has "$err" "unknown fact 'security.bandit_issues'" \
	"a scanner that is not there has no facts"

scanner() { # NAME OUTPUT
	printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\nprintf "%s"\n' "$1" \
		"$dir" "$2" >../bin/"$1"
	chmod +x ../bin/"$1"
}
dir=$PWD/..
PATH=$PWD/../bin:$PATH
scanner bandit 'a.py:2\na.py:3\na.py:3\na.py:1\n'
fact security.bandit_issues
is "$out" 4 "bandit's findings are counted" || note "$err"
has "$(cat ../calls)" "bandit -r . -q -f custom --msg-template {relpath}:{line} --exit-zero" \
	"of the whole directory"
fact security.issues_found
is "$out" "$((own - python + 4))" "and take the place of our own in Python"
scanner bandit ''
fact security.bandit_issues
is "$out" 0 "no line is no finding"
scanner semgrep 'b.c:1:1:error(r):gets(b):m\nb.c:1:2:error(r):x:m\n'
fact security.semgrep_issues
has "$err" "unknown fact" "semgrep is not asked without rules of the project"
: >.semgrep.yml
fact security.semgrep_issues
is "$out" 2 "with them it is"
has "$(cat ../calls)" "--metrics off" "and tells nobody of it"
fact security.issues_found
is "$out" "$((own - python + 2))" "what it finds is added"
rm ../bin/bandit
fact security.issues_found
is "$out" "$((own + 2))" "also without the other"
scanner gitleaks 'RuleID,File\naws,a\npat,b\npat,c\n'
fact security.secrets_found
is "$out" 3 "gitleaks counts secrets, less its heading"
run_wf -c /facts
like "$out" "^security.secrets_found +texts that gitleaks takes for secrets$" \
	"/facts tells who counts"
is "$(printf '%s\n' "$out" | grep -c '^security.secrets_found')" 1 "once"
run_wf -q -c '/flow "if security.secrets_found > 2 and security.issues_found > 1 then /echo yes else /echo no"
/why @last.if'
has "$out" "fact         security.secrets_found is 3" "/why shows theirs"
lacks "$out" "security.secrets_found is 0" "and not ours beside it"
printf '#!/bin/sh\necho no >&2\nexit 3\n' >../bin/gitleaks
fact security.secrets_found
is "$status" 1 "a scanner that fails fails the step"
has "$err" "/logs" "with the way to what it wrote"
rm ../bin/gitleaks

# ----------------------------------------------------------------------- git
if ! command -v git >/dev/null; then
	finish
	exit
fi
cd .. && mkdir repo && cd repo || exit 1
fact git.branch
is "$status" 1 "outside of a repository git.* fails"
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM
git init -q -b trunk
git config user.email a@example.org
git config user.name 'A Person'
printf 'one\ntwo\n' >f
git add f && git commit -qm first && git tag v1
printf 'one\n2\n3\n' >f
: >new
for want in branch=trunk commits=1 author='A Person' dirty=true \
	changed_files=2 lines_added=2 lines_deleted=1 files=1 tag=v1 \
	commit="$(git rev-parse HEAD)"; do
	fact "git.${want%%=*}"
	is "$out" "${want#*=}" "git.${want%%=*}" || note "$err"
done
fact git.age_s
[ "$out" -ge 0 ] && [ "$out" -lt 600 ]
ok $? "git.age_s"
git commit -qam second && git clone -q . ../clone && cd ../clone || exit 1
git config user.email a@example.org
git config user.name 'A Person'
fact git.dirty
is "$out" false "git.dirty of a clean tree"
: >more
git add more && git commit -qm third
fact git.ahead
is "$out" 1 "git.ahead"
fact git.behind
is "$out" 0 "git.behind"
run_wf -q -c '/flow "if git.ahead > 0 and not git.dirty then /echo push else /echo wait"'
is "$out" push "and in a condition"
finish
