/* One file of config/locales. */
#ifndef PAGES_LOCALE_FILE_H
#define PAGES_LOCALE_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "pages/locale.h"

/*
 * Fills *locale with texts borrowed from json, the file's content. It has each key of a locale and
 * no other; a text that depends on a number has one form for each of the language's plurals. False
 * when something is amiss: *wrong is then the key, lent.
 */
bool locale_from_json(const json_t *json, struct locale *locale, const char **wrong);

#endif
