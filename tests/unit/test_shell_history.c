/*
 * The history's file: what never reaches it, and what it is after writers
 * that fail, wait or come late.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/io/file.h"
#include "shell/history.h"
#include "tests/unit/tap.h"

#define TOKEN "abcdefghijKLMNOPQRST0123456789abcdef"

static const char *const secrets[] = {
	"/env API_KEY=abcdef123456",
	"{\"password\":\"hunter2hunter2\"}",
	"/bash {curl -d '{\"password\": \"hunter2\"}' http://h/}",
	"/bash {curl -d \"{\\\"token\\\": \\\"hunter2\\\"}\" http://h/}",
	"{'secret' : 'hunter2'}",
	"/fetch https://bob:pw@host",
	"!psql postgres://bob:p%40w@db.local:5432/x",
	"!curl -u bob:pw https://h/",
	"!curl -ubob:pw https://h/",
	"!curl -u 'bob:p w' https://h/",
	"!curl --user bob:pw https://h/",
	"!curl --user=bob:pw https://h/",
	"!mysql -ppw",
	"!mysqldump -h db -u bob -p'pw' all",
	"!sshpass -p pw ssh h",
	"!DB_PASS=hunter2 make",
	"!PASS=hunter2 make",
	"!PGPASSWORD=hunter2 psql",
	"!dbPwd=hunter2",
	"!x --password hunter2",
	"!x --db-password=hunter2",
	"password: hunter2",
	"AWS_SECRET_ACCESS_KEY=/abcDEF123456789abcDEF123456789abcDEF1234",
	"!echo eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
	"!echo npm_" TOKEN, "!echo hf_" TOKEN, "!echo ghs_" TOKEN,
	"!echo ghp_" TOKEN, "!echo x=sk-" TOKEN, "!echo AKIA" TOKEN,
	"!echo sk_live_" TOKEN,
	"!curl -H 'Authorization: Bearer abcdefghijk'",
	"!curl -H 'Authorization: Basic Ym9iOnB3'",
	"-----BEGIN OPENSSH PRIVATE KEY-----",
};

static const char *const others[] = {
	"/ask how do I reset a password",
	"/ask what a password is: a word",
	"!x --password-file x",
	"!x --password-file=/run/secrets/pw",
	"!curl https://host:8080/x",
	"!curl https://host:8080/x@y",
	"!git clone ssh://git@host:22/x",
	"!git clone git@host:owner/name",
	"!curl https://${USER}:${PW}@host/",
	"!PASS=${VAR} make",
	"!PASS=$VAR make",
	"{\"password\":\"${PW}\"}",
	"{\"token\": null}",
	"!curl -H \"Authorization: Bearer $TOKEN\"",
	"!curl -u $USER:$PW h",
	"!curl -u bob:$PW h",
	"!curl -u bob h",
	"!git commit -m \"token bucket\"",
	"!git push -u origin main",
	"!docker run -u 1000:1000 -p8080:80 mysql",
	"!chown --user www:www x",
	"!date -u +%H:%M:%S",
	"!sudo -u bob ls",
	"!mysql -p",
	"!mysql -p\"$PW\" x",
	"!mysql x -e 'select 1' | ssh -p2222 h",
	"!ssh -p2222 h",
	"!KEY_FILE=/home/bob/.ssh/id",
	"!SSH_KEY=/home/bob/.ssh/id_rsa x",
	"!OLD_PWD=/home/bob x",
	"!PWD=~/src x",
	"!monkey=banana compass=north bypass=true",
	"!npm_config_registry=https://registry.npmjs.org/ npm ci",
	"!python -c 'import hf_hub_download_of_some_long_name_or_other'",
	"!sort --key 2,3 x",
	"-----BEGIN CERTIFICATE-----",
	"!rg eyJ", "",
};

static void test_secrets(void)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		ok(hist_is_secret(str_of(secrets[i])), "not stored: %s",
			secrets[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ok(!hist_is_secret(str_of(others[i])), "stored: %s",
			others[i]);
}

/* ------------------------------------------------------------------- file */
static char *path;

static char *content(void)
{
	struct buf b;
	struct err err;

	buf_init(&b);
	if (access(path, F_OK) == 0)
		file_read(NULL, path, 1 << 20, &b, &err);
	return buf_take(&b);
}

/* The texts of the file, each with a blank behind it. */
static int tell(void *ud, const struct history_entry *e)
{
	buf_add(ud, e->text.p, e->text.n);
	buf_char(ud, ' ');
	return 0;
}

