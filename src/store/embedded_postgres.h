/* The service's own private PostgreSQL under [data] dir, for when there is no DATABASE_URL. */
#ifndef STORE_EMBEDDED_POSTGRES_H
#define STORE_EMBEDDED_POSTGRES_H

#include <stdbool.h>

struct embedded_postgres;

struct embedded_options {
    const char *data_dir;
    const char *bindir;        /* where initdb and postgres are; "" means look for them */
    bool serving;              /* a service: one at a time on a folder, and it stops the database */
    bool (*interrupted)(void); /* asked while waiting; true means give up */
};

/*
 * Uses the database that runs in the folder, whoever started it, or makes and starts it. NULL,
 * having logged what to do, when it cannot. Call it before there are threads.
 */
struct embedded_postgres *embedded_postgres_start(const struct embedded_options *options);

/* For db_open; lent. */
const char *embedded_postgres_conninfo(const struct embedded_postgres *postgres);

/* Starts PostgreSQL again when it is gone; to be called every second or so by a service. */
void embedded_postgres_tend(struct embedded_postgres *postgres);

/*
 * Ends the use, and frees everything. A service stops the database; others only when they are its
 * last users. When it does not shut down in wait_ms it is told to stop at once (and recovers at
 * the next start).
 */
void embedded_postgres_stop(struct embedded_postgres *postgres, unsigned wait_ms);

/* For signal handlers: as embedded_postgres_stop, but without waiting or freeing anything. */
void embedded_postgres_abandon(const struct embedded_postgres *postgres);

#endif
