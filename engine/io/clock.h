/*
 * Clocks. One clock for the engine: epoch ms that advance from a start read
 * once, so that a jump of the wall clock moves no timer (contract D8). The
 * time that the machine sleeps counts; a timer of the loop does not see it
 * pass, and has to look again.
 */
#ifndef WF_IO_CLOCK_H
#define WF_IO_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);      /* epoch ms, never runs backwards */
int64_t clock_boot_ms(void);     /* what advances it: ms since boot */
uint64_t clock_mono_us(void);    /* CLOCK_MONOTONIC: awake, for durations */
uint64_t clock_random(void);     /* 64 bits of getrandom() */
/* RFC 3339 UTC with ms: "2026-01-02T03:04:05.678Z" */
void clock_rfc3339(int64_t ms, char out[25]);

#endif
