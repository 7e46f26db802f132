#include "domain/invitation.h"

void invitation_clear(struct invitation *invitation) {
    contact_clear(&invitation->contact);
    *invitation = INVITATION_NONE;
}
