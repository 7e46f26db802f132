/* What the parameters of a link say: whose contact it is, and until when it may be answered. */
#ifndef DOMAIN_LINK_CONTACT_H
#define DOMAIN_LINK_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/contact.h"
#include "domain/link.h"

/* The first mistake found in a link; detail is NULL when there is none. Both static. */
struct link_fault {
    const char *parameter;
    const char *detail; /* "is missing" */
};

/*
 * Reads contact (required), agent (repeatable, primary first), team, channel, reason, language,
 * customer, email, name, solved (RFC 3339 or unix seconds; else now) and exp (unix seconds), each
 * but agent at most once; what is empty is as if absent, but for contact and exp. Others are passed
 * over. Goes on past a fault, so that *contact has what is sound. expires_at_us is INT64_MAX
 * without exp. False when out of memory; the caller clears *contact, which was CONTACT_NONE.
 */
bool link_read(const struct link_address *address, int64_t now_us, struct contact *contact,
               int64_t *expires_at_us, struct link_fault *fault);

#endif
