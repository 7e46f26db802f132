#include "pages/invitation_url.h"

#include "store/signing_key.h"

static bool write_url(struct app *app, const struct invitation *invitation,
                      enum token_purpose purpose, struct text *url) {
    char token[TOKEN_TEXT_SIZE];
    struct token signed_for = {purpose, invitation->account_id, invitation->id};
    if (!signing_keys_sign(app->signing_keys, &signed_for, token)) {
        return false;
    }
    text_append_format(url, "%s/%s/%s", app->public_url, purpose == TOKEN_OPTS_OUT ? "u" : "s",
                       token);
    return !url->failed;
}

bool invitation_write_url(struct app *app, const struct invitation *invitation, struct text *url) {
    return write_url(app, invitation, TOKEN_ANSWERS, url);
}

bool invitation_write_opt_out_url(struct app *app, const struct invitation *invitation,
                                  struct text *url) {
    return write_url(app, invitation, TOKEN_OPTS_OUT, url);
}
