/* PostgreSQL's server programs: where they are, which version, and how to run one. */
#ifndef STORE_POSTGRES_PROGRAM_H
#define STORE_POSTGRES_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "store/embedded_folder.h"

#define INHERITED_FOLDER "/proc/self/fd/4" /* PostgreSQL's data directory, when out of reach */

struct postgres_programs {
    char dir[PATH_MAX];
    int major;
};

/*
 * Finds initdb and postgres: in bindir, or when that is "" where Debian puts them, then in PATH.
 * Of several versions it takes major, else the newest. False when there are none (nothing is
 * logged).
 */
bool postgres_programs_find(struct postgres_programs *programs, const char *bindir, int major);

struct postgres_start {
    const struct embedded_folder *folder;
    const struct postgres_programs *programs;
    char **arguments; /* [0] is the program's name; is set to its path */
    const char *data; /* its data directory, for INHERITED_FOLDER; NULL when not needed */
    int lock;         /* is inherited */
};

/*
 * Starts a program as the folder's user in a session of its own, with a small environment, default
 * signals, output to the folder's log, and no descriptor of ours but the lock and the folder.
 * -1, having logged why, when it could not be started.
 */
pid_t postgres_spawn(const struct postgres_start *start);

#endif
