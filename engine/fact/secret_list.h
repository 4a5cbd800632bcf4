/*
 * Secrets, in texts of any kind: SECRET(id, literal, pattern). The literal
 * (in small letters) stands in every line that the pattern can match, whose
 * letters may be of either case where `any` is 1. A pattern with a group is
 * followed by a look at what the group matched: too regular a text is a
 * placeholder, no secret.
 */
SECRET("aws-key", "akia", "(^|[^A-Za-z0-9])AKIA[0-9A-Z]{16}($|[^A-Za-z0-9])")
SECRET("github-token", "gh", "(^|[^A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36}")
SECRET("github-fine", "github_pat_", "github_pat_[A-Za-z0-9_]{60}")
SECRET("gitlab-token", "glpat-", "glpat-[A-Za-z0-9_-]{20}")
SECRET("slack-token", "xox", "xox[abprs]-[0-9A-Za-z-]{10}")
SECRET("slack-hook", "hooks.slack.com",
	"hooks\\.slack\\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20}")
SECRET("google-key", "aiza", "AIza[0-9A-Za-z_-]{35}")
SECRET("stripe-key", "_live_", "(sk|rk)_live_[0-9A-Za-z]{20}")
SECRET("anthropic-key", "sk-ant-", "sk-ant-[A-Za-z0-9_-]{20}")
SECRET("openai-key", "sk-", "(^|[^A-Za-z0-9])sk-(proj-)?[A-Za-z0-9_-]{40}")
SECRET("sendgrid-key", "sg.", "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}")
SECRET("twilio-key", "sk", "(^|[^A-Za-z0-9])SK[0-9a-f]{32}($|[^0-9a-f])")
SECRET("npm-token", "npm_", "(^|[^A-Za-z0-9])npm_[A-Za-z0-9]{36}")
SECRET("pypi-token", "pypi-", "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50}")
SECRET("private-key", "private key", "-----BEGIN ([A-Z]+ )?PRIVATE KEY-----")
SECRET("jwt", "eyj", "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\."
	"[A-Za-z0-9_-]{10}")
SECRET("url-password", "://", "[a-z][a-z0-9+]*://[^/ :@$<{\"']+:([^/ :@$<{\"']"
	"{6,})@")
SECRET("password", "pass", "pass(word|wd|phrase)?[\"']?[] ]*(:=|[:=]|=>) *"
	"[\"']([^\"'$<{%]{8,})[\"']")
SECRET("secret", "secret", "secret(_?key)?[\"']?[] ]*(:=|[:=]|=>) *"
	"[\"']([^\"'$<{%]{8,})[\"']")
SECRET("token", "token", "token[\"']?[] ]*(:=|[:=]|=>) *"
	"[\"']([^\"'$<{% ]{12,})[\"']")
SECRET("api-key", "key", "(api|access|auth|private|encryption)[_-]?key"
	"[\"']?[] ]*(:=|[:=]|=>) *[\"']([^\"'$<{% ]{12,})[\"']")
