/* The schema's migrations: embedded, forward only, recorded with their hash. */
#ifndef STORE_MIGRATION_H
#define STORE_MIGRATION_H

#include "store/db.h"

/*
 * Applies what is missing, each in its own transaction and one runner at a time, and makes the
 * first signing key; *applied counts the migrations. OUTCOME_CONFLICT, having logged what to do,
 * when the schema is newer than this program or was altered.
 */
enum outcome store_migrate(struct db_connection *connection, unsigned *applied);

/* The same refusals without any change; *missing counts what store_migrate would apply. */
enum outcome store_check_schema(struct db_connection *connection, unsigned *missing);

#endif
