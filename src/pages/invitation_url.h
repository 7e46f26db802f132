/* The links that an invitation's customer gets. */
#ifndef PAGES_INVITATION_URL_H
#define PAGES_INVITATION_URL_H

#include <stdbool.h>

#include "app.h"
#include "base/text.h"
#include "domain/invitation.h"

/* Both: false while there is no key to sign the link, or when out of memory. The caller clears url.
 */

/* The survey link. */
bool invitation_write_url(struct app *app, const struct invitation *invitation, struct text *url);

/* The link that opts out of mails like the invitation's. */
bool invitation_write_opt_out_url(struct app *app, const struct invitation *invitation,
                                  struct text *url);

#endif
