/* The secrets that sign a survey's links: the newest, and for a time the one before it. */
#ifndef STORE_LINK_SECRET_H
#define STORE_LINK_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/link.h"
#include "store/db.h"

#define LINK_SECRETS_MAX 2

struct link_secret {
    char secret[LINK_SECRET_SIZE];
    int64_t created_at_us;
    int64_t valid_until_us; /* TIME_NONE: the newest */
};

/* The newest first; also such as are past their time. */
struct link_secrets {
    struct link_secret secrets[LINK_SECRETS_MAX];
    size_t count;
};

/* None is no failure. */
enum outcome load_link_secrets(struct db_connection *connection, int64_t account_id,
                               const char *survey, struct link_secrets *secrets);

/*
 * Makes a new secret. The one that was the newest stays valid until previous_until_us, older ones
 * end at once. *secrets is then what is valid. OUTCOME_NOT_FOUND: the account has no such survey.
 */
enum outcome rotate_link_secret(struct db_connection *connection, int64_t account_id,
                                const char *survey, int64_t previous_until_us,
                                struct link_secrets *secrets);

/* True when one of the secrets that is valid at now_us signed canonical; see link_signed_with. */
bool link_secrets_signed(const struct link_secrets *secrets, int64_t now_us, const char *canonical,
                         const char *signature);

#endif
