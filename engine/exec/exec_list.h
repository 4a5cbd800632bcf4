/*
 * The executors of engine/exec, one line each: X(kind) names the table
 * `exec_<kind>` in exec_<kind>.c. Order is the order of help.
 */
X(bash)
X(exec)
X(echo)
X(sleep)
X(ask)
X(read)
X(write)
X(glob)
X(grep)
X(http)
X(query)
X(task)
X(agent)
X(protocol)
X(docs)
X(mcp)
