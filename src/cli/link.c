#include "cli/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/public_url.h"
#include "store/link_secret.h"
#include "store/report.h"
#include "store/signing_key.h"
#include "store/survey.h"

/* What the command line asks for. */
struct wish {
    int64_t account_id;
    const char *survey;
    const char *contact_ref; /* NULL: a new contact */
    const char *language;    /* NULL: none */
    bool with_signature;     /* no invitation, but a link that carries all it needs */
};

static int read_wish(const struct invocation *invocation, struct wish *wish) {
    wish->survey = invocation_option(invocation, "survey");
    wish->contact_ref = invocation_option(invocation, "contact");
    wish->language = invocation_option(invocation, "language");
    wish->with_signature = invocation_option(invocation, "signed") != NULL;
    if (!invocation_number(invocation, "account", 1, INT64_MAX, &wish->account_id)) {
        return EXIT_USAGE;
    }
    if (survey_name_objection(wish->survey)) {
        return refuse_option(invocation, "survey", "a survey's name");
    }
    if (wish->language && !language_tag_valid(wish->language)) {
        return refuse_option(invocation, "language", "a language tag like de or pt-BR");
    }
    const char *ref = wish->contact_ref;
    if (ref && (!*ref || strlen(ref) > CONTACT_REF_BYTES_MAX || text_has_control(ref, false))) {
        return refuse_option(invocation, "contact", "1 to 200 bytes without control characters");
    }
    return EXIT_SUCCESS;
}

static bool fill_contact(const struct wish *wish, struct contact *contact) {
    struct uuid id = uuid_new();
    char fresh[UUID_TEXT_SIZE];
    uuid_format(&id, fresh);
    contact->ref = strdup(wish->contact_ref ? wish->contact_ref : fresh);
    contact->language = wish->language ? strdup(wish->language) : NULL;
    return contact->ref && (!wish->language || contact->language);
}

/* Makes the invitation, or finds the one there is for this contact; in report. */
static enum outcome make_invitation(struct db_connection *connection, const struct wish *wish,
                                    struct report *report) {
    CLEANUP(survey_clear) struct survey survey = SURVEY_DEFAULT;
    enum outcome outcome = load_survey(connection, wish->account_id, wish->survey, &survey);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    report->account_id = wish->account_id;
    if (!fill_contact(wish, &report->contact)) {
        return OUTCOME_FAILED;
    }
    snprintf(report->source, sizeof report->source, "cli");
    report->reported_at_us = time_now_us();
    report->contact.solved_at_us = report->reported_at_us;
    report->survey = &survey;
    outcome = settle_reports_at_once(connection, REPORT_ROLLUP_SLOT, report, 1, false);
    report->survey = NULL;
    return outcome;
}

static enum outcome print_link(struct db_connection *connection, const char *public_url,
                               const struct invitation *invitation) {
    struct signing_key_list list;
    enum outcome outcome = load_signing_keys(connection, &list);
    if (outcome != OUTCOME_OK || list.count == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome;
    }
    char token[TOKEN_TEXT_SIZE];
    struct token signed_for = {TOKEN_ANSWERS, invitation->account_id, invitation->id};
    token_sign(&list.keys[0], &signed_for, token);
    printf("%s/s/%s\n", public_url, token);
    if (invitation->expires_at_us < time_now_us()) {
        fprintf(stderr, "understood: this link has expired: the contact was invited before\n");
    }
    return OUTCOME_OK;
}

/* OUTCOME_NOT_FOUND: there is no such survey, or no secret for its links. */
static enum outcome print_signed_link(struct db_connection *connection, const char *public_url,
                                      const struct wish *wish) {
    struct link_secrets secrets;
    enum outcome outcome = load_link_secrets(connection, wish->account_id, wish->survey, &secrets);
    if (outcome != OUTCOME_OK || secrets.count == 0) {
        return outcome == OUTCOME_OK ? OUTCOME_NOT_FOUND : outcome;
    }
    struct uuid id = uuid_new();
    char fresh[UUID_TEXT_SIZE];
    uuid_format(&id, fresh);
    struct link_param params[2] = {{"contact", wish->contact_ref ? wish->contact_ref : fresh},
                                   {"language", wish->language}};
    size_t count = wish->language ? 2 : 1;
    CLEANUP(text_clear) struct text canonical = {0};
    link_append_canonical(&(struct link_address){wish->account_id, wish->survey, params, count},
                          &canonical);
    if (canonical.failed) {
        return OUTCOME_FAILED;
    }
    char signature[LINK_SIGNATURE_SIZE];
    link_sign(canonical.bytes, secrets.secrets[0].secret, signature);
    printf("%s%s&" LINK_SIGNATURE_NAME "=%s\n", public_url, canonical.bytes, signature);
    return OUTCOME_OK;
}

static enum outcome print_invitation_link(struct db_connection *connection, const char *public_url,
                                          const struct wish *wish) {
    CLEANUP(report_clear) struct report report = REPORT_NONE;
    enum outcome outcome = make_invitation(connection, wish, &report);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it does not see CLEANUP */
    return outcome == OUTCOME_OK ? print_link(connection, public_url, &report.invitation) : outcome;
}

enum outcome print_sample_link(struct db_connection *connection, const char *public_url) {
    const struct wish wish = {.account_id = 1, .survey = "understood"};
    return print_invitation_link(connection, public_url, &wish);
}

static void say_why_not(enum outcome outcome, const struct wish *wish) {
    const char *not_found = wish->with_signature
                                ? "that survey is not there, or has no link secret yet: POST "
                                  "/v1/surveys/{survey}/link-secret makes one"
                                : "that account has no such survey";
    fprintf(stderr, "understood: %s\n",
            outcome == OUTCOME_NOT_FOUND ? not_found : "the database could not do it (see above)");
}

int run_link(const struct invocation *invocation) {
    struct wish wish;
    int status = read_wish(invocation, &wish);
    if (status != EXIT_SUCCESS) {
        return status;
    }
    char public_url[PUBLIC_URL_SIZE];
    if (!find_public_url(&invocation->config, invocation->config.http.listen, public_url)) {
        refuse_without_public_url();
        return EXIT_FAILURE;
    }
    CLEANUP(database_close) struct database database = {0};
    if (!database_open(&database, &invocation->config, 1)) {
        return EXIT_FAILURE;
    }
    CLEANUP(db_release) struct db_connection *connection = db_acquire(database.db);
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    if (connection) {
        outcome = wish.with_signature ? print_signed_link(connection, public_url, &wish)
                                      : print_invitation_link(connection, public_url, &wish);
    }
    if (outcome != OUTCOME_OK) {
        say_why_not(outcome, &wish);
    }
    return outcome == OUTCOME_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
