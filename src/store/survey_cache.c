#include "store/survey_cache.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "store/db.h"
#include "store/link_secret.h"
#include "store/survey.h"

#define SETS 256
#define WAYS 4

/* Counted, since a reader may still use it when the cache forgets it. survey comes first: what is
 * lent out leads back here. */
struct shared_survey {
    struct survey survey;
    struct link_secrets link_secrets;
    atomic_uint holders;
};

struct entry {
    int64_t account_id;
    char name[SURVEY_NAME_BYTES_MAX + 1]; /* "" when the place is free */
    int64_t until_us;
    struct shared_survey *shared; /* NULL: there is no such survey */
};

/* A survey can only be in one set, so each set locks alone. drops grows with every drop: what was
 * read from the database before one must not be kept after it. */
struct set {
    pthread_mutex_t lock;
    uint64_t drops;
    struct entry entries[WAYS];
};

struct survey_cache {
    struct db *db;
    _Atomic(int64_t) ttl_us;
    struct set sets[SETS];
};

static void let_go(struct shared_survey *shared) {
    if (shared && atomic_fetch_sub(&shared->holders, 1) == 1) {
        survey_clear(&shared->survey);
        sodium_memzero(&shared->link_secrets, sizeof shared->link_secrets);
        free(shared);
    }
}

void survey_cache_release(const struct survey **survey) {
    let_go((struct shared_survey *)*survey);
    *survey = NULL;
}

const struct link_secrets *survey_cache_link_secrets(const struct survey *survey) {
    return &((const struct shared_survey *)survey)->link_secrets;
}

struct survey_cache *survey_cache_new(struct db *db, int64_t ttl_s) {
    struct survey_cache *cache = calloc(1, sizeof *cache);
    if (!cache) {
        return NULL;
    }
    cache->db = db;
    atomic_init(&cache->ttl_us, ttl_s * US_PER_SECOND);
    for (size_t i = 0; i < SETS; i++) {
        pthread_mutex_init(&cache->sets[i].lock, NULL);
    }
    return cache;
}

static void forget(struct entry *entry) {
    let_go(entry->shared);
    *entry = (struct entry){0};
}

void survey_cache_free(struct survey_cache *cache) {
    if (!cache) {
        return;
    }
    for (size_t i = 0; i < SETS; i++) {
        for (size_t way = 0; way < WAYS; way++) {
            forget(&cache->sets[i].entries[way]);
        }
        pthread_mutex_destroy(&cache->sets[i].lock);
    }
    free(cache);
}

void survey_cache_renew(struct survey_cache *cache, int64_t ttl_s) {
    atomic_store(&cache->ttl_us, ttl_s * US_PER_SECOND);
    for (size_t i = 0; i < SETS; i++) {
        struct set *set = &cache->sets[i];
        pthread_mutex_lock(&set->lock);
        set->drops++;
        for (size_t way = 0; way < WAYS; way++) {
            forget(&set->entries[way]);
        }
        pthread_mutex_unlock(&set->lock);
    }
}

/* FNV-1a. */
static struct set *set_of(struct survey_cache *cache, int64_t account_id, const char *name) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)account_id;
    for (const char *at = name; *at; at++) {
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    }
    return &cache->sets[(hash >> 32 ^ hash) % SETS];
}

