/*
 * The table of all executors, made from exec_list.h. Nothing else belongs
 * here: to add an executor, add its line there.
 */
#include "engine/exec/exec.h"

#define X(kind) extern const struct executor exec_##kind;
#include "engine/exec/exec_list.h"
#undef X

const struct executor *const exec_list[] = {
#define X(kind) &exec_##kind,
#include "engine/exec/exec_list.h"
#undef X
	NULL,
};
