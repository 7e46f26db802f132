/* Whatever JSON comes to POST /v1/responses: a vote within its limits, or mistakes that can be
 * told. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/vote_fields.h"
#include "store/survey_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US INT64_C(1795428000000000)

static void check_vote(const struct vote *vote) {
    const struct answers *answers = &vote->answers;
    if (answers_empty(answers) || answers->csat < CSAT_NONE || answers->csat > CSAT_MAX ||
        answers->nps < NPS_NONE || answers->nps > NPS_MAX || vote->survey[0] == '\0' ||
        strlen(vote->contact.ref) > CONTACT_REF_BYTES_MAX ||
        vote->contact.agent_count > AGENTS_MAX) {
        abort();
    }
}

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
        if (!survey_from_json(json, &survey, errors)) {
            abort();
        }
        json_decref(errors);
        json_decref(json);
    }
    return &survey;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *json =
        json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!json) {
        return 0;
    }
    struct vote vote = {0};
    struct mistakes mistakes = {0};
    if (read_vote(&(struct vote_source){json, "/0", NOW_US}, asked_survey(), &vote, &mistakes)) {
        check_vote(&vote);
    } else if (mistakes.count == 0) {
        abort();
    }
    /* A detail that is no UTF-8 cannot be told: json_pack() refuses it. */
    if (mistakes.out_of_memory) {
        abort();
    }
    mistakes_clear(&mistakes);
    vote_clear(&vote);
    json_decref(json);
    return 0;
}
