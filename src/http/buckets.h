/* Token buckets in memory of a fixed size; any thread may take from them. */
#ifndef HTTP_BUCKETS_H
#define HTTP_BUCKETS_H

#include <stdbool.h>
#include <stdint.h>

#define BUCKET_KEY_BYTES 16

/* burst tokens at once, per_minute of them come back. Both at least 1. */
struct bucket_rate {
    int64_t per_minute;
    int64_t burst;
};

struct bucket_reading {
    bool taken;
    bool crowded; /* the bucket had to begin with what another one owed */
    int64_t remaining;
    int64_t reset_s; /* until it is full again, rounded up */
    int64_t retry_s; /* until a token is there, rounded up; 0 while there is one */
};

/*
 * A bucket is one instant: when it will be full. A token taken moves that instant by a token's time
 * (the generic cell rate algorithm, ITU-T I.371); one is refused that would move it further ahead
 * of now than all tokens take. now_us is monotonic.
 */
struct bucket_reading bucket_take(const struct bucket_rate *rate, int64_t *full_at_us,
                                  int64_t now_us);

/* The seconds in which an empty bucket fills, rounded up. */
int64_t bucket_window_s(const struct bucket_rate *rate);

struct buckets;

/* NULL only when out of memory. */
struct buckets *buckets_new(const struct bucket_rate *rate);
void buckets_free(struct buckets *buckets);

const struct bucket_rate *buckets_rate(const struct buckets *buckets);

/*
 * Takes a token from key's bucket. Where there is no room for a new one, the bucket of its set that
 * owes least gives way, and the new one takes over what that one owed. Being pushed out therefore
 * never makes a bucket fuller: whoever comes back finds at least the debt that was left behind.
 */
struct bucket_reading buckets_take(struct buckets *buckets,
                                   const unsigned char key[BUCKET_KEY_BYTES], int64_t now_us);

/* What a take would find, without taking. */
struct bucket_reading buckets_look(struct buckets *buckets,
                                   const unsigned char key[BUCKET_KEY_BYTES], int64_t now_us);

#endif
