#include "store/rollup_delta.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64U

void rollup_deltas_clear(struct rollup_deltas *deltas) {
    free(deltas->deltas);
    free(deltas->index);
    arena_clear(&deltas->texts);
    *deltas = (struct rollup_deltas){0};
}

void rollup_deltas_reset(struct rollup_deltas *deltas) {
    deltas->count = 0;
    deltas->failed = false;
    arena_reset(&deltas->texts);
    if (deltas->index) {
        memset(deltas->index, 0, deltas->index_size * sizeof *deltas->index);
    }
}

static uint32_t hash_text(uint32_t hash, const char *text) {
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    }
    return (hash ^ 0xff) * 16777619U;
}

static uint32_t hash_key(const struct rollup_delta *key) {
    uint32_t hash = 2166136261U ^ (uint32_t)key->account_id;
    hash = hash_text(hash, key->survey);
    hash = hash_text(hash, key->dimension);
    hash = hash_text(hash, key->value);
    hash = hash_text(hash, key->question);
    hash = hash_text(hash, key->choice);
    return hash_text(hash, key->day);
}

static int compare_keys(const struct rollup_delta *one, const struct rollup_delta *other) {
    bool choice = one->question[0] != '\0';
    if (choice != (other->question[0] != '\0')) {
        return choice ? 1 : -1;
    }
    if (one->account_id != other->account_id) {
        return one->account_id < other->account_id ? -1 : 1;
    }
    int order = strcmp(one->survey, other->survey);
    order = order ? order : strcmp(one->dimension, other->dimension);
    order = order ? order : strcmp(one->value, other->value);
    order = order ? order : strcmp(one->question, other->question);
    order = order ? order : strcmp(one->choice, other->choice);
    return order ? order : strcmp(one->day, other->day);
}

/* Index entries are positions plus one; zero is free. */
static uint32_t *index_entry(struct rollup_deltas *deltas, const struct rollup_delta *key) {
    size_t at = key->hash & (deltas->index_size - 1);
    while (deltas->index[at]) {
        const struct rollup_delta *there = &deltas->deltas[deltas->index[at] - 1];
        if (there->hash == key->hash && compare_keys(there, key) == 0) {
            break;
        }
        at = (at + 1) & (deltas->index_size - 1);
    }
    return &deltas->index[at];
}

static bool grow(struct rollup_deltas *deltas) {
    size_t capacity = deltas->capacity ? deltas->capacity * 2 : FIRST_CAPACITY;
    struct rollup_delta *grown = realloc(deltas->deltas, capacity * sizeof *grown);
    uint32_t *index = calloc(capacity * 2, sizeof *index);
    if (grown) {
        deltas->deltas = grown;
    }
    if (!grown || !index) {
        free(index);
        return false;
    }
    free(deltas->index);
    deltas->index = index;
    deltas->index_size = capacity * 2;
    deltas->capacity = capacity;
    for (size_t i = 0; i < deltas->count; i++) {
        *index_entry(deltas, &deltas->deltas[i]) = (uint32_t)i + 1;
    }
    return true;
}

/* The key's texts are copied: what they were read from may change before the deltas are applied. */
static bool keep_texts(struct rollup_deltas *deltas, struct rollup_delta *delta) {
    delta->survey = arena_copy(&deltas->texts, delta->survey);
    delta->dimension = arena_copy(&deltas->texts, delta->dimension);
    delta->value = arena_copy(&deltas->texts, delta->value);
    delta->day = arena_copy(&deltas->texts, delta->day);
    delta->question = arena_copy(&deltas->texts, delta->question);
    delta->choice = arena_copy(&deltas->texts, delta->choice);
    return delta->survey && delta->dimension && delta->value && delta->day && delta->question &&
           delta->choice;
}

void rollup_delta_add(struct rollup_deltas *deltas, struct rollup_delta *delta) {
    delta->hash = hash_key(delta);
    if (deltas->count == deltas->capacity && !grow(deltas)) {
        deltas->failed = true;
        return;
    }
    uint32_t *entry = index_entry(deltas, delta);
    if (!*entry) {
        struct rollup_delta kept = *delta;
        if (!keep_texts(deltas, &kept)) {
            deltas->failed = true;
            return;
        }
        deltas->deltas[deltas->count++] = kept;
        *entry = (uint32_t)deltas->count;
        return;
    }
    struct rollup_delta *there = &deltas->deltas[*entry - 1];
    for (size_t i = 0; i < COUNTERS; i++) {
        there->counters.sums[i] += delta->counters.sums[i];
    }
}

static int compare_deltas(const void *one, const void *other) {
    return compare_keys(one, other);
}

static bool changes_nothing(const struct rollup_delta *delta) {
    for (size_t i = 0; i < COUNTERS; i++) {
        if (delta->counters.sums[i]) {
            return false;
        }
    }
    return true;
}

void rollup_deltas_prepare(struct rollup_deltas *deltas) {
    size_t kept = 0;
    for (size_t i = 0; i < deltas->count; i++) {
        if (!changes_nothing(&deltas->deltas[i])) {
            deltas->deltas[kept++] = deltas->deltas[i];
        }
    }
    deltas->count = kept;
    if (kept > 1) {
        qsort(deltas->deltas, kept, sizeof *deltas->deltas, compare_deltas);
    }
}