static struct entry *find_entry(struct set *set, int64_t account_id, const char *name) {
    for (size_t way = 0; way < WAYS; way++) {
        struct entry *entry = &set->entries[way];
        if (entry->account_id == account_id && strcmp(entry->name, name) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* A free place, or the one that would end first. */
static struct entry *soonest(struct set *set) {
    struct entry *place = &set->entries[0];
    for (size_t way = 1; way < WAYS; way++) {
        if (set->entries[way].until_us < place->until_us) {
            place = &set->entries[way];
        }
    }
    return place;
}

/* Where a survey, or that there is none, is to be kept; NULL for nowhere: whoever asks for what
 * does not exist pushes out no survey. */
static struct entry *place_for(struct set *set, const struct entry *fresh) {
    struct entry *place = find_entry(set, fresh->account_id, fresh->name);
    if (place) {
        return place;
    }
    place = soonest(set);
    bool in_use = place->shared && time_monotonic_us() < place->until_us;
    return in_use && !fresh->shared ? NULL : place;
}

/* OUTCOME_UNAVAILABLE when it is not there or too old. */
static enum outcome look_up(struct set *set, int64_t account_id, const char *name,
                            const struct survey **survey) {
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    pthread_mutex_lock(&set->lock);
    const struct entry *entry = find_entry(set, account_id, name);
    if (entry && time_monotonic_us() < entry->until_us) {
        outcome = entry->shared ? OUTCOME_OK : OUTCOME_NOT_FOUND;
    }
    if (outcome == OUTCOME_OK) {
        atomic_fetch_add(&entry->shared->holders, 1);
        *survey = &entry->shared->survey;
    }
    pthread_mutex_unlock(&set->lock);
    return outcome;
}

static uint64_t drops_of(struct set *set) {
    pthread_mutex_lock(&set->lock);
    uint64_t drops = set->drops;
    pthread_mutex_unlock(&set->lock);
    return drops;
}

/* Keeps shared (NULL: no such survey), which gains a holder, unless the set was told meanwhile to
 * forget. */
static void keep(struct set *set, uint64_t drops_before, struct entry fresh) {
    pthread_mutex_lock(&set->lock);
    struct entry *entry = set->drops == drops_before ? place_for(set, &fresh) : NULL;
    if (entry) {
        forget(entry);
        if (fresh.shared) {
            atomic_fetch_add(&fresh.shared->holders, 1);
        }
        *entry = fresh;
    }
    pthread_mutex_unlock(&set->lock);
}

static enum outcome load_shared(struct survey_cache *cache, int64_t account_id, const char *name,
                                struct shared_survey **shared) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(cache->db);
    if (!connection) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(survey_clear) struct survey survey = SURVEY_DEFAULT;
    struct link_secrets link_secrets;
    enum outcome outcome = load_survey(connection, account_id, name, &survey);
    if (outcome == OUTCOME_OK) {
        outcome = load_link_secrets(connection, account_id, name, &link_secrets);
    }
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    *shared = calloc(1, sizeof **shared);
    if (!*shared) {
        return OUTCOME_FAILED;
    }
    (*shared)->survey = survey;
    survey = SURVEY_DEFAULT;
    (*shared)->link_secrets = link_secrets;
    atomic_init(&(*shared)->holders, 1);
    return OUTCOME_OK;
}

enum outcome survey_cache_get(struct survey_cache *cache, int64_t account_id, const char *name,
                              bool may_block, const struct survey **survey) {
    if (survey_name_objection(name)) {
        return OUTCOME_NOT_FOUND;
    }
    struct set *set = set_of(cache, account_id, name);
    enum outcome outcome = look_up(set, account_id, name, survey);
    if (outcome != OUTCOME_UNAVAILABLE || !may_block) {
        return outcome;
    }
    struct entry fresh = {.account_id = account_id};
    memcpy(fresh.name, name, strlen(name) + 1);
    uint64_t drops = drops_of(set);
    outcome = load_shared(cache, account_id, name, &fresh.shared);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND) {
        return outcome;
    }
    fresh.until_us = time_monotonic_us() + atomic_load(&cache->ttl_us);
    keep(set, drops, fresh);
    if (outcome == OUTCOME_OK) {
        *survey = &fresh.shared->survey;
    }
    return outcome;
}

void survey_cache_drop(struct survey_cache *cache, int64_t account_id, const char *name) {
    struct set *set = set_of(cache, account_id, name);
    pthread_mutex_lock(&set->lock);
    set->drops++;
    struct entry *entry = find_entry(set, account_id, name);
    if (entry) {
        forget(entry);
    }
    pthread_mutex_unlock(&set->lock);
}
