#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "domain/address.h"
#include "store/report_wish.h"

static bool is_decided_here(const struct wish *wish) {
    return wish->report->send && wish->decides;
}

static bool find_address(struct wish *wish) {
    const char *email = wish->report->invitation.contact.customer_email;
    wish->address = email ? address_key(email) : NULL;
    return !email || wish->address;
}

static void fill_case(struct wish *wish) {
    wish->asked = (struct invite_case){
        .survey = wish->report->survey,
        .invitation = &wish->report->invitation,
        .address = wish->address,
        .now_us = wish->report->reported_at_us,
    };
}

static void free_cases(struct invite_case ***cases) {
    free(*cases);
}

static enum outcome load_facts(struct wishes *wishes) {
    CLEANUP(free_cases)
    struct invite_case **cases = calloc(wishes->count, sizeof(struct invite_case *));
    size_t count = 0;
    for (size_t i = 0; i < wishes->count; i++) {
        struct wish *wish = &wishes->list[i];
        if (!cases || !find_address(wish)) {
            /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it does not see CLEANUP */
            return OUTCOME_FAILED;
        }
        if (is_decided_here(wish)) {
            fill_case(wish);
            cases[count++] = &wish->asked;
        }
    }
    return load_invite_facts(wishes->connection, cases, count);
}

static bool same_text(const char *one, const char *other) {
    return one && other && strcmp(one, other) == 0;
}

static bool same_customer(const struct wish *one, const struct wish *other) {
    return same_text(one->address, other->address) ||
           same_text(one->report->invitation.contact.customer_ref,
                     other->report->invitation.contact.customer_ref);
}

/* When the customer of a wish will be asked by it, as decided just now; else TIME_NONE. */
static int64_t asks_at(const struct wish *wish) {
    const struct invitation *invitation = &wish->report->invitation;
    if (!wish->decides || invitation->verdict == VERDICT_SKIPPED) {
        return TIME_NONE;
    }
    return invitation->verdict == VERDICT_CREATED ? invitation->created_at_us
                                                  : invitation->due_at_us;
}

static void note_asked(struct invite_facts *facts, bool same_survey, int64_t asked_us) {
    int64_t *latest = same_survey ? &facts->asked_this_us : &facts->asked_other_us;
    *latest = asked_us > *latest ? asked_us : *latest;
}

/* The facts are from before this round: whoever comes first in it is seen here. */
static void note_earlier(const struct wishes *wishes, struct wish *wish) {
    for (const struct wish *earlier = wishes->list; earlier < wish; earlier++) {
        int64_t asked_us = asks_at(earlier);
        if (asked_us != TIME_NONE && same_customer(earlier, wish)) {
            bool same_survey =
                strcmp(earlier->report->survey->name, wish->report->survey->name) == 0;
            note_asked(&wish->asked.facts, same_survey, asked_us);
        }
    }
}

static void decide_one(const struct wishes *wishes, struct wish *wish) {
    note_earlier(wishes, wish);
    struct invite_decision decision =
        invite_decide(&wish->report->survey->invite, &wish->asked.facts);
    struct invitation *invitation = &wish->report->invitation;
    invitation->verdict = decision.verdict;
    invitation->skip_reason = decision.skip_reason;
    invitation->eligible_at_us = decision.eligible_at_us;
    invitation->due_at_us = decision.due_at_us;
}

static bool any_decided_here(const struct wishes *wishes) {
    size_t i = 0;
    while (i < wishes->count && !is_decided_here(&wishes->list[i])) {
        i++;
    }
    return i < wishes->count;
}

enum outcome decide_wishes(struct wishes *wishes) {
    if (!any_decided_here(wishes)) {
        return OUTCOME_OK;
    }
    enum outcome outcome = load_facts(wishes);
    for (size_t i = 0; outcome == OUTCOME_OK && i < wishes->count; i++) {
        if (is_decided_here(&wishes->list[i])) {
            decide_one(wishes, &wishes->list[i]);
        }
    }
    return outcome;
}
