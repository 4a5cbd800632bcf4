# /save: a run's workflow becomes a command.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "a: /echo kept -> b: /bash cat"'
run_wf -c '/save mine'
is "$status" 0 "/save keeps the last workflow"
is "$out" ".wf/workflows/mine.wf" "and names the file"
run_wf -c '/mine'
is "$out" "kept" "which is a command then"
run_wf -c '/save mine'
is "$status" 2 "a file that exists is not replaced"
run_wf -c '/save --force mine @last'
is "$status" 0 "unless --force is said"
run_wf -c '/save runs'
is "$status" 2 "a command's name is refused"
run_wf -c '/save ../x'
is "$status" 2 "a name is no path"
cat >b.wf <<'END'
/chain:
  steps:
    - name: y
      command: /bash
      params: echo from yaml
END
run_wf b.wf
run_wf -c '/save yam'
is "$out" ".wf/workflows/yam.yaml" "a block is kept as YAML"
run_wf -c '/yam'
is "$out" "from yaml" "and runs" || note "$err"
run_wf -c '/chain --fail-fast "a: /echo quick -> b: /bash cat"'
run_wf -c '/save quick'
has "$(cat .wf/workflows/quick.wf)" "/chain --fail-fast \"a: /echo quick" \
	"a line keeps its flags"
run_wf -c '/quick'
is "$out" "quick" "and runs with them" || note "$err"
run_wf -c '/chain --answer sure=yes {sure: /ask Sure? -> /bash cat}'
run_wf -c '/runs'
has "$out" "/chain --answer sure=yes {sure: /ask" "a run is listed as typed"
run_wf -c '/save asks'
run_wf -c '/asks'
is "$status" 75 "a run that was answered beforehand asks when saved"
printf '/chain: --fail-fast\n  steps:\n    - name: y\n%s\n%s\n' \
	'      command: /bash' '      params: echo block' >c.wf
run_wf c.wf
run_wf -c '/save block'
run_wf -c '/block'
is "$out" "block" "a block with flags runs too" || note "$err"
finish
