/* One event per line on stderr, as JSON, written where its cause is known. Never a secret, token or
 * comment. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
};

/* What is below level is not written. */
void log_set_level(enum log_level level);

/* "error", "info" or "debug". */
void log_set_level_by_name(const char *name);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes line, a whole JSON object without its newline, in one write; for the access log. */
void log_json_line(const char *line);

#endif
