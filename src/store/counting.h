/*
 * What counts, said once in SQL: how rows of responses and invitations become the sums of a rollup.
 * For reading the facts and for verifying the rollups; columns in the order of enum counter.
 */
#ifndef STORE_COUNTING_H
#define STORE_COUNTING_H

#define COUNTER_COLUMNS                                                                            \
    "n, provisional, answered, yes, partly, no, csat_1, csat_2, csat_3, csat_4, csat_5, "          \
    "promoters, passives, detractors, ces_1, ces_2, ces_3, ces_4, ces_5, ces_6, ces_7, invited, "  \
    "invited_answered"

/* Sums of rollup rows, or of other sums. */
#define SUM_COUNTERS                                                                               \
    "sum(n)::bigint AS n, sum(provisional)::bigint AS provisional, "                               \
    "sum(answered)::bigint AS answered, sum(yes)::bigint AS yes, sum(partly)::bigint AS partly, "  \
    "sum(no)::bigint AS no, sum(csat_1)::bigint AS csat_1, sum(csat_2)::bigint AS csat_2, "        \
    "sum(csat_3)::bigint AS csat_3, sum(csat_4)::bigint AS csat_4, "                               \
    "sum(csat_5)::bigint AS csat_5, sum(promoters)::bigint AS promoters, "                         \
    "sum(passives)::bigint AS passives, sum(detractors)::bigint AS detractors, "                   \
    "sum(ces_1)::bigint AS ces_1, "                                                                \
    "sum(ces_2)::bigint AS ces_2, "                                                                \
    "sum(ces_3)::bigint AS ces_3, "                                                                \
    "sum(ces_4)::bigint AS ces_4, "                                                                \
    "sum(ces_5)::bigint AS ces_5, "                                                                \
    "sum(ces_6)::bigint AS ces_6, "                                                                \
    "sum(ces_7)::bigint AS ces_7, "                                                                \
    "sum(invited)::bigint AS invited, sum(invited_answered)::bigint AS invited_answered"

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
    COUNT_CONFIRMED("ces = 1") " AS ces_1, " \
    COUNT_CONFIRMED("ces = 2") " AS ces_2, " \
    COUNT_CONFIRMED("ces = 3") " AS ces_3, " \
    COUNT_CONFIRMED("ces = 4") " AS ces_4, " \
    COUNT_CONFIRMED("ces = 5") " AS ces_5, " \
    COUNT_CONFIRMED("ces = 6") " AS ces_6, " \
    COUNT_CONFIRMED("ces = 7") " AS ces_7, " \
    "0::bigint AS invited, 0::bigint AS invited_answered"
/* clang-format on */

/* The counters that only responses have, for a row of invitations. */
#define NO_RESPONSES                                                                               \
    "0::bigint AS n, 0::bigint AS provisional, 0::bigint AS answered, 0::bigint AS yes, "          \
    "0::bigint AS partly, 0::bigint AS no, 0::bigint AS csat_1, 0::bigint AS csat_2, "             \
    "0::bigint AS csat_3, 0::bigint AS csat_4, 0::bigint AS csat_5, 0::bigint AS promoters, "      \
    "0::bigint AS passives, 0::bigint AS detractors, "                                             \
    "0::bigint AS ces_1, 0::bigint AS ces_2, 0::bigint AS ces_3, 0::bigint AS ces_4, 0::bigint "   \
    "AS ces_5, 0::bigint AS ces_6, 0::bigint AS ces_7"

#endif
