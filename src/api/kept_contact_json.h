/* A contact as it is kept, as the API shows it. */
#ifndef API_KEPT_CONTACT_JSON_H
#define API_KEPT_CONTACT_JSON_H

#include "base/text.h"
#include "domain/kept_contact.h"
#include "store/invitation_list.h"

/* {ref, agents, ..., source, recorded_at, reopened_at, reassigned_at, repeat: {ref, at,
 * same_reason}}; what is not known is left out. */
void kept_contact_append_json(struct text *text, const struct kept_contact *kept);

/* The same with "invitations": what became of the wish to ask its customer. */
void contact_with_invitations_append_json(struct text *text, const struct kept_contact *kept,
                                          const struct invitation_list *invitations);

#endif
