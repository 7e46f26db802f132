#include "domain/invite_rules.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/time.h"

#define PLACE_BITS 53 /* as many as a double holds */

static const char *const weekday_names[WEEKDAYS] = {"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};

/* What else may be hashed of a contact says so under another name. */
static const unsigned char purpose[crypto_generichash_blake2b_PERSONALBYTES] = "us sample place";

static struct invite_decision skip(enum skip_reason reason, int64_t eligible_at_us) {
    return (struct invite_decision){VERDICT_SKIPPED, reason, eligible_at_us, TIME_NONE};
}

static int64_t rested_at(int64_t asked_at_us, int days) {
    return asked_at_us == TIME_NONE || days == 0 ? TIME_NONE : asked_at_us + days * US_PER_DAY;
}

static int64_t later(int64_t one, int64_t other) {
    return one > other ? one : other;
}

/* From when on the customer may be asked; TIME_NONE, before all times, when nothing stands against
 * it. */
static int64_t eligible_at(const struct invite_rules *rules, const struct invite_facts *facts) {
    int64_t asked_us = later(facts->asked_this_us, facts->asked_other_us);
    return later(rested_at(facts->asked_this_us, rules->fatigue_days),
                 rested_at(asked_us, facts->account_days));
}

struct invite_decision invite_decide(const struct invite_rules *rules,
                                     const struct invite_facts *facts) {
    const struct {
        bool stands_against;
        enum skip_reason reason;
    } simple[] = {
        {facts->archived, SKIP_ARCHIVED},
        {facts->answered, SKIP_ANSWERED},
        {!facts->has_address, SKIP_NO_ADDRESS},
        {facts->suppressed, SKIP_SUPPRESSED},
        {facts->place >= rules->sample, SKIP_SAMPLED_OUT},
    };
    for (size_t i = 0; i < COUNT(simple); i++) {
        if (simple[i].stands_against) {
            return skip(simple[i].reason, TIME_NONE);
        }
    }
    int64_t eligible_at_us = eligible_at(rules, facts);
    if (facts->due_at_us < eligible_at_us) {
        return skip(SKIP_FATIGUE, eligible_at_us);
    }
    if (facts->due_at_us >= facts->expires_at_us) {
        return skip(SKIP_EXPIRED, TIME_NONE);
    }
    return (struct invite_decision){VERDICT_SCHEDULED, SKIP_NONE, TIME_NONE, facts->due_at_us};
}

double invite_sample_place(int64_t account_id, const char *survey, const char *contact_ref) {
    unsigned char account[sizeof account_id];
    uint64_t hash;
    for (size_t i = 0; i < sizeof account; i++) {
        account[i] = (unsigned char)((uint64_t)account_id >> (8 * i));
    }
    crypto_generichash_blake2b_state state;
    crypto_generichash_blake2b_init_salt_personal(&state, NULL, 0, sizeof hash * 2, NULL, purpose);
    crypto_generichash_blake2b_update(&state, account, sizeof account);
    /* with its NUL, so that no two pairs are the same bytes */
    crypto_generichash_blake2b_update(&state, (const unsigned char *)survey, strlen(survey) + 1);
    crypto_generichash_blake2b_update(&state, (const unsigned char *)contact_ref,
                                      strlen(contact_ref));
    unsigned char bytes[sizeof hash * 2];
    crypto_generichash_blake2b_final(&state, bytes, sizeof bytes);
    hash = 0;
    for (size_t i = 0; i < sizeof hash; i++) {
        hash = hash << 8 | bytes[i];
    }
    return (double)(hash >> (64 - PLACE_BITS)) / (double)(UINT64_C(1) << PLACE_BITS);
}

static int two_digits(const char *text) {
    return (text[0] - '0') * 10 + (text[1] - '0');
}

bool day_minute_parse(const char *text, int *minute) {
    static const char digits[] = "0123456789";
    if (strlen(text) != 5 || strspn(text, digits) != 2 || text[2] != ':' ||
        strspn(text + 3, digits) != 2) {
        return false;
    }
    int read = two_digits(text) * 60 + two_digits(text + 3);
    if (two_digits(text + 3) > 59 || read > MINUTES_PER_DAY) {
        return false;
    }
    *minute = read;
    return true;
}

void day_minute_format(int minute, char text[DAY_MINUTE_TEXT_SIZE]) {
    snprintf(text, DAY_MINUTE_TEXT_SIZE, "%02d:%02d", minute / 60 % 100, minute % 60);
}

const char *weekday_name(int weekday) {
    return weekday_names[weekday];
}

int weekday_from_name(const char *name) {
    for (int i = 0; i < WEEKDAYS; i++) {
        if (strcmp(weekday_names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}
