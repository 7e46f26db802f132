#ifndef STORE_INVITATION_LIST_H
#define STORE_INVITATION_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "store/db.h"
#include "store/object_key.h"

/* What became of invitations, as it is shown: as kept, but for these. */
enum verdict_shown {
    SHOWN_ANY = -1,
    SHOWN_ANSWERED = VERDICT_BOUNCED + 1, /* whatever is kept of them */
    SHOWN_EXPIRED,                        /* sent or created, and not answered in time */
};

struct invitation_filter {
    int64_t account_id;
    const char *survey;           /* NULL: any */
    const char *contact_ref;      /* NULL: any */
    int verdict;                  /* enum verdict: not answered, not expired; or verdict_shown */
    enum skip_reason skip_reason; /* SKIP_NONE: any */
    int64_t now_us;               /* when what expires has expired */
    int64_t before_us;            /* created before this, */
    struct uuid before_id;        /* or at it with a smaller id; TIME_NONE: from the newest on */
};

struct invitation_list {
    struct invitation *invitations; /* owned */
    size_t count;
};

/* The newest first, at most limit of them. The caller clears *list either way. */
enum outcome list_invitations_before(struct db_connection *connection,
                                     const struct invitation_filter *filter, size_t limit,
                                     struct invitation_list *list);

/* Those of the keys that are there, in any order. The caller clears *list either way. */
enum outcome load_invitations_with_keys(struct db_connection *connection,
                                        const struct object_key keys[], size_t count,
                                        struct invitation_list *list);

void invitation_list_clear(struct invitation_list *list);

#endif
