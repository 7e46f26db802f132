#include "api/vote_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/contact_fields.h"
#include "api/extra_fields.h"
#include "base/array.h"
#include "base/time.h"

#define POINTER_BYTES 64
#define CLOCK_SKEW_US (300 * US_PER_SECOND)

static const struct choice understood_choices[] = {
    {"yes", UNDERSTOOD_YES},
    {"partly", UNDERSTOOD_PARTLY},
    {"no", UNDERSTOOD_NO},
    {NULL, 0},
};

static const struct field answer_fields[] = {
    {.name = "understood",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct answers, understood),
     .choices = understood_choices},
    {.name = "csat",
     .kind = FIELD_INT,
     .offset = offsetof(struct answers, csat),
     .min = CSAT_MIN,
     .max = CSAT_MAX},
    {.name = "nps",
     .kind = FIELD_INT,
     .offset = offsetof(struct answers, nps),
     .min = NPS_MIN,
     .max = NPS_MAX},
    {.name = "ces",
     .kind = FIELD_INT,
     .offset = offsetof(struct answers, ces),
     .min = CES_MIN,
     .max = CES_MAX},
    {.name = "comment",
     .kind = FIELD_LONG_TEXT,
     .offset = offsetof(struct answers, comment),
     .min = 0,
     .max = COMMENT_CHARACTERS_MAX},
    {.name = "choices", .kind = FIELD_ELSEWHERE},
    {.name = "texts", .kind = FIELD_ELSEWHERE},
};

static const struct field_table answer_table = FIELD_TABLE(answer_fields);

/* Our own pages weigh their votes before they say so; nobody else may. */
static const char *source_objection(const char *text) {
    if (strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(text)) {
        return "may have only a-z, 0-9, _ and -";
    }
    return source_is_own(text) ? "is kept for answers that come from the survey page" : NULL;
}

/* The past may have been weighed by a page of ours. */
static const char *past_source_objection(const char *text) {
    return source_is_own(text) ? NULL : source_objection(text);
}

static const char *id_objection(const char *text) {
    struct uuid id;
    return uuid_parse(text, &id) ? NULL : "is not a UUID";
}

static const struct choice trust_choices[] = {
    {"confirmed", TRUST_CONFIRMED},
    {"provisional", TRUST_PROVISIONAL},
    {"discarded", TRUST_DISCARDED},
    {NULL, 0},
};

/* clang-format off */
#define VOTE_FIELDS(its_source_objection)                                                       \
    {.name = "survey", .kind = FIELD_NAME, .required = true,                                    \
     .offset = offsetof(struct vote, survey), .min = 1, .max = SURVEY_NAME_BYTES_MAX},          \
    {.name = "contact", .kind = FIELD_OBJECT, .required = true,                                 \
     .offset = offsetof(struct vote, contact), .object = &contact_table},                       \
    {.name = "answers", .kind = FIELD_OBJECT, .required = true,                                 \
     .offset = offsetof(struct vote, answers), .object = &answer_table},                        \
    {.name = "answered_at", .kind = FIELD_INSTANT,                                              \
     .offset = offsetof(struct vote, answered_at_us)},                                          \
    {.name = "source", .kind = FIELD_NAME, .offset = offsetof(struct vote, source), .min = 1,   \
     .max = SOURCE_BYTES_MAX, .objection = (its_source_objection)}
/* clang-format on */

static const struct field vote_fields[] = {VOTE_FIELDS(source_objection)};

static const struct field_table vote_table = FIELD_TABLE(vote_fields);

/* An answer as an export gives it. */
struct past_vote {
    struct vote vote; /* first: the fields above are at its offsets */
    char *id;         /* owned, or NULL */
};

static const struct field past_vote_fields[] = {
    VOTE_FIELDS(past_source_objection),
    {.name = "id",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct past_vote, id),
     .min = UUID_TEXT_SIZE - 1,
     .max = UUID_TEXT_SIZE - 1,
     .objection = id_objection},
    {.name = "trust",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct vote, trust),
     .choices = trust_choices},
    {.name = "sentiment", .kind = FIELD_ELSEWHERE}, /* estimated anew */
    {.name = "revision", .kind = FIELD_ELSEWHERE},
    {.name = "invitation", .kind = FIELD_ELSEWHERE},
};

