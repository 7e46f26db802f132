#include "api/stream_position.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define HEX            "0123456789abcdef"
#define HEX_DIGITS_MAX 16
#define SECONDS_MAX    (INT64_C(1) << 40)

/* "2f1-018f6b1e-....-6929a0c0": the transaction, the event, the second. */
void stream_position_format(const struct stream_position *position, char id[STREAM_ID_SIZE]) {
    char event[UUID_TEXT_SIZE];
    uuid_format(&position->feed.id, event);
    snprintf(id, STREAM_ID_SIZE, "%" PRIx64 "-%s-%" PRIx64, position->feed.transaction, event,
             (uint64_t)(position->at_us / US_PER_SECOND));
}

/* The number at *text, which moves past it; false when there is none, or it ends in something else
 * than end. */
static bool read_hex(const char **text, char end, uint64_t *number) {
    size_t digits = strspn(*text, HEX);
    if (digits == 0 || digits > HEX_DIGITS_MAX || (*text)[digits] != end) {
        return false;
    }
    *number = strtoull(*text, NULL, 16);
    *text += digits;
    return true;
}

bool stream_position_parse(const char *text, struct stream_position *position) {
    struct stream_position read;
    char event[UUID_TEXT_SIZE];
    uint64_t seconds;
    if (!read_hex(&text, '-', &read.feed.transaction) || strlen(text) < UUID_TEXT_SIZE) {
        return false;
    }
    snprintf(event, sizeof event, "%s", text + 1);
    text += UUID_TEXT_SIZE;
    if (!uuid_parse(event, &read.feed.id) || *text++ != '-' || !read_hex(&text, '\0', &seconds) ||
        seconds > SECONDS_MAX) {
        return false;
    }
    read.at_us = (int64_t)seconds * US_PER_SECOND;
    *position = read;
    return true;
}
