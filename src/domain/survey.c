#include "domain/survey.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"

static const char *const text_names[SURVEY_TEXTS] = {
    [SURVEY_TEXT_INTRO] = "intro",
    [SURVEY_TEXT_THANK_YOU] = "thank_you",
    [SURVEY_TEXT_UNDERSTOOD] = "understood",
    [SURVEY_TEXT_CSAT] = "csat",
    [SURVEY_TEXT_NPS] = "nps",
    [SURVEY_TEXT_CES] = "ces",
    [SURVEY_TEXT_COMMENT] = "comment",
    [SURVEY_TEXT_UNDERSTOOD_YES] = "understood_yes",
    [SURVEY_TEXT_UNDERSTOOD_PARTLY] = "understood_partly",
    [SURVEY_TEXT_UNDERSTOOD_NO] = "understood_no",
    [SURVEY_TEXT_CSAT_LOW] = "csat_low",
    [SURVEY_TEXT_CSAT_HIGH] = "csat_high",
    [SURVEY_TEXT_NPS_LOW] = "nps_low",
    [SURVEY_TEXT_NPS_HIGH] = "nps_high",
    [SURVEY_TEXT_CES_LOW] = "ces_low",
    [SURVEY_TEXT_CES_HIGH] = "ces_high",
    [SURVEY_TEXT_SUBJECT] = "subject",
};

static void language_clear(struct survey_language *language) {
    for (size_t i = 0; i < SURVEY_TEXTS; i++) {
        free(language->texts[i]);
    }
    for (size_t i = 0; i < language->own_count; i++) {
        free(language->own[i].question);
        free(language->own[i].choice);
        free(language->own[i].text);
    }
    free(language->own);
}

void survey_clear(struct survey *survey) {
    for (size_t i = 0; i < survey->language_count; i++) {
        language_clear(&survey->languages[i]);
    }
    for (size_t i = 0; i < survey->question_count; i++) {
        free(survey->questions[i].choices);
    }
    free(survey->languages);
    free(survey->display_name);
    *survey = SURVEY_DEFAULT;
}

/* The place of name among names, or count. */
static size_t find_name(const char *const names[], size_t count, const char *name) {
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

const char *survey_text_name(enum survey_text text) {
    return text_names[text];
}

bool survey_text_from_name(const char *name, enum survey_text *text) {
    size_t found = find_name(text_names, SURVEY_TEXTS, name);
    if (found == SURVEY_TEXTS) {
        return false;
    }
    *text = (enum survey_text)found;
    return true;
}

const char *survey_name_objection(const char *name) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strlen(name);
    bool sane = length > 0 && length <= SURVEY_NAME_BYTES_MAX && strspn(name, allowed) == length &&
                name[0] != '_' && name[0] != '-';
    return sane ? NULL
                : "must be 1 to 64 of a-z, 0-9, _ and -, the first of them a letter or a digit";
}

/* The length of the ASCII letters (and, past the first subtag, digits) that start text. */
static size_t subtag_length(const char *text, bool first) {
    size_t length = 0;
    while (isascii((unsigned char)text[length]) &&
           (isalpha((unsigned char)text[length]) ||
            (!first && isdigit((unsigned char)text[length])))) {
        length++;
    }
    return length;
}

bool language_tag_valid(const char *language) {
    size_t length = subtag_length(language, true);
    if (strlen(language) > LANGUAGE_BYTES_MAX || length < 2 || length > 8) {
        return false;
    }
    const char *at = language + length;
    while (*at == '-') {
        length = subtag_length(at + 1, false);
        if (length < 1 || length > 8) {
            return false;
        }
        at += 1 + length;
    }
    return *at == '\0';
}

const char *language_objection(const char *text) {
    return language_tag_valid(text) ? NULL : "is not a language tag such as \"de\" or \"pt-BR\"";
}

bool survey_asks(const struct survey *survey, enum question question, bool *required) {
    size_t i = 0;
    while (i < survey->question_count && survey->questions[i].question != question) {
        i++;
    }
    bool asked = i < survey->question_count;
    if (asked && required) {
        *required = survey->questions[i].required;
    }
    return asked;
}

const struct survey_question *survey_find_question(const struct survey *survey, const char *name) {
    for (size_t i = 0; i < survey->question_count; i++) {
        if (strcmp(survey_question_name(&survey->questions[i]), name) == 0) {
            return &survey->questions[i];
        }
    }
    return NULL;
}

