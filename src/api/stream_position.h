/* The ids of a live stream's events: how far a client has come in its account's feed. Opaque to it.
 */
#ifndef API_STREAM_POSITION_H
#define API_STREAM_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "store/event.h"

#define STREAM_ID_SIZE 80 /* with the NUL */

struct stream_position {
    struct feed_position feed;
    int64_t at_us; /* when it was told, to the second */
};

void stream_position_format(const struct stream_position *position, char id[STREAM_ID_SIZE]);

/* Leaves *position alone unless all of text is one of our ids. */
bool stream_position_parse(const char *text, struct stream_position *position);

#endif
