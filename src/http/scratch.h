/* Memory of one request: handed out piece by piece, freed all at once. */
#ifndef HTTP_SCRATCH_H
#define HTTP_SCRATCH_H

#include <stddef.h>

#define SCRATCH_FIRST_BYTES 2048

struct scratch_block {
    struct scratch_block *next;
    _Alignas(max_align_t) char bytes[];
};

struct scratch {
    struct scratch_block *blocks;
    size_t used; /* of first */
    _Alignas(max_align_t) char first[SCRATCH_FIRST_BYTES];
};

void scratch_init(struct scratch *scratch);

/* Uninitialised memory, aligned for anything; NULL when out of memory. */
void *scratch_take(struct scratch *scratch, size_t bytes);

/* A NUL-terminated copy of length bytes; NULL when out of memory. */
char *scratch_copy(struct scratch *scratch, const char *bytes, size_t length);

void scratch_clear(struct scratch *scratch);

#endif
