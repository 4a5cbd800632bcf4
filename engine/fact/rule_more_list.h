/*
 * The rest of rule_list.h, which says how its lines are read: Go, Rust, Java,
 * shell, Lua, PHP, Ruby.
 */

/* Go */
RULE("go-tls", "Go", 295, "InsecureSkipVerify", "InsecureSkipVerify *[:=] *true",
	"certificates are not looked at")
RULE("go-shell", "Go", 78, "exec.Command", "exec\\.Command(Context)? *\\(.*"
	"\"(ba|z|da)?sh\" *, *\"-c\" *, *[^\"]", "a value reaches the shell")
RULE("go-hash", "Go", 327, ".", "(^|[^A-Za-z0-9_])(md5|sha1)\\.(New|Sum) *\\(|"
	"(des|rc4)\\.New[A-Za-z]*Cipher *\\(", "a hash or cipher that is broken")
RULE("go-sql", "Go", 89, "Sprintf", "\\.(Query|QueryRow|Exec)(Context)? *\\(.*"
	"fmt\\.Sprintf *\\(", "a value becomes SQL")
RULE("go-sql-join", "Go", 89, "+", "\\.(Query|QueryRow|Exec)(Context)? *\\(.*\""
	"[^\"]*(SELECT|INSERT|UPDATE|DELETE)[^\"]*\" *\\+", "a value becomes SQL")
RULE("go-html", "Go", 79, "template.", "template\\.(HTML|JS|URL|HTMLAttr) *\\( *"
	"[^\"`)]", "a value becomes HTML")
RULE("go-unsafe", "Go", 119, "unsafe.", "unsafe\\.Pointer *\\(",
	"memory is read as something else")
RULE("go-rand", "Go", 338, "rand.", "([kK]ey|[tT]oken|[sS]alt|[nN]once|[sS]ecret"
	"|[pP]assw|[sS]ession)[A-Za-z0-9_]* *:?=.*rand\\.(Int|Intn|Int63|Uint32|"
	"Float64|Int31n) *\\(", "math/rand can be foretold")

/* Rust */
RULE("rs-unsafe", "Rust", 119, "unsafe", "(^|[^A-Za-z0-9_])unsafe +(\\{|fn|"
	"impl)", "the compiler does not look at it")
RULE("rs-transmute", "Rust", 843, "transmute", "transmute(_copy)? *(::<|\\()",
	"memory is read as something else")
RULE("rs-tls", "Rust", 295, "danger_accept", "danger_accept_invalid_(certs|"
	"hostnames) *\\( *true", "certificates are not looked at")
RULE("rs-shell", "Rust", 78, "Command::new", "Command::new *\\( *\"(ba|z|da)?sh\"",
	"a value may reach the shell")
RULE("rs-hash", "Rust", 327, "::", "(^|[^A-Za-z0-9_])(md5::compute|Md5::new|"
	"Sha1::new|Sha1::digest|Md5::digest) *\\(", "a hash that is broken")
RULE("rs-unchecked", "Rust", 20, "_unchecked", "(from_utf8|get|get_mut|"
	"unwrap)_unchecked(_mut)? *\\(", "nothing is looked at")

/* Java */
RULE("java-exec", "Java", 78, "exec", "getRuntime *\\( *\\) *\\.exec *\\( *"
	"[^\")]", "a value reaches the shell")
RULE("java-shell", "Java", 78, "ProcessBuilder", "new +ProcessBuilder *\\( *"
	"\"(ba)?sh\" *, *\"-c\"", "a value may reach the shell")
RULE("java-hash", "Java", 327, "getInstance", "getInstance *\\( *\"(MD5|MD4|"
	"SHA-?1|DES|DESede|RC4|AES/ECB|AES\")", "a hash or cipher that is broken")
RULE("java-random", "Java", 338, "Random", "([kK]ey|[tT]oken|[sS]alt|[nN]once|"
	"[sS]ecret|[pP]assw|[sS]ession)[A-Za-z0-9_]* *=.*(new +Random *\\(|"
	"Math\\.random)", "Random can be foretold")
RULE("java-readobject", "Java", 502, "ead", "\\.readObject *\\( *\\)|new +"
	"XMLDecoder *\\(", "reading it can run code")
RULE("java-sql", "Java", 89, "xecute", "\\.(executeQuery|executeUpdate|execute|"
	"addBatch) *\\( *(\"[^\"]*\" *\\+|String\\.format)", "a value becomes SQL")
RULE("java-tls", "Java", 295, "ost", "ALLOW_ALL_HOSTNAME_VERIFIER|"
	"NoopHostnameVerifier|TrustAllStrategy", "certificates are not looked at")
