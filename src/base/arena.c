#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 32768U

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    char bytes[];
};

char *arena_take(struct arena *arena, size_t length) {
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < length) {
        size_t size = length > BLOCK_BYTES ? length : BLOCK_BYTES;
        block = malloc(sizeof *block + size);
        if (!block) {
            return NULL;
        }
        *block = (struct arena_block){.next = arena->blocks, .size = size};
        arena->blocks = block;
    }
    char *bytes = block->bytes + block->used;
    block->used += length;
    return bytes;
}

char *arena_copy(struct arena *arena, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = arena_take(arena, size);
    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

void arena_reset(struct arena *arena) {
    struct arena_block *block = arena->blocks;
    while (block && block->next) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    if (block) {
        block->used = 0;
    }
    arena->blocks = block;
}

void arena_clear(struct arena *arena) {
    arena_reset(arena);
    free(arena->blocks);
    arena->blocks = NULL;
}
