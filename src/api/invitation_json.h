/* An invitation as the API shows it. */
#ifndef API_INVITATION_JSON_H
#define API_INVITATION_JSON_H

#include <stdbool.h>

#include "base/text.h"
#include "domain/invitation.h"
#include "pages/email_block.h"
#include "pages/invitation_url.h"

/* Of an answer to a request: the contact's invitation was there before. */
#define SHOWN_EXISTING "existing"

/* What depends on who asks and when. */
struct invitation_view {
    const char *url;                 /* NULL: not for whoever asks */
    const char *verdict;             /* "created", "existing", "answered", "expired" */
    const struct email_block *email; /* NULL: none */
};

/* {id, survey, contact, url, created_at, expires_at, ..., verdict, email}; what is not known is
 * left out. */
void invitation_append_json(struct text *text, const struct invitation *invitation,
                            const struct invitation_view *view);

/* "answered", "expired", or "created" when it still waits for its answer. */
const char *invitation_verdict(const struct invitation *invitation, int64_t now_us);

#endif
