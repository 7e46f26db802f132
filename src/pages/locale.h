/* The texts that ship with the program, one set per language, from config/locales/. */
#ifndef PAGES_LOCALE_H
#define PAGES_LOCALE_H

#include <stddef.h>

#include "base/text.h"
#include "pages/plural.h"

/* The keys of a locale file: a language is one file and nothing else. Placeholders stand in braces:
 * {answer}, {count}, {name}, {subject}, {address}. */
#define LOCALE_TEXTS(TEXT)                                                                         \
    TEXT(language) /* BCP 47: "en" */                                                              \
    TEXT(name)                                                                                     \
    TEXT(direction)   /* "ltr" or "rtl" */                                                         \
    TEXT(number_1234) /* how 1234 is written: "1,234" */                                           \
    TEXT(question_understood)                                                                      \
    TEXT(understood_yes)                                                                           \
    TEXT(understood_partly)                                                                        \
    TEXT(understood_no)                                                                            \
    TEXT(question_csat)                                                                            \
    TEXT(csat_low)                                                                                 \
    TEXT(csat_high)                                                                                \
    TEXT(question_nps)                                                                             \
    TEXT(nps_low)                                                                                  \
    TEXT(nps_high)                                                                                 \
    TEXT(question_ces)                                                                             \
    TEXT(ces_low)                                                                                  \
    TEXT(ces_high)                                                                                 \
    TEXT(question_comment)                                                                         \
    TEXT(optional)                                                                                 \
    TEXT(choose_one)  /* above a choice of one */                                                  \
    TEXT(choose_many) /* of several */                                                             \
    TEXT(only_if)     /* {answer}: to the first question, for this one to be asked */              \
    TEXT(comment_hint)                                                                             \
    TEXT(page_intro)                                                                               \
    TEXT(page_chosen) /* {answer} */                                                               \
    TEXT(page_send)                                                                                \
    TEXT(field_trap) /* the label of the hidden field that only machines fill */                   \
    TEXT(thanks_title)                                                                             \
    TEXT(thanks_text)                                                                              \
    TEXT(thanks_change)                                                                            \
    TEXT(confirm_title)                                                                            \
    TEXT(confirm_text)                                                                             \
    TEXT(confirm_send)                                                                             \
    TEXT(confirm_change)                                                                           \
    TEXT(expired_title)                                                                            \
    TEXT(expired_text)                                                                             \
    TEXT(closed_title)                                                                             \
    TEXT(closed_text)                                                                              \
    TEXT(link_wrong_title)                                                                         \
    TEXT(link_wrong_text)                                                                          \
    TEXT(answered_title)                                                                           \
    TEXT(answered_text)                                                                            \
    TEXT(survey_closed_title) /* the survey takes no more answers */                               \
    TEXT(survey_closed_text)                                                                       \
    TEXT(not_found_title)                                                                          \
    TEXT(not_found_text)                                                                           \
    TEXT(unavailable_title)                                                                        \
    TEXT(unavailable_text)                                                                         \
    TEXT(opt_out_title)                                                                            \
    TEXT(opt_out_text) /* {address} */                                                             \
    TEXT(opt_out_button)                                                                           \
    TEXT(opted_out_title)                                                                          \
    TEXT(opted_out_text) /* {address} */                                                           \
    TEXT(opt_out_undo)                                                                             \
    TEXT(opt_out_undone_title)                                                                     \
    TEXT(opt_out_undone_text) /* {address} */                                                      \
    TEXT(opt_out_failed_text)                                                                      \
    TEXT(error_prefix)                                                                             \
    TEXT(error_summary)                                                                            \
    TEXT(error_required)                                                                           \
    TEXT(error_required_text) /* of a text, where the former is of a choice */                     \
    TEXT(error_unknown)                                                                            \
    TEXT(error_stale)                                                                              \
    TEXT(email_subject)                                                                            \
    TEXT(email_greeting) /* {name} */                                                              \
    TEXT(email_greeting_unnamed)                                                                   \
    TEXT(email_intro)                                                                              \
    TEXT(email_button_yes)                                                                         \
    TEXT(email_button_partly)                                                                      \
    TEXT(email_button_no)                                                                          \
    TEXT(email_open)                                                                               \
    TEXT(email_footer)                                                                             \
    TEXT(email_reminder_subject) /* {subject} */                                                   \
    TEXT(email_reminder_intro)   /* in place of email_intro */                                     \
    TEXT(email_unsubscribe)

/* Those with a {count}: an object of one form for each plural that the language has. */
#define LOCALE_COUNTED_TEXTS(TEXT)                                                                 \
    TEXT(page_seconds)                                                                             \
    TEXT(thanks_days)                                                                              \
    TEXT(thanks_hours)                                                                             \
    TEXT(email_days)                                                                               \
    TEXT(email_hours)                                                                              \
    TEXT(error_text_long)

struct counted_text {
    const char *forms[PLURALS]; /* by plural; NULL where the language has none */
};

struct locale {
#define LOCALE_FIELD(key) const char *key;
    LOCALE_TEXTS(LOCALE_FIELD)
#undef LOCALE_FIELD
#define LOCALE_FIELD(key) struct counted_text key;
    LOCALE_COUNTED_TEXTS(LOCALE_FIELD)
#undef LOCALE_FIELD
    const char *plural_rules[PLURALS]; /* as in plural.h; the file's "plurals" */
};

/* Reads the embedded files, once; ends the program when one of them is not whole. Every other
 * function here calls it, so calling it at the start only moves the time. */
void locales_load(void);

/* All of them, in the order of their language tags. */
const struct locale *locales_all(size_t *count);

/* The locale of a BCP 47 tag in any case, falling back to its primary language (de-AT, zh-Hant);
 * NULL when there is none. tag may be NULL. */
const struct locale *locale_find(const char *tag);

/* The same, but English when there is none. Never NULL. */
const struct locale *locale_or_english(const char *tag);

/*
 * The best for an Accept-Language header (RFC 9110 12.5.4, lookup as in RFC 4647 3.4), the first of
 * equals. "*" is English, unless the header names that itself. English when none fits or accept is
 * NULL.
 */
const struct locale *locale_negotiate(const char *accept);

/* Appends template with its {placeholder} replaced by value, as plain text. */
void locale_append(struct text *text, const char *template, const char *value);

/* The same with both escaped for HTML. */
void locale_append_html(struct text *text, const char *template, const char *value);

/* Appends number as the language writes it, in Western digits. */
void locale_append_number(struct text *text, const struct locale *locale, unsigned number);

/* Appends the form of counted that count needs, {count} being the number, as plain text. */
void locale_append_counted(struct text *text, const struct locale *locale,
                           const struct counted_text *counted, unsigned count);

/* The same escaped for HTML. */
void locale_append_counted_html(struct text *text, const struct locale *locale,
                                const struct counted_text *counted, unsigned count);

#endif
