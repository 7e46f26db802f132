/* The PostgreSQL that this process started. */
#ifndef STORE_EMBEDDED_CHILD_H
#define STORE_EMBEDDED_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "store/embedded_folder.h"

struct embedded_child {
    const struct embedded_folder *folder;
    const char *bindir;        /* where initdb and postgres are; "" means look for them */
    bool (*interrupted)(void); /* NULL, or asked while initdb runs: true means give up */
    pid_t id;                  /* 0: none, or it ended */
    off_t log_begin;           /* of its part of the log */
};

/*
 * Makes the cluster if there is none yet and starts PostgreSQL on it; all its processes inherit
 * lock. Only with LOCK_POSTGRES in hand. False, having logged what to do, when it cannot.
 */
bool embedded_child_start(struct embedded_child *child, int lock);

/* True when it ended since the last call, having logged why. */
bool embedded_child_ended(struct embedded_child *child);

/* Leaves no zombie of one that was told to stop. */
void embedded_child_reap(struct embedded_child *child);

/* Ends it at once and waits until it is gone. */
void embedded_child_kill(struct embedded_child *child);

#endif
