/* Who is told of which alerts by mail: what [alerts] recipients says. */
#ifndef JOBS_ALERT_RECIPIENTS_H
#define JOBS_ALERT_RECIPIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define ALERT_RECIPIENTS_MAX 256

struct alert_recipient {
    int64_t account_id; /* 0: of every account */
    char *team;         /* owned; NULL: every alert, "": only those of the whole account */
    char *address;      /* owned */
};

struct alert_recipients {
    struct alert_recipient *list; /* owned */
    size_t count;
};

/*
 * Reads "ADDRESS, TEAM = ADDRESS, ACCOUNT: ADDRESS, ACCOUNT: TEAM = ADDRESS", an account by its
 * number, in any order. A team may stand in quotes ("" for a quote inside); it must where it has a
 * comma, or begins like an account. False, with what to mend appended to mistake, and nothing in
 * *recipients, when the list is none.
 */
bool alert_recipients_parse(const char *list, struct alert_recipients *recipients,
                            struct text *mistake);
void alert_recipients_clear(struct alert_recipients *recipients);

/* The addresses that are to hear of an alert of this team ("" the whole account), lent, each once
 * however it is written; how many. */
size_t alert_recipients_for(const struct alert_recipients *recipients, int64_t account_id,
                            const char *team, char *addresses[ALERT_RECIPIENTS_MAX]);

#endif
