/* API keys in memory, so that http threads need not ask the database; any thread may call. */
#ifndef API_KEY_CACHE_H
#define API_KEY_CACHE_H

#include <stdint.h>

#include "domain/api_key.h"
#include "http/request.h"

struct key_cache;

enum key_cache_answer {
    KEY_NOT_CACHED,
    KEY_IS_GOOD,
    KEY_IS_BAD, /* asked for lately, and there is no such key */
};

/* Bounded; entries live ttl_s. NULL only when out of memory. */
struct key_cache *key_cache_new(int64_t ttl_s);
void key_cache_free(struct key_cache *cache);

/* Forgets all, and keeps what comes for ttl_s. */
void key_cache_renew(struct key_cache *cache, int64_t ttl_s);

enum key_cache_answer key_cache_find(struct key_cache *cache,
                                     const unsigned char hash[API_KEY_HASH_BYTES],
                                     struct principal *principal);

/* principal NULL: there is no such key. Bad keys never push out good ones. */
void key_cache_put(struct key_cache *cache, const unsigned char hash[API_KEY_HASH_BYTES],
                   const struct principal *principal);

#endif
