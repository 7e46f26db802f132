/* `understood import`: what its three kinds of file have in common. */
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/mistakes.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/import_rejects.h"
#include "cli/import_rows.h"

/* How the rows ended; of what is under way nothing is known yet. */
struct import_counts {
    int64_t read;
    atomic_int_fast64_t stored;
    atomic_int_fast64_t changed;
    atomic_int_fast64_t known;
    atomic_int_fast64_t lost; /* not known to be stored: the import has failed */
};

struct import {
    const struct config *config; /* lent */
    const char *survey;          /* of rows that name none, or NULL */
    const char *source;          /* the same */
    int64_t account_id;
    bool dry_run;
    struct database database;
    struct import_rows rows;
    struct import_rejects rejects;
    struct import_counts counts;
    void *state; /* the kind's own */
};

/* What is done with the rows of one kind of file. */
struct import_kind {
    struct column_table columns;
    size_t connections; /* that it needs of the database's pool */

    /* False, having said why: nothing can be imported. end is called nevertheless. */
    bool (*begin)(struct import *import);

    /* Takes one row that could be read; its ends are counted, then or later, as stored, changed,
     * known, lost, or among the rejects. False when going on makes no sense. */
    bool (*take)(struct import *import, const struct import_row *row);

    /* Waits for what is under way, and frees its state. */
    void (*end)(struct import *import);
};

/* Reads the options, imports, prints the summary. EXIT_SUCCESS: every row is there. EXIT_REJECTED:
 * some were refused. EXIT_FAILURE: it did not come to its end. */
int run_import(const struct invocation *invocation, const struct import_kind *kind);

#define EXIT_REJECTED 2

#endif
