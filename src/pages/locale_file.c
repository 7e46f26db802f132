#include "pages/locale_file.h"

#include <string.h>

#include "base/array.h"
#include "domain/survey.h"

#define PLURALS_KEY "plurals"

struct field {
    const char *key;
    size_t offset;
};

static const struct field texts[] = {
#define LOCALE_FIELD(key) {#key, offsetof(struct locale, key)},
    LOCALE_TEXTS(LOCALE_FIELD)
#undef LOCALE_FIELD
};

static const struct field counted_texts[] = {
#define LOCALE_FIELD(key) {#key, offsetof(struct locale, key)},
    LOCALE_COUNTED_TEXTS(LOCALE_FIELD)
#undef LOCALE_FIELD
};

/* NULL unless it is there and not empty. */
static const char *text_at(const json_t *json, const char *key) {
    const char *text = json_string_value(json_object_get(json, key));
    return text && *text ? text : NULL;
}

/* Which plurals the language has; "other" needs no rule. */
static bool read_plurals(const json_t *json, struct locale *locale) {
    const json_t *rules = json_object_get(json, PLURALS_KEY);
    size_t read = 0;
    for (enum plural plural = PLURAL_ZERO; plural < PLURAL_OTHER; plural++) {
        const char *rule = text_at(rules, plural_name(plural));
        bool readable = true;
        if (rule) {
            plural_fits(rule, 0, &readable);
            locale->plural_rules[plural] = rule;
            read++;
        }
        if (!readable) {
            return false;
        }
    }
    return json_is_object(rules) && json_object_size(rules) == read;
}

static bool read_forms(const json_t *forms, const struct locale *locale,
                       struct counted_text *text) {
    size_t needed = 0;
    for (enum plural plural = PLURAL_ZERO; plural < PLURALS; plural++) {
        if (plural != PLURAL_OTHER && !locale->plural_rules[plural]) {
            continue;
        }
        needed++;
        text->forms[plural] = text_at(forms, plural_name(plural));
        if (!text->forms[plural]) {
            return false;
        }
    }
    return json_object_size(forms) == needed;
}

/* "1,234" and the like: what stands between the 1 and the rest separates thousands. */
static bool number_valid(const char *number) {
    size_t length = strlen(number);
    return length >= 4 && number[0] == '1' && strcmp(number + length - 3, "234") == 0;
}

static bool direction_valid(const char *direction) {
    return direction && (strcmp(direction, "ltr") == 0 || strcmp(direction, "rtl") == 0);
}

static bool key_known(const char *key) {
    bool known = strcmp(key, PLURALS_KEY) == 0;
    for (size_t i = 0; i < COUNT(texts); i++) {
        known = known || strcmp(key, texts[i].key) == 0;
    }
    for (size_t i = 0; i < COUNT(counted_texts); i++) {
        known = known || strcmp(key, counted_texts[i].key) == 0;
    }
    return known;
}

static const char *surplus_key(const json_t *json) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)json, key, value) {
        if (!key_known(key)) {
            return key;
        }
    }
    return NULL;
}

static const char *missing_text(const json_t *json, struct locale *locale) {
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *text = text_at(json, texts[i].key);
        if (!text) {
            return texts[i].key;
        }
        memcpy((char *)locale + texts[i].offset, &text, sizeof text);
    }
    return NULL;
}

static const char *missing_form(const json_t *json, struct locale *locale) {
    for (size_t i = 0; i < COUNT(counted_texts); i++) {
        const json_t *forms = json_object_get(json, counted_texts[i].key);
        void *text = (char *)locale + counted_texts[i].offset;
        if (!read_forms(forms, locale, text)) {
            return counted_texts[i].key;
        }
    }
    return NULL;
}

static const char *find_mistake(const json_t *json, struct locale *locale) {
    const char *missing = missing_text(json, locale);
    if (missing) {
        return missing;
    }
    if (!language_tag_valid(locale->language)) {
        return "language";
    }
    if (!direction_valid(locale->direction)) {
        return "direction";
    }
    if (!number_valid(locale->number_1234)) {
        return "number_1234";
    }
    if (!read_plurals(json, locale)) {
        return PLURALS_KEY;
    }
    missing = missing_form(json, locale);
    return missing ? missing : surplus_key(json);
}

bool locale_from_json(const json_t *json, struct locale *locale, const char **wrong) {
    struct locale read = {0};
    *wrong = find_mistake(json, &read);
    if (!*wrong) {
        *locale = read;
    }
    return !*wrong;
}