static const struct field_table past_vote_table = FIELD_TABLE(past_vote_fields);

/* The survey is not known when its name is a mistake: then nothing can be said of its questions. */
static void complete_answers(const struct vote_source *source, const struct survey *survey,
                             struct answers *answers, struct mistakes *mistakes) {
    char where[POINTER_BYTES];
    snprintf(where, sizeof where, "%s/answers", source->pointer);
    if (survey) {
        read_extras(json_object_get(source->json, "answers"), where, survey, &answers->extras,
                    mistakes);
    }
    if (survey && mistakes_none(mistakes)) {
        check_conditions(answers, where, survey, mistakes);
    }
    if (survey && mistakes_none(mistakes) && answers_empty(answers)) {
        mistakes_add(mistakes, where,
                     "is empty; expected at least one of understood, csat, nps, ces, comment, "
                     "choices, texts");
    }
}

static void check_answered_at(struct vote *vote, const char *pointer, int64_t now_us,
                              struct mistakes *mistakes) {
    if (vote->answered_at_us == TIME_NONE) {
        vote->answered_at_us = now_us;
    }
    if (vote->answered_at_us > now_us + CLOCK_SKEW_US) {
        char where[POINTER_BYTES];
        snprintf(where, sizeof where, "%s/answered_at", pointer);
        mistakes_add(mistakes, where,
                     "lies more than 5 minutes in the future; expected a time up to now");
    }
}

static void complete(const struct vote_source *source, const struct survey *survey,
                     struct vote *vote, struct mistakes *mistakes) {
    char contact[POINTER_BYTES];
    snprintf(contact, sizeof contact, "%s/contact", source->pointer);
    complete_contact(&vote->contact, source->now_us, contact, mistakes);
    complete_answers(source, survey, &vote->answers, mistakes);
    check_answered_at(vote, source->pointer, source->now_us, mistakes);
}

bool read_vote(const struct vote_source *source, const struct survey *survey, struct vote *vote,
               struct mistakes *mistakes) {
    vote->contact = CONTACT_NONE;
    vote->answers = ANSWERS_NONE;
    vote->answered_at_us = TIME_NONE;
    vote->received_at_us = source->now_us;
    vote->trust = TRUST_CONFIRMED;
    memcpy(vote->source, "api", sizeof "api");
    read_fields(source->json, &vote_table, source->pointer, vote, mistakes);
    complete(source, survey, vote, mistakes);
    return mistakes_none(mistakes);
}

/* Each time stands for the other: now is neither. */
static void complete_times(struct vote *vote, struct mistakes *mistakes) {
    int64_t *solved_at_us = &vote->contact.solved_at_us;
    if (vote->answered_at_us == TIME_NONE) {
        vote->answered_at_us = *solved_at_us;
    }
    if (*solved_at_us == TIME_NONE) {
        *solved_at_us = vote->answered_at_us;
    }
    if (mistakes_none(mistakes) && vote->answered_at_us == TIME_NONE) {
        mistakes_add(mistakes, "/answered_at", "required, unless /contact/solved_at is given");
    }
    vote->received_at_us = vote->answered_at_us;
}

bool read_past_vote(const struct vote_source *source, const struct survey *survey,
                    struct vote *vote, struct mistakes *mistakes) {
    struct past_vote read = {.vote = *vote};
    read.vote.contact = CONTACT_NONE;
    read.vote.answers = ANSWERS_NONE;
    read.vote.answered_at_us = TIME_NONE;
    read.vote.trust = TRUST_CONFIRMED;
    read.vote.past = true;
    read_fields(source->json, &past_vote_table, source->pointer, &read, mistakes);
    complete_times(&read.vote, mistakes);
    complete(source, survey, &read.vote, mistakes);
    if (mistakes_none(mistakes)) {
        read.vote.id = vote_past_id(&read.vote);
    }
    if (mistakes_none(mistakes) && read.id) {
        uuid_parse(read.id, &read.vote.id);
    }
    free(read.id);
    *vote = read.vote;
    return mistakes_none(mistakes);
}
