# @cache: what is the same is not done twice, for as long as it says.
. "${0%/*}/../lib.sh"

for how in @cache @cache=true @cache=1h; do
	rm -f ran
	line="/chain {a: /bash {echo run >>ran; echo $how} $how}"
	run_wf -c "$line" -c "$line"
	is "$out" "$(printf '%s\n' "$how" "$how")" "$how gives its result again"
	is "$(wc -l <ran)" 1 "and has run once"
	has "$err" "(cached)" "as the screen says"
done
rm -f ran
line='/chain {a: /bash {echo run >>ran} @cache=1ms}'
run_wf -c "$line" -c '/sleep 10ms' -c "$line"
is "$(wc -l <ran)" 2 "what is too old runs again"
printf 1 >declared
line='/chain {a: /bash {echo run >>many; cat declared} @cache @reads=declared}'
run_wf -c "$line" -c '!printf 2 >declared' -c "$line" -c "$line"
is "$out" 122 "a file that it reads makes it another"
is "$(wc -l <many)" 2 "each once"
finish
