/* The database of a subcommand: DATABASE_URL's, or the embedded one for as long as it is needed. */
#ifndef CLI_DATABASE_H
#define CLI_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "store/db.h"

struct embedded_postgres;

struct database {
    struct embedded_postgres *embedded; /* NULL with DATABASE_URL */
    struct db *db;
};

/*
 * For a subcommand that runs, prints and ends: one connection without a statement timeout worth the
 * name, schema up to date. False, having logged why, when it cannot be had. A signal ends the
 * process, and the database if nobody else uses it.
 */
bool database_open(struct database *database, const struct config *config, size_t connections);

/* For CLEANUP: also stops the embedded database when this was its last user. */
void database_close(struct database *database);

/* The parts, for serve: where the database is, a pool without a statement timeout worth the name,
 * and its schema: OUTCOME_UNAVAILABLE when it cannot be reached now, else what is wrong was logged.
 */
bool database_start(struct database *database, const struct config *config,
                    bool (*interrupted)(void));
const char *database_conninfo(const struct database *database, const struct config *config);
struct db *database_pool(const struct database *database, const struct config *config,
                         size_t connections);
enum outcome database_migrate(struct db *db, bool wanted, unsigned *applied);

#endif
