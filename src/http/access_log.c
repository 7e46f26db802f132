#include "http/access_log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"

#define FLUSH_MS         100
#define BUFFER_BYTES_MAX (4U << 20)
#define WAKE_BYTES       (256U << 10)

struct access_buffer {
    struct access_log *log;
    pthread_mutex_t lock;
    struct text lines;
};

struct access_log {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    atomic_ulong dropped;
    unsigned buffer_count;
    struct access_buffer buffers[];
};

/* A pipe takes what it can; a log that cannot be written must not stop the service. */
static void write_all(const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, length);
        if (written <= 0) {
            return;
        }
        bytes += written;
        length -= (size_t)written;
    }
}

/* Swaps the lines out under the lock, so that no http thread waits for the write. */
static void flush(struct access_buffer *buffer, struct text *spare) {
    pthread_mutex_lock(&buffer->lock);
    struct text lines = buffer->lines;
    buffer->lines = *spare;
    pthread_mutex_unlock(&buffer->lock);
    write_all(lines.bytes, lines.length);
    lines.length = 0;
    lines.failed = false;
    *spare = lines;
}

static struct timespec next_flush(void) {
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_nsec += FLUSH_MS * 1000000L;
    if (when.tv_nsec >= 1000000000L) {
        when.tv_nsec -= 1000000000L;
        when.tv_sec++;
    }
    return when;
}

static void *write_lines(void *context) {
    struct access_log *log = context;
    struct text spare = {.bytes_max = BUFFER_BYTES_MAX};
    bool last = false;
    while (!last) {
        pthread_mutex_lock(&log->lock);
        if (!log->stopping) {
            struct timespec when = next_flush();
            pthread_cond_timedwait(&log->wake, &log->lock, &when);
        }
        last = log->stopping;
        pthread_mutex_unlock(&log->lock);
        for (unsigned i = 0; i < log->buffer_count; i++) {
            flush(&log->buffers[i], &spare);
        }
    }
    text_clear(&spare);
    return NULL;
}

struct access_log *access_log_start(unsigned buffer_count) {
    struct access_log *log = calloc(1, sizeof *log + buffer_count * sizeof log->buffers[0]);
    if (!log) {
        return NULL;
    }
    log->buffer_count = buffer_count;
    for (unsigned i = 0; i < buffer_count; i++) {
        pthread_mutex_init(&log->buffers[i].lock, NULL);
        log->buffers[i].log = log;
        log->buffers[i].lines.bytes_max = BUFFER_BYTES_MAX;
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&log->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&log->lock, NULL);
    if (pthread_create(&log->thread, NULL, write_lines, log) != 0) {
        free(log);
        return NULL;
    }
    return log;
}

struct access_buffer *access_log_buffer(struct access_log *log, unsigned number) {
    return &log->buffers[number];
}

static void append_field(struct text *lines, const char *name, const char *value) {
    text_append(lines, name);
    text_append(lines, value);
}

/* Values hold no quotes nor control bytes: ids are checked, methods are tokens, routes are ours. */
static void append_line(struct text *lines, const struct access_record *record) {
    char now[TIME_TEXT_SIZE];
    time_format(time_now_us(), now);
    append_field(lines, "{\"time\":\"", now);
    append_field(lines, "\",\"level\":\"info\",\"message\":\"request\",\"request_id\":\"",
                 record->request_id);
    if (*record->trace_id) {
        append_field(lines, "\",\"trace_id\":\"", record->trace_id);
    }
    if (*record->client) {
        append_field(lines, "\",\"client\":\"", record->client);
    }
    append_field(lines, "\",\"method\":\"", record->method);
    append_field(lines, "\",\"route\":\"", record->route);
    text_append(lines, "\",\"status\":");
    text_append_int(lines, record->status);
    text_append(lines, ",\"bytes\":");
    text_append_int(lines, (int64_t)record->answer_bytes);
    text_append(lines, ",\"duration_us\":");
    text_append_int(lines, record->duration_us);
    text_append(lines, "}\n");
}

void access_log_note(struct access_buffer *buffer, const struct access_record *record) {
    pthread_mutex_lock(&buffer->lock);
    struct text *lines = &buffer->lines;
    size_t before = lines->length;
    append_line(lines, record);
    if (lines->failed) {
        lines->failed = false;
        lines->length = before;
        atomic_fetch_add(&buffer->log->dropped, 1);
    }
    bool wake = before < WAKE_BYTES && lines->length >= WAKE_BYTES;
    pthread_mutex_unlock(&buffer->lock);
    if (wake) {
        pthread_cond_signal(&buffer->log->wake);
    }
}

uint64_t access_log_dropped(const struct access_log *log) {
    return atomic_load(&log->dropped);
}

void access_log_stop(struct access_log *log) {
    pthread_mutex_lock(&log->lock);
    log->stopping = true;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->thread, NULL);
    for (unsigned i = 0; i < log->buffer_count; i++) {
        pthread_mutex_destroy(&log->buffers[i].lock);
        text_clear(&log->buffers[i].lines);
    }
    pthread_cond_destroy(&log->wake);
    pthread_mutex_destroy(&log->lock);
    free(log);
}
