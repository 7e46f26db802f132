/* What both versions of the mail block are written from: the first question and its buttons. */
#ifndef PAGES_EMAIL_SOURCE_H
#define PAGES_EMAIL_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "domain/contact.h"
#include "domain/survey.h"
#include "pages/locale.h"

#define EMAIL_BUTTONS_MAX (NPS_MAX + 1)

struct email_button {
    char value[8];
    const char *label; /* lent; NULL: the value itself */
};

/* All lent. */
struct email_source {
    const struct survey *survey;
    const struct contact *contact;
    const struct locale *locale;
    const char *greeted; /* the customer's name, or NULL */
    const char *url;
    const struct counted_text *works_for; /* days or hours, or NULL */
    unsigned works_for_count;
    const char *intro;
    enum question question; /* the first */
    const char *question_text;
    const char *low; /* scale labels, or NULL */
    const char *high;
    struct email_button buttons[EMAIL_BUTTONS_MAX];
    size_t button_count;
};

/* The survey's own text in the contact's language, else of_locale. Lent. */
const char *email_text(const struct email_source *source, enum survey_text text,
                       const char *of_locale);

/* The first question of survey in the contact's language; works_for_us as in email_block.h. */
struct email_source email_source_for(const struct survey *survey, const struct contact *contact,
                                     const char *url, int64_t works_for_us);

#endif
