/* Webhooks as they came in, for inspection, and so that the same one counts once. */
#ifndef STORE_HOOK_DELIVERY_H
#define STORE_HOOK_DELIVERY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"
#include "domain/hook_delivery.h"
#include "domain/vote.h"
#include "store/db.h"

#define DELIVERY_HASH_BYTES 32
#define REFUSED_KEPT        100 /* of each source */
#define REFUSED_PER_MINUTE  60  /* are kept at most: strangers must not make us write */

struct hook_delivery {
    int64_t account_id;
    struct uuid id;
    char source[SOURCE_BYTES_MAX + 1];
    unsigned char hash[DELIVERY_HASH_BYTES]; /* of what makes it the same again */
    int64_t received_at_us;
    enum delivery_outcome outcome;
    json_t *detail;    /* owned; an object, or NULL */
    char *contact_ref; /* owned; or NULL */
    char *body;        /* owned; the raw bytes; NULL unless load_delivery found them */
    size_t body_length;
    int repeats; /* how often the same came again */
};

void webhook_delivery_clear(struct hook_delivery *delivery);

/*
 * In the transaction that settles it: makes the row of a new delivery, with body, unmapped until
 * finish_delivery, or finds that the same was there before, waiting for whoever settles it. Then
 * *first is false, and delivery is what it became, with one more repeat. One that was unmapped is
 * to be tried again: the mapping may have been mended since; *first is true, and its id the old
 * one.
 */
enum outcome claim_delivery(struct db_connection *connection, struct hook_delivery *delivery,
                            const char *body, size_t length, bool *first);

/* The id of the source's latest delivery that said event ("reopened") of a contact, or as it was:
 * none did. */
enum outcome find_delivery_event(struct db_connection *connection,
                                 const struct hook_delivery *delivery, const char *contact_ref,
                                 const char *event, struct uuid *id);

/* Notes outcome, detail and contact_ref. */
enum outcome finish_delivery(struct db_connection *connection,
                             const struct hook_delivery *delivery);

/* Notes a delivery that was not verified, without its body; the source's oldest such go. */
enum outcome store_refused_delivery(struct db_connection *connection,
                                    const struct hook_delivery *delivery);

/* True in *known when a contact of that name was recorded. */
enum outcome delivery_knows_contact(struct db_connection *connection, int64_t account_id,
                                    const char *contact_ref, bool *known);

/* With its body; the caller clears it. */
enum outcome load_delivery(struct db_connection *connection, int64_t account_id, const char *source,
                           const struct uuid *id, struct hook_delivery *delivery);

struct delivery_filter {
    int64_t account_id;
    const char *source;
    const char *outcome;     /* NULL: all */
    const char *contact_ref; /* NULL: all */
    int64_t before_us;       /* TIME_NONE: from the newest on */
    struct uuid before_id;
};

struct delivery_list {
    struct hook_delivery *deliveries; /* owned */
    size_t count;
};

/* Newest first, without bodies, at most limit. The caller clears *list either way. */
enum outcome list_deliveries_before(struct db_connection *connection,
                                    const struct delivery_filter *filter, size_t limit,
                                    struct delivery_list *list);

void delivery_list_clear(struct delivery_list *list);

/* One step of at most limit rows: those received before before_us, then those beyond the newest
 * `keep` of a source. *removed says how many. */
enum outcome remove_deliveries(struct db_connection *connection, int64_t account_id,
                               int64_t before_us, int limit, int64_t *removed);
enum outcome bound_deliveries(struct db_connection *connection, int64_t account_id, int64_t keep,
                              int limit, int64_t *removed);

/* One step of at most limit rows of a source that is to go. */
enum outcome empty_deliveries(struct db_connection *connection, int64_t account_id,
                              const char *source, int limit, int64_t *removed);

#endif