RULE("java-cookie", "Java", 614, "set", "\\.set(Secure|HttpOnly) *\\( *false",
	"a cookie that others can read")
RULE("java-script", "Java", 94, "eval", "(engine|ScriptEngine)[A-Za-z0-9_.()]*"
	"\\.eval *\\( *[^\")]", "a value is run as code")

/* Shell */
RULE("sh-eval", "Shell", 95, "eval", "(^|[;&|( \t])eval +[\"']?.*\\$",
	"a value is run as code")
RULE("sh-pipe", "Shell", 494, "|", "(curl|wget)[^|;]*\\| *(sudo +)?(ba|z|da)?sh"
	"( |$)", "what comes from outside is run unseen")
RULE("sh-chmod", "Shell", 732, "chmod", "chmod +(-R +)?(0?777|a\\+rwx|o\\+w)",
	"everybody may write it")
RULE("sh-curl", "Shell", 295, "curl", "curl +(.* )?(-[a-zA-Z]*k[a-zA-Z]*|"
	"--insecure)( |$)", "certificates are not looked at")
RULE("sh-wget", "Shell", 295, "wget", "wget .*--no-check-certificate",
	"certificates are not looked at")
RULE("sh-rm", "Shell", 73, "rm", "(^|[;&|( \t])rm +-[a-zA-Z]*r[a-zA-Z]* +"
	"(\\$[A-Za-z_{]|/\\$)", "an empty value removes more than it should")
RULE("sh-ssh", "Shell", 295, "StrictHostKeyChecking", "StrictHostKeyChecking[= ]"
	"*no", "any host is believed")
RULE("sh-mktemp", "Shell", 377, "mktemp", "mktemp +-u|mktemp +--dry-run",
	"a name that another can take first")
RULE("sh-tmp", "Shell", 377, "/tmp/", "> *\"?/tmp/[A-Za-z0-9_.-]*(\\$\\$)?[A-Za-z"
	"0-9_.-]*\"?( |$)", "a name that another can take first")

/* Lua, PHP, Ruby */
RULE("lua-load", "Lua", 95, "load", "(^|[^A-Za-z0-9_.])(loadstring|load|"
	"loadfile) *\\( *[a-z_]", "a value is run as code")
RULE("lua-dofile", "Lua", 95, "dofile", "(^|[^A-Za-z0-9_.])dofile *\\( *[a-z_]",
	"a value names the code that is run")
RULE("lua-execute", "Lua", 78, "e", "(os\\.execute|io\\.popen) *\\( *[^\"')]|"
	"(os\\.execute|io\\.popen) *\\( *[\"'][^\"']*[\"'] *\\.\\.",
	"a value reaches the shell")
RULE("php-eval", "PHP", 95, "eval", "(^|[^A-Za-z0-9_])eval *\\( *\\$",
	"a value is run as code")
RULE("php-exec", "PHP", 78, "$", "(^|[^A-Za-z0-9_])(system|exec|passthru|"
	"shell_exec|popen|proc_open) *\\([^;]*\\$", "a value reaches the shell")
RULE("php-unserialize", "PHP", 502, "unserialize", "unserialize *\\( *\\$",
	"reading it can run code")
RULE("php-include", "PHP", 98, "$_", "(include|require)(_once)? *\\(? *[^;]*"
	"\\$_(GET|POST|REQUEST|COOKIE)", "who asks names the file")
RULE("php-echo", "PHP", 79, "$_", "echo +[^;]*\\$_(GET|POST|REQUEST|COOKIE)",
	"a value becomes HTML")
RULE("php-sql", "PHP", 89, "quer", "query *\\([^;]*\\$_(GET|POST|REQUEST)|"
	"query *\\( *\"[^\"]*\\$[a-z]", "a value becomes SQL")
RULE("rb-eval", "Ruby", 95, "eval", "(^|[^A-Za-z0-9_])(eval|instance_eval|"
	"class_eval)[ (]+[a-z]", "a value is run as code")
RULE("rb-load", "Ruby", 502, "load", "(Marshal|YAML)\\.(load|unsafe_load) *[( ]",
	"loading it can run code")
RULE("rb-system", "Ruby", 78, "#{", "(system|exec|`|%x)[^#]*#\\{",
	"a value reaches the shell")
RULE("rb-html", "Ruby", 79, "html_safe", "\\.html_safe", "a value becomes HTML")
RULE("rb-raw", "Ruby", 79, "raw", "(^|[^A-Za-z_])raw *\\(",
	"a value becomes HTML")
