#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t clock_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t time_now_us(void) {
    return clock_us(CLOCK_REALTIME);
}

int64_t time_monotonic_us(void) {
    return clock_us(CLOCK_MONOTONIC);
}

void time_format(int64_t time_us, char text[TIME_TEXT_SIZE]) {
    int64_t seconds = time_us / US_PER_SECOND;
    int64_t fraction = time_us % US_PER_SECOND;
    if (fraction < 0) {
        fraction += US_PER_SECOND;
        seconds--;
    }
    time_t whole = (time_t)seconds;
    struct tm parts;
    gmtime_r(&whole, &parts);
    size_t length = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    if (fraction) {
        snprintf(text + length, TIME_TEXT_SIZE - length, ".%06dZ", (int)fraction);
    } else {
        snprintf(text + length, TIME_TEXT_SIZE - length, "Z");
    }
}

/* Reads exactly count digits; advances *at past them. */
static bool read_digits(const char **at, int count, int *value) {
    int result = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        result = result * 10 + (**at - '0');
    }
    *value = result;
    return true;
}

static bool read_mark(const char **at, const char *marks) {
    if (**at == '\0' || !strchr(marks, **at)) {
        return false;
    }
    (*at)++;
    return true;
}

static bool read_date(const char **at, struct tm *parts) {
    if (!read_digits(at, 4, &parts->tm_year) || !read_mark(at, "-") ||
        !read_digits(at, 2, &parts->tm_mon) || !read_mark(at, "-") ||
        !read_digits(at, 2, &parts->tm_mday)) {
        return false;
    }
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = parts->tm_year;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1900 || parts->tm_mon < 1 || parts->tm_mon > 12 || parts->tm_mday < 1 ||
        parts->tm_mday > days[parts->tm_mon - 1] + (leap && parts->tm_mon == 2)) {
        return false;
    }
    parts->tm_year -= 1900;
    parts->tm_mon -= 1;
    return true;
}

static bool read_clock(const char **at, struct tm *parts) {
    return read_digits(at, 2, &parts->tm_hour) && read_mark(at, ":") &&
           read_digits(at, 2, &parts->tm_min) && read_mark(at, ":") &&
           read_digits(at, 2, &parts->tm_sec) && parts->tm_hour < 24 && parts->tm_min < 60 &&
           parts->tm_sec < 60;
}

/* An optional fraction of a second; digits past the sixth are read and dropped. */
static bool read_fraction(const char **at, int64_t *fraction_us) {
    *fraction_us = 0;
    if (**at != '.') {
        return true;
    }
    (*at)++;
    int64_t unit = US_PER_SECOND / 10;
    const char *first = *at;
    for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10) {
        *fraction_us += (**at - '0') * unit;
    }
    return *at > first;
}

static bool read_offset(const char **at, int64_t *offset_s) {
    *offset_s = 0;
    if (read_mark(at, "Zz")) {
        return true;
    }
    int sign = **at == '-' ? -1 : 1;
    int hours;
    int minutes;
    if (!read_mark(at, "+-") || !read_digits(at, 2, &hours) || !read_mark(at, ":") ||
        !read_digits(at, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *offset_s = sign * (INT64_C(3600) * hours + INT64_C(60) * minutes);
    return true;
}

bool time_parse(const char *text, int64_t *time_us) {
    struct tm parts = {0};
    const char *at = text;
    int64_t fraction_us = 0;
    int64_t offset_s = 0;
    if (!read_date(&at, &parts)) {
        return false;
    }
    if (*at != '\0' && (!read_mark(&at, "Tt ") || !read_clock(&at, &parts) ||
                        !read_fraction(&at, &fraction_us) || !read_offset(&at, &offset_s))) {
        return false;
    }
    if (*at != '\0') {
        return false;
    }
    *time_us = ((int64_t)timegm(&parts) - offset_s) * US_PER_SECOND + fraction_us;
    return true;
}
