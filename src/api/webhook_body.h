/* What a request says of a webhook: read, checked, and put into one. */
#ifndef API_WEBHOOK_BODY_H
#define API_WEBHOOK_BODY_H

#include <jansson.h>
#include <stdbool.h>

#include "api/mistakes.h"
#include "app.h"
#include "base/outcome.h"
#include "clients/webhook_url.h"
#include "http/request.h"
#include "store/webhook.h"

#define WEBHOOK_HEADER_KEPT "***" /* in place of a header's value: the one there is */

struct webhook_body {
    bool is_new;           /* of a webhook that is to be made; set by the caller */
    char *url;             /* owned, as all texts */
    char *description;     /* or NULL */
    const json_t *events;  /* lent */
    const json_t *headers; /* lent; or NULL */
    bool active;
    char *secret; /* or NULL */
    unsigned event_mask;
    struct webhook_url parts;
};

/*
 * Reads the request's body into *body, which the caller clears, and its mistakes into *mistakes.
 * What the API shows of a webhook and nobody can set is passed over. May wait for name servers;
 * OUTCOME_UNAVAILABLE: they could not be asked.
 */
enum outcome webhook_body_read(struct app *app, const struct request *request,
                               struct webhook_body *body, struct mistakes *mistakes);

/* Gives webhook, as it is there or new, what body says, but the secret. Headers that are to be kept
 * and are not there are mistakes. False when out of memory, or when there are any. */
bool webhook_body_apply(const struct webhook_body *body, struct webhook *webhook,
                        struct mistakes *mistakes);

/* The body's secret, or one that is made. False when out of memory. */
bool webhook_body_give_secret(const struct webhook_body *body, struct webhook *webhook);

void webhook_body_clear(struct webhook_body *body);

/* A member "secret" that is no text: the fields' words would quote it. */
void take_secret_that_is_no_text(json_t *body, struct mistakes *mistakes);

/* Frees a secret, or NULL, and leaves nothing of it. */
void free_secret_text(char *secret);

#endif
