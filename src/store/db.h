/* How PostgreSQL is reached: db_*.c alone. The other files in store/ hold all the SQL. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/outcome.h"

struct db;
struct db_connection;

struct db_options {
    const char *conninfo; /* lent; a URI, key=value pairs, or "" for libpq's own variables */
    size_t connections;
    unsigned connect_timeout_ms;
    unsigned acquire_timeout_ms;   /* how long db_acquire waits for a free connection */
    unsigned statement_timeout_ms; /* set in each session */
    bool prepare;                  /* false for poolers that cannot keep prepared statements */
    bool plan_once;                /* for statements whose plan is always by index, whatever the
                                      parameters: prepared ones are not planned again until the
                                      tables are analyzed; see ONLY_KEY */
    bool lazy_commits;             /* for what may be done again: a crash of the database may lose
                                      the last of it */
};

/* False, having logged why, when conninfo cannot be understood: then waiting would not help. */
bool db_conninfo_is_sound(const char *conninfo);

/* A pool whose connections are opened when first needed; NULL only when out of memory. */
struct db *db_open(const struct db_options *options);
void db_close(struct db *db);

/* From any thread: whoever waits for this database, now or later, fails at once (within 100 ms).
 * For the end of the service. */
void db_hurry(struct db *db);

/* A connection that was good when last used, opened or mended if need be; NULL when none is free or
 * can be had within the timeouts (logged once per outage). Give it back with CLEANUP(db_release).
 */
struct db_connection *db_acquire(struct db *db);
void db_release(struct db_connection **connection);

/* True when a connection is up or could be opened within the connect timeout. */
bool db_reachable(struct db *db);

/* The values of $1, $2, ...; NULL is SQL NULL. All are texts unless lengths and formats (1: binary)
 * say otherwise. */
struct db_params {
    size_t count;
    const char *const *values;
    const int *lengths;
    const int *formats;
};

#define DB_PARAMS(...)      DB_PARAMS_OF(((const char *const[]){__VA_ARGS__}))
#define DB_PARAMS_OF(array) ((struct db_params){.count = COUNT(array), .values = (array)})
#define DB_NO_PARAMS        ((struct db_params){0})

/*
 * Runs one statement; sql must be a literal (prepared once per connection, known by its address). A
 * failure is logged here and nowhere else. The caller owns *rows: CLEANUP(db_rows_free) PGresult
 * *rows = NULL;
 */
enum outcome db_query(struct db_connection *connection, PGresult **rows, const char *sql,
                      struct db_params params);

/* The same for SQL that was put together at run time (never from outside text); not prepared. */
enum outcome db_query_once(struct db_connection *connection, PGresult **rows, const char *sql,
                           struct db_params params);

/* A statement, or several separated by ; without parameters, whose rows nobody wants. */
enum outcome db_execute(struct db_connection *connection, const char *sql);

/* True when the last statement failed for a deadlock: after a rollback it is worth another try. */
bool db_deadlocked(const struct db_connection *connection);

/*
 * A condition, and an order, on the last column of a key whose others are compared before: as good
 * as an equality, but only that key's index has the order. While a table is small one index that
 * begins with the account is as good to the planner as another, and a plan that is kept may take
 * the wrong one, which reads all of the account when the table has grown.
 */
#define ONLY_KEY(column, value) column " BETWEEN " value " AND " value " ORDER BY " column

void db_rows_free(PGresult **rows);

/* The affected rows of an INSERT, UPDATE or DELETE. */
int64_t db_affected(const PGresult *rows);

/* Column values; NULL columns read as NULL, 0, or TIME_NONE. Times are selected with
 * DB_TIME(column). */
const char *db_text(const PGresult *rows, int row, int column);
int64_t db_int(const PGresult *rows, int row, int column);
int64_t db_time(const PGresult *rows, int row, int column);
double db_number(const PGresult *rows, int row, int column); /* of a real or double precision */
bool db_null(const PGresult *rows, int row, int column);

/* Selects a timestamptz as whole microseconds since 1970. */
#define DB_TIME(column) "(extract(epoch FROM " column ") * 1000000)::bigint"

/* ---- for intake: several statements in one round trip ---- */

/* In pipeline mode: sends one prepared statement; its result is read by db_pipeline_result, in
 * order. */
enum outcome db_pipeline_begin(struct db_connection *connection);
enum outcome db_pipeline_send(struct db_connection *connection, const char *sql,
                              struct db_params params);
/* Sends what is queued and marks the end of this round trip. */
enum outcome db_pipeline_sync(struct db_connection *connection);
/* The next statement's result, waiting until deadline_us (monotonic). After a failure the rest up
 * to the sync is skipped. */
enum outcome db_pipeline_result(struct db_connection *connection, int64_t deadline_us,
                                PGresult **rows);
/* Reads up to and past the sync mark. */
enum outcome db_pipeline_finish(struct db_connection *connection, int64_t deadline_us);
enum outcome db_pipeline_end(struct db_connection *connection);

/* Closes this connection for good: its state is unknown. The pool opens another. */
void db_discard(struct db_connection *connection);

#endif
