/*
 * Where a field's value is to be found in a webhook's body. A rule is
 *   "/ticket/id"                          what stands there: a text or a number
 *   [rule, ..]                            the first that is there; for a list: all of them
 *   {"literal": "email"}                  always this
 *   {"first": [rule, ..]}                 the first that is there
 *   {"join": [rule, ..], "with": " "}     those that are there, in one text
 *   {"pointer": "/a", "each": "/name"}    of a list: in each of its elements
 * and an object may also have "map" {"1": "email"} (what is not in it stays as it is), "prefix"
 * (before what was found) and "default" (when nothing was). null and blank texts are not there.
 */
#ifndef API_HOOK_RULE_H
#define API_HOOK_RULE_H

#include <jansson.h>
#include <stdbool.h>

#include "api/mistakes.h"
#include "base/text.h"

#define HOOK_RULES_MAX      16 /* in one array */
#define HOOK_RULE_DEPTH_MAX 4

/* Adds what is wrong with a rule, at pointer; is_list: of a field that takes several values. */
void hook_rule_check(const json_t *rule, bool is_list, struct text *pointer,
                     struct mistakes *mistakes);

enum hook_origin {
    HOOK_FROM_NOTHING,
    HOOK_FROM_BODY,
    HOOK_FROM_LITERAL,
    HOOK_FROM_DEFAULT,
};

struct hook_found {
    json_t *value; /* owned; a scalar, or an array of texts for a list; NULL: nothing was there */
    enum hook_origin origin;
    json_t *pointers; /* owned; those that gave it */
};

/* Follows a rule without mistakes. What stands where a scalar should be, and is none, is added to
 * mistakes with its pointer into the body. The caller clears *found. False when out of memory. */
bool hook_rule_follow(const json_t *rule, bool is_list, const json_t *body,
                      struct mistakes *mistakes, struct hook_found *found);

void hook_found_clear(struct hook_found *found);

/* Appends every pointer that rule may look at to the array of texts. */
void hook_rule_pointers(const json_t *rule, json_t *pointers);

#endif