bool survey_question_applies(const struct survey *survey, const struct survey_question *asked,
                             const struct answers *answers) {
    int rating = answers_rating(answers, survey->questions[0].question);
    return !asked->when || (rating != RATING_NONE && asked->when >> rating & 1);
}

void survey_drop_inapplicable(const struct survey *survey, struct answers *answers) {
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct survey_question *asked = &survey->questions[i];
        if (!survey_question_applies(survey, asked, answers)) {
            answers_drop(answers, asked);
        }
    }
}

/* A guess at how long people think about one. */
static unsigned question_seconds(const struct survey_question *asked) {
    if (asked->when) {
        return 0;
    }
    if (question_ratings(asked->question)) {
        return 3;
    }
    if (asked->question == QUESTION_CHOICE) {
        return 5;
    }
    return asked->required ? 20 : 0;
}

unsigned survey_seconds(const struct survey *survey) {
    unsigned seconds = 1;
    for (size_t i = 0; i < survey->question_count; i++) {
        seconds += question_seconds(&survey->questions[i]);
    }
    return (seconds + 9) / 10 * 10;
}

static const struct survey_language *language_of(const struct survey *survey, const char *language,
                                                 size_t length) {
    for (size_t i = 0; i < survey->language_count; i++) {
        const struct survey_language *own = &survey->languages[i];
        if (strlen(own->language) == length && strncasecmp(own->language, language, length) == 0) {
            return own;
        }
    }
    return NULL;
}

const char *survey_text(const struct survey *survey, const char *language, enum survey_text text) {
    const struct survey_language *exact = language_of(survey, language, strlen(language));
    const struct survey_language *primary = language_of(survey, language, strcspn(language, "-"));
    const char *found = exact ? exact->texts[text] : NULL;
    return found || !primary ? found : primary->texts[text];
}

static bool own_text_is(const struct own_text *own, const char *question, const char *choice) {
    return strcmp(own->question, question) == 0 &&
           (choice ? own->choice && strcmp(own->choice, choice) == 0 : !own->choice);
}

/* True when language, unless NULL, has the text. */
static bool find_own_text(const struct survey_language *language, const char *question,
                          const char *choice, struct own_words *words) {
    for (size_t i = 0; language && i < language->own_count; i++) {
        if (own_text_is(&language->own[i], question, choice)) {
            *words = (struct own_words){language->own[i].text, language->language};
            return true;
        }
    }
    return false;
}

struct own_words survey_own_text(const struct survey *survey, const char *const languages[2],
                                 const char *question, const char *choice) {
    struct own_words words = {choice ? choice : question, NULL};
    const char *const preferred[] = {languages[0], languages[1], "en"};
    for (size_t i = 0; i < COUNT(preferred); i++) {
        const char *language = preferred[i];
        size_t primary = strcspn(language, "-");
        if (find_own_text(language_of(survey, language, strlen(language)), question, choice,
                          &words) ||
            find_own_text(language_of(survey, language, primary), question, choice, &words)) {
            return words;
        }
    }
    for (size_t i = 0; i < survey->language_count; i++) {
        if (find_own_text(&survey->languages[i], question, choice, &words)) {
            break;
        }
    }
    return words;
}

bool color_parse(const char *text, unsigned *color) {
    size_t length = strlen(text);
    if (text[0] != '#' || (length != 4 && length != 7) ||
        strspn(text + 1, "0123456789abcdefABCDEF") != length - 1) {
        return false;
    }
    unsigned value = (unsigned)strtoul(text + 1, NULL, 16);
    if (length == 4) { /* #rgb is short for #rrggbb */
        value = ((value & 0xf00) << 8 | (value & 0x0f0) << 4 | (value & 0x00f)) * 0x11;
    }
    *color = value;
    return true;
}

void color_format(unsigned color, char text[COLOR_TEXT_SIZE]) {
    snprintf(text, COLOR_TEXT_SIZE, "#%06x", color & COLOR_WHITE);
}

/* One channel 0..255 of sRGB as linear light. */
static double linear(unsigned channel) {
    double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(unsigned color) {
    return 0.2126 * linear(color >> 16 & 0xff) + 0.7152 * linear(color >> 8 & 0xff) +
           0.0722 * linear(color & 0xff);
}

double color_contrast(unsigned one, unsigned other) {
    double first = luminance(one);
    double second = luminance(other);
    double lighter = first > second ? first : second;
    double darker = first > second ? second : first;
    return (lighter + 0.05) / (darker + 0.05);
}
