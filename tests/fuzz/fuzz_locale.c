/* Whatever Accept-Language or language tag comes in: one of our languages, by rules that hold for
 * every header. */
#include <ctype.h>
#include <strings.h>

#include "fuzz.h"
#include "pages/locale.h"

static bool is_ours(const struct locale *locale) {
    size_t count;
    const struct locale *all = locales_all(&count);
    return locale >= all && locale < all + count;
}

/* header with something before and after it, negotiated. */
static const struct locale *negotiate_between(const char *before, const char *header,
                                              const char *after) {
    struct text text = {0};
    text_append(&text, before);
    text_append(&text, header);
    text_append(&text, after);
    claim(!text.failed);
    const struct locale *locale = locale_negotiate(text.bytes);
    text_clear(&text);
    return locale;
}

static void check_header(const char *header) {
    const struct locale *chosen = locale_negotiate(header);
    claim(is_ours(chosen));
    claim(negotiate_between(" ,", header, ",") == chosen);
    claim(negotiate_between("", header, ",xx") == chosen);
    claim(negotiate_between("", header, ", he;q=0") == chosen);
    claim(strcmp(negotiate_between("he, ", header, "")->language, "he") == 0);

    char *upper = strdup(header);
    claim(upper != NULL);
    for (char *at = upper; *at; at++) {
        *at = (char)(*at == 'q' ? 'q' : toupper((unsigned char)*at));
    }
    claim(locale_negotiate(upper) == chosen);
    free(upper);
}

/* RFC 4647 3.4: what is found is the tag or a whole part of its beginning, and nothing longer is.
 */
static void check_tag(const char *tag) {
    const struct locale *found = locale_find(tag);
    claim(is_ours(locale_or_english(tag)));
    if (!found) {
        return;
    }
    size_t length = strlen(found->language);
    claim(is_ours(found) && strncasecmp(tag, found->language, length) == 0);
    claim(tag[length] == '\0' || tag[length] == '-' || tag[length] == '_');
    claim(locale_find(found->language) == found);
    size_t count;
    const struct locale *all = locales_all(&count);
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(all[i].language);
        bool fits = strncasecmp(tag, all[i].language, other) == 0 &&
                    (tag[other] == '\0' || tag[other] == '-');
        claim(!fits || other <= length || other > 35);
    }
}

/* A name that a customer chose cannot leave its place. */
static void check_value(const char *value) {
    struct text text = {0};
    locale_append_html(&text, "<{name}>", value);
    claim(!text.failed && strncmp(text.bytes, "&lt;", 4) == 0);
    claim(!strpbrk(text.bytes, "<>\"'"));
    claim(strcmp(text.bytes + text.length - 4, "&gt;") == 0);
    text_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    check_header(text);
    check_tag(text);
    check_value(text);
    free(text);
    return 0;
}
