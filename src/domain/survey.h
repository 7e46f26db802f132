/* What is asked: the questions, their texts per language, the rules. */
#ifndef DOMAIN_SURVEY_H
#define DOMAIN_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/invite_rules.h"
#include "domain/question.h"
#include "domain/vote.h"

#define LANGUAGE_BYTES_MAX         35 /* of a BCP 47 tag */
#define SURVEY_LANGUAGES_MAX       64
#define SURVEY_TEXT_BYTES_MAX      1000
#define SURVEY_DISPLAY_BYTES_MAX   100
#define EXPIRES_AFTER_DAYS_DEFAULT 30
#define EXPIRES_AFTER_DAYS_MAX     365
#define EDIT_WINDOW_DAYS_DEFAULT   7
#define EDIT_WINDOW_DAYS_MAX       365
#define ACCENT_COLOR_DEFAULT       0x1d4ed8U
#define ACCENT_CONTRAST_MIN        4.5 /* WCAG 2.2 success criterion 1.4.3 */
#define COLOR_WHITE                0xffffffU
#define COLOR_TEXT_SIZE            8 /* "#1d4ed8" and the NUL */

/* Texts a survey may override per language; each has the name of a locale's text. */
enum survey_text {
    SURVEY_TEXT_INTRO,
    SURVEY_TEXT_THANK_YOU,
    SURVEY_TEXT_UNDERSTOOD, /* the questions themselves */
    SURVEY_TEXT_CSAT,
    SURVEY_TEXT_NPS,
    SURVEY_TEXT_CES,
    SURVEY_TEXT_COMMENT,
    SURVEY_TEXT_UNDERSTOOD_YES, /* scale labels */
    SURVEY_TEXT_UNDERSTOOD_PARTLY,
    SURVEY_TEXT_UNDERSTOOD_NO,
    SURVEY_TEXT_CSAT_LOW,
    SURVEY_TEXT_CSAT_HIGH,
    SURVEY_TEXT_NPS_LOW,
    SURVEY_TEXT_NPS_HIGH,
    SURVEY_TEXT_CES_LOW,
    SURVEY_TEXT_CES_HIGH,
    SURVEY_TEXT_SUBJECT, /* of the mail; one line */
    SURVEY_TEXTS,
};

/* The text of one of the survey's own questions, or of one of its choices. */
struct own_text {
    char *question; /* owned, as all here */
    char *choice;   /* NULL: the question's */
    char *text;
};

struct survey_language {
    char language[LANGUAGE_BYTES_MAX + 1]; /* BCP 47 */
    char *texts[SURVEY_TEXTS];             /* owned; NULL: the locale's */
    struct own_text *own;                  /* owned */
    size_t own_count;
};

struct survey {
    int64_t account_id;
    char name[SURVEY_NAME_BYTES_MAX + 1];
    int revision;
    struct survey_question questions[SURVEY_QUESTIONS_MAX]; /* in the order they are asked */
    size_t question_count;
    bool archived;          /* takes no invitations and no answers any more */
    int expires_after_days; /* an invitation, counted from its creation */
    bool unsigned_links;    /* takes answers by links that nobody signed, and counts them apart */
    int edit_window_days;   /* an answer may be changed, counted from its first confirmed vote */
    struct invite_rules invite;
    unsigned accent_color;             /* 0xRRGGBB; readable under white text and on white */
    char *display_name;                /* owned; NULL when there is none */
    struct survey_language *languages; /* owned */
    size_t language_count;
    int64_t created_at_us;
    int64_t updated_at_us;
};

/* Nameless, with every default: understood, csat, nps (required) and comment. */
#define SURVEY_DEFAULT                                                                             \
    ((struct survey){.questions = {{QUESTION_UNDERSTOOD, .required = true},                        \
                                   {QUESTION_CSAT, .required = true},                              \
                                   {QUESTION_NPS, .required = true},                               \
                                   {QUESTION_COMMENT, .required = false}},                         \
                     .question_count = 4,                                                          \
                     .expires_after_days = EXPIRES_AFTER_DAYS_DEFAULT,                             \
                     .edit_window_days = EDIT_WINDOW_DAYS_DEFAULT,                                 \
                     .invite = INVITE_RULES_DEFAULT,                                               \
                     .accent_color = ACCENT_COLOR_DEFAULT})

void survey_clear(struct survey *survey);

/* "intro", "thank_you", "understood", ..., "subject". */
const char *survey_text_name(enum survey_text text);
bool survey_text_from_name(const char *name, enum survey_text *text);

/* Why name cannot name a survey, or NULL. */
const char *survey_name_objection(const char *name);

/* True for what looks like a BCP 47 tag: "de", "pt-BR", "zh-Hant-TW". */
bool language_tag_valid(const char *language);

/* Why text is no such tag, or NULL. */
const char *language_objection(const char *text);

/* True when survey asks question; then *required, unless NULL, says whether the page insists. */
bool survey_asks(const struct survey *survey, enum question question, bool *required);

/* The question of that name, one of the survey's own or not, or NULL. Lent. */
const struct survey_question *survey_find_question(const struct survey *survey, const char *name);

/* True when asked is to be answered by someone who answered the first question like this. */
bool survey_question_applies(const struct survey *survey, const struct survey_question *asked,
                             const struct answers *answers);

/* Takes out the answers to questions that do not apply. */
void survey_drop_inapplicable(const struct survey *survey, struct answers *answers);

/* About how many seconds answering takes, in tens. Texts that may be left out, and what is asked of
 * some customers only, do not count. */
unsigned survey_seconds(const struct survey *survey);

/*
 * The survey's own text in language (compared without case), else in its primary language ("pt"
 * for "pt-BR"), else NULL: then the locale's text counts. Lent.
 */
const char *survey_text(const struct survey *survey, const char *language, enum survey_text text);

struct own_words {
    const char *text;     /* lent */
    const char *language; /* lent; of the text, NULL for a bare name */
};

/*
 * What one of the survey's own questions, or (unless NULL) one of its choices, is called: in
 * language, in its primary language, the same for the other one, in English, in any language, else
 * its name.
 */
struct own_words survey_own_text(const struct survey *survey, const char *const languages[2],
                                 const char *question, const char *choice);

/* Reads "#rrggbb" or "#rgb"; leaves *color alone unless text is one. */
bool color_parse(const char *text, unsigned *color);
void color_format(unsigned color, char text[COLOR_TEXT_SIZE]);

/* Contrast ratio 1..21 of two 0xRRGGBB colours (WCAG 2.2, "contrast ratio", "relative luminance").
 */
double color_contrast(unsigned one, unsigned other);

#endif
