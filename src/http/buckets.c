#include "http/buckets.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_MINUTE INT64_C(60000000)
#define US_PER_S      INT64_C(1000000)
#define SETS          8192U /* a power of two */
#define WAYS          8
#define LOCKS         64U

struct bucket {
    unsigned char key[BUCKET_KEY_BYTES];
    int64_t full_at_us;
};

struct buckets {
    struct bucket_rate rate;
    unsigned char secret[crypto_shorthash_KEYBYTES]; /* so that nobody can aim at a set */
    pthread_mutex_t locks[LOCKS];
    struct bucket sets[SETS][WAYS];
};

static int64_t round_up(int64_t amount, int64_t unit) {
    return (amount + unit - 1) / unit;
}

int64_t bucket_window_s(const struct bucket_rate *rate) {
    return round_up(rate->burst * 60, rate->per_minute);
}

struct bucket_reading bucket_take(const struct bucket_rate *rate, int64_t *full_at_us,
                                  int64_t now_us) {
    int64_t token_us = US_PER_MINUTE / rate->per_minute;
    int64_t most_us = token_us * rate->burst;
    int64_t owed_us = *full_at_us > now_us ? *full_at_us - now_us : 0;
    bool taken = owed_us + token_us <= most_us;
    if (taken) {
        owed_us += token_us;
        *full_at_us = now_us + owed_us;
    }
    int64_t remaining = (most_us - owed_us) / token_us;
    return (struct bucket_reading){
        .taken = taken,
        .remaining = remaining > 0 ? remaining : 0,
        .reset_s = round_up(owed_us, US_PER_S),
        .retry_s = remaining > 0 ? 0 : round_up(owed_us + token_us - most_us, US_PER_S),
    };
}

struct buckets *buckets_new(const struct bucket_rate *rate) {
    struct buckets *buckets = calloc(1, sizeof *buckets);
    if (!buckets) {
        return NULL;
    }
    buckets->rate = *rate;
    crypto_shorthash_keygen(buckets->secret);
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&buckets->locks[i], NULL);
    }
    return buckets;
}

void buckets_free(struct buckets *buckets) {
    if (!buckets) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&buckets->locks[i]);
    }
    free(buckets);
}

const struct bucket_rate *buckets_rate(const struct buckets *buckets) {
    return &buckets->rate;
}

static size_t set_of(const struct buckets *buckets, const unsigned char key[BUCKET_KEY_BYTES]) {
    uint64_t hash;
    unsigned char bytes[crypto_shorthash_BYTES];
    crypto_shorthash(bytes, key, BUCKET_KEY_BYTES, buckets->secret);
    memcpy(&hash, bytes, sizeof hash);
    return hash % SETS;
}

static bool is_of(const struct bucket *bucket, const unsigned char key[BUCKET_KEY_BYTES]) {
    return memcmp(bucket->key, key, BUCKET_KEY_BYTES) == 0;
}

/* key's bucket, or the one that owes least: it would give way. */
static struct bucket *find(struct bucket set[WAYS], const unsigned char key[BUCKET_KEY_BYTES]) {
    struct bucket *least = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_of(&set[i], key)) {
            return &set[i];
        }
        if (set[i].full_at_us < least->full_at_us) {
            least = &set[i];
        }
    }
    return least;
}

struct bucket_reading buckets_take(struct buckets *buckets,
                                   const unsigned char key[BUCKET_KEY_BYTES], int64_t now_us) {
    size_t number = set_of(buckets, key);
    pthread_mutex_t *lock = &buckets->locks[number % LOCKS];
    pthread_mutex_lock(lock);
    struct bucket *bucket = find(buckets->sets[number], key);
    bool crowded = !is_of(bucket, key) && bucket->full_at_us > now_us;
    memcpy(bucket->key, key, BUCKET_KEY_BYTES);
    struct bucket_reading reading = bucket_take(&buckets->rate, &bucket->full_at_us, now_us);
    pthread_mutex_unlock(lock);
    reading.crowded = crowded;
    return reading;
}

struct bucket_reading buckets_look(struct buckets *buckets,
                                   const unsigned char key[BUCKET_KEY_BYTES], int64_t now_us) {
    size_t number = set_of(buckets, key);
    pthread_mutex_t *lock = &buckets->locks[number % LOCKS];
    pthread_mutex_lock(lock);
    int64_t full_at_us = find(buckets->sets[number], key)->full_at_us;
    pthread_mutex_unlock(lock);
    return bucket_take(&buckets->rate, &full_at_us, now_us);
}
