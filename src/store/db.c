#include "store/db.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/db_connection.h"

#define LAST_WORDS_MAX 8 /* reads from an idle connection; a good one has hardly any */

struct db *db_open(const struct db_options *options) {
    struct db *db = calloc(1, sizeof *db + options->connections * sizeof db->connections[0]);
    char *conninfo = strdup(options->conninfo);
    if (!db || !conninfo) {
        free(db);
        free(conninfo);
        return NULL;
    }
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&db->released, &monotonic);
    pthread_condattr_destroy(&monotonic);
    db->options = *options;
    db->conninfo = conninfo;
    db->options.conninfo = conninfo;
    for (size_t i = 0; i < options->connections; i++) {
        db->connections[i].owner = db;
        db->connections[i].next_free = db->free;
        db->free = &db->connections[i];
    }
    return db;
}

void db_close(struct db *db) {
    if (!db) {
        return;
    }
    for (size_t i = 0; i < db->options.connections; i++) {
        db_discard(&db->connections[i]);
    }
    pthread_cond_destroy(&db->released);
    pthread_mutex_destroy(&db->lock);
    free(db->conninfo);
    free(db);
}

void db_hurry(struct db *db) {
    pthread_mutex_lock(&db->lock);
    atomic_store(&db->hurried, true);
    pthread_cond_broadcast(&db->released);
    pthread_mutex_unlock(&db->lock);
}

void db_discard(struct db_connection *connection) {
    PQfinish(connection->pg);
    connection->pg = NULL;
    connection->expected_count = 0;
    connection->doubtful = false;
    connection->retired = false;
    prepared_set_clear(&connection->prepared);
}

static struct db_connection *take_free(struct db *db) {
    int64_t end_us = time_monotonic_us() + db->options.acquire_timeout_ms * INT64_C(1000);
    struct timespec end = {.tv_sec = end_us / US_PER_SECOND,
                           .tv_nsec = end_us % US_PER_SECOND * 1000};
    pthread_mutex_lock(&db->lock);
    int waited = 0;
    while (!db->free && waited == 0 && !atomic_load(&db->hurried)) {
        waited = pthread_cond_timedwait(&db->released, &db->lock, &end);
    }
    struct db_connection *connection = db->free;
    if (connection) {
        db->free = connection->next_free;
    }
    pthread_mutex_unlock(&db->lock);
    return connection;
}

static void give_back(struct db_connection *connection) {
    struct db *db = connection->owner;
    pthread_mutex_lock(&db->lock);
    connection->next_free = db->free;
    db->free = connection;
    pthread_cond_signal(&db->released);
    pthread_mutex_unlock(&db->lock);
}

/* A connection whose server went away shows it as readable: nothing else is due between queries. A
 * server that says goodbye first is readable twice, and only then at its end. */
static bool still_good(struct db_connection *connection) {
    if (!connection->pg) {
        return false;
    }
    struct pollfd socket = {.fd = PQsocket(connection->pg), .events = POLLIN};
    for (int reads = 0; poll(&socket, 1, 0) > 0; reads++) {
        if (reads == LAST_WORDS_MAX || !PQconsumeInput(connection->pg)) {
            return false;
        }
    }
    return PQstatus(connection->pg) == CONNECTION_OK;
}

struct db_connection *db_acquire(struct db *db) {
    struct db_connection *connection = take_free(db);
    if (!connection) {
        return NULL;
    }
    if (still_good(connection)) {
        return connection;
    }
    db_discard(connection);
    if (db_connect(connection)) {
        return connection;
    }
    give_back(connection);
    return NULL;
}

void db_release(struct db_connection **connection) {
    if (!*connection) {
        return;
    }
    PGTransactionStatusType status = PQtransactionStatus((*connection)->pg);
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
        db_execute(*connection, "ROLLBACK");
        status = PQtransactionStatus((*connection)->pg);
    }
    if (status != PQTRANS_IDLE || (*connection)->retired) {
        db_discard(*connection);
    }
    give_back(*connection);
    *connection = NULL;
}

bool db_reachable(struct db *db) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(db);
    return connection != NULL;
}
