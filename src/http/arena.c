#include "http/arena.h"

#include <stdlib.h>
#include <string.h>

void arena_init(struct arena *arena) {
    arena->blocks = NULL;
    arena->used = 0;
}

static void *take_block(struct arena *arena, size_t bytes) {
    struct arena_block *block = malloc(sizeof *block + bytes);
    if (!block) {
        return NULL;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

void *arena_take(struct arena *arena, size_t bytes) {
    size_t unit = _Alignof(max_align_t);
    if (bytes > ARENA_FIRST_BYTES) {
        return take_block(arena, bytes);
    }
    size_t rounded = (bytes + unit - 1) / unit * unit;
    if (rounded > ARENA_FIRST_BYTES - arena->used) {
        return take_block(arena, bytes);
    }
    void *taken = arena->first + arena->used;
    arena->used += rounded;
    return taken;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length) {
    char *copy = arena_take(arena, length + 1);
    if (copy) {
        memcpy(copy, bytes, length);
        copy[length] = '\0';
    }
    return copy;
}

void arena_clear(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}
