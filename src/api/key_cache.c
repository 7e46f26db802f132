#include "api/key_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define SETS 1024 /* of WAYS entries each, for good and for bad keys */
#define WAYS 4

struct entry {
    unsigned char hash[API_KEY_HASH_BYTES];
    int64_t expires_us; /* 0: empty */
    struct principal principal;
};

struct key_cache {
    pthread_mutex_t lock;
    int64_t ttl_us;
    struct entry good[SETS][WAYS];
    struct entry bad[SETS][WAYS];
};

struct key_cache *key_cache_new(int64_t ttl_s) {
    struct key_cache *cache = calloc(1, sizeof *cache);
    if (cache) {
        pthread_mutex_init(&cache->lock, NULL);
        cache->ttl_us = ttl_s * US_PER_SECOND;
    }
    return cache;
}

void key_cache_free(struct key_cache *cache) {
    if (cache) {
        pthread_mutex_destroy(&cache->lock);
        free(cache);
    }
}

void key_cache_renew(struct key_cache *cache, int64_t ttl_s) {
    pthread_mutex_lock(&cache->lock);
    cache->ttl_us = ttl_s * US_PER_SECOND;
    memset(cache->good, 0, sizeof cache->good);
    memset(cache->bad, 0, sizeof cache->bad);
    pthread_mutex_unlock(&cache->lock);
}

static size_t set_of(const unsigned char *hash) {
    return ((size_t)hash[0] << 8 | hash[1]) % SETS;
}

static struct entry *find(struct entry ways[WAYS], const unsigned char *hash, int64_t now_us) {
    for (int way = 0; way < WAYS; way++) {
        if (ways[way].expires_us > now_us &&
            memcmp(ways[way].hash, hash, API_KEY_HASH_BYTES) == 0) {
            return &ways[way];
        }
    }
    return NULL;
}

/* Its own place if it has one, else the one that expires first. */
static struct entry *place_for(struct entry ways[WAYS], const unsigned char *hash) {
    struct entry *oldest = &ways[0];
    for (int way = 0; way < WAYS; way++) {
        if (memcmp(ways[way].hash, hash, API_KEY_HASH_BYTES) == 0) {
            return &ways[way];
        }
        if (ways[way].expires_us < oldest->expires_us) {
            oldest = &ways[way];
        }
    }
    return oldest;
}

enum key_cache_answer key_cache_find(struct key_cache *cache,
                                     const unsigned char hash[API_KEY_HASH_BYTES],
                                     struct principal *principal) {
    int64_t now_us = time_monotonic_us();
    enum key_cache_answer answer = KEY_NOT_CACHED;
    pthread_mutex_lock(&cache->lock);
    const struct entry *good = find(cache->good[set_of(hash)], hash, now_us);
    if (good) {
        *principal = good->principal;
        answer = KEY_IS_GOOD;
    } else if (find(cache->bad[set_of(hash)], hash, now_us)) {
        answer = KEY_IS_BAD;
    }
    pthread_mutex_unlock(&cache->lock);
    return answer;
}

void key_cache_put(struct key_cache *cache, const unsigned char hash[API_KEY_HASH_BYTES],
                   const struct principal *principal) {
    pthread_mutex_lock(&cache->lock);
    int64_t expires_us = time_monotonic_us() + cache->ttl_us;
    struct entry *known = place_for(cache->good[set_of(hash)], hash);
    if (!principal && memcmp(known->hash, hash, API_KEY_HASH_BYTES) == 0) {
        known->expires_us = 0; /* was good until it was revoked */
    }
    struct entry *entry = principal ? known : place_for(cache->bad[set_of(hash)], hash);
    *entry = (struct entry){.expires_us = expires_us};
    memcpy(entry->hash, hash, API_KEY_HASH_BYTES);
    if (principal) {
        entry->principal = *principal;
    }
    pthread_mutex_unlock(&cache->lock);
}
