/* HTML from templates that know where a value lands: the only way outside text gets onto a page. */
#ifndef PAGES_HTML_H
#define PAGES_HTML_H

#include "base/text.h"

/*
 * Appends template, a literal fragment of HTML, with each %s replaced by the next argument, escaped
 * for the place it stands in: element content, a quoted attribute, or a link (href, action), which
 * becomes "#" unless it starts with / or #. A value anywhere else (in a tag, an unquoted attribute,
 * a style) ends the program: that is a mistake in the template. NULL counts as "".
 */
void html(struct text *text, const char *template, ...) __attribute__((format(printf, 2, 3)));

#endif
