/*
 * The step kinds as the front end's tests see them: names, styles and fields
 * of language.md section 6, without the executors. Golden files depend on
 * it, not on what is built today.
 */
#ifndef WF_TESTS_FRONT_VOCAB_H
#define WF_TESTS_FRONT_VOCAB_H

#include "engine/front/front.h"

/* Kinds, commands and definitions; good for ever. */
extern const struct front_env test_env;

#endif
