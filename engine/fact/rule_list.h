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
