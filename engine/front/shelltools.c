/*
 * The programs whose words, flags or variables are read as a program again.
 * This table is the knowledge of the watch over commands (shellcmd.c); a
 * program that is not in it takes its words as data, but for an interpreter
 * with its code flag among them. Both tables are sorted.
 */
#include "engine/front/shell_tool.h"

#include <string.h>
#include <strings.h>

#define R READS_CODE
#define S (READS_CODE | SHELL)

#define COMPILER "-B* -wrapper -fplugin -specs --specs"

static const struct tool tools[] = {
	/* name, kind, flags, operands, valued, code, words */
	{ ".", TOOL_ALL, 0, 0, "", "", "" },
	{ ":", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "R", TOOL_CODE, R, 0, "", "ef", "~-g" },
	{ "Rscript", TOOL_CODE, R, 0, "", "e", "" },
	{ "[", TOOL_TEST, CLEAN_ALL, 0, "", "", "" },
	{ "[[", TOOL_COND, CLEAN_ALL, 0, "", "", "" },
	{ "alias", TOOL_ALL, 0, 0, "", "", "" },
	{ "ansible", TOOL_ALL, 0, 0, "", "", "" },
	{ "ansible-playbook", TOOL_PLAIN, 0, 0, "", "e", "--extra-vars" },
	{ "apptainer", TOOL_CARRY, 0, 0, "", "", "" },
	{ "ash", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "at", TOOL_PLAIN, R, 0, "", "f", "" },
	{ "awk", TOOL_FIRST, 0, 0, "Fv", "fe", "--source --file" },
	{ "b2sum", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "bash", TOOL_CODE, S, 0, "oO", "c", "--init-file --rcfile" },
	{ "batch", TOOL_PLAIN, R, 0, "", "f", "" },
	{ "bb", TOOL_CODE, R, 0, "", "ef", "--eval" },
	{ "bind", TOOL_ALL, 0, 0, "", "", "" },
	{ "builtin", TOOL_WRAP, 0, 0, "", "", "" },
	{ "bun", TOOL_CARRY, 0, 0, "", "ep", "--eval --print" },
	{ "bundle", TOOL_CARRY, 0, 0, "", "", "" },
	{ "busybox", TOOL_WRAP, CARRIED, 0, "", "", "" },
	{ "bwrap", TOOL_CARRY, 0, 0, "", "", "" },
	{ "c++", TOOL_PLAIN, 0, 0, "", "", COMPILER },
	{ "capsh", TOOL_CARRY, 0, 0, "", "c", "" },
	{ "cc", TOOL_PLAIN, 0, 0, "", "", COMPILER },
	{ "cd", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "chpst", TOOL_WRAP, 0, 0, "uUbedmofclprtn", "", "" },
	{ "chroot", TOOL_WRAP, CARRIED, 1, "", "", "" },
	{ "chrt", TOOL_WRAP, 0, 1, "TPD", "", "" },
	{ "cksum", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "clang", TOOL_PLAIN, 0, 0, "", "", COMPILER },
	{ "clang++", TOOL_PLAIN, 0, 0, "", "", COMPILER },
	{ "clojure", TOOL_CODE, R, 0, "", "e", "--eval" },
	{ "cmake", TOOL_PLAIN, 0, 0, "", "",
		"-P* -C* --toolchain -DCMAKE_TOOLCHAIN_FILE" },
	{ "cmp", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "command", TOOL_WRAP, 0, 0, "", "", "" },
	{ "compgen", TOOL_PLAIN, 0, 0, "", "CFW", "" },
	{ "complete", TOOL_PLAIN, 0, 0, "", "CFW", "" },
	{ "concurrently", TOOL_ALL, 0, 0, "", "", "" },
	{ "conda", TOOL_CARRY, 0, 0, "", "", "" },
	{ "coproc", TOOL_WRAP, 0, 0, "", "", "" },
	{ "cpio", TOOL_PLAIN, 0, 0, "", "", "--rsh-command" },
	{ "crontab", TOOL_PLAIN, R, 0, "u", "", "" },
	{ "csh", TOOL_CODE, R, 0, "", "c", "" },
	{ "curl", TOOL_PLAIN, 0, 0, "AbcCdDeEFHmoPQrTtuUwxXyYz", "K",
		"--config" },
	{ "dash", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "date", TOOL_PLAIN, CLEAN_INPUT, 0, "dr", "f", "~--date" },
	{ "dc", TOOL_PLAIN, R, 0, "", "ef", "--expression --file" },
	{ "declare", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "deno", TOOL_SUB, R, 0, "", "", "" },
	{ "deno eval", TOOL_ALL, 0, 0, "", "", "" },
	{ "deno repl", TOOL_ALL, R, 0, "", "", "" },
	{ "direnv", TOOL_CARRY, 0, 0, "", "", "" },
	{ "doas", TOOL_WRAP, CARRIED, 0, "uC", "", "" },
	{ "docker", TOOL_CARRY, 0, 0, "", "", "" },
	{ "dvtm", TOOL_ALL, 0, 0, "", "", "" },
	{ "echo", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "ed", TOOL_ALL, R, 0, "", "", "" },
	{ "egrep", TOOL_DATA, 0, 0, "", "", "" },
	{ "elixir", TOOL_CODE, R, 0, "", "e", "--eval --rpc-eval" },
	{ "emacs", TOOL_PLAIN, 0, 0, "", "flL",
		"--eval --execute --load --funcall --script --insert "
		"-eval -execute -load -funcall -script" },
	{ "emacsclient", TOOL_PLAIN, 0, 0, "", "ea",
		"--eval --alternate-editor" },
	{ "enable", TOOL_PLAIN, 0, 0, "", "f", "" },
	{ "entr", TOOL_ALL, 0, 0, "", "", "" },
	{ "env", TOOL_WRAP, CARRIED, 0, "uC", "S",
		"--split-string ~--unset ~--chdir" },
	{ "erl", TOOL_CODE, R, 0, "", "", "-eval -s -run" },
	{ "eval", TOOL_ALL, 0, 0, "", "", "" },
	{ "evim", TOOL_ALL, R, 0, "", "", "" },
	{ "ex", TOOL_ALL, R, 0, "", "", "" },
	{ "exec", TOOL_WRAP, 0, 0, "a", "", "" },
	{ "expect", TOOL_CODE, R, 0, "", "cf", "" },
	{ "export", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "false", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "fc", TOOL_PLAIN, 0, 0, "", "es", "" },
	{ "fgrep", TOOL_DATA, 0, 0, "", "", "" },
	{ "find", TOOL_FIND, CARRIED, 0, "", "", "" },
	{ "firejail", TOOL_CARRY, 0, 0, "", "", "" },
	{ "fish", TOOL_CODE, R, 0, "", "cC",
		"--command --init-command" },
	{ "flatpak", TOOL_CARRY, 0, 0, "", "", "--command" },
	{ "flock", TOOL_WRAP, CARRIED, 1, "Ew", "c", "--command" },
	{ "forfiles", TOOL_ALL, 0, 0, "", "", "" },
	{ "fzf", TOOL_PLAIN, 0, 0, "", "", "--preview --bind" },
	{ "g++", TOOL_PLAIN, 0, 0, "", "", COMPILER },
	{ "gawk", TOOL_FIRST, 0, 0, "Fv", "fe", "--source --file" },
	{ "gcc", TOOL_PLAIN, 0, 0, "", "", COMPILER },
	{ "gdb", TOOL_ALL, R, 0, "", "", "" },
	{ "getopts", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "ghc", TOOL_CODE, 0, 0, "", "e", "" },
	{ "git", TOOL_SUB, 0, 0, "C", "c",
		"--config-env --exec-path ~--git-dir ~--work-tree "
		"~--namespace" },
	{ "git archive", TOOL_PLAIN, 0, 0, "", "", "--exec" },
	{ "git bisect", TOOL_SUB, 0, 0, "", "", "" },
	{ "git bisect run", TOOL_WRAP, 0, 0, "", "", "" },
	{ "git clone", TOOL_PLAIN, 0, 0, "", "cu",
		"--config --upload-pack --template" },
	{ "git config", TOOL_SUB, 0, 0, "f", "",
		"~--file ~--type ~--default" },
	{ "git config core.editor", TOOL_ALL, 0, 0, "", "", "" },
	{ "git config set", TOOL_SUB, 0, 0, "f", "", "~--file ~--type" },
	{ "git difftool", TOOL_PLAIN, 0, 0, "", "x", "--extcmd" },
	{ "git fetch", TOOL_PLAIN, 0, 0, "", "", "--upload-pack" },
	{ "git filter-branch", TOOL_ALL, 0, 0, "", "", "" },
	{ "git grep", TOOL_PLAIN, 0, 0, "", "O",
		"--open-files-in-pager" },
	{ "git ls-remote", TOOL_PLAIN, 0, 0, "", "", "--upload-pack --exec" },
	{ "git pull", TOOL_PLAIN, 0, 0, "", "", "--upload-pack" },
	{ "git push", TOOL_PLAIN, 0, 0, "", "", "--receive-pack --exec" },
	{ "git rebase", TOOL_PLAIN, 0, 0, "", "x", "--exec" },
	{ "git submodule", TOOL_SUB, 0, 0, "", "", "" },
	{ "git submodule foreach", TOOL_ALL, 0, 0, "", "", "" },
	{ "gmake", TOOL_MAKE, 0, 0, "CjIoWl", "fE", "--eval --file" },
	{ "gnome-terminal", TOOL_ALL, 0, 0, "", "", "" },
	{ "gnuplot", TOOL_CODE, R, 0, "", "e", "" },
	{ "gosu", TOOL_WRAP, CARRIED, 1, "", "", "" },
	{ "grep", TOOL_DATA, 0, 0, "", "", "" },
	{ "groovy", TOOL_CODE, R, 0, "", "e", "" },
	{ "gsed", TOOL_FIRST, 0, 0, "l", "fe", "--expression --file" },
	{ "guile", TOOL_CODE, R, 0, "", "cl", "" },
	{ "gvim", TOOL_ALL, R, 0, "", "", "" },
	{ "hash", TOOL_PLAIN, 0, 0, "", "p", "" },
	{ "helm", TOOL_PLAIN, 0, 0, "", "", "--post-renderer" },
	{ "history", TOOL_PLAIN, 0, 0, "", "sp", "" },
	{ "hyperfine", TOOL_ALL, 0, 0, "", "", "" },
	{ "install", TOOL_DATA, 0, 0, "", "", "--strip-program !--strip" },
	{ "ionice", TOOL_WRAP, CARRIED, 0, "cnp", "", "" },
	{ "ip", TOOL_CARRY, 0, 0, "", "", "" },
	{ "ipython", TOOL_CODE, R, 0, "", "cm", "" },
	{ "java", TOOL_PLAIN, 0, 0, "", "",
		"-cp -classpath --class-path --module-path -jar -javaagent: "
		"-agentpath: -agentlib: -Xbootclasspath/a: -XX:OnError "
		"-XX:OnOutOfMemoryError" },
	{ "jq", TOOL_FIRST, 0, 0, "L", "f",
		"--from-file ~--indent ~~--arg ~~--argjson ~~--slurpfile "
		"~~--rawfile ~~--argfile" },
	{ "jruby", TOOL_CODE, R, 0, "rIC", "e", "" },
	{ "julia", TOOL_CODE, R, 0, "L", "eE", "--eval --print" },
	{ "ksh", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "ksh93", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "kubectl", TOOL_CARRY, 0, 0, "", "", "" },
	{ "ld", TOOL_PLAIN, 0, 0, "", "", "-plugin --plugin" },
	{ "less", TOOL_PLAIN, 0, 0, "", "k", "+" },
	{ "let", TOOL_MATH, CLEAN_ALL, 0, "", "", "" },
	{ "lftp", TOOL_ALL, R, 0, "", "", "" },
	{ "lldb", TOOL_ALL, R, 0, "", "", "" },
	{ "local", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "ltrace", TOOL_WRAP, 0, 0, "aeloEsSup", "", "" },
	{ "lua", TOOL_CODE, R, 0, "l", "e", "" },
	{ "luajit", TOOL_CODE, R, 0, "l", "ej", "" },
	{ "lxc", TOOL_CARRY, 0, 0, "", "", "" },
	{ "lxc-attach", TOOL_CARRY, 0, 0, "", "", "" },
	{ "m4", TOOL_PLAIN, R, 0, "", "D", "--define" },
	{ "machinectl", TOOL_CARRY, 0, 0, "", "", "" },
	{ "make", TOOL_MAKE, 0, 0, "CjIoWl", "fE",
		"--eval --file --makefile" },
	{ "man", TOOL_PLAIN, 0, 0, "", "PH", "--pager --html" },
	{ "mapfile", TOOL_NAMES, 0, 0, "dnOsuc", "C", "" },
	{ "mawk", TOOL_FIRST, 0, 0, "Fv", "feW", "" },
	{ "md5sum", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "mise", TOOL_CARRY, 0, 0, "", "c", "--command" },
	{ "mkdir", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "mksh", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "mosh", TOOL_ALL, R, 0, "", "", "" },
	{ "mysql", TOOL_PLAIN, R, 0, "huPD", "e", "--execute --init-command" },
	{ "nawk", TOOL_FIRST, 0, 0, "Fv", "fe", "" },
	{ "nc", TOOL_PLAIN, 0, 0, "", "ec", "--exec --sh-exec --lua-exec" },
	{ "ncat", TOOL_PLAIN, 0, 0, "", "ec", "--exec --sh-exec --lua-exec" },
	{ "nerdctl", TOOL_CARRY, 0, 0, "", "", "" },
	{ "nice", TOOL_WRAP, CARRIED, 0, "n", "", "~--adjustment" },
	{ "nix", TOOL_CARRY, 0, 0, "", "c", "--expr --command" },
	{ "nix-shell", TOOL_PLAIN, 0, 0, "", "pE", "--run --command --expr" },
	{ "node", TOOL_CODE, R, 0, "rC", "ep",
		"--eval --print ~--require ~--import ~--loader "
		"~--conditions" },
	{ "nodejs", TOOL_CODE, R, 0, "rC", "ep",
		"--eval --print ~--require ~--import ~--loader" },
	{ "nodemon", TOOL_PLAIN, 0, 0, "", "x", "--exec" },
	{ "nohup", TOOL_WRAP, CARRIED, 0, "", "", "" },
	{ "npm", TOOL_CARRY, 0, 0, "", "c", "--call --script-shell" },
	{ "npx", TOOL_CARRY, 0, 0, "", "c", "--call --shell" },
	{ "nsenter", TOOL_WRAP, CARRIED, 0, "tSGrw", "", "~--target" },
	{ "nu", TOOL_CODE, R, 0, "", "ce", "--commands --execute" },
	{ "nvim", TOOL_ALL, R, 0, "", "", "" },
	{ "oc", TOOL_CARRY, 0, 0, "", "", "" },
	{ "ocaml", TOOL_CODE, R, 0, "", "e", "" },
	{ "octave", TOOL_CODE, R, 0, "", "", "--eval" },
	{ "osascript", TOOL_CODE, R, 0, "l", "e", "" },
	{ "parallel", TOOL_ALL, R, 0, "", "", "" },
	{ "pdm", TOOL_CARRY, 0, 0, "", "", "" },
	{ "perl", TOOL_CODE, R, 0, "I", "eE", "" },
	{ "php", TOOL_CODE, R, 0, "dcSt", "rRBEfF", "--run --file" },
	{ "pipenv", TOOL_CARRY, 0, 0, "", "", "" },
	{ "pipx", TOOL_CARRY, 0, 0, "", "", "" },
	{ "pkexec", TOOL_WRAP, CARRIED, 0, "", "", "~--user" },
	{ "pnpm", TOOL_CARRY, 0, 0, "", "c", "--call" },
	{ "podman", TOOL_CARRY, 0, 0, "", "", "" },
	{ "poetry", TOOL_CARRY, 0, 0, "", "", "" },
	{ "posh", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "powershell", TOOL_ALL, R, 0, "", "", "" },
	{ "printf", TOOL_TEST, CLEAN_INPUT, 0, "", "", "" },
	{ "prlimit", TOOL_WRAP, CARRIED, 0, "p", "", "" },
	{ "proot", TOOL_CARRY, 0, 0, "", "", "" },
	{ "proxychains", TOOL_WRAP, 0, 0, "f", "", "" },
	{ "psql", TOOL_PLAIN, R, 0, "hpUdvoFPRTL", "cf", "--command --file" },
	{ "pwsh", TOOL_ALL, R, 0, "", "", "" },
	{ "pypy", TOOL_CODE, R, 0, "WX", "cm", "" },
	{ "pypy3", TOOL_CODE, R, 0, "WX", "cm", "" },
	{ "python", TOOL_CODE, R, 0, "WX", "cm", "" },
	{ "python2", TOOL_CODE, R, 0, "WX", "cm", "" },
	{ "python3", TOOL_CODE, R, 0, "WX", "cm", "" },
	{ "racket", TOOL_CODE, R, 0, "", "ef", "--eval --load" },
	{ "raku", TOOL_CODE, R, 0, "I", "e", "" },
	{ "rbash", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "read", TOOL_NAMES, CLEAN_ALL, 0, "pdntNu", "", "" },
	{ "readarray", TOOL_NAMES, 0, 0, "dnOsuc", "C", "" },
	{ "readonly", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "rg", TOOL_DATA, 0, 0, "", "", "--pre --hostname-bin" },
	{ "rlwrap", TOOL_CARRY, 0, 0, "", "", "" },
	{ "rm", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "rsh", TOOL_ALL, R, 0, "", "", "" },
	{ "rsync", TOOL_PLAIN, 0, 0, "", "e", "--rsh --rsync-path" },
	{ "ruby", TOOL_CODE, R, 0, "rIC", "e", "" },
	{ "runuser", TOOL_ALL, R, 0, "", "", "" },
	{ "sbcl", TOOL_CODE, R, 0, "", "", "--eval --load --script" },
	{ "scala", TOOL_CODE, R, 0, "", "e", "" },
	{ "scp", TOOL_PLAIN, 0, 0, "", "oSFD", "" },
	{ "screen", TOOL_ALL, 0, 0, "", "", "" },
	{ "script", TOOL_ALL, R, 0, "", "", "" },
	{ "sed", TOOL_FIRST, 0, 0, "l", "fe", "--expression --file" },
	{ "set", TOOL_SET, CLEAN_ALL, 0, "", "", "" },
	{ "setarch", TOOL_WRAP, 0, 1, "", "", "" },
	{ "setpriv", TOOL_WRAP, CARRIED, 0, "", "", "" },
	{ "setsid", TOOL_WRAP, CARRIED, 0, "", "", "" },
	{ "sftp", TOOL_PLAIN, 0, 0, "", "oSFDb", "" },
	{ "sg", TOOL_ALL, R, 0, "", "", "" },
	{ "sh", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "sha1sum", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "sha256sum", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "sha512sum", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "singularity", TOOL_CARRY, 0, 0, "", "", "" },
	{ "sleep", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "slogin", TOOL_ALL, R, 0, "", "", "" },
	{ "socat", TOOL_PLAIN, 0, 0, "", "", "EXEC: SYSTEM: SHELL:" },
	{ "sort", TOOL_PLAIN, 0, 0, "", "", "--compress-program" },
	{ "source", TOOL_ALL, 0, 0, "", "", "" },
	{ "split", TOOL_PLAIN, 0, 0, "", "", "--filter" },
	{ "sqlite3", TOOL_FIRST, R, 1, "", "",
		"-cmd -init ~-separator ~-nullvalue ~-newline" },
	{ "ssh", TOOL_ALL, R, 0, "bcDEeFIiJLlmOopQRSWw", "", "" },
	{ "sshpass", TOOL_WRAP, 0, 0, "pfd", "", "" },
	{ "start-stop-daemon", TOOL_CARRY, 0, 0, "", "a",
		"--startas --exec" },
	{ "stat", TOOL_PLAIN, CLEAN_ALL, 0, "", "", "" },
	{ "stdbuf", TOOL_WRAP, CARRIED, 0, "ioe", "", "" },
	{ "strace", TOOL_WRAP, CARRIED, 0, "aeoOpsSuEIPX", "", "" },
	{ "su", TOOL_ALL, R, 0, "sgG", "c", "" },
	{ "su-exec", TOOL_WRAP, CARRIED, 1, "", "", "" },
	{ "sudo", TOOL_WRAP, CARRIED, 0, "ugphCrtTUD", "",
		"~--user ~--group ~--host ~--chdir ~--prompt" },
	{ "systemd-nspawn", TOOL_CARRY, 0, 0, "", "", "" },
	{ "systemd-run", TOOL_CARRY, 0, 0, "", "",
		"ExecStart ExecStartPre ExecStop" },
	{ "tar", TOOL_PLAIN, 0, 0, "", "IF",
		"--to-command --checkpoint-action !--checkpoint "
		"--use-compress-program "
		"--rsh-command --info-script --new-volume-script "
		"--rmt-command" },
	{ "taskset", TOOL_WRAP, CARRIED, 1, "", "", "" },
	{ "tclsh", TOOL_CODE, R, 0, "", "", "" },
	{ "tcpdump", TOOL_PLAIN, 0, 0, "BcCEFGijMrsTVwyWZ", "z", "" },
	{ "tcsh", TOOL_CODE, R, 0, "", "c", "" },
	{ "test", TOOL_TEST, CLEAN_ALL, 0, "", "", "" },
	{ "time", TOOL_WRAP, 0, 0, "fo", "", "~--format ~--output" },
	{ "timeout", TOOL_WRAP, CARRIED, 1, "ks", "",
		"~--signal ~--kill-after" },
	{ "tmux", TOOL_ALL, 0, 0, "", "", "" },
	{ "torsocks", TOOL_WRAP, 0, 0, "", "", "" },
	{ "touch", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "trap", TOOL_ALL, 0, 0, "", "", "" },
	{ "true", TOOL_DATA, CLEAN_ALL, 0, "", "", "" },
	{ "ts-node", TOOL_CODE, R, 0, "r", "ep", "--eval --print" },
	{ "tsx", TOOL_CODE, R, 0, "r", "ep", "--eval --print" },
	{ "typeset", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "unbuffer", TOOL_WRAP, CARRIED, 0, "", "", "" },
	{ "unset", TOOL_NAMES, CLEAN_ALL, 0, "", "", "" },
	{ "unshare", TOOL_WRAP, CARRIED, 0, "RwSG", "", "~--root ~--wd" },
	{ "uv", TOOL_CARRY, 0, 0, "", "", "" },
	{ "uvx", TOOL_CARRY, 0, 0, "", "", "" },
	{ "vagrant", TOOL_CARRY, 0, 0, "", "c", "--command" },
	{ "valgrind", TOOL_WRAP, CARRIED, 0, "", "", "" },
	{ "vi", TOOL_ALL, R, 0, "", "", "" },
	{ "view", TOOL_ALL, R, 0, "", "", "" },
	{ "vim", TOOL_ALL, R, 0, "", "", "" },
	{ "vimdiff", TOOL_ALL, R, 0, "", "", "" },
	{ "wait", TOOL_NAMES, CLEAN_ALL, 0, "", "p", "" },
	{ "watch", TOOL_ALL, 0, 0, "", "", "" },
	{ "watchexec", TOOL_ALL, 0, 0, "", "", "" },
	{ "wc", TOOL_DATA, CLEAN_INPUT, 0, "", "", "" },
	{ "wget", TOOL_PLAIN, 0, 0, "", "e",
		"--execute --use-askpass --config" },
	{ "wish", TOOL_CODE, R, 0, "", "", "" },
	{ "xargs", TOOL_WRAP, CARRIED, 0, "adEILnPs", "",
		"~--delimiter ~--max-args ~--max-procs" },
	{ "xterm", TOOL_ALL, 0, 0, "", "", "" },
	{ "xvfb-run", TOOL_CARRY, 0, 0, "", "", "" },
	{ "yarn", TOOL_CARRY, 0, 0, "", "", "" },
	{ "yash", TOOL_CODE, S, 0, "oO", "c", "" },
	{ "zip", TOOL_PLAIN, 0, 0, "", "", "-TT --unzip-command" },
	{ "zsh", TOOL_CODE, S, 0, "oO", "c", "" }
};

