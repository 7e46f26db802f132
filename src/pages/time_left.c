#include "pages/time_left.h"

#include "base/time.h"

#define US_PER_HOUR    (3600 * US_PER_SECOND)
#define US_FOR_READING (600 * US_PER_SECOND)

const struct counted_text *time_left_text(int64_t left_us, const struct counted_text *days,
                                          const struct counted_text *hours, unsigned *count) {
    int64_t whole_days = (left_us + US_FOR_READING) / US_PER_DAY;
    int64_t whole_hours = left_us / US_PER_HOUR;
    *count = (unsigned)(whole_days > 0 ? whole_days : whole_hours);
    if (whole_days > 0) {
        return days;
    }
    return whole_hours > 0 ? hours : NULL;
}
