/* One handled interaction, as its helpdesk named it: the immutable snapshot taken when it was
 * solved. */
#ifndef DOMAIN_CONTACT_H
#define DOMAIN_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGENTS_MAX              8
#define CONTACT_REF_BYTES_MAX   200
#define DIMENSION_BYTES_MAX     100 /* an agent, a team, a channel, a reason */
#define CUSTOMER_TEXT_BYTES_MAX 320
#define EMAIL_LOCAL_BYTES_MAX   64
#define HANDLED_S_NONE          (-1)
#define CREDIT_AMOUNT_NONE      INT64_MIN

struct contact {
    char *ref;                /* owned, as all the texts; NULL only before it is filled */
    char *agents[AGENTS_MAX]; /* primary first, each once */
    size_t agent_count;
    char *team;
    char *channel;
    char *reason;
    char *language; /* BCP 47 */
    char *customer_ref;
    char *customer_email;
    char *customer_name;
    int64_t solved_at_us;
    int64_t opened_at_us;        /* TIME_NONE when not known */
    int handled_s;               /* HANDLED_S_NONE when not known */
    int64_t credit_amount_milli; /* thousandths of the account's currency, or CREDIT_AMOUNT_NONE */
};

#define CONTACT_NONE                                                                               \
    ((struct contact){.solved_at_us = INT64_MIN,                                                   \
                      .opened_at_us = INT64_MIN,                                                   \
                      .handled_s = HANDLED_S_NONE,                                                 \
                      .credit_amount_milli = CREDIT_AMOUNT_NONE})

void contact_clear(struct contact *contact);

/* False when out of memory; *copy is then untouched. */
bool contact_copy(const struct contact *contact, struct contact *copy);

/* Gives target what snapshot knows; what snapshot does not know, target keeps. False when out of
 * memory; target is then untouched. */
bool contact_prefer(struct contact *target, const struct contact *snapshot);

/* Why text is no email address, or NULL. Coarse on purpose: whether mail arrives only sending
 * tells. */
const char *email_objection(const char *text);

/* True when mail readers may make a link of a customer's name ("www.shop.example", "https:..", an
 * address): whoever opens a ticket in another's name chooses it, and must not write into their
 * mail. "J. R. Smith" is none. */
bool name_invites_a_click(const char *name);

#endif
