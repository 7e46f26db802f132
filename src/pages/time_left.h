/* How long something still works, as people say it. */
#ifndef PAGES_TIME_LEFT_H
#define PAGES_TIME_LEFT_H

#include <stdint.h>

#include "pages/locale.h"

/*
 * days with *count the whole days left, or hours below one day; NULL below one hour. What lacks a
 * few minutes to a whole day counts as one: seven days are still seven when the page is shown.
 */
const struct counted_text *time_left_text(int64_t left_us, const struct counted_text *days,
                                          const struct counted_text *hours, unsigned *count);

#endif
