#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/time.h"

#define MESSAGE_BYTES_MAX 1024

static atomic_int max_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) {
    atomic_store(&max_level, (int)level);
}

void log_set_level_by_name(const char *name) {
    log_set_level(strcmp(name, "error") == 0   ? LOG_LEVEL_ERROR
                  : strcmp(name, "debug") == 0 ? LOG_LEVEL_DEBUG
                                               : LOG_LEVEL_INFO);
}

void log_json_line(const char *line) {
    struct iovec parts[] = {{(void *)line, strlen(line)}, {"\n", 1}};
    /* A log that cannot be written (disk full, closed pipe) must not stop the service. */
    ssize_t written = writev(STDERR_FILENO, parts, 2);
    (void)written;
}

/* Control and non-ASCII bytes would let outside text forge or break a line. */
static void make_printable(char *message) {
    for (char *at = message; *at; at++) {
        if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7f) {
            *at = *at == '\n' || *at == '\t' ? ' ' : '?';
        }
    }
}

static void log_line(enum log_level level, const char *name, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void log_line(enum log_level level, const char *name, const char *format, va_list args) {
    if ((int)level > atomic_load(&max_level)) {
        return;
    }
    char message[MESSAGE_BYTES_MAX];
    vsnprintf(message, sizeof message, format, args);
    make_printable(message);
    char now[TIME_TEXT_SIZE];
    time_format(time_now_us(), now);
    CLEANUP(text_clear) struct text line = {0};
    text_append_format(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", now, name);
    text_append_json(&line, message);
    text_append(&line, "}");
    if (!line.failed) {
        log_json_line(line.bytes);
    }
}

void log_error(const char *format, ...) {
    va_list args;
    va_start(args, format);
    log_line(LOG_LEVEL_ERROR, "error", format, args);
    va_end(args);
}

void log_info(const char *format, ...) {
    va_list args;
    va_start(args, format);
    log_line(LOG_LEVEL_INFO, "info", format, args);
    va_end(args);
}

void log_debug(const char *format, ...) {
    va_list args;
    va_start(args, format);
    log_line(LOG_LEVEL_DEBUG, "debug", format, args);
    va_end(args);
}
