/*
 * What a reader of code for security looks for, line by line:
 *
 *	RULE(id, languages, CWE, literal, pattern, message)
 *
 * `literal` stands in every line that the pattern (POSIX extended, against a
 * line without its comments) can match; it is looked for first. Languages are
 * names of lang.c, comma separated, "*" for all. To add one: a line here and
 * lines in the fixture of tests/unit/test_fact_security.c.
 */

/* C and C++ */
RULE("c-gets", "C,C++", 242, "gets", "(^|[^A-Za-z0-9_.])gets *\\(",
	"gets() cannot know how much fits")
RULE("c-strcpy", "C,C++", 120, "cpy", "(^|[^A-Za-z0-9_.])(strcpy|wcscpy|"
	"stpcpy) *\\(", "copies without a bound")
RULE("c-strcat", "C,C++", 120, "cat", "(^|[^A-Za-z0-9_.])(strcat|wcscat) *\\(",
	"copies without a bound")
RULE("c-sprintf", "C,C++", 120, "sprintf", "(^|[^A-Za-z0-9_.])v?sprintf *\\(",
	"prints without a bound")
RULE("c-scanf-string", "C,C++", 120, "scanf", "scanf *\\([^;]*%s",
	"%s reads without a bound")
RULE("c-format", "C,C++", 134, "printf", "(^|[^A-Za-z0-9_.])(printf *\\( *|"
	"v?fprintf *\\([^,\"]*, *|snprintf *\\([^,]*,"
	"[^,\"]*, *)[a-z_][A-Za-z0-9_>.-]*(\\[[^]]*\\])? *\\)",
	"a value is the format")
RULE("c-syslog", "C,C++", 134, "syslog", "(^|[^A-Za-z0-9_.])syslog *\\("
	"[^,\"]*, *[a-z_][A-Za-z0-9_>.-]* *\\)", "a value is the format")
RULE("c-system", "C,C++", 78, "system", "(^|[^A-Za-z0-9_.])system *\\( *[^\")]",
	"a value is run by the shell")
RULE("c-popen", "C,C++", 78, "popen", "(^|[^A-Za-z0-9_.])popen *\\( *[^\")]",
	"a value is run by the shell")
RULE("c-tmpnam", "C,C++", 377, "mp", "(^|[^A-Za-z0-9_.])(tmpnam|tempnam|"
	"mktemp) *\\(", "a name that another can take first")
RULE("c-rand", "C,C++", 338, "rand", "(key|token|salt|nonce|secret|passw|"
	"session)[][A-Za-z0-9_]* *[^=]?=.*(^|[^a-z_])rand *\\(",
	"rand() can be foretold")
RULE("c-chmod", "C,C++,Go,Rust,Python,PHP,JavaScript,TypeScript,Ruby", 732,
	"777", "(chmod|Chmod|mkdir|Mkdir|MkdirAll|chmodSync|from_mode)[A-Za-z]* *"
	"\\(.*0?o?777", "everybody may write it")
RULE("c-alloca", "C,C++", 770, "alloca", "(^|[^A-Za-z0-9_])alloca *\\( *"
	"[a-z_]", "a value decides how much stack is taken")
RULE("c-memcpy-strlen", "C,C++", 120, "strlen", "memcpy *\\([^,]*,[^,]*, *"
	"strlen *\\(", "copies as much as the source says")

/* Python */
RULE("py-eval", "Python", 95, "eval", "(^|[^A-Za-z0-9_.])eval *\\( *[^\"')]",
	"a value is run as code")
RULE("py-exec", "Python", 95, "exec", "(^|[^A-Za-z0-9_.])exec *\\( *[^\"')]",
	"a value is run as code")
RULE("py-pickle", "Python", 502, "oad", "(pickle|cPickle|dill|shelve|marshal)"
	"\\.(loads?|open|Unpickler) *\\(", "loading it runs code")
RULE("py-yaml", "Python", 502, "yaml.", "yaml\\.(load|load_all) *\\([^)]*$|"
	"yaml\\.(load|load_all) *\\(([^)L]|L[^o])*\\)|yaml\\.unsafe_load",
	"loading it can run code")
RULE("py-shell", "Python", 78, "shell", "shell *= *True",
	"a value may reach the shell")
RULE("py-system", "Python", 78, "os.", "os\\.(system|popen) *\\(",
	"a value may reach the shell")
RULE("py-md5", "Python", 327, "hashlib", "hashlib\\.(md5|sha1) *\\(|"
	"hashlib\\.new *\\( *[\"'](md5|sha1)", "a hash that is broken")
RULE("py-mktemp", "Python", 377, "mktemp", "tempfile\\.mktemp *\\(",
	"a name that another can take first")
RULE("py-verify", "Python", 295, "verify", "verify *= *False",
	"certificates are not looked at")
RULE("py-ssl", "Python", 295, "ssl", "ssl\\._create_unverified_context|"
	"CERT_NONE", "certificates are not looked at")
RULE("py-hostname", "Python", 295, "check_hostname", "check_hostname *= *False",
	"certificates are not looked at")
