#include "api/vote_json.h"

#include <string.h>

#include "api/response_json.h"
#include "base/time.h"

static void append_uuid(struct text *text, const char *key, const struct uuid *uuid) {
    char id[UUID_TEXT_SIZE];
    uuid_format(uuid, id);
    text_append_format(text, "\"%s\":\"%s\"", key, id);
}

static void append_time(struct text *text, const char *key, int64_t time_us) {
    char time[TIME_TEXT_SIZE];
    time_format(time_us, time);
    text_append_format(text, ",\"%s\":\"%s\"", key, time);
}

static void append_word(struct text *text, const char *key, const char *word) {
    text_append_format(text, ",\"%s\":", key);
    text_append_json(text, word);
}

static void append_vote(struct text *text, const struct stored_vote *vote) {
    text_append_char(text, '{');
    append_uuid(text, "id", &vote->id);
    text_append(text, ",\"answers\":");
    answers_append_json(text, &vote->answers);
    append_time(text, "answered_at", vote->answered_at_us);
    append_time(text, "received_at", vote->received_at_us);
    append_word(text, "trust", trust_name(vote->trust));
    append_word(text, "source", vote->source);
    append_word(text, "effect", effect_name(vote->effect));
    text_append_format(text, ",\"revision\":%d", vote->revision);
    if (vote->evidence) {
        text_append(text, ",\"evidence\":");
        text_append(text, vote->evidence);
    }
    text_append_char(text, '}');
}

/* The hot path writes no vote of its own for the first one: the response says it all. */
static struct stored_vote only_vote(const struct survey_response *response) {
    struct stored_vote vote = {
        .id = response->id,
        .answers = response->answers,
        .answered_at_us = response->answered_at_us,
        .received_at_us = response->received_at_us,
        .trust = response->trust,
        .effect = response->trust == TRUST_CONFIRMED ? EFFECT_CREATED : EFFECT_HELD,
        .revision = response->revision,
        .evidence = response->evidence,
    };
    memcpy(vote.source, response->source, sizeof vote.source);
    return vote;
}

void votes_append_json(struct text *text, const struct survey_response *response,
                       const struct stored_votes *votes) {
    struct stored_vote only = only_vote(response);
    const struct stored_vote *items = votes->count ? votes->votes : &only;
    size_t count = votes->count ? votes->count : 1;
    text_append_char(text, '[');
    for (size_t i = 0; i < count; i++) {
        text_append(text, i ? "," : "");
        append_vote(text, &items[i]);
    }
    text_append_char(text, ']');
}

static void append_reclassification(struct text *text,
                                    const struct reclassification *reclassification) {
    text_append_char(text, '{');
    append_uuid(text, "id", &reclassification->id);
    text_append_char(text, ',');
    append_uuid(text, "vote", &reclassification->vote_id);
    append_word(text, "trust_before", trust_name(reclassification->before));
    append_word(text, "trust_after", trust_name(reclassification->after));
    append_word(text, "reason", reclassification->reason);
    append_word(text, "made_by", reclassification->made_by);
    append_time(text, "made_at", reclassification->made_at_us);
    text_append_char(text, '}');
}

void reclassifications_append_json(struct text *text,
                                   const struct reclassifications *reclassifications) {
    text_append_char(text, '[');
    for (size_t i = 0; i < reclassifications->count; i++) {
        text_append(text, i ? "," : "");
        append_reclassification(text, &reclassifications->items[i]);
    }
    text_append_char(text, ']');
}
