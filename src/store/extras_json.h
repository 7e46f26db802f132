/* Answers to a survey's own questions as JSON: {"choices": {question: [choice, ..]}, "texts":
 * {question: text}}, each member only when it is not empty. */
#ifndef STORE_EXTRAS_JSON_H
#define STORE_EXTRAS_JSON_H

#include <stdbool.h>

#include "base/text.h"
#include "domain/extras.h"

/* Appends the members without the braces round them; nothing when there are none. */
void extras_append_members(struct text *text, const struct extras *extras);

/* Fills *extras, which was empty, from the whole object. False when json is not what
 * extras_append_members writes, or out of memory; *extras is then empty. */
bool extras_from_json(const char *json, struct extras *extras);

#endif
