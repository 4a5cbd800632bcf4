/*
 * Measuring a program's text: lines, functions and McCabe's complexity.
 */
#ifndef WF_FACT_CODE_SCAN_H
#define WF_FACT_CODE_SCAN_H

#include "engine/fact/lang.h"

struct code_count {
	uint32_t lines;          /* as wc counts, and one not ended */
	uint32_t functions;
	uint32_t complexity;     /* sum over functions of decisions + 1 */
	uint32_t complexity_max; /* of one function */
	uint32_t todos;          /* notes of it in comments: see code_scan.c */
	uint32_t tests;          /* functions that a test runner runs */
};

/* Text of any bytes. A language whose functions are not known
 * (SHAPE_NONE) counts as one function a file. */
void code_scan(const struct lang *lang, struct str text,
	struct code_count *out);
/* Lines only. */
uint32_t code_lines(struct str text);

#endif
