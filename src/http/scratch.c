#include "http/scratch.h"

#include <stdlib.h>
#include <string.h>

void scratch_init(struct scratch *scratch) {
    scratch->blocks = NULL;
    scratch->used = 0;
}

static void *take_block(struct scratch *scratch, size_t bytes) {
    struct scratch_block *block = malloc(sizeof *block + bytes);
    if (!block) {
        return NULL;
    }
    block->next = scratch->blocks;
    scratch->blocks = block;
    return block->bytes;
}

void *scratch_take(struct scratch *scratch, size_t bytes) {
    size_t unit = _Alignof(max_align_t);
    if (bytes > SCRATCH_FIRST_BYTES) {
        return take_block(scratch, bytes);
    }
    size_t rounded = (bytes + unit - 1) / unit * unit;
    if (rounded > SCRATCH_FIRST_BYTES - scratch->used) {
        return take_block(scratch, bytes);
    }
    void *taken = scratch->first + scratch->used;
    scratch->used += rounded;
    return taken;
}

char *scratch_copy(struct scratch *scratch, const char *bytes, size_t length) {
    char *copy = scratch_take(scratch, length + 1);
    if (copy) {
        memcpy(copy, bytes, length);
        copy[length] = '\0';
    }
    return copy;
}

void scratch_clear(struct scratch *scratch) {
    while (scratch->blocks) {
        struct scratch_block *next = scratch->blocks->next;
        free(scratch->blocks);
        scratch->blocks = next;
    }
    scratch->used = 0;
}
