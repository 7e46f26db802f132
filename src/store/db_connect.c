#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "store/db_connection.h"

#define SESSION_SQL_BYTES 256
#define HURRY_STEP_MS     100 /* how soon whoever waits notices that db is hurried */

bool db_wait_socket(const struct db *db, PGconn *pg, short events, int64_t deadline_us) {
    struct pollfd socket = {.fd = PQsocket(pg), .events = events};
    int ready = 0;
    while (ready == 0 && !atomic_load(&db->hurried)) {
        int64_t left_ms = (deadline_us - time_monotonic_us()) / 1000 + 1;
        if (left_ms <= 0) {
            return false;
        }
        ready = poll(&socket, 1, (int)(left_ms < HURRY_STEP_MS ? left_ms : HURRY_STEP_MS));
    }
    return ready > 0;
}

static bool finish_connecting(const struct db *db, PGconn *pg, int64_t deadline_us) {
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_WRITING || status == PGRES_POLLING_READING) {
        short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!db_wait_socket(db, pg, events, deadline_us)) {
            return false;
        }
        status = PQconnectPoll(pg);
    }
    return status == PGRES_POLLING_OK;
}

/* PostgreSQL 01000 at COMMIT: "already committed locally, but might not have been replicated". */
static void on_notice(void *closure, const PGresult *notice) {
    struct db_connection *connection = closure;
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (state && strcmp(state, "01000") == 0) {
        connection->doubtful = true;
    }
    log_debug("database notice %s: %s", state ? state : "", message ? message : "");
}

/* Scans and hashes of whole tables are off: such a plan, made while they were empty, would stay. */
#define PLAN_ONCE_SQL                                                                              \
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;"                          \
    " SET enable_hashjoin = off; SET enable_mergejoin = off"

static bool set_up_session(struct db_connection *connection) {
    char sql[SESSION_SQL_BYTES];
    snprintf(sql, sizeof sql,
             "SET statement_timeout = %u; SET TimeZone = 'UTC'; SET client_min_messages = warning;"
             " SET DateStyle = 'ISO'; SET idle_in_transaction_session_timeout = '60s'",
             connection->owner->options.statement_timeout_ms);
    const struct db_options *options = &connection->owner->options;
    return db_execute(connection, sql) == OUTCOME_OK &&
           (!options->plan_once || db_execute(connection, PLAN_ONCE_SQL) == OUTCOME_OK) &&
           (!options->lazy_commits ||
            db_execute(connection, "SET synchronous_commit = off") == OUTCOME_OK);
}

/* An outage is logged when it begins and when it ends, not at every try. */
static void note_reachability(struct db *db, bool away, const char *reason) {
    pthread_mutex_lock(&db->lock);
    bool changed = db->away != away;
    db->away = away;
    pthread_mutex_unlock(&db->lock);
    if (changed && away) {
        log_error("could not connect to the database: %s", reason);
    } else if (changed) {
        log_info("the database is back");
    }
}

bool db_conninfo_is_sound(const char *conninfo) {
    char *mistake = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &mistake);
    bool sound = options != NULL;
    if (!sound) {
        log_error("[database] url cannot be understood: %s", mistake ? mistake : "out of memory");
    }
    PQconninfoFree(options);
    PQfreemem(mistake);
    return sound;
}

bool db_connect(struct db_connection *connection) {
    struct db *db = connection->owner;
    int64_t deadline_us = time_monotonic_us() + db->options.connect_timeout_ms * INT64_C(1000);
    const char *const keywords[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
    const char *const values[] = {db->conninfo, "understood", "UTF8", NULL};
    connection->pg = PQconnectStartParams(keywords, values, 1);
    bool connected = connection->pg && PQstatus(connection->pg) != CONNECTION_BAD &&
                     finish_connecting(db, connection->pg, deadline_us);
    if (connected) {
        PQsetNoticeReceiver(connection->pg, on_notice, connection);
        connected = set_up_session(connection);
    }
    const char *reason = connection->pg ? PQerrorMessage(connection->pg) : "out of memory";
    note_reachability(db, !connected, *reason ? reason : "no answer in time");
    if (!connected) {
        db_discard(connection);
    }
    return connected;
}
