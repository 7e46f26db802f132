#include "pages/page_evidence.h"

#include <string.h>

#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "domain/preselection.h"
#include "intake/view_log.h"
#include "pages/survey_form.h"
#include "store/db.h"
#include "store/page_view.h"
#include "store/signing_key.h"

#define US_PER_MS 1000

static enum outcome load_views(struct app *app, const struct evidence_source *source,
                               struct view_summary *views) {
    enum outcome outcome = view_log_flush(app->view_log);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    const struct visit *visit = source->visit;
    return connection ? load_view_summary(connection, visit->account_id, &visit->id,
                                          source->nonce->rendered_at_us, views)
                      : OUTCOME_UNAVAILABLE;
}

/* Other origins' pages say so; browsers without the header, and a typed address, do not. */
static bool is_cross_site(const struct request *request) {
    const char *site = request_header(request, "Sec-Fetch-Site");
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

static bool trap_filled(const struct request *request) {
    const char *trap = request_form(request, FIELD_TRAP);
    return trap && *trap;
}

/* True when a bare click on Send was enough: no other rating was asked, and no choice was needed.
 */
static bool only_question(const struct survey *survey, const struct answers *answers) {
    size_t asked = 0;
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct survey_question *question = &survey->questions[i];
        bool weighs = question_ratings(question->question) ||
                      (question->question == QUESTION_CHOICE && question->required);
        asked += weighs && survey_question_applies(survey, question, answers);
    }
    return asked <= 1;
}

/* A text that was there before says nothing about who sends it now. */
static bool text_typed(const struct answers *before, const struct answers *answers) {
    const struct extras *extras = &answers->extras;
    const char *comment = before->comment ? before->comment : "";
    if (answers->comment && strcmp(answers->comment, comment) != 0) {
        return true;
    }
    for (size_t i = 0; i < extras->count; i++) {
        const struct extra *extra = &extras->list[i];
        if (extra->kind == EXTRA_TEXT &&
            !extras_has(&before->extras, extra->question, extra->value)) {
            return true;
        }
    }
    return false;
}

static int64_t since(int64_t later_us, int64_t earlier_us) {
    bool known = later_us != TIME_NONE && earlier_us != TIME_NONE;
    return known ? later_us - earlier_us : TIME_NONE;
}

/* All but what the views tell. */
static struct evidence gather_at_hand(const struct evidence_source *source,
                                      const struct signing_key *key) {
    int64_t now_us = time_now_us();
    const struct nonce *nonce = source->nonce;
    return (struct evidence){
        .elapsed_us = now_us - nonce->rendered_at_us,
        .sent_to_first_view_us = TIME_NONE,
        .sent_to_submit_us = since(now_us, source->visit->sent_at_us),
        .trap_filled = trap_filled(source->request),
        .cross_site = is_cross_site(source->request),
        .scanner_agent = scanner_agent(request_header(source->request, "User-Agent")),
        .moved = network_hash(source->request->client_address, key) != nonce->network,
        .preselected = !answers_empty(&nonce->preselected),
        .unchanged = preselection_unchanged(&nonce->preselected, source->answers),
        .commented = text_typed(&source->visit->answers, source->answers),
        .only_question = only_question(source->visit->survey, source->answers),
        .confirming = nonce->confirming,
    };
}

enum outcome evidence_gather(struct app *app, const struct evidence_source *source,
                             struct evidence *evidence) {
    struct view_summary views;
    struct signing_key key;
    if (!signing_keys_find(app->signing_keys, source->nonce->key_id, &key)) {
        return OUTCOME_UNAVAILABLE;
    }
    /* Before the database is asked: its pace is not the sender's. */
    struct evidence gathered = gather_at_hand(source, &key);
    enum outcome outcome = load_views(app, source, &views);
    if (outcome == OUTCOME_OK) {
        gathered.burst_values = views.burst_values;
        gathered.sent_to_first_view_us = since(views.first_viewed_at_us, source->visit->sent_at_us);
        *evidence = gathered;
    }
    return outcome;
}

static void append_reasons(struct text *text, unsigned reasons) {
    const char *separator = "";
    text_append(text, ",\"reasons\":[");
    for (size_t i = 0; i < REASONS; i++) {
        if (reasons & 1U << i) {
            text_append(text, separator);
            text_append_json(text, reason_name((enum reason)i));
            separator = ",";
        }
    }
    text_append(text, "]");
}

char *evidence_to_json(const struct evidence *evidence, const struct suspicion *suspicion,
                       const struct nonce *nonce) {
    CLEANUP(text_clear) struct text text = {0};
    text_append_format(&text, "{\"points\":%d", suspicion->points);
    append_reasons(&text, suspicion->reasons);
    text_append_format(&text, ",\"elapsed_ms\":%lld",
                       (long long)(evidence->elapsed_us / US_PER_MS));
    if (evidence->sent_to_first_view_us != TIME_NONE) {
        text_append_format(&text, ",\"first_view_ms\":%lld",
                           (long long)(evidence->sent_to_first_view_us / US_PER_MS));
    }
    if (evidence->preselected) {
        char preselected[PRESELECTION_TEXT_SIZE];
        preselection_format(&nonce->preselected, preselected);
        text_append(&text, ",\"preselected\":");
        text_append_json(&text, preselected);
    }
    text_append(&text, evidence->confirming ? ",\"confirming\":true}" : "}");
    return text_take(&text);
}
