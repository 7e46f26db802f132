/*
 * What counts, said once in SQL: how rows of responses, invitations and contacts become the sums of
 * a rollup. For reading the facts and for verifying the rollups; columns in the order of enum
 * counter.
 */
#ifndef STORE_COUNTING_H
#define STORE_COUNTING_H

#include "domain/vote.h"

/* Rows that count everywhere, and not under their source alone. */
#define VOUCHED_FOR "source <> '" SOURCE_LINK_UNVERIFIED "'"

/* first(name, with) of the first counter, then next(name, with) of each other, in the order of enum
 * counter; with is whatever the two need besides. */
#define EACH_COUNTER(first, next, with)                                                            \
    first(n, with) EACH_ANSWER_COUNTER(next, with) EACH_INVITATION_COUNTER(next, with)             \
        EACH_CONTACT_COUNTER(next, with) EACH_VERDICT_COUNTER(next, with)

/* Those beside n that only responses change, those that invitations do, contacts, and verdicts. */
/* clang-format off */
#define EACH_ANSWER_COUNTER(next, with)                                                            \
    next(provisional, with) next(answered, with) next(yes, with) next(partly, with) next(no, with) \
    next(csat_1, with) next(csat_2, with) next(csat_3, with) next(csat_4, with) next(csat_5, with) \
    next(promoters, with) next(passives, with) next(detractors, with)                              \
    next(ces_1, with) next(ces_2, with) next(ces_3, with) next(ces_4, with) next(ces_5, with)      \
    next(ces_6, with) next(ces_7, with) next(scored, with) next(frustrated, with)
#define EACH_CONTACT_COUNTER(next, with)                                                           \
    next(contacts, with) next(with_customer, with) next(repeated, with) next(repeated_same_reason, with)                     \
    next(reassigned, with)
#define EACH_VERDICT_COUNTER(next, with)                                                           \
    next(bounced, with) next(skipped_fatigue, with) next(skipped_suppressed, with)                 \
    next(skipped_no_address, with) next(skipped_sampled_out, with) next(skipped_expired, with)     \
    next(skipped_reopened, with) next(skipped_answered, with) next(skipped_archived, with)
/* clang-format on */
#define EACH_INVITATION_COUNTER(next, with) next(invited, with) next(invited_answered, with)

#define COUNTER_COLUMN(name, with)        #name
#define COUNTER_COLUMN_NEXT(name, with)   ", " COUNTER_COLUMN(name, with)
#define COUNTER_SUM(name, with)           "sum(" #name ")::bigint AS " #name
#define COUNTER_SUM_NEXT(name, with)      ", " COUNTER_SUM(name, with)
#define COUNTER_OR_ZERO(name, table)      "COALESCE(" table #name ", 0)"
#define COUNTER_OR_ZERO_NEXT(name, table) ", " COUNTER_OR_ZERO(name, table)
#define COUNTER_ZERO(name, with)          "0::bigint AS " #name
#define COUNTER_ZERO_NEXT(name, with)     ", " COUNTER_ZERO(name, with)

#define COUNTER_SUMMED(name, with)      "sum(" #name ") <> 0"
#define COUNTER_SUMMED_NEXT(name, with) " OR " COUNTER_SUMMED(name, with)
#define COUNTER_SOME(name, with)        #name " <> 0"
#define COUNTER_SOME_NEXT(name, with)   " OR " COUNTER_SOME(name, with)

#define COUNTER_COLUMNS EACH_COUNTER(COUNTER_COLUMN, COUNTER_COLUMN_NEXT, )

/* Sums of rollup rows, or of other sums. */
#define SUM_COUNTERS EACH_COUNTER(COUNTER_SUM, COUNTER_SUM_NEXT, )

/* Conditions: anything was counted, of rows to be summed or of sums. */
#define ANY_SUMMED EACH_COUNTER(COUNTER_SUMMED, COUNTER_SUMMED_NEXT, )
#define ANY_SOME   EACH_COUNTER(COUNTER_SOME, COUNTER_SOME_NEXT, )

/* NULL, where there is no row, being zero; table is "" or the table's name and a dot. */
#define COUNTERS_OR_ZERO(table) EACH_COUNTER(COUNTER_OR_ZERO, COUNTER_OR_ZERO_NEXT, table)

/* The counters that rows of some tables leave alone. */
#define NO_RESPONSES   COUNTER_ZERO(n, ) EACH_ANSWER_COUNTER(COUNTER_ZERO_NEXT, )
#define NO_INVITATIONS EACH_INVITATION_COUNTER(COUNTER_ZERO_NEXT, )
#define NO_CONTACTS    EACH_CONTACT_COUNTER(COUNTER_ZERO_NEXT, )
#define NO_VERDICTS    EACH_VERDICT_COUNTER(COUNTER_ZERO_NEXT, )

