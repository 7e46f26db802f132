#include "base/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES  (256U << 10)
#define WINDOW_BYTES (FEED_RECORD_BYTES_MAX + PIECE_BYTES)

bool feed_init(struct feed *feed, byte_source *source, void *context) {
    *feed = (struct feed){.source = source, .context = context, .line = 1};
    feed->bytes = malloc(WINDOW_BYTES);
    return feed->bytes != NULL;
}

void feed_clear(struct feed *feed) {
    free(feed->bytes);
    *feed = (struct feed){0};
}

static void move_to_front(struct feed *feed) {
    memmove(feed->bytes, feed->bytes + feed->start, feed->end - feed->start);
    feed->end -= feed->start;
    feed->start = 0;
}

bool feed_more(struct feed *feed) {
    if (feed->ended || feed->failed || feed->end - feed->start >= FEED_RECORD_BYTES_MAX) {
        return false;
    }
    if (WINDOW_BYTES - feed->end < PIECE_BYTES) {
        move_to_front(feed);
    }
    ssize_t count;
    do {
        count = feed->source(feed->context, feed->bytes + feed->end, PIECE_BYTES);
    } while (count < 0 && errno == EINTR);
    feed->error = count < 0 ? errno : 0;
    feed->failed = count < 0;
    feed->ended = count == 0;
    feed->end += count > 0 ? (size_t)count : 0;
    return count > 0;
}

const char *feed_at(struct feed *feed, size_t offset) {
    while (feed->end - feed->start <= offset) {
        if (!feed_more(feed)) {
            return NULL;
        }
    }
    return feed->bytes + feed->start + offset;
}

void feed_skip(struct feed *feed, size_t length) {
    const char *at = feed->bytes + feed->start;
    const char *end = at + length;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        feed->line++;
        at++;
    }
    feed->start += length;
}

bool feed_line(struct feed *feed, size_t *length, size_t *line_end) {
    size_t searched = 0;
    const char *found = NULL;
    while (!found) {
        const char *bytes = feed_at(feed, searched);
        if (!bytes) {
            break;
        }
        size_t there = feed->end - feed->start;
        found = memchr(bytes, '\n', there - searched);
        searched = found ? (size_t)(found - (feed->bytes + feed->start)) : there;
    }
    if (!found && (searched == 0 || !feed->ended)) {
        return false;
    }
    bool carriage = searched > 0 && feed->bytes[feed->start + searched - 1] == '\r';
    *length = searched - carriage;
    *line_end = (size_t)(found != NULL) + carriage;
    return true;
}

size_t feed_cut_line(struct feed *feed) {
    size_t length = feed->end - feed->start;
    feed->start = feed->end;
    feed->cut = true;
    return length;
}

void feed_end_cut(struct feed *feed) {
    while (feed->cut && feed_at(feed, 0)) {
        const char *bytes = feed->bytes + feed->start;
        size_t there = feed->end - feed->start;
        const char *found = memchr(bytes, '\n', there);
        feed->cut = !found;
        feed_skip(feed, found ? (size_t)(found - bytes) + 1 : there);
    }
}

bool feed_skip_mark(struct feed *feed) {
    static const char mark[] = "\xef\xbb\xbf";
    const char *second = feed_at(feed, 1);
    const char *first = feed->bytes + feed->start;
    if (!second) {
        return true;
    }
    if (memcmp(first, "\xff\xfe", 2) == 0 || memcmp(first, "\xfe\xff", 2) == 0 ||
        memcmp(first, "\0", 1) == 0) {
        return false;
    }
    if (feed_at(feed, 2) && memcmp(feed->bytes + feed->start, mark, 3) == 0) {
        feed->start += 3;
    }
    return true;
}
