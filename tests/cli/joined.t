# What is joined of several outputs lies in files that belong to the shell:
# nobody else removes them, and none is taken for whole that is not.
. "${0%/*}/../lib.sh"

other() {
	"$WF" -q -c '/chain "a: /bash {seq 3000 | tail -n 1} -> b: /bash {seq 20000}"' >/dev/null 2>&1
	"$WF" -q -c '/runs purge --keep=1000' >/dev/null 2>&1 ||
		"$WF" -q -c '/runs purge' >/dev/null 2>&1
}

scratch() {
	find "$WF_STATE_DIR/owners" -path '*.d/*' -type f 2>/dev/null | wc -l |
		tr -d ' '
}

cat >two.wf <<'END'
/chain { g: [x: /bash echo one, y: /bash echo two] -> u: /bash {touch at; until test -e go; do sleep 0.02; done; cat "${g.file}" >got} }
END
"$WF" -q two.wf >/dev/null 2>"$WORLD/err" &
pid=$!
until_ok 10 test -e at
other
: >go
wait "$pid"
is $? 0 "another shell leaves the file of a group alone" ||
	note "$(cat "$WORLD/err")"
is "$(cat got 2>&1)" "one
two" "which holds what was joined"
is "$(scratch)" 0 "it goes with the shell"
rm -f at go got

# --- larger than what is handed over in memory
cat >large.wf <<'END'
/chain { [a: /bash head -c 900000 /dev/zero | tr '\0' a, b: /bash head -c 900000 /dev/zero | tr '\0' b] -> c: /bash cat >got }
END
want=$({ head -c 900000 /dev/zero | tr '\0' a; echo
	head -c 900000 /dev/zero | tr '\0' b; } | cksum)
run_wf -q large.wf
is "$status" 0 "large outputs are joined into an input"
is "$(cksum <got)" "$want" "with every byte"
is "$(find "$WF_STATE_DIR/blobs" -type f | wc -l | tr -d ' ')" \
	"$(find "$WF_STATE_DIR/blobs" -type f -size -1000k | wc -l | tr -d ' ')" \
	"and make no file among the blobs"

# --- killed, and gone on with
cat >killed.wf <<'END'
/chain { g: [a: /bash head -c 900000 /dev/zero | tr '\0' a, b: /bash head -c 900000 /dev/zero | tr '\0' b] -> c: /bash {cat >got; cksum <"${g.file}" >sum; touch at; test -e go || sleep 600} }
END
rm -f got at go
"$WF" -q killed.wf >/dev/null 2>"$WORLD/err" &
pid=$!
until_ok 20 test -e at
is "$(scratch)" 2 "while a step runs its files are there"
for f in "$WF_STATE_DIR"/owners/*.d/*; do
	printf torn >"$f"
done
kill -9 "$pid"
wait "$pid" 2>/dev/null
: >go
rm -f got sum
gone_on() {
	"$WF" -q -c '/resume @last' >/dev/null 2>"$WORLD/err"
}
until_ok 10 gone_on
ok $? "after kill -9 the run goes on" || note "$(cat "$WORLD/err")"
is "$(cksum <got)" "$want" "its input is joined anew, a torn one is not used"
is "$(cat sum)" "$want" "nor is a torn file"
swept() {
	"$WF" -q -c '/bash sleep 0.5' && [ "$(scratch)" = 0 ]
}
until_ok 20 swept
ok $? "what the dead shell left is removed"

# --- cancelled, with or without its files
rm -f at go
cat >cancel.wf <<'END'
/chain { g: [a: /bash head -c 9000000 /dev/zero | tr '\0' a, b: /bash head -c 9000000 /dev/zero | tr '\0' b] -> c: /bash {cat >/dev/null; sleep 600} @timeout=1ms @ignore -> d: /bash {ls "$(dirname "${g.file}")" >left} }
END
run_wf -q cancel.wf
is "$status" 0 "a step that ends by its timeout lets the run go on" ||
	note "$err"
is "$(grep -c input left)" 0 "its input is removed when it ends"

# --- a cached step knows its file again
cat >cached.wf <<'END'
/chain { g: [x: /bash echo one, y: /bash echo two] -> u: /bash {echo run >>ledger; cat "${g.file}"} @cache=1h }
END
run_wf -q cached.wf
run_wf -q cached.wf
is "$(wc -l <ledger | tr -d ' ')" 1 \
	"a cached step is not run again for a joined file of the same content"
is "$out" "one
two" "and gives its result"

# What differs is a short piece behind a long one.
rm -f ledger
for end in 1 2 2; do
	run_wf -q -c "/flow { [a: /bash head -c 900000 /dev/zero, b: /bash echo $end] -> c: /bash {echo run >>ledger; tail -n 1} @cache=1h }"
	is "$out" "$end" "a cached result is that of the whole input"
done
is "$(wc -l <ledger | tr -d ' ')" 2 "and is used when all of it is the same"
# A file whose bytes are the sums of two others is not those two.
python3 - <<'END'
import hashlib
a, b = b"a" * 50000, b"b" * 50000
open("A", "wb").write(a)
open("B", "wb").write(b)
open("X", "wb").write(b"".join(hashlib.sha256(x).digest() for x in (a, b"\n", b)))
END
run_wf -q -c '/chain "[/bash cat A, /bash cat B] -> c: /bash wc -c @cache=1h"'
is "$(echo $out)" 100001 "a joined input is counted whole"
run_wf -q -c '/chain "x: /bash cat X -> c: /bash wc -c @cache=1h"'
is "$(echo $out)" 96 "and is not taken for another by the cache"
run_wf -q -c '/chain "g: [/bash cat A, /bash cat B] -> c: /bash {wc -c < ${g.file}} -> x: /bash cat X -> d: /bash {wc -c < ${x.file}}"'
is "$(echo $out)" 96 "nor by the name of its file"
finish