RULE("py-debug", "Python", 489, "debug", "\\.run *\\(.*debug *= *True",
	"a debugger for everybody")
RULE("py-sql", "Python", 89, "execute", "execute(many)? *\\( *(f[\"']|[\"'][^\"']"
	"*[\"'] *(%|\\+|\\.format)|[a-z_]+ *(%|\\+))", "a value becomes SQL")
RULE("py-random", "Python", 338, "random.", "(key|token|salt|nonce|secret|"
	"passw|session|otp)[a-z0-9_]* *=.*random\\.(random|randint|choice|"
	"choices|randrange|getrandbits)", "random can be foretold")
RULE("py-jinja", "Python", 79, "autoescape", "autoescape *= *False",
	"values become HTML")
RULE("py-ssh", "Python", 295, "Policy", "AutoAddPolicy|WarningPolicy",
	"any host is believed")
RULE("py-bind", "Python", 605, "0.0.0.0", "(bind|run|host|HOST)[^#]*[\"']0\\.0"
	"\\.0\\.0", "open to every network")
RULE("py-xml", "Python", 611, "resolve_entities", "resolve_entities *= *True",
	"entities are read from anywhere")
RULE("py-telnet", "Python", 319, "lib", "(telnetlib\\.Telnet|ftplib\\.FTP) *"
	"\\(", "everything travels in the clear")

/* JavaScript and TypeScript */
RULE("js-eval", "JavaScript,TypeScript", 95, "eval", "(^|[^A-Za-z0-9_.$])eval"
	" *\\( *[^\"')]", "a value is run as code")
RULE("js-function", "JavaScript,TypeScript", 95, "Function", "new +Function *"
	"\\(", "a value is run as code")
RULE("js-timer", "JavaScript,TypeScript", 95, "set", "set(Timeout|Interval) *"
	"\\( *[\"'`]", "a text is run as code")
RULE("js-html", "JavaScript,TypeScript", 79, "HTML", "\\.(innerHTML|outerHTML)"
	" *\\+?= *[^\"'`=; ]|dangerouslySetInnerHTML|insertAdjacentHTML *\\([^,]*,"
	" *[^\"']", "a value becomes HTML")
RULE("js-write", "JavaScript,TypeScript", 79, "document.write",
	"document\\.write(ln)? *\\( *[^\"')]", "a value becomes HTML")
RULE("js-exec", "JavaScript,TypeScript", 78, "exec", "(^|[^A-Za-z0-9_.]|"
	"child_process\\.|cp\\.)exec(Sync)? *\\( *(`[^`]*\\$\\{|[\"'][^\"']*[\"'] *"
	"\\+|[a-z_]+ *\\+)", "a value reaches the shell")
RULE("js-hash", "JavaScript,TypeScript", 327, "create", "createHash *\\( *"
	"[\"'](md5|sha1|md4)|createCipher *\\(|createDecipher *\\(",
	"a hash or cipher that is broken")
RULE("js-random", "JavaScript,TypeScript", 338, "Math.random", "([kK]ey|"
	"[tT]oken|[sS]alt|[nN]once|[sS]ecret|[pP]assw|[sS]ession|[oO]tp)[A-Za-z0-9_]*"
	" *[:=].*Math\\.random", "Math.random can be foretold")
RULE("js-tls", "JavaScript,TypeScript", 295, "U", "rejectUnauthorized *: *false|"
	"NODE_TLS_REJECT_UNAUTHORIZED[]\"']* *= *[\"']?0",
	"certificates are not looked at")
RULE("js-sql", "JavaScript,TypeScript", 89, "quer", "\\.(query|execute) *\\( *"
	"(`[^`]*\\$\\{|[\"'][^\"']*[\"'] *\\+)", "a value becomes SQL")
RULE("js-path", "JavaScript,TypeScript", 22, "req", "(readFile|readFileSync|"
	"sendFile|createReadStream|writeFile|unlink)[A-Za-z]* *\\([^;]*req\\.(params"
	"|query|body)", "who asks names the file")
RULE("js-redirect", "JavaScript,TypeScript", 601, "redirect", "redirect *\\( *"
	"req\\.(query|params|body)", "who asks says where to go")
RULE("js-deserialize", "JavaScript,TypeScript", 502, "serialize",
	"(^|[^A-Za-z0-9_])unserialize *\\(", "reading it can run code")
RULE("js-vm", "JavaScript,TypeScript", 94, "vm.", "vm\\.(runIn[A-Za-z]*Context"
	"|Script)", "no wall against hostile code")
RULE("js-cors", "JavaScript,TypeScript", 942, "Allow-Origin",
	"Access-Control-Allow-Origin[\"'] *, *[\"']\\*", "every site may ask")
RULE("js-message", "JavaScript,TypeScript", 346, "postMessage",
	"postMessage *\\([^;]*, *[\"']\\*[\"']", "every site may hear it")
RULE("js-jwt", "JavaScript,TypeScript,Python", 347, "none", "algorithms?[\"']?"
	" *[:=] *\\[? *[\"']none[\"']", "a token without a signature")

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
