#include "intake/running_keys.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Chained hash table; the key's own hash is random enough to be its place. */
struct running_key {
    const struct vote *vote;
    struct running_key *next;
};

struct running_keys {
    pthread_mutex_t lock;
    struct running_key *entries; /* owned, keys_max of them */
    struct running_key *free;
    size_t bucket_count;
    struct running_key *buckets[];
};

struct running_keys *running_keys_new(size_t keys_max) {
    struct running_keys *keys = calloc(1, sizeof *keys + keys_max * sizeof(struct running_key *));
    struct running_key *entries = calloc(keys_max, sizeof *entries);
    if (!keys || !entries) {
        free(keys);
        free(entries);
        return NULL;
    }
    pthread_mutex_init(&keys->lock, NULL);
    keys->entries = entries;
    keys->bucket_count = keys_max;
    for (size_t i = 0; i < keys_max; i++) {
        entries[i].next = keys->free;
        keys->free = &entries[i];
    }
    return keys;
}

void running_keys_free(struct running_keys *keys) {
    pthread_mutex_destroy(&keys->lock);
    free(keys->entries);
    free(keys);
}

static struct running_key **bucket_of(struct running_keys *keys, const struct vote *vote) {
    uint64_t place;
    memcpy(&place, vote->idempotency.key_hash, sizeof place);
    return &keys->buckets[(place + (uint64_t)vote->idempotency.index) % keys->bucket_count];
}

static bool same_key(const struct vote *one, const struct vote *other) {
    return one->account_id == other->account_id &&
           idempotency_same_key(&one->idempotency, &other->idempotency);
}

static enum key_claim claim_locked(struct running_keys *keys, const struct vote *vote) {
    struct running_key **bucket = bucket_of(keys, vote);
    for (const struct running_key *at = *bucket; at; at = at->next) {
        if (same_key(at->vote, vote)) {
            return KEY_RUNNING;
        }
    }
    struct running_key *entry = keys->free;
    if (!entry) {
        return KEY_NO_ROOM;
    }
    keys->free = entry->next;
    *entry = (struct running_key){.vote = vote, .next = *bucket};
    *bucket = entry;
    return KEY_CLAIMED;
}

enum key_claim running_keys_claim(struct running_keys *keys, const struct vote *vote) {
    if (!vote->idempotency.given) {
        return KEY_CLAIMED;
    }
    pthread_mutex_lock(&keys->lock);
    enum key_claim claim = claim_locked(keys, vote);
    pthread_mutex_unlock(&keys->lock);
    return claim;
}

void running_keys_release(struct running_keys *keys, const struct vote *vote) {
    if (!vote->idempotency.given) {
        return;
    }
    pthread_mutex_lock(&keys->lock);
    struct running_key **at = bucket_of(keys, vote);
    while (*at && (*at)->vote != vote) {
        at = &(*at)->next;
    }
    struct running_key *entry = *at;
    if (entry) {
        *at = entry->next;
        entry->next = keys->free;
        keys->free = entry;
    }
    pthread_mutex_unlock(&keys->lock);
}
