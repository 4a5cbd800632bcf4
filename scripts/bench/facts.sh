# Rows of facts, for scripts/bench/run: a made tree of 10,000 files and
# 1,000,000 lines in five languages, and a loop over 100,000 items. Every cold
# row begins without anything remembered of files; the system's own cache of
# them is warm for both. Goals: lines at most 2 x wc, the complexity of a
# million lines within 1 s, the second time 50 ms, the loop 3 s.

facts_tree() { # DIR
	awk -v dir="$1" '
	function body(l, f,   s) {
		if (l == "c" || l == "js" || l == "go") {
			s = l == "c" ? "static int f" f "(int a, char *b)\n{" : \
				l == "go" ? "func f" f "(a int, b string) int {" \
				: "export function f" f "(a, b) {"
			return s "\n\tint i = 0; /* counts (not \"if\") */\n" \
				"\tif (a > " f " && b[0] == \x27x\x27) {\n" \
				"\t\treturn call(a, \"if || while\", i);\n" \
				"\t}\n\tfor (i = 0; i < a; i++) {\n" \
				"\t\tother(b, i + " f ");\n\t}\n" \
				(l == "c" ? "" : "\n") \
				"\treturn a || i; // last\n}"
		}
		if (l == "py")
			return "def f" f "(a, b):\n    \"\"\"Says if or for.\"\"\"\n" \
				"    i = 0  # counts\n    if a > " f \
				" and b == \x27x\x27:\n        return call(a, i)\n" \
				"    for i in range(a):\n        other(b, i)\n\n" \
				"    return a or i\n"
		return "f" f "() {\n\ti=0 # counts\n\tif [ \"$1\" -gt " f \
			" ] && true; then\n\t\techo \"if while\"\n\tfi\n" \
			"\tfor i in \"$@\"; do\n\t\tother \"$i\"\n\tdone\n" \
			"\treturn \"$i\"\n}"
	}
	BEGIN {
		split("c py js go sh", lang)
		for (l = 1; l <= 5; l++)
			for (f = 0; f < 10; f++)
				text[l] = text[l] body(lang[l], f) "\n"
		for (d = 0; d < 100; d++) {
			system("mkdir -p " dir "/d" d)
			for (i = 0; i < 100; i++) {
				l = i % 5 + 1
				name = dir "/d" d "/f" i "." lang[l]
				printf "%s", text[l] >name
				close(name)
			}
		}
	}'
}

facts_loop() { # ANNOTATION
	printf '/flow {items: /lua local t = {} for i = 1, 100000 do t[i] = i end return t -> for n in items.json do /lua return n end%s}\n' "$1"
}

wc_tree() { find "$tmp/tree" -type f -print0 | xargs -0 wc -l; }
p_wc() { seconds wc_tree; }
o_cold() { fresh; (cd "$tmp/tree" && seconds "$wf" -c '/facts codebase.lines'); }
o_warm() { (cd "$tmp/tree" && seconds "$wf" -c '/facts codebase.lines'); }
o_security() { fresh; (cd "$tmp/tree" && seconds "$wf" -c '/facts security'); }
p_nothing() { seconds "$wf" -c '/set vars.x 1'; }
o_loop() { fresh; seconds "$wf" -q "$tmp/loop.wf"; }

rows_facts() {
	local lines
	facts_tree "$tmp/tree"
	lines=$(wc_tree | awk '$2 == "total" { n += $1 } END { print n }')
	say "tree of codebase.*" "$(find "$tmp/tree" -type f | wc -l) files, $lines lines"
	pair "lines of 10,000 files, cold" "<= 2" o_cold p_wc
	say "complexity per 1,000,000 lines, cold" "$(for ((i = 0; i < rounds; i++)); do o_cold; done | median |
		awk -v n="$lines" '{ printf "%.3f s (goal <= 1 s)", $1 * 1e6 / n }')"
	fresh
	o_warm >/dev/null
	rounds=15 pair "the same again, nothing changed" "50 ms" o_warm p_nothing
	say "security of the same files, cold" "$(for ((i = 0; i < 3; i++)); do o_security; done | median) s"
	facts_loop '' >"$tmp/loop.wf"
	say "for over 100,000 in-process items" "$(for ((i = 0; i < 3; i++)); do o_loop; done | median) s (goal <= 3 s)"
	facts_loop ' @limit=10' >"$tmp/loop.wf"
	say "the same, @limit=10" "$(for ((i = 0; i < 3; i++)); do o_loop; done | median) s (each 10 are durable before the next)"
}
