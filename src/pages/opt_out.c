#include "pages/opt_out.h"

#include <string.h>

#include "app.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "store/invitation.h"
#include "store/signing_key.h"
#include "store/suppression.h"
#include "store/survey_cache.h"

static enum outcome suppress(struct db_connection *connection,
                             const struct invitation *invitation) {
    bool created;
    CLEANUP(suppression_clear)
    struct suppression suppression = {
        .account_id = invitation->account_id,
        .email = strdup(invitation->contact.customer_email),
        .reason = SUPPRESSION_UNSUBSCRIBED,
        .has_invitation = true,
        .invitation_id = invitation->id,
        .created_at_us = time_now_us(),
    };
    return suppression.email ? store_suppressions(connection, &suppression, 1, &created)
                             : OUTCOME_FAILED;
}

static enum outcome take_step(struct db_connection *connection, enum opt_out_step step,
                              const struct invitation *invitation) {
    bool removed;
    switch (step) {
    case OPT_OUT_LOOK:
        break;
    case OPT_OUT_DO:
        return suppress(connection, invitation);
    case OPT_OUT_UNDO:
        return remove_unsubscription(connection, invitation->account_id,
                                     invitation->contact.customer_email, &removed);
    }
    return OUTCOME_OK;
}

/* A bounce is no wish of anybody's: the customer may still opt out. */
static enum outcome look(struct db_connection *connection, struct opt_out *opt_out) {
    const struct invitation *invitation = &opt_out->invitation;
    CLEANUP(suppression_clear) struct suppression suppression = {0};
    enum outcome outcome = load_suppression(connection, invitation->account_id,
                                            invitation->contact.customer_email, &suppression);
    opt_out->suppressed = outcome == OUTCOME_OK && suppression.reason != SUPPRESSION_BOUNCED;
    opt_out->may_undo = opt_out->suppressed && suppression.reason == SUPPRESSION_UNSUBSCRIBED;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* An invitation whose address is not known any more stands for nobody. */
static enum outcome ask(struct app *app, const struct token *token, enum opt_out_step step,
                        struct opt_out *opt_out) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    struct invitation *invitation = &opt_out->invitation;
    enum outcome outcome = connection ? load_invitation(connection, token->account_id,
                                                        &token->invitation_id, invitation)
                                      : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_OK && !invitation->contact.customer_email) {
        outcome = OUTCOME_NOT_FOUND;
    }
    outcome = outcome == OUTCOME_OK ? take_step(connection, step, invitation) : outcome;
    return outcome == OUTCOME_OK ? look(connection, opt_out) : outcome;
}

/* The sender's name and colour; without its survey the page does without them. */
static void dress(struct app *app, const struct request *request, struct opt_out *opt_out) {
    const struct invitation *invitation = &opt_out->invitation;
    const char *language = invitation->contact.language;
    const struct locale *locale = locale_find(language);
    if (opt_out->outcome == OUTCOME_OK &&
        survey_cache_get(app->survey_cache, invitation->account_id, invitation->survey, true,
                         &opt_out->survey) != OUTCOME_OK) {
        opt_out->survey = NULL;
    }
    opt_out->page.survey = opt_out->survey;
    opt_out->page.locale =
        locale ? locale : locale_negotiate(request_header(request, "Accept-Language"));
    opt_out->page.language = opt_out->page.locale->language;
}

void opt_out_open(struct app *app, const struct request *request, enum opt_out_step step,
                  struct opt_out *opt_out) {
    struct token token;
    *opt_out = (struct opt_out){.invitation = INVITATION_NONE};
    opt_out->outcome = signing_keys_read(app->signing_keys, request_path_param(request, "token"),
                                         TOKEN_OPTS_OUT, &token);
    if (opt_out->outcome == OUTCOME_OK) {
        opt_out->outcome = ask(app, &token, step, opt_out);
    }
    dress(app, request, opt_out);
}

void opt_out_clear(struct opt_out *opt_out) {
    invitation_clear(&opt_out->invitation);
    survey_cache_release(&opt_out->survey);
}
