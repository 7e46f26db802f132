/* The idempotency keys of votes that are on their way in this process. Thread-safe. */
#ifndef INTAKE_RUNNING_KEYS_H
#define INTAKE_RUNNING_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/vote.h"

struct running_keys;

/* Room for at most keys_max keys at once; NULL when out of memory. */
struct running_keys *running_keys_new(size_t keys_max);
void running_keys_free(struct running_keys *keys);

enum key_claim {
    KEY_CLAIMED, /* also for a vote without a key */
    KEY_RUNNING,
    KEY_NO_ROOM,
};

/* Claims the vote's key until it is released. The vote must stay where it is until then. */
enum key_claim running_keys_claim(struct running_keys *keys, const struct vote *vote);
void running_keys_release(struct running_keys *keys, const struct vote *vote);

#endif