static char *texts(void)
{
	struct buf b;
	struct err err;

	buf_init(&b);
	if (hist_each(path, tell, &b, &err) < 0)
		buf_str(&b, err.text);
	return buf_take(&b);
}

static void is_owned(char *got, const char *want, const char *sentence)
{
	is_str(got ? got : "", want, sentence);
	mem_free(got);
}

static void test_mode(void)
{
	struct err err = {0};
	struct stat st = {0};

	close(open(path, O_WRONLY | O_CREAT, 0644));
	chmod(path, 0644);
	ok(hist_add(path, "one", &err) > 0, "a line is added");
	stat(path, &st);
	is_int(st.st_mode & 0777, 0600, "a file of 0644 becomes our own");
}

static void test_short_write(void)
{
	char *before = content(), *after, *big = mem_alloc(10001);
	struct rlimit usual, low;
	struct err err = {0};
	int64_t ms;

	memset(big, 'a', 10000);
	big[10000] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &usual);
	low = usual;
	low.rlim_cur = strlen(before) + 5000;
	setrlimit(RLIMIT_FSIZE, &low);
	ms = hist_add(path, big, &err);
	setrlimit(RLIMIT_FSIZE, &usual);
	is_int(ms, -1, "an entry that does not fit is not added");
	ok(strstr(err.text, "cannot write the history") != NULL, "which is said");
	after = content();
	is_str(after, before, "and nothing of it is in the file");
	mem_free(before);
	mem_free(after);
	mem_free(big);
}

static void test_lock(void)
{
	int fd = open(path, O_RDWR);
	struct err err = {0};
	uint64_t from;

	flock(fd, LOCK_EX);
	from = clock_mono_us();
	is_int(hist_add(path, "two", &err), -1,
		"a file that another has locked is not written");
	ok(strstr(err.text, "locked") != NULL, "which is said: %s", err.text);
	ok(clock_mono_us() - from < 5000000, "after a short while");
	flock(fd, LOCK_UN);
	close(fd);
	ok(hist_add(path, "three", &err) > 0, "the next one is");
	is_owned(texts(), "one three ", "the file has the others");
}

static int holds(void *ud, const struct history_entry *e)
{
	return memmem(e->text.p, e->text.n, ud, strlen(ud)) != NULL;
}

static void test_remove(void)
{
	char none[] = "nosuch", one[] = "one";
	struct err err = {0};

	hist_add(path, "/history --delete nosuch", &err);
	is_int(hist_remove(path, holds, none, &err), 0,
		"the line that asks for it is not counted");
	is_owned(texts(), "one three ", "but goes");
	hist_add(path, "/history --delete one", &err);
	is_int(hist_remove(path, holds, one, &err), 1, "the others are");
	is_owned(texts(), "three ", "and go");
}

static void test_large(void)
{
	static const char last[] = "\n#1700000000000\nfour\n";
	struct err err = {0};
	struct stat st = {0};
	int fd = open(path, O_RDWR);

	ok(ftruncate(fd, (off_t)70 << 20) == 0 && lseek(fd, 0, SEEK_END) > 0 &&
		write(fd, last, sizeof(last) - 1) > 0, "one of 70 MiB");
	close(fd);
	is_owned(texts(), "four ", "its end is read");
	ok(hist_load(path, &err) > 0, "also at the start: %s", err.text);
	stat(path, &st);
	ok(st.st_size < 100, "which trims it");
	hist_add(path, "five", &err);
	is_owned(texts(), "four five ", "and it goes on");
}

static void test_untrimmed(void)
{
	struct err err = {0};
	struct buf b;
	int fd;

	buf_init(&b);
	for (int i = 0; i < 2 * HISTORY_MAX + 1; i++)
		buf_printf(&b, "#%d\nx%d\n", i + 1, i);
	file_write(NULL, path, (struct str){b.data, b.len}, 0600, &err);
	buf_release(&b);
	fd = open(path, O_RDWR);
	flock(fd, LOCK_EX);
	is_int(hist_load(path, &err), -1, "a file that cannot be trimmed");
	ok(strstr(err.text, "locked") != NULL, "is told of: %s", err.text);
	close(fd);
	is_int(hist_load(path, &err) > 0, 1, "it is the next time");
}

int main(void)
{
	char *dir = mem_strdup("/tmp/wf-history.XXXXXX");

	test_secrets();
	if (!mkdtemp(dir))
		return 1;
	path = mem_printf("%s/history", dir);
	test_mode();
	test_short_write();
	test_lock();
	test_remove();
	test_large();
	test_untrimmed();
	unlink(path);
	rmdir(dir);
	mem_free(path);
	mem_free(dir);
	return done();
}
