/*
 * Inside the live view: what it shows (region.c) and how that is drawn
 * (region_draw.c). Drawing reads, and changes only what is about the screen.
 */
#ifndef WF_SHELL_REGION_INT_H
#define WF_SHELL_REGION_INT_H

#include <uv.h>

#include "shell/region.h"

enum { REGION_LINE = 240, REGION_ROWS = 12 };

struct region_step {
	struct place at;
	int64_t start_ms, usual_ms;  /* -1: not known */
	uint8_t asked;               /* usual_ms has been looked up */
	uint8_t asks;
	char line[REGION_LINE];   /* its last, gated */
};

struct region {
	struct session *s;
	struct bottom bottom, *below;/* below: whose place it has */
	uv_timer_t *timer;
	struct region_step *v;
	size_t count, cap;
	struct buf above;      /* to be printed above the region */
	struct buf drawn;      /* the region as it stands */
	int *widths, rows;     /* of the rows drawn */
	int columns;           /* when it was drawn */
	int seen_columns;      /* one frame ago */
	uint32_t slot;         /* of the run that has the foreground, or */
	const struct view *view; /* another process's run */
	int64_t since_ms;      /* since when it has it */
	int name_columns;
	uint8_t open, lone, colour, utf8, failed_told;
};

/* The run that is shown, as it is now; NULL: it is gone. */
const struct run *region_run(const struct region *l);
/* Draws anew when something has changed. */
void region_draw(struct region *l);
/* Prints what waits to be printed above; nothing of the region is left. A
 * `hide` of struct bottom. */
void region_hide(void *region);

/* How wide the text is. */
int region_columns(struct str s);
/* Blanks behind what is in `row` from `from` on, up to so many columns. */
void region_pad(struct buf *row, size_t from, int columns);
/* An escape sequence, where colours are shown. */
const char *region_paint(const struct region *l, const char *code);

#endif
