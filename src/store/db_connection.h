/* What the db_*.c files share and nobody else sees: one connection, the pool it belongs to. */
#ifndef STORE_DB_CONNECTION_H
#define STORE_DB_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/db.h"
#include "store/db_prepared.h"

#define EXPECTED_MAX 192 /* results of one pipeline */

struct db_connection {
    PGconn *pg; /* NULL while closed */
    struct db *owner;
    struct db_connection *next_free;
    struct prepared_set prepared;
    const char
        *expected[EXPECTED_MAX]; /* in a pipeline: what each coming result prepares, or NULL */
    size_t expected_first;
    size_t expected_count;
    bool doubtful;   /* a warning said that a commit is not durable yet */
    bool retired;    /* to be closed when it is given back */
    bool deadlocked; /* the last failure was that */
};

struct db {
    pthread_mutex_t lock;
    pthread_cond_t released;
    struct db_connection *free;
    struct db_options options;
    char *conninfo;      /* owned */
    bool away;           /* the last attempt to connect failed, and that was logged */
    atomic_bool hurried; /* nobody waits for the database any more */
    struct db_connection connections[];
};

/* Opens connection->pg within the connect timeout and sets its session up; an outage is logged
 * once. */
bool db_connect(struct db_connection *connection);

/* Waits until pg's socket can be read or written (poll's events); false at the deadline, or when
 * db is hurried. */
bool db_wait_socket(const struct db *db, PGconn *pg, short events, int64_t deadline_us);

/* Flushes and reads until the next result is whole; false at the deadline or when the connection
 * broke. */
bool db_wait_result(struct db_connection *connection, int64_t deadline_us);

/* The outcome of one result; a failure is logged here. Result may be NULL: the connection is gone.
 */
enum outcome db_outcome(struct db_connection *connection, const PGresult *result, const char *sql);

#endif
