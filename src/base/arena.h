/* Memory that is taken piece by piece and given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* owned */
};

/* length bytes, unaligned, that live until arena_reset; NULL when out of memory. */
char *arena_take(struct arena *arena, size_t length);

/* A copy of text; NULL when out of memory. */
char *arena_copy(struct arena *arena, const char *text);

/* Keeps one block for the next use. */
void arena_reset(struct arena *arena);
void arena_clear(struct arena *arena);

#endif
