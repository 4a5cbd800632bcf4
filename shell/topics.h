/*
 * Help about things that are no commands: the language, YAML, references,
 * annotations, exit statuses, keys.
 */
#ifndef WF_SHELL_TOPICS_H
#define WF_SHELL_TOPICS_H

struct topic {
	const char *name, *summary, *text;
};
extern const struct topic topics[]; /* ends with name == NULL */

#endif
