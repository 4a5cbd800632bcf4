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
finish
