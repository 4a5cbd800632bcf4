/*
 * The batch that is being applied as tables of the writer's connection:
 * batch_new, batch_event, batch_state and batch_decision, a row for each record of the kind,
 * in order, with the columns that sql_list.h reads of them.
 */
#ifndef WF_STORE_TABLE_H
#define WF_STORE_TABLE_H

#include "engine/store/db.h"
#include "engine/store/record.h"

enum { BATCH_TABLES = 4 };
struct batch_table {
	int shape;
	const struct batch *const *batch;
};
struct batch_tables {
	const struct batch *batch; /* NULL: the tables are empty */
	struct batch_table of[BATCH_TABLES];
};

/* Makes them known to a connection; t must outlive it. SQLITE_OK or the
 * cause. */
int tables_add(struct db *db, struct batch_tables *t);

#endif
