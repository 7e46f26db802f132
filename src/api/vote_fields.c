#include "api/vote_fields.h"

#include <stdio.h>
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

static const struct field vote_fields[] = {
    {.name = "survey",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(struct vote, survey),
     .min = 1,
     .max = SURVEY_NAME_BYTES_MAX},
    {.name = "contact",
     .kind = FIELD_OBJECT,
     .required = true,
     .offset = offsetof(struct vote, contact),
     .object = &contact_table},
    {.name = "answers",
     .kind = FIELD_OBJECT,
     .required = true,
     .offset = offsetof(struct vote, answers),
     .object = &answer_table},
    {.name = "answered_at", .kind = FIELD_INSTANT, .offset = offsetof(struct vote, answered_at_us)},
    {.name = "source",
     .kind = FIELD_NAME,
     .offset = offsetof(struct vote, source),
     .min = 1,
     .max = SOURCE_BYTES_MAX,
     .objection = source_objection},
};

static const struct field_table vote_table = FIELD_TABLE(vote_fields);

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

bool read_vote(const struct vote_source *source, const struct survey *survey, struct vote *vote,
               struct mistakes *mistakes) {
    vote->contact = CONTACT_NONE;
    vote->answers = ANSWERS_NONE;
    vote->answered_at_us = TIME_NONE;
    vote->received_at_us = source->now_us;
    vote->trust = TRUST_CONFIRMED;
    memcpy(vote->source, "api", sizeof "api");
    read_fields(source->json, &vote_table, source->pointer, vote, mistakes);
    char contact[POINTER_BYTES];
    snprintf(contact, sizeof contact, "%s/contact", source->pointer);
    complete_contact(&vote->contact, source->now_us, contact, mistakes);
    complete_answers(source, survey, &vote->answers, mistakes);
    check_answered_at(vote, source->pointer, source->now_us, mistakes);
    return mistakes_none(mistakes);
}
