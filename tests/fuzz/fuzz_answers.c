/* Whatever bytes come to POST /v1/responses: JSON or not, the same in either memory; then votes
 * within their limits that read the same once they are written, or mistakes that can be told. */
#include <jansson.h>

#include "api/response_json.h"
#include "api/vote_fields.h"
#include "base/text.h"
#include "base/time.h"
#include "fuzz.h"
#include "http/form.h"
#include "http/json_room.h"
#include "store/extras_json.h"
#include "store/survey_json.h"

#define NOW_US INT64_C(1795428000000000)
#define FLAGS  (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)

static const char definition[] =
    "{\"questions\":[{\"question\":\"understood\"},{\"question\":\"topic\",\"kind\":\"choice\","
    "\"choices\":[{\"choice\":\"a\"},{\"choice\":\"b\"}],\"many\":true},"
    "{\"question\":\"why\",\"kind\":\"text\",\"when\":[\"no\"]}]}";

static const struct survey *asked_survey(void) {
    static struct survey survey;
    if (survey.question_count == 0) {
        json_t *json = json_loads(definition, 0, NULL);
        json_t *errors = json_array();
        survey = SURVEY_DEFAULT;
        claim(survey_from_json(json, &survey, errors));
        json_decref(errors);
        json_decref(json);
    }
    return &survey;
}

static void check_text(const char *text, size_t bytes_max) {
    claim(!text || (*text && strlen(text) <= bytes_max && utf8_valid(text, strlen(text))));
}

static void check_contact(const struct contact *contact) {
    claim(contact->ref && contact->agent_count <= AGENTS_MAX);
    check_text(contact->ref, CONTACT_REF_BYTES_MAX);
    check_text(contact->team, DIMENSION_BYTES_MAX);
    check_text(contact->channel, DIMENSION_BYTES_MAX);
    check_text(contact->reason, DIMENSION_BYTES_MAX);
    check_text(contact->customer_email, CUSTOMER_TEXT_BYTES_MAX);
    for (size_t i = 0; i < contact->agent_count; i++) {
        check_text(contact->agents[i], DIMENSION_BYTES_MAX);
        for (size_t j = 0; j < i; j++) {
            claim(strcmp(contact->agents[i], contact->agents[j]) != 0);
        }
    }
}

static void check_answers(const struct answers *answers) {
    claim(!answers_empty(answers));
    claim(answers->understood >= UNDERSTOOD_NONE && answers->understood <= UNDERSTOOD_NO);
    claim(answers->csat >= CSAT_NONE && answers->csat <= CSAT_MAX);
    claim(answers->nps >= NPS_NONE && answers->nps <= NPS_MAX);
    claim(answers->ces >= CES_NONE && answers->ces <= CES_MAX);
    check_text(answers->comment, 4 * COMMENT_CHARACTERS_MAX);
}

/* What the extras' column keeps is what was given. */
static void check_extras(const struct extras *extras) {
    struct text text = {0};
    struct extras again = {0};
    text_append_char(&text, '{');
    extras_append_members(&text, extras);
    text_append_char(&text, '}');
    claim(!text.failed && extras_from_json(text.bytes, &again) && extras_equal(extras, &again));
    extras_clear(&again);
    text_clear(&text);
}

static char *vote_written(const struct vote *vote) {
    struct survey_response response = {
        .contact = vote->contact,
        .answers = vote->answers,
        .answered_at_us = vote->answered_at_us,
    };
    struct text text = {0};
    text_append(&text, "{\"survey\":");
    text_append_json(&text, vote->survey);
    text_append(&text, ",\"source\":");
    text_append_json(&text, vote->source);
    text_append(&text, ",\"contact\":");
    contact_append_json(&text, &response.contact);
    text_append(&text, ",\"answers\":");
    answers_append_json(&text, &response.answers);
    char answered_at[TIME_TEXT_SIZE];
    time_format(vote->answered_at_us, answered_at);
    text_append_format(&text, ",\"answered_at\":\"%s\"}", answered_at);
    char *written = text_take(&text);
    claim(written != NULL);
    return written;
}

static void write_and_read(const struct vote *vote) {
    char *written = vote_written(vote);
    json_t *json = json_loads(written, FLAGS, NULL);
    struct vote again = {0};
    struct mistakes mistakes = {0};
    claim(json &&
          read_vote(&(struct vote_source){json, "", NOW_US}, asked_survey(), &again, &mistakes));
    char *rewritten = vote_written(&again);
    claim(strcmp(written, rewritten) == 0 && answers_equal(&vote->answers, &again.answers));
    free(written);
    free(rewritten);
    vote_clear(&again);
    json_decref(json);
}

/* Told as {pointer, detail}: a pointer into this element, and something to mend. */
static void check_mistakes(const struct mistakes *mistakes, const char *pointer) {
    size_t index;
    json_t *mistake;
    claim(mistakes->count > 0 && !mistakes->out_of_memory);
    claim(json_array_size(mistakes->list) > 0 && json_array_size(mistakes->list) <= MISTAKES_MAX);
    json_array_foreach(mistakes->list, index, mistake) {
        const char *where = json_string_value(json_object_get(mistake, "pointer"));
        const char *detail = json_string_value(json_object_get(mistake, "detail"));
        claim(where && detail && *detail && strncmp(where, pointer, strlen(pointer)) == 0);
    }
}

static void read_one(const json_t *json, const char *pointer) {
    struct vote vote = {0};
    struct mistakes mistakes = {0};
    struct vote_source source = {json, pointer, NOW_US};
    if (read_vote(&source, asked_survey(), &vote, &mistakes)) {
        claim(*vote.survey && *vote.source && vote.trust == TRUST_CONFIRMED);
        check_contact(&vote.contact);
        check_answers(&vote.answers);
        check_extras(&vote.answers.extras);
        write_and_read(&vote);
    } else {
        check_mistakes(&mistakes, pointer);
    }
    mistakes_clear(&mistakes);
    vote_clear(&vote);
}

static void read_all(const json_t *json) {
    if (!json_is_array(json)) {
        read_one(json, "");
        return;
    }
    for (size_t i = 0; i < json_array_size(json) && i < 10; i++) {
        read_one(json_array_get(json, i), "/0");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool ready;
    if (!ready) {
        json_room_init();
        ready = true;
    }
    json_t *plain = json_loadb((const char *)data, size, FLAGS, NULL);
    json_t *passing = json_room_parse((const char *)data, size, FLAGS, NULL);
    claim(!plain == !passing && (!plain || json_equal(plain, passing)));
    if (passing) {
        read_all(passing);
        claim(json_equal(plain, passing));
    }
    json_room_release(passing);
    json_decref(plain);
    return 0;
}
