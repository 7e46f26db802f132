/* When links were opened and what they preselected: evidence against mail scanners. */
#ifndef STORE_PAGE_VIEW_H
#define STORE_PAGE_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/uuid.h"
#include "domain/preselection.h"
#include "store/db.h"

#define PAGE_VIEWS_BATCH_MAX 128

struct page_view {
    int64_t account_id;
    struct uuid invitation_id;
    struct uuid id;
    int64_t viewed_at_us;
    char preselected[PRESELECTION_TEXT_SIZE]; /* "understood=yes", or "" */
};

struct view_summary {
    int64_t first_viewed_at_us; /* TIME_NONE when never */
    int burst_values;           /* different preselected answers near one instant */
};

/* Stores 1..PAGE_VIEWS_BATCH_MAX views; those stored before are left alone. */
enum outcome store_page_views(struct db_connection *connection, const struct page_view views[],
                              size_t count);

/* Everything known about one invitation's links; the burst is counted within BURST_WINDOW_US
 * before and after around_us. */
enum outcome load_view_summary(struct db_connection *connection, int64_t account_id,
                               const struct uuid *invitation_id, int64_t around_us,
                               struct view_summary *summary);

/* Removes at most limit of an account's views older than before_us; *removed says how many. */
enum outcome remove_page_views(struct db_connection *connection, int64_t account_id,
                               int64_t before_us, int limit, int64_t *removed);

#endif
