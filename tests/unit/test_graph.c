/*
 * Graphs: the tree as it stands in the manual, dot that Graphviz accepts,
 * Mermaid in the shape its grammar wants; no label breaks out of its quotes.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/front/golden.h"
#include "tests/front/lang.h"
#include "tests/unit/tap.h"

static const char flow[] = "flow:\n  conditions:\n"
	"    - {name: build, command: /bash make -j2}\n"
	"    - if: build.ok and codebase.complexity > 1000\n"
	"      then:\n"
	"        - {name: look, command: '/query is \"this\" <b>right</b>?'}\n"
	"        - command: /bash ./deploy\n"
	"      else:\n"
	"        - command: /echo no\n";

static const char *mark(void *ud, uint32_t node)
{
	(void)ud;
	return node == 0 ? "succeeded" : node == 1 ? "failed" : NULL;
}

static struct plan *compile(const char *text)
{
	struct front_env env;
	struct buf errors;
	struct plan *p;

	lang_env(&env);
	buf_init(&errors);
	p = lang_yaml(&env, str_of(text), "x.yaml", &errors);
	if (!p)
		note("%s", buf_cstr(&errors));
	buf_release(&errors);
	return p;
}

static void test_tree(const struct plan *p)
{
	struct buf b;

	buf_init(&b);
	front_graph(p, GRAPH_TREE, NULL, NULL, &b);
	is_str(buf_cstr(&b), "flow\n"
		"\xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80 build  /bash make -j2\n"
		"\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80 if  if\n"
		"    \xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80 when build.ok and "
		"codebase.complexity > 1000\n"
		"    \xe2\x94\x82   \xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80 look  "
		"/query is \"this\" <b>right</b>?\n"
		"    \xe2\x94\x82   \xe2\x94\x94\xe2\x94\x80\xe2\x94\x80 bash  "
		"/bash ./deploy\n"
		"    \xe2\x94\x94\xe2\x94\x80\xe2\x94\x80 else\n"
		"        \xe2\x94\x94\xe2\x94\x80\xe2\x94\x80 echo  /echo no\n",
		"a flow is a tree of its branches");
	buf_clear(&b);
	front_graph(p, GRAPH_TREE, mark, NULL, &b);
	ok(strstr(buf_cstr(&b), "make -j2  [succeeded]\n") &&
		strstr(buf_cstr(&b), "if  if  [failed]\n"),
		"states stand behind their steps");
	buf_release(&b);
}

/* 0 when `dot` takes the text, 1 when not, -1 when there is no dot. */
static int run_dot(const struct buf *text)
{
	int ends[2], status;
	pid_t pid;

	if (access("/usr/bin/dot", X_OK) != 0 || pipe(ends) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		close(ends[0]);
		close(ends[1]);
		execl("/usr/bin/dot", "dot", "-Tsvg", "-o/dev/null",
			(char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	status = write(ends[1], text->data, text->len) == (ssize_t)text->len;
	close(ends[1]);
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	return status != 0;
}

static void dot_takes(const struct plan *p, const char *sentence)
{
	struct buf b;
	int rc;

	buf_init(&b);
	front_graph(p, GRAPH_DOT, mark, NULL, &b);
	rc = run_dot(&b);
	if (rc < 0)
		ok(1, "%s # SKIP no dot here", sentence);
	else if (!ok(rc == 0, "%s", sentence))
		note("%s", buf_cstr(&b));
	buf_release(&b);
}

static void test_dot(const struct plan *p)
{
	struct buf b;

	buf_init(&b);
	front_graph(p, GRAPH_DOT, mark, NULL, &b);
	ok(!!strstr(buf_cstr(&b), "label=\"look\\n/query is \\\"this\\\" "
		"<b>right</b>?\""), "quotes in a label of dot are escaped");
	ok(!!strstr(buf_cstr(&b), "shape=diamond, style=filled, "
		"fillcolor=\"#ffcdd2\""), "a failed condition is red");
	buf_release(&b);
	dot_takes(p, "dot draws a flow");
}

static void test_mermaid(const struct plan *p)
{
	struct buf b;

	buf_init(&b);
	front_graph(p, GRAPH_MERMAID, mark, NULL, &b);
	is_str(buf_cstr(&b), "flowchart TD\n"
		"\tn0[\"build<br/>/bash make -j2\"]\n"
		"\tstyle n0 fill:#c8e6c9\n"
		"\tn1{\"if<br/>if\"}\n"
		"\tstyle n1 fill:#ffcdd2\n"
		"\tn0 --> n1\n"
		"\tsubgraph b1[\"when build.ok and codebase.complexity "
		"#62; 1000\"]\n"
		"\tn2[\"look<br/>/query is #34;this#34; #60;b#62;right"
		"#60;/b#62;?\"]\n"
		"\tn3[\"bash<br/>/bash ./deploy\"]\n"
		"\tn2 --> n3\n"
		"\tend\n"
		"\tn1 -.-> n2\n"
		"\tsubgraph b2[\"else\"]\n"
		"\tn4[\"echo<br/>/echo no\"]\n"
		"\tend\n"
		"\tn1 -.-> n4\n",
		"a flow is a flowchart with a subgraph per branch");
	buf_release(&b);
}

/* Whatever a step says, each line of a graph stays one line. */
static void test_hostile(void)
{
	struct plan *p = compile("chain:\n  steps:\n"
		"    - name: a\n"
		"      command: /bash\n"
		"      params: \"x\\ny\\t\\\"]; n9 -> n8 \\\\ `z` \\e[31m"
		"\\u202e end\\nend }\"\n"
		"    - command: /bash\n"
		"      params: \"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2"
		"\xe5\xad\x97 and a text that goes on for rather long\"\n");
	struct buf b;
	size_t lines = 0, i;

	if (!p)
		return;
	dot_takes(p, "dot draws a step full of its own signs");
	buf_init(&b);
	front_graph(p, GRAPH_MERMAID, NULL, NULL, &b);
	for (i = 0; i < b.len; i++)
		lines += b.data[i] == '\n';
	is_int((long long)lines, 4, "a label adds no line to a flowchart");
	ok(!strchr(buf_cstr(&b), '\x1b') && !strchr(buf_cstr(&b), '`'),
		"and no escape sequence");
	ok(!!strstr(buf_cstr(&b), "\xe2\x80\xa6\"]"),
		"a long label is cut at a character");
	buf_release(&b);
	plan_drop(p);
}

/* The blocks of the specification, as pictures. */
static void test_spec(void)
{
	static const char *const names[] = { "chain", "flow", "swarm",
		"pipeline" };
	char path[64];
	struct plan *p;
	struct buf b;
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "tests/front/spec/%s.yaml",
			names[i]);
		buf_init(&b);
		golden_read(path, &b);
		p = compile(buf_cstr(&b));
		if (p)
			dot_takes(p, "dot draws a block of the specification");
		plan_drop(p);
		buf_release(&b);
	}
}

int main(void)
{
	struct plan *p = compile(flow);

	if (!ok(p != NULL, "the flow compiles"))
		return done();
	test_tree(p);
	test_dot(p);
	test_mermaid(p);
	test_hostile();
	test_spec();
	plan_drop(p);
	return done();
}