/* Variables whose value a shell, a loader or a well-known program runs,
 * loads, searches or evaluates. X_* means all that begin so. */
static const char *const variables[] = {
	"AWKLIBPATH", "AWKPATH", "BASHOPTS", "BASH_ALIASES", "BASH_CMDS",
	"BASH_ENV", "BASH_FUNC_*",
	"BASH_LOADABLES_PATH", "BROWSER", "CDPATH", "CVSEDITOR", "CVS_RSH",
	"DYLD_*", "EDITOR", "ENV", "EXINIT", "FCEDIT", "FPATH",
	"GCONV_PATH", "GIT_ASKPASS", "GIT_CONFIG*", "GIT_EDITOR",
	"GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_PAGER",
	"GIT_PROXY_COMMAND", "GIT_SEQUENCE_EDITOR", "GIT_SSH*",
	"GIT_TEMPLATE_DIR", "GLIBC_TUNABLES", "GLOBIGNORE", "GNUMAKEFLAGS",
	"GVIMINIT", "HGEDITOR", "HISTCMD", "IFS", "INPUTRC",
	"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "KUBE_EDITOR", "LD_*",
	"LESS", "LESSCLOSE", "LESSOPEN", "LOCPATH", "LUA_*", "MAKEFILES",
	"MAKEFLAGS", "MANPAGER", "MFLAGS", "NLSPATH", "NODE_OPTIONS",
	"NODE_PATH", "OPENSSL_CONF", "OPENSSL_ENGINES", "OPENSSL_MODULES",
	"OPTIND", "PAGER", "PATH", "PERL5DB", "PERL5LIB", "PERL5OPT",
	"PERLLIB", "PROMPT_COMMAND", "PS0", "PS1", "PS2", "PS3", "PS4",
	"PYTHONBREAKPOINT", "PYTHONHOME", "PYTHONINSPECT", "PYTHONPATH",
	"PYTHONSTARTUP", "PYTHONWARNINGS", "RANDOM", "RSH",
	"RSYNC_CONNECT_PROG", "RSYNC_RSH",
	"RUBYLIB", "RUBYOPT", "RUSTC", "RUSTC_WRAPPER", "SHELL",
	"SHELLOPTS", "SRANDOM", "SSH_ASKPASS", "SUDO_ASKPASS",
	"SUDO_EDITOR", "SVN_EDITOR", "SVN_SSH", "SYSTEMD_EDITOR",
	"TAR_OPTIONS", "VIMINIT", "VISUAL", "WF", "WF_*", "ZDOTDIR",
	"_JAVA_OPTIONS", "npm_config_script_shell"
};
#undef R
#undef S

