# Where errors of a line that was read point to: the word they are about.
. "${0%/*}/../lib.sh"

# at LINE COLUMN WIDTH: the line fails, with carets of that width there.
at() {
	run_wf -q -k -c "$1"
	place=$(printf '%s\n' "$err" | sed -n 's/^[^ ]*-c:1:\([0-9]*\): error.*/\1/p' |
		head -n 1)
	carets=$(printf '%s\n' "$err" | grep '^      |' | head -n 1 | tr -cd '^')
	is "$place:${#carets}" "$2:$3" "$1" || note "$err"
}

run_wf -q -k -c '/chain "a: /bash true -> q: /ask --choices x,y Go?"'
run_wf -q -k -c '/chain "a: /bash true -> b: /bash false"'
at '/set colour red' 6 6
at '/set progress loud' 15 4
at '/set max_parallel many' 19 4
at '/set durability normal' 6 10
at '/set vars.9x 1' 6 7
at '/set vars.gone' 6 9
at '/answer zzzzzz yes' 9 6
at '/answer @-2.nobody yes' 13 6
at '/answer @-2 maybe not' 13 9
at "/answer @-2 'maybe not'" 14 9
at '/answer @last yes' 9 5
at '/approve @last.a' 10 7
at '/show zzzzzz' 7 6
at '/logs @last nobody' 13 6
at '/logs @last.nobody' 13 6
at '/why @last.nobody' 12 6
at '/why zzzzzz.a' 6 8
at '/graph zzzzzz' 8 6
at '/explain zzzzzz' 10 6
at '/diff @last zzzzzz' 13 6
at '/diff zzzzzz @last' 7 6
at '/wait @last zzzzzz' 13 6
at '/cancel zzzzzz' 9 6
at '/pause @last' 8 5
at '/continue @last' 11 5
at '/retry zzzzzz' 8 6
at '/resume zzzzzz' 9 6
at '/resume @last --from nobody' 22 6
at '/resume @last --from=nobody' 22 6
at '/resume @last --in-doubt perhaps' 26 7
at '/save x zzzzzz' 9 6
at '/save 9x' 7 2
at '/save runs' 7 4
at '/cd /nowhere/at/all' 5 15
at '/cd "nowhere at all"' 5 16
at '/source nowhere.wf' 9 10
at '/env =x' 6 2
at '/env WF_X=1' 6 6
at '/env GONE_IT_IS' 6 10
at '/help nonsuch' 7 7
at '/quit 300' 7 3
at '/quit many' 7 4
at '/runs status:odd' 7 10
at '/runs one two' 11 3
at '/runs -n 0' 10 1
at '/chain --resume-from=nobody {a: /bash true -> b: /bash true}' 22 6
at '/chain --resume-from nobody {a: /bash true -> b: /bash true}' 22 6
at '/chain {a: /bash true} --resume-from=a' 38 1
at '/chain --answer nobody=x {q: /ask Go?}' 17 6
at '/chain {q: /ask Go?} --answer=nobody=x' 31 6
at '/chain --answer yes {q: /ask Go?}' 17 3

run_wf -o json -k -c '/set progress loud'
has "$out" '"line":1,"col":15' "documents name the same place"
printf '# first\n\n/cd   /nowhere\n' >s.wf
run_wf s.wf
has "$err" "s.wf:3:7: error:" "files name their line"
finish
