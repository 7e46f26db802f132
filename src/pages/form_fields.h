/* One question as the survey's form shows it. */
#ifndef PAGES_FORM_FIELDS_H
#define PAGES_FORM_FIELDS_H

#include <stddef.h>

#include "pages/form_answers.h"
#include "pages/page.h"

#define FORM_LINK_SIZE (sizeof "#." + FIELD_NAME_SIZE + EXTRA_NAME_BYTES_MAX)

/* Appends the survey's question at position, filled in and with its mistake. One that is not always
 * asked is hidden by the page's style until it applies; where the browser cannot, it says when it
 * does. */
void append_form_field(struct text *text, const struct page *page,
                       const struct form_answers *filled, size_t position);

/* The link to a question's first input: "#csat-1". */
void format_form_link(const struct survey_question *asked, char link[FORM_LINK_SIZE]);

#endif
