/* An invitation as the API shows it. */
#ifndef API_INVITATION_JSON_H
#define API_INVITATION_JSON_H

#include <stdbool.h>

#include "base/text.h"
#include "domain/invitation.h"
#include "pages/email_block.h"

/* What depends on who asks and when; what is NULL is left out. */
struct invitation_view {
    bool would_be;                      /* it is not there, and has no id: a dry run */
    bool without_contact;               /* it is shown as the contact's own */
    const char *url;                    /* NULL: not for whoever asks */
    const char *verdict;                /* "created", "existing", "answered", ... */
    const char *skip_reason;            /* of "skipped" */
    const char *invitation_verdict;     /* the invitation's own, when verdict is that of a report */
    const char *invitation_skip_reason; /* of it */
    const struct email_block *email;
};

/* {id, survey, contact, url, created_at, expires_at, ..., verdict, reason, email}; what is not
 * known is left out. */
void invitation_append_json(struct text *text, const struct invitation *invitation,
                            const struct invitation_view *view);

/* "answered", "expired" when it was sent, or handed out, and waits for its answer no longer; else
 * as it is kept. */
const char *invitation_verdict(const struct invitation *invitation, int64_t now_us);

/* Why nobody was asked, or NULL. */
const char *invitation_skip_reason(const struct invitation *invitation);

/* True when its link may be shown to keys that may write: nobody else was kept from using it. */
bool invitation_shows_url(const struct invitation *invitation);

#endif
