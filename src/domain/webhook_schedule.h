/* What follows from an attempt to tell a webhook something: whether and when there is another, and
 * when to give up. As Standard Webhooks 1.0.0 suggests. */
#ifndef DOMAIN_WEBHOOK_SCHEDULE_H
#define DOMAIN_WEBHOOK_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define WEBHOOK_ATTEMPTS_MAX 10
#define WEBHOOK_PAUSE_US_MAX US_PER_DAY
/* Without any success, even while new deliveries keep coming. */
#define WEBHOOK_FAILING_US_MAX (5 * US_PER_DAY)

enum webhook_verdict {
    WEBHOOK_DELIVERED,
    WEBHOOK_FAILED,
    WEBHOOK_UNWANTED, /* 410: nothing is to be sent there any more */
};

/* Of an HTTP status; 0: no answer came. A redirect is a failure: it is not followed. */
enum webhook_verdict webhook_judge(int status);

/* How long the webhook wants to be left alone: what a 429 or a 503 says in Retry-After, at most
 * WEBHOOK_PAUSE_US_MAX; else 0. */
int64_t webhook_pause_us(int status, int64_t retry_after_s);

/* How long to wait after the attempts-th attempt of one delivery failed: 5 s, 5 min, 30 min, 2, 5,
 * 10, 14, 20, 24 hours, 10 % more or less by luck (0..1); TIME_NONE: it was the last. */
int64_t webhook_wait_us(int attempts, double luck);

/*
 * Why a webhook that has been failing since then is to be disabled, or NULL. schedule_ended: all
 * attempts of one delivery have failed just now.
 */
const char *webhook_giving_up(int64_t failing_since_us, int64_t now_us, bool schedule_ended);

/* How long to leave a webhook alone after so many failures in a row, whatever else is due: 0 for
 * the first few, 30 s at most. */
int64_t webhook_rest_us(unsigned failures);

#endif
