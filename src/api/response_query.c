#include "api/response_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "api/list_cursor.h"
#include "base/array.h"
#include "base/time.h"
#include "domain/question.h"

#define TIME_BYTES_MAX 40
#define ESTIMATE_MAX   1000 /* thousandths */

static const struct choice understood_choices[] = {
    {"yes", UNDERSTOOD_YES},
    {"partly", UNDERSTOOD_PARTLY},
    {"no", UNDERSTOOD_NO},
    {NULL, 0},
};

static const struct choice trust_choices[] = {
    {"confirmed", TRUST_CONFIRMED},
    {"provisional", TRUST_PROVISIONAL},
    {"discarded", TRUST_DISCARDED},
    {"any", TRUST_ANY},
    {NULL, 0},
};

static const struct choice comment_choices[] = {{"true", 1}, {"false", 0}, {NULL, 0}};
static const struct choice order_choices[] = {{"newest", false}, {"oldest", true}, {NULL, 0}};

static const char *time_objection(const char *text) {
    int64_t time_us;
    return time_parse(text, &time_us)
               ? NULL
               : "expected a time like 2026-11-23T10:00:00Z or a day like 2026-11-23";
}

/* "topic" or "topic:billing". */
static const char *choice_objection(const char *text) {
    static const char *const expected = "expected a question and one of its choices: topic:billing";
    const char *colon = strchr(text, ':');
    char question[EXTRA_NAME_BYTES_MAX + 2];
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    if (length >= sizeof question) {
        return expected;
    }
    snprintf(question, sizeof question, "%.*s", (int)length, text);
    return extra_name_objection(question) || (colon && extra_name_objection(colon + 1)) ? expected
                                                                                        : NULL;
}

/* order is read as an int first: a bool is no int. */
struct query_values {
    struct response_query query;
    int oldest_first;
};

#define OF(member) offsetof(struct query_values, member)
/* NOLINTBEGIN(bugprone-macro-parentheses): designated initialisers */
#define TEXT(key, member, bytes_max)                                                               \
    { .name = key, .kind = FIELD_TEXT, .offset = OF(member), .min = 1, .max = bytes_max }
#define CHOICE(key, member, words)                                                                 \
    { .name = key, .kind = FIELD_CHOICE, .offset = OF(member), .choices = words }
#define SCORE(key, member, lowest, highest)                                                        \
    { .name = key, .kind = FIELD_INT, .offset = OF(member), .min = lowest, .max = highest }
#define BOUND(key, member, lowest)                                                                 \
    { .name = key, .kind = FIELD_DECIMAL, .offset = OF(member), .min = lowest, .max = ESTIMATE_MAX }
#define TIME(key, member)                                                                          \
    {                                                                                              \
        .name = key, .kind = FIELD_TEXT, .offset = OF(member), .min = 1, .max = TIME_BYTES_MAX,    \
        .objection = time_objection                                                                \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct field fields[] = {
    TEXT("survey", query.filter.survey, SURVEY_NAME_BYTES_MAX),
    TIME("from", query.filter.from),
    TIME("to", query.filter.to),
    TEXT("agent", query.filter.agent, DIMENSION_BYTES_MAX),
    TEXT("team", query.filter.team, DIMENSION_BYTES_MAX),
    TEXT("channel", query.filter.channel, DIMENSION_BYTES_MAX),
    TEXT("reason", query.filter.reason, DIMENSION_BYTES_MAX),
    TEXT("language", query.filter.language, DIMENSION_BYTES_MAX),
    TEXT("source", query.filter.source, SOURCE_BYTES_MAX),
    CHOICE("understood", query.filter.understood, understood_choices),
    SCORE("csat", query.filter.csat, CSAT_MIN, CSAT_MAX),
    SCORE("nps", query.filter.nps, NPS_MIN, NPS_MAX),
    SCORE("ces", query.filter.ces, CES_MIN, CES_MAX),
    {.name = "choice",
     .kind = FIELD_TEXT,
     .offset = OF(query.filter.choice),
     .min = 1,
     .max = 2 * EXTRA_NAME_BYTES_MAX + 1,
     .objection = choice_objection},
    CHOICE("trust", query.filter.trust, trust_choices),
    CHOICE("has_comment", query.filter.has_comment, comment_choices),
    BOUND("frustration_min", query.filter.frustration_min, 0),
    BOUND("frustration_max", query.filter.frustration_max, 0),
    BOUND("polarity_min", query.filter.polarity_min, -ESTIMATE_MAX),
    BOUND("polarity_max", query.filter.polarity_max, -ESTIMATE_MAX),
    CHOICE("order", oldest_first, order_choices),
    {.name = "limit",
     .kind = FIELD_INT,
     .offset = OF(query.limit),
     .min = 1,
     .max = LIST_LIMIT_MAX},
    TEXT("cursor", query.cursor, CURSOR_BYTES_MAX),
};
static const struct field_table table = FIELD_TABLE(fields);

bool read_response_query(const struct request *request, struct response_query *query,
                         struct mistakes *mistakes) {
    struct query_values values = {.query = {.filter = RESPONSE_FILTER_NONE}};
    bool good = read_query(request, &table, &values, mistakes);
    *query = values.query;
    query->filter.account_id = request->principal.account_id;
    query->filter.oldest_first = values.oldest_first;
    return good;
}

void response_query_clear(struct response_query *query) {
    response_filter_clear(&query->filter);
    free(query->cursor);
    query->cursor = NULL;
}

void response_filter_append(const struct response_filter *filter, struct text *text) {
    const char *const texts[] = {
        "responses",      filter->survey, filter->from,    filter->to,
        filter->agent,    filter->team,   filter->channel, filter->reason,
        filter->language, filter->choice, filter->source,
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        text_append_json(text, texts[i]);
    }
    text_append_format(text, "%d %d %d %d %d %d %d", (int)filter->understood, filter->csat,
                       filter->nps, filter->ces, filter->trust, filter->has_comment,
                       filter->oldest_first);
    const int64_t bounds[] = {filter->frustration_min, filter->frustration_max,
                              filter->polarity_min, filter->polarity_max};
    for (size_t i = 0; i < COUNT(bounds); i++) {
        text_append_char(text, ' ');
        text_append_int(text, bounds[i]);
    }
}
