/* Requests made before the clock runs: copying one and writing a number into it is all that is
 * left. */
#ifndef BENCH_REQUESTS_H
#define BENCH_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_DIGITS     12
#define PATCHES_MAX       4
#define REQUEST_BYTES_MAX 2048

/* One whole request; the number goes to each of the patches, NUMBER_DIGITS wide. */
struct request_template {
    char *bytes; /* owned */
    size_t length;
    size_t patches[PATCHES_MAX];
    bool patch_is_contact[PATCHES_MAX]; /* else it is the vote's own number */
    size_t patch_count;
    const char *answers; /* what the ack log tells of it: understood, csat, nps, comment or not */
};

struct request_set {
    struct request_template *templates;
    size_t count;
    uint64_t contacts; /* votes number n answer contact n % contacts; 0 means one each */
};

struct request_wishes {
    const char *host;
    const char *api_key;
    const char *prefix;       /* of the contacts' refs */
    const char *method;       /* for fixed targets */
    const char *targets_file; /* one target a line; NULL means answers */
    const char *target;       /* one fixed target, or NULL */
    uint64_t contacts;
    unsigned seed;
    bool idempotency;
};

/* False, having said why on stderr, when the targets cannot be read. */
bool request_set_init(struct request_set *set, const struct request_wishes *wishes);
void request_set_clear(struct request_set *set);

/* The contact that vote number answers. */
uint64_t request_contact(const struct request_set *set, uint64_t number);

/* Writes request number to out (REQUEST_BYTES_MAX of room) and returns its length. */
size_t request_write(const struct request_set *set, uint64_t number, char *out);

#endif
