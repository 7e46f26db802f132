#include "domain/invitation.h"

#include <stdlib.h>
#include <string.h>

void invitation_clear(struct invitation *invitation) {
    contact_clear(&invitation->contact);
    free(invitation->mail_error);
    *invitation = INVITATION_NONE;
}

bool invitation_copy(const struct invitation *invitation, struct invitation *copy) {
    struct invitation made = *invitation;
    made.contact = CONTACT_NONE;
    made.mail_error = invitation->mail_error ? strdup(invitation->mail_error) : NULL;
    if ((invitation->mail_error && !made.mail_error) ||
        !contact_copy(&invitation->contact, &made.contact)) {
        free(made.mail_error);
        return false;
    }
    *copy = made;
    return true;
}
