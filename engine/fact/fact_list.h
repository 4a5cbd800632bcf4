/* The sources of facts; see fact.h. */
FACT(codebase)
FACT(security)
FACT(system)
