#include "domain/webhook_schedule.h"

#include <stddef.h>

#include "base/array.h"

#define SPREAD 0.1
/* The schedule takes 75 hours and a half, or a tenth less: without a success as long as that, none
 * came meanwhile. */
#define SCHEDULE_US_LEAST (INT64_C(67) * 3600 * US_PER_SECOND)
#define FREE_FAILURES     4 /* some receivers refuse now and then */
#define REST_FIRST_US     (US_PER_SECOND / 2)
#define REST_MAX_US       (30 * US_PER_SECOND)

enum webhook_verdict webhook_judge(int status) {
    if (status >= 200 && status < 300) {
        return WEBHOOK_DELIVERED;
    }
    return status == 410 ? WEBHOOK_UNWANTED : WEBHOOK_FAILED;
}

int64_t webhook_pause_us(int status, int64_t retry_after_s) {
    if ((status != 429 && status != 503) || retry_after_s <= 0) {
        return 0;
    }
    return retry_after_s < WEBHOOK_PAUSE_US_MAX / US_PER_SECOND ? retry_after_s * US_PER_SECOND
                                                                : WEBHOOK_PAUSE_US_MAX;
}

int64_t webhook_wait_us(int attempts, double luck) {
    static const int waits_s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    _Static_assert(COUNT(waits_s) == WEBHOOK_ATTEMPTS_MAX - 1, "a wait between any two attempts");
    if (attempts >= WEBHOOK_ATTEMPTS_MAX) {
        return TIME_NONE;
    }
    double wait_us = (double)waits_s[attempts > 0 ? attempts - 1 : 0] * (double)US_PER_SECOND;
    return (int64_t)(wait_us * (1 - SPREAD + 2 * SPREAD * luck));
}

const char *webhook_giving_up(int64_t failing_since_us, int64_t now_us, bool schedule_ended) {
    if (failing_since_us == TIME_NONE) {
        return NULL;
    }
    int64_t failing_us = now_us - failing_since_us;
    if (failing_us >= WEBHOOK_FAILING_US_MAX) {
        return "no attempt has succeeded for five days";
    }
    return schedule_ended && failing_us >= SCHEDULE_US_LEAST
               ? "ten attempts over three days have failed, and no other has succeeded meanwhile"
               : NULL;
}

int64_t webhook_rest_us(unsigned failures) {
    int64_t rest_us = failures > FREE_FAILURES ? REST_FIRST_US : 0;
    for (unsigned i = FREE_FAILURES + 1; i < failures && rest_us < REST_MAX_US; i++) {
        rest_us *= 2;
    }
    return rest_us < REST_MAX_US ? rest_us : REST_MAX_US;
}
