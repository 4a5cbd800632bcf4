/* X(name, sql): every statement that is run often; each connection prepares
 * what it uses once. The schema is in store_schema.c. */
X(BEGIN, "BEGIN IMMEDIATE")
X(COMMIT, "COMMIT")
X(ROLLBACK, "ROLLBACK")
X(DATA_VERSION, "PRAGMA data_version")
X(COUNTERS, "SELECT max((SELECT ifnull(max(seq), 0) FROM events),"
	" (SELECT seq FROM floors)), max((SELECT ifnull(max(id), 0) FROM runs),"
	" (SELECT run FROM floors))")
X(FLOORS, "UPDATE floors SET seq = max(seq, ?1), run = max(run, ?2)")

X(EVENTS_ADD, "INSERT INTO events(seq, run, frame, step, kind, t, data)"
	" SELECT seq, run, frame, step, kind, t, data FROM batch_event")
X(EVENTS, "SELECT seq, frame, step, kind, t, data FROM events"
	" WHERE seq BETWEEN ?2 AND ?3 AND run = ?1 ORDER BY seq")
X(RUNS_ADD, "INSERT INTO runs(id, ulid, parent, owner, state, exit,"
	" started_ms, finished_ms, steps, failed, pinned, hidden, first_seq,"
	" last_seq, seed, plan, text_key, command, text, dir, args, session)"
	" SELECT id, ulid, parent, owner, state, exit, started_ms,"
	" finished_ms, steps, failed, pinned, hidden, first_seq, last_seq,"
	" seed, plan, text_key, command, text, dir, args, session"
	" FROM batch_new")
X(RUN_STATES, "UPDATE runs SET state = b.state, exit = b.exit,"
	" finished_ms = b.finished_ms, steps = b.steps, failed = b.failed,"
	" last_seq = b.last_seq FROM batch_state b WHERE runs.id = b.run")
X(RUN_LAST, "UPDATE runs SET last_seq = ?2 WHERE id = ?1")
X(RUN_PLAN, "UPDATE runs SET plan = ?2, text = ?3 WHERE id = ?1")
X(RUN_PIN, "UPDATE runs SET pinned = ?2, hidden = hidden AND NOT ?2"
	" WHERE id = ?1")
X(RUN_PINNED, "SELECT pinned FROM runs WHERE id = ?1")
X(RUN_OWNER, "UPDATE runs SET owner = ?2, last_seq = NULL WHERE id = ?1")
X(RUN_HOLDER, "SELECT o.ulid, o.pid, o.start, o.boot FROM runs r"
	" LEFT JOIN owners o ON o.id = r.owner WHERE r.id = ?1")
X(PLAN_FIND, "SELECT id FROM plans WHERE digest = ?1")
X(PLAN_ADD, "INSERT INTO plans(digest, version, body) VALUES(?1, ?2, ?3)")
X(PLAN_BODY, "SELECT p.body FROM runs r JOIN plans p ON p.id = r.plan"
	" WHERE r.id = ?1")

X(BLOB_ADD, "INSERT OR IGNORE INTO blobs(digest, bytes, created)"
	" VALUES(?1, ?2, ?3)")
X(BLOB_REF, "INSERT OR IGNORE INTO blob_refs(digest, run) VALUES(?1, ?2)")
X(DURATION, "INSERT INTO durations(key, n, mean, m2, last, failed)"
	" VALUES(?1, ?3, ?2 * ?3, 0, ?2, 1 - ?3) ON CONFLICT(key) DO UPDATE SET"
	" n = n + ?3, failed = failed + 1 - ?3,"
	" mean = mean + ?3 * (?2 - mean) / (n + 1),"
	" m2 = m2 + ?3 * (?2 - mean) * (?2 - mean - (?2 - mean) / (n + 1)),"
	" last = ?2")
