#include "pages/plural.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* condition     = and_condition ("or" and_condition)*
 * and_condition = relation ("and" relation)*
 * relation      = operand ("%" number)? ("=" | "!=") range ("," range)*
 * range         = number (".." number)? */
struct reader {
    const char *at;
    unsigned count;
    bool failed;
};

const char *plural_name(enum plural plural) {
    static const char *const names[PLURALS] = {
        [PLURAL_ZERO] = "zero", [PLURAL_ONE] = "one",   [PLURAL_TWO] = "two",
        [PLURAL_FEW] = "few",   [PLURAL_MANY] = "many", [PLURAL_OTHER] = "other",
    };
    return names[plural];
}

static bool skip(struct reader *reader, const char *word) {
    reader->at += strspn(reader->at, " ");
    size_t length = strlen(word);
    bool found = strncmp(reader->at, word, length) == 0;
    reader->at += found ? length : 0;
    return found;
}

static unsigned read_number(struct reader *reader) {
    reader->at += strspn(reader->at, " ");
    char *end = (char *)reader->at;
    unsigned long number = isdigit((unsigned char)*end) ? strtoul(end, &end, 10) : 0;
    reader->failed = reader->failed || end == reader->at;
    reader->at = end;
    return (unsigned)number;
}

/* Of a whole number n and i are its value; what counts its decimals and its exponent is 0. */
static unsigned read_operand(struct reader *reader) {
    reader->at += strspn(reader->at, " ");
    bool known = *reader->at && strchr("nivwftec", *reader->at);
    bool value = known && strchr("ni", *reader->at);
    reader->failed = reader->failed || !known;
    reader->at += known;
    return value ? reader->count : 0;
}

static unsigned read_expression(struct reader *reader) {
    unsigned value = read_operand(reader);
    if (!skip(reader, "%")) {
        return value;
    }
    unsigned divisor = read_number(reader);
    reader->failed = reader->failed || divisor == 0;
    return divisor ? value % divisor : 0;
}

static bool read_ranges(struct reader *reader, unsigned value) {
    bool inside = false;
    do {
        unsigned first = read_number(reader);
        unsigned last = skip(reader, "..") ? read_number(reader) : first;
        inside = inside || (first <= value && value <= last);
    } while (skip(reader, ","));
    return inside;
}

static bool read_relation(struct reader *reader) {
    unsigned value = read_expression(reader);
    bool unequal = skip(reader, "!=");
    reader->failed = reader->failed || !(unequal || skip(reader, "="));
    return read_ranges(reader, value) != unequal;
}

static bool read_and_condition(struct reader *reader) {
    bool fits = true;
    do {
        fits = read_relation(reader) && fits;
    } while (skip(reader, "and "));
    return fits;
}

bool plural_fits(const char *condition, unsigned count, bool *readable) {
    struct reader reader = {.at = condition, .count = count};
    bool fits = false;
    do {
        fits = read_and_condition(&reader) || fits;
    } while (skip(&reader, "or "));
    reader.at += strspn(reader.at, " ");
    bool whole = !reader.failed && *reader.at == '\0';
    if (readable) {
        *readable = whole;
    }
    return fits && whole;
}

enum plural plural_choose(const char *const rules[], unsigned count) {
    enum plural plural = PLURAL_ZERO;
    while (plural < PLURAL_OTHER && !(rules[plural] && plural_fits(rules[plural], count, NULL))) {
        plural++;
    }
    return plural;
}