/* memcmp order, a shorter name first. */
static int compare(const char *entry, const char *name, size_t n)
{
	int c = strncmp(entry, name, n);

	return c ? c : entry[n] != '\0';
}

static const struct tool *find(const char *name, size_t n)
{
	size_t from = 0, to = sizeof(tools) / sizeof(tools[0]), mid;
	int c;

	while (from < to) {
		mid = from + (to - from) / 2;
		c = compare(tools[mid].name, name, n);
		if (c == 0)
			return &tools[mid];
		if (c < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

const struct tool *tool_find(const char *name, size_t n)
{
	const char *slash = memrchr(name, '/', n);
	const struct tool *t;
	size_t k;

	if (slash) {
		n -= (size_t)(slash + 1 - name);
		name = slash + 1;
	}
	t = find(name, n);
	for (k = n; !t && k > 1 && (name[k - 1] == '.' || name[k - 1] == '-' ||
			(name[k - 1] >= '0' && name[k - 1] <= '9'));)
		k--;
	return !t && k > 1 && k < n ? find(name, k) : t;
}

/* Sections and keys of git's configuration whose value is a command. */
static int git_runs(const char *key, size_t n)
{
	static const char *const keys[] = {
		"alias.", "browser.", "core.askpass", "core.editor",
		"core.fsmonitor", "core.hookspath", "core.pager",
		"core.sshcommand", "credential.", "diff.", "difftool.",
		"filter.", "gpg.", "include.", "includeif.", "merge.",
		"mergetool.", "pager.", "sendemail.", "sequence.", NULL
	};
	size_t i, k;

	for (i = 0; keys[i]; i++) {
		k = strlen(keys[i]);
		if (n >= k && strncasecmp(keys[i], key, k) == 0)
			return 1;
	}
	return 0;
}

const struct tool *tool_sub(const struct tool *t, const char *word, size_t n)
{
	char name[48];
	size_t k = strlen(t->name);

	if (strncmp(t->name, "git config", 10) == 0 && git_runs(word, n))
		return find("git config core.editor", 22);
	if (k + 1 + n > sizeof(name))
		return NULL;
	memcpy(name, t->name, k);
	name[k] = ' ';
	memcpy(name + k + 1, word, n);
	return find(name, k + 1 + n);
}

static enum tool_word matches(const char *p, size_t k, const char *word,
	size_t n)
{
	enum tool_word what = WORD_CODE;

	if (*p == '!')
		return n >= k - 1 && memcmp(p + 1, word, k - 1) == 0 &&
			(n == k - 1 || word[k - 1] == '=') ? WORD_OWN
			: WORD_NONE;
	for (; *p == '~'; p++, k--)
		what = what == WORD_CODE ? WORD_VALUE : WORD_TWO;
	if (p[k - 1] == '*')
		return n >= k - 1 && memcmp(p, word, k - 1) == 0 ?
			WORD_GLUED : WORD_NONE;
	if (n < k || memcmp(p, word, k) != 0)
		return WORD_NONE;
	return n == k || word[k] == '=' || p[k - 1] == ':' ||
		p[k - 1] == '+' ? what : WORD_NONE;
}

/* GNU programs take `--checkpoint-act` for --checkpoint-action. */
static int shortened(const char *p, size_t k, const char *word, size_t n)
{
	const char *is = memchr(word, '=', n);

	n = is ? (size_t)(is - word) : n;
	return n > 2 && n < k && memcmp(p, "--", 2) == 0 &&
		memcmp(p, word, n) == 0;
}

enum tool_word tool_word_kind(const struct tool *t, const char *word,
	size_t n)
{
	const char *p = t->words;
	enum tool_word what, maybe = WORD_NONE;
	size_t k;

	for (; *p; p += k + (p[k] == ' ')) {
		k = strcspn(p, " ");
		what = matches(p, k, word, n);
		if (what)
			return what == WORD_OWN ? WORD_NONE : what;
		if (shortened(p, k, word, n))
			maybe = WORD_CODE;
	}
	return maybe;
}

int tool_variable(struct str name)
{
	size_t i, k;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *v = variables[i];

		k = strlen(v);
		if (v[k - 1] == '*' ? name.n >= k - 1 &&
				memcmp(v, name.p, k - 1) == 0 :
				name.n == k && memcmp(v, name.p, k) == 0)
			return 1;
	}
	return 0;
}

int tool_tables_sorted(void)
{
	size_t i;

	for (i = 1; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(tools[i - 1].name, tools[i].name) >= 0)
			return 0;
	for (i = 1; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (strcmp(variables[i - 1], variables[i]) >= 0)
			return 0;
	return 1;
}
