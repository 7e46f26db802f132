#include "api/hook_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

#define MILLISECONDS_FROM 1e11 /* as seconds the year 5138 */
#define UNIX_MAX_MS       4e14
#define EXACT_MAX         1e15
#define NUMBER_TEXT_SIZE  40
#define TIME_BYTES_MAX    40

bool hook_is_scalar(const json_t *value) {
    return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
}

bool hook_is_there(const json_t *value) {
    return value && !json_is_null(value) &&
           !(json_is_string(value) && text_is_blank(json_string_value(value)));
}

static void write_number(const json_t *number, char text[NUMBER_TEXT_SIZE]) {
    double real = json_real_value(number);
    if (json_is_integer(number)) {
        snprintf(text, NUMBER_TEXT_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(number));
    } else if (fabs(real) < EXACT_MAX && real == floor(real)) {
        snprintf(text, NUMBER_TEXT_SIZE, "%.0f", real);
    } else {
        snprintf(text, NUMBER_TEXT_SIZE, "%.15g", real);
    }
}

/* C0, DEL and (in UTF-8 the bytes c2 80 to c2 9f) C1 become blanks. */
static void blank_controls(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            at[0] = ' ';
            at[1] = ' ';
        } else if (at[0] < 0x20 || at[0] == 0x7f) {
            at[0] = ' ';
        }
    }
}

/* Takes the blanks around it away. */
static void trim(char *text) {
    size_t start = strspn(text, " ");
    size_t length = strlen(text + start);
    while (length > 0 && text[start + length - 1] == ' ') {
        length--;
    }
    memmove(text, text + start, length);
    text[length] = '\0';
}

/* A NUL inside becomes a blank too: what follows it is not lost unseen. */
static char *clean(const char *text, size_t length) {
    char *copy = malloc(length + 1);
    if (!copy) {
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        copy[i] = ' ';
        if (text[i]) {
            copy[i] = text[i];
        }
    }
    copy[length] = '\0';
    blank_controls(copy);
    trim(copy);
    return copy;
}

char *hook_text(const json_t *scalar) {
    char number[NUMBER_TEXT_SIZE];
    if (json_is_string(scalar)) {
        return clean(json_string_value(scalar), json_string_length(scalar));
    }
    if (json_is_boolean(scalar)) {
        return strdup(json_is_true(scalar) ? "true" : "false");
    }
    write_number(scalar, number);
    return strdup(number);
}

bool hook_equal(const json_t *one, const json_t *other) {
    char *here = hook_text(one);
    char *there = hook_text(other);
    bool equal = here && there && strcmp(here, there) == 0;
    free(here);
    free(there);
    return equal;
}

static bool unix_time(double number, int64_t *time_us) {
    if (!(number >= 0 && number < UNIX_MAX_MS)) {
        return false;
    }
    *time_us = number < MILLISECONDS_FROM ? llround(number * 1e6) : llround(number * 1e3);
    return true;
}

/* "2026-11-28 10:00 +0100" as "2026-11-28T10:00:00+01:00"; what is not like that is left to
 * time_parse to refuse. */
static void complete_time(const char *text, char time[TIME_BYTES_MAX + 8]) {
    size_t clock = 11 + strspn(text + 11, "0123456789:.");
    const char *zone = text + clock + strspn(text + clock, " ");
    bool colonless = strchr("+-", *zone) && strlen(zone) == 5 && !strchr(zone, ':');
    int length = snprintf(time, TIME_BYTES_MAX, "%.10sT%.*s%s", text, (int)(clock - 11), text + 11,
                          clock == 16 ? ":00" : "");
    if (strcmp(zone, "UTC") == 0) {
        zone = "Z";
    }
    char *end = time + length;
    size_t room = (size_t)(TIME_BYTES_MAX + 8 - length);
    if (colonless) {
        snprintf(end, room, "%.3s:%s", zone, zone + 3);
    } else {
        snprintf(end, room, "%s", zone);
    }
}

static bool text_time(const char *text, int64_t *time_us) {
    char time[TIME_BYTES_MAX + 8];
    size_t length = strlen(text);
    if (length > 0 && length <= 16 && strspn(text, "0123456789.") == length) {
        char *end;
        double number = strtod(text, &end);
        return *end == '\0' && unix_time(number, time_us);
    }
    if (length < 17 || length > TIME_BYTES_MAX - 4) {
        return false; /* a day alone says nothing of the hour */
    }
    if (time_parse(text, time_us)) {
        return true;
    }
    complete_time(text, time);
    return time_parse(time, time_us);
}

bool hook_time(const json_t *scalar, int64_t *time_us) {
    if (json_is_number(scalar)) {
        return unix_time(json_number_value(scalar), time_us);
    }
    char *text = json_is_string(scalar) ? hook_text(scalar) : NULL;
    bool read = text && text_time(text, time_us);
    free(text);
    return read;
}
