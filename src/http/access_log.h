/* One JSON line per request, written in batches by a thread of its own: no system call per request,
 * at most 100 ms late. */
#ifndef HTTP_ACCESS_LOG_H
#define HTTP_ACCESS_LOG_H

#include <stddef.h>
#include <stdint.h>

struct access_log;
struct access_buffer;

struct access_record {
    const char *request_id;
    const char *trace_id; /* "" when there is none */
    const char *client;   /* an address, or "" */
    const char *method;
    const char *route; /* its template, never the path: paths carry tokens */
    unsigned status;   /* 0 when the client went away before */
    size_t answer_bytes;
    int64_t duration_us;
};

/* Starts the writing thread, for buffer_count http threads; NULL when it cannot. */
struct access_log *access_log_start(unsigned buffer_count);

/* The buffer of one http thread; number < buffer_count. */
struct access_buffer *access_log_buffer(struct access_log *log, unsigned number);

/* Notes a request. When the log cannot be written fast enough lines are dropped and counted. */
void access_log_note(struct access_buffer *buffer, const struct access_record *record);

uint64_t access_log_dropped(const struct access_log *log);

/* Writes what is left and frees everything. */
void access_log_stop(struct access_log *log);

#endif
