# A value with a NUL byte is refused where it would be cut.
. "${0%/*}/../lib.sh"

echo text >a
refused() {
	run_wf -c "/chain \"v: /bash {printf 'a\\\\0b'} -> s: $1\""
	is "$status" 4 "$1 refuses a value with NUL" || note "$err"
	like "$err" 'NUL|control character' "and says so"
}
refused '/read ${v}'
refused '/write ${v}'
refused '/glob ${v}'
refused '/grep ${v}'
refused '/grep x ${v}'
refused '/http http://127.0.0.1:9/${v}'
refused '/http -H X:${v} http://127.0.0.1:9/'
refused '/http -o ${v} http://127.0.0.1:9/'
refused '/exec echo ${v}'
run_wf -o json -c "/chain \"v: /bash {printf 'a\\\\0b'} -> s: /echo \${v}\""
is "$status" 0 "what only passes bytes on takes it"
finish
