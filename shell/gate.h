/*
 * The gate: what bytes that are not our own pass on their way to a terminal.
 * Printable UTF-8, newline, tab and colours (SGR) do; every other control
 * character is shown as ^X, malformed bytes as \xNN. State is kept between
 * calls, so that a sequence cut in two is still one.
 */
#ifndef WF_SHELL_GATE_H
#define WF_SHELL_GATE_H

#include "engine/base/buf.h"

struct gate {
	char held[40];         /* an unfinished sequence or character */
	uint8_t n;
	uint8_t coloured;      /* a colour is on */
};

/* Appends what passes to out. */
void gate_add(struct gate *g, struct str bytes, struct buf *out);
/* No more will come: what is held is shown, colours go off. */
void gate_end(struct gate *g, struct buf *out);

#endif
