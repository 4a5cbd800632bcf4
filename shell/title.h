/*
 * The line that ps shows of this process.
 */
#ifndef WF_SHELL_TITLE_H
#define WF_SHELL_TITLE_H

/* Takes the place where the kernel reads the line from: before anything
 * keeps a pointer into argv or the environment, both live elsewhere from then
 * on. Returns the new argv. */
char **title_init(int argc, char **argv);
/* Cut to the room there is; nothing without title_init. */
void title_set(const char *text);

#endif
