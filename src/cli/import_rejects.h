/* The rows of an import that were refused: kept in a file in which they can be mended and imported
 * again, and the first few to be shown. Any thread may add. */
#ifndef CLI_IMPORT_REJECTS_H
#define CLI_IMPORT_REJECTS_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/import_rows.h"

#define REJECTS_SHOWN 10

struct import_rejects {
    const struct import_rows *rows; /* lent: whose rows they are; of CSV, columns and header */
    const char *path;               /* NULL: no file */
    FILE *file;
    pthread_mutex_t lock;
    atomic_int_fast64_t count;
    char *shown[REJECTS_SHOWN]; /* owned lines */
};

/* Begins the file, if there is to be one, in the format of the rows. False, having said on stderr
 * why. Cleared either way, at the latest before rows. */
bool import_rejects_open(struct import_rejects *rejects, const struct import_rows *rows,
                         const char *path);
void import_rejects_clear(struct import_rejects *rejects);

/* One row, and all that is wrong with it: [{pointer, detail}], pointers into the body. */
void import_rejects_add(struct import_rejects *rejects, const struct row_place *place,
                        const json_t *mistakes);

/* The same for what is no matter of the body: column (or "") and why. */
void import_rejects_add_one(struct import_rejects *rejects, const struct row_place *place,
                            const char *column, const char *reason);

/* How many there are by now. */
int64_t import_rejects_count(const struct import_rejects *rejects);

/* Writes what is left. False, having said on stderr why, when the file is not whole. */
bool import_rejects_finish(struct import_rejects *rejects);

/* Shows the first ones on stderr, and how many more there are, when there is no file. */
void import_rejects_show(const struct import_rejects *rejects);

#endif
