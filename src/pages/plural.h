/* CLDR plural rules for whole numbers (UTS 35 part 3, "Language Plural Rules"). */
#ifndef PAGES_PLURAL_H
#define PAGES_PLURAL_H

#include <stdbool.h>

/* In the order in which CLDR tries them; every number that no rule fits is "other". */
enum plural {
    PLURAL_ZERO,
    PLURAL_ONE,
    PLURAL_TWO,
    PLURAL_FEW,
    PLURAL_MANY,
    PLURAL_OTHER,
    PLURALS,
};

/* "zero", "one", ..., "other". */
const char *plural_name(enum plural plural);

/*
 * Whether count fits condition, written as CLDR writes it: "v = 0 and i % 10 = 2..4 and i % 100 !=
 * 12..14". False when condition cannot be read; then *readable, unless NULL, is false too.
 */
bool plural_fits(const char *condition, unsigned count, bool *readable);

/* The first whose rule fits count; rules has PLURALS entries, NULL where a language has none. */
enum plural plural_choose(const char *const rules[], unsigned count);

#endif
