/* Memory of one request: handed out piece by piece, freed all at once. */
#ifndef HTTP_ARENA_H
#define HTTP_ARENA_H

#include <stddef.h>

#define ARENA_FIRST_BYTES 2048

struct arena_block {
    struct arena_block *next;
    _Alignas(max_align_t) char bytes[];
};

struct arena {
    struct arena_block *blocks;
    size_t used; /* of first */
    _Alignas(max_align_t) char first[ARENA_FIRST_BYTES];
};

void arena_init(struct arena *arena);

/* Uninitialised memory, aligned for anything; NULL when out of memory. */
void *arena_take(struct arena *arena, size_t bytes);

/* A NUL-terminated copy of length bytes; NULL when out of memory. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

void arena_clear(struct arena *arena);

#endif