X(DURATION_GET, "SELECT n, mean, last FROM durations WHERE key = ?1")
X(CACHE, "INSERT OR REPLACE INTO cache(key, leaf, parts, result, created,"
	" expires, run) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
X(CACHE_FIND, "SELECT parts, result, created, expires, run FROM cache"
	" WHERE key = ?1 AND (expires = 0 OR expires > ?2)")
X(CACHE_LAST, "SELECT parts, result, created, expires, run FROM cache"
	" WHERE leaf = ?1 ORDER BY created DESC LIMIT 1")
X(USAGE, "INSERT OR REPLACE INTO usage(run, frame, step, attempt, model,"
	" agent, pool, worker, tokens_in, tokens_out, cost_micro)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
X(BREAKER, "INSERT OR REPLACE INTO breakers(pool, state, failures, opened_ms)"
	" VALUES(?1, ?2, ?3, ?4)")

X(SITE_FIND, "SELECT id FROM sites WHERE key = ?1")
X(SITE_ADD, "INSERT INTO sites(key, text, path, dir, used_ms)"
	" VALUES(?1, ?2, ?3, ?4, ?5)")
X(DECISIONS_ADD, "INSERT INTO decisions(site, at_ms, branch, ok, ms, cost,"
	" run, path, detail) SELECT site, at_ms, branch, ok, ms, cost, run,"
	" path, detail FROM batch_decision")
X(SITES_USED, "UPDATE sites SET count = count + b.n, stored = stored + b.n,"
	" used_ms = max(used_ms, b.at) FROM (SELECT site, count(*) AS n,"
	" max(at_ms) AS at FROM batch_decision GROUP BY site) b"
	" WHERE sites.id = b.site")
X(SITE_STATE, "UPDATE sites SET state = ?2, upto = ?3 WHERE key = ?1"
	" AND upto <= ?3 AND reset_at = ?4 AND NOT frozen")
X(SITE_RESET, "UPDATE sites SET state = NULL, upto = n.id, reset_at = n.id"
	" FROM (SELECT s.id AS site, ifnull((SELECT max(d.id) FROM decisions"
	" d WHERE d.site = s.id), 0) AS id FROM sites s WHERE ?1 IS NULL OR"
	" s.key = ?1) n WHERE sites.id = n.site")
X(SITE_FREEZE, "UPDATE sites SET frozen = ?2 WHERE key = ?1")
#define SITE_COLUMNS "SELECT key, text, path, dir, upto, reset_at, frozen," \
	" count, stored, used_ms, CASE WHEN reset_at THEN (SELECT count(*)" \
	" FROM decisions d WHERE d.site = sites.id AND d.id > reset_at)" \
	" ELSE count END"
X(SITE, SITE_COLUMNS ", state FROM sites WHERE key = ?1")
X(SITES, SITE_COLUMNS " FROM sites ORDER BY used_ms DESC, id DESC")
#undef SITE_COLUMNS
X(SITE_KEYS, "SELECT key FROM sites ORDER BY key")
#define DECISION_COLUMNS "SELECT id, at_ms, branch, ok, ms, cost, run, path," \
	" detail FROM decisions WHERE site = (SELECT id FROM sites WHERE" \
	" key = ?1)"
X(DECISIONS, DECISION_COLUMNS " AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4")
X(DECISIONS_LAST, DECISION_COLUMNS " AND id > ?2 AND id < ?3 ORDER BY id DESC"
	" LIMIT ?4")
#undef DECISION_COLUMNS
X(SITE_OVER, "SELECT id, stored FROM sites WHERE stored > ?1 LIMIT 1")
X(SITE_TRIM, "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions"
	" WHERE site = ?1 ORDER BY id LIMIT ?2)")
X(SITE_TRIMMED, "UPDATE sites SET stored = stored - ?2 WHERE id = ?1")
X(SITE_COUNT, "SELECT count(*) FROM sites")
X(SITE_OLDEST, "SELECT id FROM sites ORDER BY frozen, used_ms, id LIMIT 1")
X(SITE_DECISIONS_DROP, "DELETE FROM decisions WHERE site = ?1")
X(SITE_DROP, "DELETE FROM sites WHERE id = ?1")

X(OWNER_ADD, "INSERT INTO owners(ulid, boot, pid, start, socket, created)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
X(OWNER_OPEN, "SELECT 1 FROM owners o WHERE o.ulid = ?1 AND EXISTS("
	"SELECT 1 FROM runs WHERE state < 3 AND owner = o.id)")
X(OWNERS, "SELECT ulid FROM owners")
X(OWNER_DROP, "DELETE FROM owners WHERE ulid = ?1")

X(CLEAN_DEPTHS, "SELECT id, hidden FROM runs ORDER BY id DESC")
X(CLEAN_NEXT, "SELECT r.id, r.ulid, r.state, r.started_ms, r.hidden,"
	" r.first_seq, r.last_seq, o.ulid FROM runs r"
	" LEFT JOIN owners o ON o.id = r.owner"
	" WHERE r.id > ?1 AND r.pinned = 0 ORDER BY r.id LIMIT 1")
X(RUN_DROP, "DELETE FROM runs WHERE id = ?1")
X(EVENTS_DROP, "DELETE FROM events WHERE seq BETWEEN ?2 AND ?3 AND run = ?1")
X(USAGE_DROP, "DELETE FROM usage WHERE run = ?1")
X(CACHE_DROP, "DELETE FROM cache WHERE run = ?1")
X(CACHE_EXPIRED, "DELETE FROM cache WHERE expires BETWEEN 1 AND ?1")
X(REFS_OF, "SELECT digest FROM blob_refs WHERE run = ?1")
X(REFS_DROP, "DELETE FROM blob_refs WHERE run = ?1")
X(REF_DROP, "DELETE FROM blob_refs WHERE digest = ?1")
X(BLOB_DROP, "DELETE FROM blobs WHERE digest = ?1"
	" AND NOT EXISTS(SELECT 1 FROM blob_refs WHERE digest = ?1)")
X(BLOB_BYTES, "SELECT ifnull(sum(bytes), 0) FROM blobs")
X(BLOB_OLDEST, "SELECT digest, bytes FROM blobs b WHERE NOT"
	" EXISTS(SELECT 1 FROM blob_refs f JOIN runs r ON r.id = f.run WHERE"
	" f.digest = b.digest AND (r.pinned OR r.state < 3)) ORDER BY id"
	" LIMIT 1")
X(BLOB_UNUSED, "SELECT digest, bytes FROM blobs b WHERE NOT EXISTS("
	"SELECT 1 FROM blob_refs f WHERE f.digest = b.digest) LIMIT 1")
X(BLOB_KNOWN, "SELECT 1 FROM blobs WHERE digest = ?1")
X(PLANS_DROP, "DELETE FROM plans WHERE id NOT IN (SELECT plan FROM runs)")
X(PAGES, "PRAGMA page_count")
X(PAGES_FREE, "PRAGMA freelist_count")
