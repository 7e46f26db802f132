/* When and whom a survey asks by mail, and what follows from it for one contact. */
#ifndef DOMAIN_INVITE_RULES_H
#define DOMAIN_INVITE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/verdict.h"

#define INVITE_DELAY_S_DEFAULT       3600
#define INVITE_DELAY_S_MAX           (30 * 86400)
#define INVITE_FATIGUE_DAYS_DEFAULT  30
#define INVITE_FATIGUE_DAYS_MAX      365
#define INVITE_REMINDER_DAYS_DEFAULT 3
#define INVITE_REMINDER_DAYS_MAX     30
#define INVITE_REMINDER_NONE         0
#define WEEKDAYS                     7
#define EVERY_WEEKDAY                0x7fU
#define MINUTES_PER_DAY              1440

/* When mail may go, by the clock of the account. */
struct send_window {
    int from_minute;   /* of the day */
    int to_minute;     /* after it, at most MINUTES_PER_DAY: the window ends as it begins */
    unsigned weekdays; /* bit 0 is Monday */
};

struct invite_rules {
    int delay_s; /* after the contact was solved */
    struct send_window window;
    int fatigue_days;  /* the same customer is asked this survey once in so many; 0: always */
    int reminder_days; /* after the mail, or INVITE_REMINDER_NONE */
    double sample;     /* the share of contacts that is asked, 0..1 */
};

#define INVITE_RULES_DEFAULT                                                                       \
    ((struct invite_rules){.delay_s = INVITE_DELAY_S_DEFAULT,                                      \
                           .window = {8 * 60, 20 * 60, EVERY_WEEKDAY},                             \
                           .fatigue_days = INVITE_FATIGUE_DAYS_DEFAULT,                            \
                           .reminder_days = INVITE_REMINDER_DAYS_DEFAULT,                          \
                           .sample = 1})

/* What must be known of a contact and its customer. */
struct invite_facts {
    bool archived;          /* the survey takes no answers any more */
    bool answered;          /* a confirmed answer exists */
    bool has_address;       /* to write to */
    bool suppressed;        /* it is on the list of those not to be written to */
    double place;           /* invite_sample_place */
    int account_days;       /* the customer is asked anything once in so many; 0: always */
    int64_t asked_this_us;  /* when the customer is, or was, last asked this survey, */
    int64_t asked_other_us; /* or another one; TIME_NONE: never */
    int64_t due_at_us;      /* when the mail would go */
    int64_t expires_at_us;  /* when its link does */
};

struct invite_decision {
    enum verdict verdict; /* VERDICT_SCHEDULED or VERDICT_SKIPPED */
    enum skip_reason skip_reason;
    int64_t eligible_at_us; /* of SKIP_FATIGUE, else TIME_NONE */
    int64_t due_at_us;      /* of VERDICT_SCHEDULED, else TIME_NONE */
};

/* The first reason, in the order of the facts, why the customer is not asked; else the mail is
 * due. */
struct invite_decision invite_decide(const struct invite_rules *rules,
                                     const struct invite_facts *facts);

/* Where a contact lies in [0, 1): below the survey's sample it is asked. The same for the same
 * contact at all times, and by all instances; evenly spread over contacts. */
double invite_sample_place(int64_t account_id, const char *survey, const char *contact_ref);

#define DAY_MINUTE_TEXT_SIZE 12 /* "08:00" and the NUL, with room */

/* "00:00" to "24:00" and nothing else; leaves *minute alone when text is none. */
bool day_minute_parse(const char *text, int *minute);
void day_minute_format(int minute, char text[DAY_MINUTE_TEXT_SIZE]);

/* The names of WEEKDAYS, "mon" to "sun". */
const char *weekday_name(int weekday);

/* -1 for what is none. */
int weekday_from_name(const char *name);

#endif
