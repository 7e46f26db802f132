#include "api/stream_filter.h"

#include <stdlib.h>
#include <string.h>

#include "api/fields.h"
#include "base/array.h"
#include "base/words.h"
#include "domain/contact.h"
#include "domain/survey.h"

#define TYPES_BYTES_MAX  60
#define ID_BYTES_MAX     200
#define TICKET_BYTES_MAX 200

static const struct {
    const char *word;
    enum stream_type type;
} types[] = {
    {"response", STREAM_RESPONSE},
    {"alert", STREAM_ALERT},
    {"metrics", STREAM_METRICS},
};

static unsigned type_from_word(const struct word *word) {
    for (size_t i = 0; i < COUNT(types); i++) {
        if (strlen(types[i].word) == word->length &&
            memcmp(types[i].word, word->text, word->length) == 0) {
            return types[i].type;
        }
    }
    return 0;
}

/* 0 when one of them is unknown. */
static unsigned types_from_words(const char *list) {
    unsigned all = 0;
    for (struct word word; next_word(&list, &word);) {
        unsigned type = type_from_word(&word);
        if (!type) {
            return 0;
        }
        all |= type;
    }
    return all;
}

static const char *types_objection(const char *text) {
    return types_from_words(text)
               ? NULL
               : "expected some of response, alert, metrics, with commas between";
}

#define TEXT(key, member, bytes_max)                                                               \
    {                                                                                              \
        .name = (key), .kind = FIELD_TEXT, .offset = offsetof(struct stream_query, member),        \
        .min = 1, .max = (bytes_max)                                                               \
    }

static const struct field fields[] = {
    TEXT("team", filter.team, DIMENSION_BYTES_MAX),
    TEXT("survey", filter.survey, SURVEY_NAME_BYTES_MAX),
    {.name = "types",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct stream_query, types),
     .min = 1,
     .max = TYPES_BYTES_MAX,
     .objection = types_objection},
    TEXT("last_event_id", last_event_id, ID_BYTES_MAX),
    TEXT("ticket", ticket, TICKET_BYTES_MAX),
};
static const struct field_table table = FIELD_TABLE(fields);

bool read_stream_query(const struct request *request, struct stream_query *query,
                       struct mistakes *mistakes) {
    *query = (struct stream_query){.types = NULL};
    bool good = read_query(request, &table, query, mistakes);
    query->filter.types = query->types ? types_from_words(query->types) : STREAM_ALL;
    return good;
}

void stream_filter_clear(struct stream_filter *filter) {
    free(filter->team);
    free(filter->survey);
    *filter = (struct stream_filter){.types = 0};
}

void stream_query_clear(struct stream_query *query) {
    stream_filter_clear(&query->filter);
    free(query->types);
    free(query->last_event_id);
    free(query->ticket);
    *query = (struct stream_query){.types = NULL};
}

unsigned stream_type_of(enum event_type type) {
    if (!(EVENTS_STREAMED & EVENT_BIT(type))) {
        return 0;
    }
    return event_object_of(type) == EVENT_OF_ALERT ? STREAM_ALERT : STREAM_RESPONSE;
}

struct stream_subject stream_subject_of(enum event_type type, const json_t *data) {
    struct stream_subject subject = {.type = stream_type_of(type)};
    bool is_response = subject.type == STREAM_RESPONSE;
    const json_t *owner = is_response ? json_object_get(data, "contact") : data;
    subject.team = json_string_value(json_object_get(owner, "team"));
    subject.survey = is_response ? json_string_value(json_object_get(data, "survey")) : NULL;
    return subject;
}

bool stream_filter_takes(const struct stream_filter *filter, const struct stream_subject *subject) {
    bool team = !filter->team || (subject->team && strcmp(filter->team, subject->team) == 0);
    bool survey =
        !filter->survey || !subject->survey || strcmp(filter->survey, subject->survey) == 0;
    return (filter->types & subject->type) && team && survey;
}
