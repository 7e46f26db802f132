/* The contact of a request body, by table: shared by responses and invitations. */
#ifndef API_CONTACT_FIELDS_H
#define API_CONTACT_FIELDS_H

#include "api/fields.h"
#include "domain/contact.h"
#include "domain/report.h"

/* Reads {ref, agents, team, channel, reason, language, customer: {ref, email, name}, solved_at,
 * opened_at, handled_s, credit_amount} into a struct contact that was CONTACT_NONE. */
extern const struct field_table contact_table;

struct reported_contact {
    struct contact contact;
    enum report_event event;
};

/* The same with "event": "solved", "reopened" or "changed", into a struct reported_contact. */
extern const struct field_table reported_contact_table;

struct past_contact {
    struct reported_contact reported;
    char source[SOURCE_BYTES_MAX + 1];
};

/* The same with "source", into a struct past_contact; what else the list of contacts tells of one
 * is passed over. */
extern const struct field_table past_contact_table;

/* What the table cannot see: a solving before the opening, a solving in the future. solved_at
 * defaults to now_us. pointer is the contact's own ("/contact"). */
void complete_contact(struct contact *contact, int64_t now_us, const char *pointer,
                      struct mistakes *mistakes);

#endif
