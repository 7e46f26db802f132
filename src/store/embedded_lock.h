/*
 * Who uses an embedded database: locks on bytes of one file, each bound to the open file that took
 * it. The kernel drops them with their last holder, so none is ever stale; what a child inherits
 * holds as long as any process of its own lives.
 */
#ifndef STORE_EMBEDDED_LOCK_H
#define STORE_EMBEDDED_LOCK_H

#include <stdbool.h>

enum embedded_lock {
    LOCK_START,    /* somebody is starting or stopping the database */
    LOCK_SERVE,    /* a service runs on this folder */
    LOCK_USERS,    /* shared by all who use the database now */
    LOCK_POSTGRES, /* inherited by PostgreSQL: held while any of its processes lives */
};

/* An open lock file, or -1 with errno. */
int embedded_lock_open(const char *path);

/* Takes a lock unless somebody else has it. */
bool embedded_lock_try(int file, enum embedded_lock lock);
bool embedded_lock_try_shared(int file, enum embedded_lock lock);
void embedded_lock_release(int file, enum embedded_lock lock);

#endif
