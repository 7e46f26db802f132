#include "pages/render.h"

#include "app.h"
#include "base/cleanup.h"
#include "store/signing_key.h"

enum outcome seal_prepare(struct app *app, const struct request *request,
                          const struct answers *preselected, struct seal *seal) {
    struct signing_key key;
    if (!signing_keys_current(app->signing_keys, &key)) {
        return OUTCOME_UNAVAILABLE;
    }
    *seal = (struct seal){
        .key = key,
        .network = network_hash(request->client_address, &key),
        .preselected = *preselected,
    };
    return OUTCOME_OK;
}

static void seal_nonce(const struct visit *visit, const struct seal *seal, bool confirming,
                       int64_t now_us, char text[NONCE_TEXT_SIZE]) {
    struct nonce nonce = {
        .rendered_at_us = now_us,
        .network = seal->network,
        .confirming = confirming,
        .preselected = seal->preselected,
    };
    nonce_seal(&nonce, &seal->key, &visit->id, text);
}

struct response render_survey(const struct visit *visit, const struct seal *seal,
                              const struct form_answers *filled, bool stale, int64_t now_us) {
    CLEANUP(text_clear) struct text action = {0};
    char nonce[NONCE_TEXT_SIZE];
    visit_append_url(visit, "", &action);
    seal_nonce(visit, seal, false, now_us, nonce);
    const struct survey_form form = {
        .action = action.bytes,
        .nonce = nonce,
        .filled = filled,
        .chosen = answers_empty(&seal->preselected) ? NULL : &seal->preselected,
        .stale = stale,
    };
    return survey_form_respond(&visit->page, &form);
}

struct response render_confirm(const struct visit *visit, const struct seal *seal,
                               const struct form_answers *filled, int64_t now_us) {
    CLEANUP(text_clear) struct text action = {0};
    char nonce[NONCE_TEXT_SIZE];
    visit_append_url(visit, "", &action);
    seal_nonce(visit, seal, true, now_us, nonce);
    const struct survey_form form = {.action = action.bytes, .nonce = nonce, .filled = filled};
    return confirm_form_respond(&visit->page, &form);
}
