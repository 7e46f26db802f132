/* The member "invite" of a survey's definition, in and out. */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "store/survey_json.h"
#include "store/survey_reading.h"

#define INVITE "/invite"
#define WINDOW "/invite/window"

/* A whole number in min..max; what is absent stays as it is. */
static void read_number(struct reading *reading, const json_t *invite, const char *name, int max,
                        int *number) {
    const json_t *value = json_object_get(invite, name);
    json_int_t read = json_integer_value(value);
    if (!value) {
        return;
    }
    if (!json_is_integer(value) || read < 0 || read > max) {
        char detail[80];
        snprintf(detail, sizeof detail, "must be a whole number from 0 to %d", max);
        reading_object(reading, INVITE, name, detail);
        return;
    }
    *number = (int)read;
}

static bool read_time(struct reading *reading, const json_t *window, const char *name,
                      int *minute) {
    const json_t *value = json_object_get(window, name);
    const char *text = json_string_value(value);
    if (value && (!text || !day_minute_parse(text, minute))) {
        reading_object(reading, WINDOW, name, "must be a time of day like \"08:00\"");
        return false;
    }
    return true;
}

static void read_weekday(struct reading *reading, const json_t *value, size_t index,
                         unsigned *weekdays) {
    char pointer[POINTER_BYTES_MAX];
    snprintf(pointer, sizeof pointer, WINDOW "/weekdays/%zu", index);
    const char *name = json_string_value(value);
    int weekday = name ? weekday_from_name(name) : -1;
    if (weekday < 0) {
        reading_object(reading, pointer, NULL,
                       "must be \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\" or \"sun\"");
    } else if (*weekdays >> weekday & 1) {
        reading_object(reading, pointer, NULL, "is there twice");
    } else {
        *weekdays |= 1U << weekday;
    }
}

static void read_weekdays(struct reading *reading, const json_t *value, unsigned *weekdays) {
    size_t count = json_array_size(value);
    if (!value) {
        return;
    }
    if (!json_is_array(value) || count == 0 || count > (size_t)2 * WEEKDAYS) {
        reading_object(reading, WINDOW, "weekdays", "must be an array of 1 to 7 weekdays");
        return;
    }
    *weekdays = 0;
    for (size_t i = 0; i < count; i++) {
        read_weekday(reading, json_array_get(value, i), i, weekdays);
    }
}

static void read_window(struct reading *reading, const json_t *json, struct send_window *window) {
    static const char *const known[] = {"from", "to", "weekdays"};
    if (!json) {
        return;
    }
    if (!json_is_object(json)) {
        reading_object(reading, WINDOW, NULL, "must be an object with from, to and weekdays");
        return;
    }
    bool sound = read_time(reading, json, "from", &window->from_minute);
    sound &= read_time(reading, json, "to", &window->to_minute);
    if (sound && window->from_minute >= window->to_minute) {
        reading_object(reading, WINDOW, "to", "must lie after from; the latest is \"24:00\"");
    }
    read_weekdays(reading, json_object_get(json, "weekdays"), &window->weekdays);
    reading_object_to_unknown(reading, json, WINDOW, known, COUNT(known));
}

static void read_reminder(struct reading *reading, const json_t *value, int *days) {
    const json_t *first = json_array_get(value, 0);
    json_int_t number = json_integer_value(first);
    if (!value) {
        return;
    }
    if (!json_is_array(value) || json_array_size(value) > 1) {
        reading_object(reading, INVITE, "reminder_days",
                       "must be an array of one number of days, or an empty one: nobody is "
                       "reminded twice");
    } else if (first &&
               (!json_is_integer(first) || number < 1 || number > INVITE_REMINDER_DAYS_MAX)) {
        reading_object(reading, INVITE "/reminder_days/0", NULL,
                       "must be a whole number of days from 1 to 30");
    } else {
        *days = first ? (int)number : INVITE_REMINDER_NONE;
    }
}

static void read_sample(struct reading *reading, const json_t *value, double *sample) {
    double share = json_number_value(value);
    if (!value) {
        return;
    }
    if (!json_is_number(value) || !(share >= 0 && share <= 1)) {
        reading_object(reading, INVITE, "sample",
                       "must be a number from 0 (nobody is asked) to 1 (everybody is)");
        return;
    }
    *sample = share;
}

void read_survey_invite(struct reading *reading, const json_t *value) {
    static const char *const known[] = {"delay_s", "window", "fatigue_days", "reminder_days",
                                        "sample"};
    struct invite_rules *rules = &reading->survey.invite;
    if (!json_is_object(value)) {
        reading_object(reading, INVITE, NULL, "must be an object");
        return;
    }
    read_number(reading, value, "delay_s", INVITE_DELAY_S_MAX, &rules->delay_s);
    read_window(reading, json_object_get(value, "window"), &rules->window);
    read_number(reading, value, "fatigue_days", INVITE_FATIGUE_DAYS_MAX, &rules->fatigue_days);
    read_reminder(reading, json_object_get(value, "reminder_days"), &rules->reminder_days);
    read_sample(reading, json_object_get(value, "sample"), &rules->sample);
    reading_object_to_unknown(reading, value, INVITE, known, COUNT(known));
}

static json_t *window_to_json(const struct send_window *window) {
    char from[DAY_MINUTE_TEXT_SIZE];
    char to[DAY_MINUTE_TEXT_SIZE];
    day_minute_format(window->from_minute, from);
    day_minute_format(window->to_minute, to);
    json_t *weekdays = json_array();
    for (int i = 0; i < WEEKDAYS; i++) {
        if (window->weekdays >> i & 1) {
            json_array_append_new(weekdays, json_string(weekday_name(i)));
        }
    }
    return json_pack("{s:s, s:s, s:o}", "from", from, "to", to, "weekdays", weekdays);
}

json_t *survey_invite_to_json(const struct invite_rules *rules) {
    json_t *reminders = json_array();
    if (rules->reminder_days != INVITE_REMINDER_NONE) {
        json_array_append_new(reminders, json_integer(rules->reminder_days));
    }
    bool whole = rules->sample == 0 || rules->sample == 1;
    json_t *sample = whole ? json_integer((json_int_t)rules->sample) : json_real(rules->sample);
    return json_pack("{s:i, s:o, s:i, s:o, s:o}", "delay_s", rules->delay_s, "window",
                     window_to_json(&rules->window), "fatigue_days", rules->fatigue_days,
                     "reminder_days", reminders, "sample", sample);
}
