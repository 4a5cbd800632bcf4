/*
 * The version of wf, as `wf --version` prints it.
 */
#ifndef WF_SHELL_VERSION_H
#define WF_SHELL_VERSION_H

#define WF_VERSION "0.1.0"

#endif
