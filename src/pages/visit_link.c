/* Links that a helpdesk's template makes without asking us; see domain/link.h. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "base/time.h"
#include "pages/visit.h"
#include "store/link_secret.h"
#include "store/signing_key.h"
#include "store/survey_cache.h"

_Static_assert(LINK_PARAMS_MAX == QUERY_PARAMS_MAX, "a query's parameters are a link's");

/* One link on its way to being a visit. */
struct opening {
    struct app *app;
    struct visit *visit;
    struct link_param params[LINK_PARAMS_MAX];
    struct link_address address; /* lends params */
    const char *signature;       /* NULL: the link has none */
    size_t signature_count;
};

/* False unless the path names an account in the one way that is signed. */
static bool read_address(const struct request *request, struct opening *opening) {
    const char *account = request_path_param(request, "account");
    char again[24];
    struct link_address *address = &opening->address;
    if (!parse_int(account, 1, INT64_MAX, &address->account_id)) {
        return false;
    }
    snprintf(again, sizeof again, "%lld", (long long)address->account_id);
    address->survey = request_path_param(request, "survey");
    address->params = opening->params;
    for (; address->count < request->query_count; address->count++) {
        const struct request_param *given = &request->query[address->count];
        opening->params[address->count] = (struct link_param){given->name, given->value};
        if (strcmp(given->name, LINK_SIGNATURE_NAME) == 0) {
            opening->signature = given->value;
            opening->signature_count++;
        }
    }
    return strcmp(account, again) == 0;
}

/* Nothing of the parameters is believed, or looked up, before this says who vouches for them. */
static enum outcome check_signature(struct opening *opening, const char *canonical) {
    struct visit *visit = opening->visit;
    if (opening->signature_count == 0) {
        visit->source = SOURCE_LINK_UNVERIFIED;
        return visit->survey->unsigned_links ? OUTCOME_OK : OUTCOME_NOT_FOUND;
    }
    visit->source = SOURCE_LINK;
    bool good = opening->signature_count == 1 &&
                link_secrets_signed(survey_cache_link_secrets(visit->survey), time_now_us(),
                                    canonical, opening->signature);
    return good ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

/* The link as it came, in its own order: the first agent is the primary one. */
static void write_address(struct opening *opening) {
    const struct link_address *address = &opening->address;
    struct visit *visit = opening->visit;
    text_append_format(&visit->path, "/l/%lld/%s", (long long)address->account_id, address->survey);
    text_append_char(&visit->query, '?');
    link_append_params(address->params, address->count, &visit->query);
}

/* A number of one's own for each contact and kind of link, which nobody can guess: what an
 * invitation's id is for others. */
static enum outcome identify(struct opening *opening) {
    const struct visit *visit = opening->visit;
    struct signing_key key;
    if (!signing_keys_current(opening->app->signing_keys, &key)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(text_clear) struct text name = {0};
    text_append_format(&name, "link visit %s %lld %s ", visit->source, (long long)visit->account_id,
                       visit->survey->name);
    text_append(&name, visit->contact.ref);
    if (name.failed) {
        return OUTCOME_UNAVAILABLE;
    }
    unsigned char *bytes = opening->visit->id.bytes;
    crypto_generichash(bytes, UUID_BYTES, (const unsigned char *)name.bytes, name.length,
                       key.secret, SIGNING_SECRET_BYTES);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x80); /* a UUID of version 8 (RFC 9562 5.8) */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    return OUTCOME_OK;
}

static enum outcome read_contact(struct opening *opening) {
    struct visit *visit = opening->visit;
    int64_t now_us = time_now_us();
    if (!link_read(&opening->address, now_us, &visit->contact, &visit->expires_at_us,
                   &visit->fault)) {
        return OUTCOME_UNAVAILABLE;
    }
    bool told = visit->contact.solved_at_us != now_us;
    visit->sent_at_us = told ? visit->contact.solved_at_us : TIME_NONE;
    return visit->fault.detail ? OUTCOME_OK : identify(opening);
}

static enum outcome find_link(struct opening *opening, const struct request *request) {
    struct visit *visit = opening->visit;
    if (!read_address(request, opening)) {
        return OUTCOME_NOT_FOUND;
    }
    visit->account_id = opening->address.account_id;
    enum outcome outcome = survey_cache_get(opening->app->survey_cache, visit->account_id,
                                            opening->address.survey, true, &visit->survey);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    CLEANUP(text_clear) struct text canonical = {0};
    link_append_canonical(&opening->address, &canonical);
    if (canonical.failed) {
        return OUTCOME_UNAVAILABLE;
    }
    outcome = check_signature(opening, canonical.bytes);
    if (outcome == OUTCOME_OK) {
        write_address(opening);
        outcome = read_contact(opening);
    }
    return outcome;
}

void visit_open_link(struct app *app, const struct request *request, struct visit *visit) {
    *visit = VISIT_NONE;
    visit->maybe_answered = true;
    visit->change = "/change";
    if (request->query_objection) {
        visit->fault = (struct link_fault){"the query", request->query_objection};
        visit_settle(app, request, OUTCOME_OK, visit);
        return;
    }
    struct opening opening = {.app = app, .visit = visit};
    visit_settle(app, request, find_link(&opening, request), visit);
}