#define COUNT_SKIPPED(reason)                                                                      \
    ", count(*) FILTER (WHERE verdict = 'skipped' AND skip_reason = '" #reason                     \
    "') AS skipped_" #reason

/* All counters, of rows of invitations; but whether they were answered is counted of others. */
/* clang-format off */
#define COUNT_INVITATIONS                                                                          \
    NO_RESPONSES ", count(*) FILTER (WHERE verdict <> 'skipped') AS invited, "                     \
    "0::bigint AS invited_answered" NO_CONTACTS                                                    \
    ", count(*) FILTER (WHERE verdict = 'bounced') AS bounced"                                     \
    COUNT_SKIPPED(fatigue) COUNT_SKIPPED(suppressed) COUNT_SKIPPED(no_address)                     \
    COUNT_SKIPPED(sampled_out) COUNT_SKIPPED(expired) COUNT_SKIPPED(reopened)                      \
    COUNT_SKIPPED(answered) COUNT_SKIPPED(archived)
/* clang-format on */

/* All counters, of rows of invitations that were answered. */
#define COUNT_ANSWERED_INVITATIONS                                                                 \
    NO_RESPONSES ", 0::bigint AS invited, count(*) AS invited_answered" NO_CONTACTS NO_VERDICTS

/* How many contacts name their customer, so that it can be seen whether they came back. */
#define COUNT_WITH_CUSTOMER(condition)                                                             \
    "count(*) FILTER (WHERE (customer_ref IS NOT NULL OR customer_email IS NOT NULL) "             \
    "AND " condition ")"

/* All counters, of rows of contacts; their repeats are told where told is true. */
/* clang-format off */
#define COUNT_CONTACTS(told)                                                                       \
    NO_RESPONSES NO_INVITATIONS ", count(*) AS contacts, "                                         \
    COUNT_WITH_CUSTOMER("true") " AS with_customer, "                                              \
    "count(repeat_ref) FILTER (WHERE " told ") AS repeated, "                                      \
    "count(*) FILTER (WHERE repeat_same_reason AND " told ") AS repeated_same_reason, "            \
    "count(reassigned_at) AS reassigned" NO_VERDICTS
/* clang-format on */

#define COUNT_CONFIRMED(condition) "count(*) FILTER (WHERE trust = 'confirmed' AND " condition ")"

/* All counters, of rows of responses. */
/* clang-format off */
#define COUNT_RESPONSES                                                                            \
    COUNT_CONFIRMED("true") " AS n, "                                                              \
    "count(*) FILTER (WHERE trust = 'provisional') AS provisional, "                               \
    COUNT_CONFIRMED("invitation_id IS NOT NULL") " AS answered, "                                  \
    COUNT_CONFIRMED("understood = 'yes'") " AS yes, "                                              \
    COUNT_CONFIRMED("understood = 'partly'") " AS partly, "                                        \
    COUNT_CONFIRMED("understood = 'no'") " AS no, "                                                \
    COUNT_CONFIRMED("csat = 1") " AS csat_1, "                                                     \
    COUNT_CONFIRMED("csat = 2") " AS csat_2, "                                                     \
    COUNT_CONFIRMED("csat = 3") " AS csat_3, "                                                     \
    COUNT_CONFIRMED("csat = 4") " AS csat_4, "                                                     \
    COUNT_CONFIRMED("csat = 5") " AS csat_5, "                                                     \
    COUNT_CONFIRMED("nps >= 9") " AS promoters, "                                                  \
    COUNT_CONFIRMED("nps BETWEEN 7 AND 8") " AS passives, "                                        \
    COUNT_CONFIRMED("nps <= 6") " AS detractors, "                                                 \
    COUNT_CONFIRMED("ces = 1") " AS ces_1, "                                                       \
    COUNT_CONFIRMED("ces = 2") " AS ces_2, "                                                       \
    COUNT_CONFIRMED("ces = 3") " AS ces_3, "                                                       \
    COUNT_CONFIRMED("ces = 4") " AS ces_4, "                                                       \
    COUNT_CONFIRMED("ces = 5") " AS ces_5, "                                                       \
    COUNT_CONFIRMED("ces = 6") " AS ces_6, "                                                       \
    COUNT_CONFIRMED("ces = 7") " AS ces_7, "                                                       \
    COUNT_CONFIRMED("frustration IS NOT NULL") " AS scored, "                                      \
    COUNT_CONFIRMED("frustration >= 0.5") " AS frustrated"                                         \
    NO_INVITATIONS NO_CONTACTS NO_VERDICTS
/* clang-format on */

#endif
