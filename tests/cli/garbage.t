# Every command with arguments that are wrong: one clear error, the status of
# the manual, nothing that a terminal would obey; as text and as JSON.
. "${0%/*}/../lib.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"

printf 'x' >text
"$WF" -q -c '/chain "/bash true"' -c '/chain "/bash true"'
cat >try.py <<'END'
import json, os, re, subprocess, sys
wf = os.environ["WF"]
def run(*args):
    return subprocess.run([wf, "-q", *args], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60)
names = [c["name"] for c in
    json.loads(run("-o", "json", "-c", "/help").stdout)["commands"]]
garbage = ["zzzzzz", "a b c d e f g", "--nosuch", "-z", "''", "@-99", "00",
    "a\001b\033[31m", "-o", "-o xml", "--nosuch=1", "@last.nosuch",
    "@last --limit x", "x" * 20000, "-- --help", "\"open", "@last @last @last",
    "\u00e9\u20ac"]
bad = []
def check(line, form, r):
    def no(why):
        bad.append("%s (%s): %s: %r" % (line[:40], form, why,
            (r.stdout + r.stderr)[:300]))
    err = r.stderr.decode("utf-8", "replace")
    if r.returncode not in (0, 1, 2, 4, 75):
        no("status %d" % r.returncode)
    if re.search("[\0-\x08\x0b-\x1f\x7f]", err):
        no("control characters")
    if len(err) > 4000:
        no("a long error")
    if form == "text":
        n = len(re.findall("^[^ ].*: error: ", err, re.M))
        if n > 1:
            no("%d errors" % n)
        if r.returncode == 2 and n != 1:
            no("no error")
        return
    docs = []
    try:
        docs = [json.loads(l) for l in r.stdout.decode().splitlines()]
    except ValueError:
        no("no JSON")
    if r.returncode == 2 and not (len(docs) == 1 and docs[0]["errors"] and
            len(docs[0]["errors"]) == 1 and docs[0]["exit"] == 2):
        no("no error document")
for name in names:
    if sys.argv[1] != "all" and name not in sys.argv[1:]:
        continue
    for g in garbage:
        line = "/%s %s" % (name, g)
        for form in ("text", "json"):
            check(line, form, run("-o", form, "-c", line))
    r = run("-c", "/%s --help --nosuch extra" % name)
    if r.returncode or not r.stdout.startswith(b"/" + name.encode()):
        bad.append("/%s --help with more is not its help" % name)
print("\n".join(bad))
END
bad=$(python3 try.py all)
is "$bad" "" "every command tells of wrong arguments once, in the form asked for"

run_wf -c '/show 0'
has "$err" "6 or more characters" "a short run is told what a run is"
run_wf -c '/cancel --nosuch one two three'
is "$(printf '%s\n' "$err" | grep -c 'error:')" 1 \
	"of several errors in a line the first is told"
run_wf -c '/cancel --nosuch one -o json'
has "$out" '"code":"E108"' "in the form that the line asks for"
run_wf -c "$(printf '/cd a\033[31mb')"
has "$err" 'a?[31mb' "control characters of a name are shown as ?"
finish
