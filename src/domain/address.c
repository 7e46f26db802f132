#include "domain/address.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/cleanup.h"

/* UTS 46 without its transition from IDNA 2003: that took "ß" for "ss", which are two domains. */
#define IDN_FLAGS (IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT)

/* What is not UTF-8 has only ASCII that can be told apart. */
static void append_lower_ascii(struct text *text, const char *bytes) {
    for (; *bytes; bytes++) {
        bool upper = *bytes >= 'A' && *bytes <= 'Z';
        text_append_char(text, (char)(*bytes | (upper ? 0x20 : 0)));
    }
}

static void append_mapped(struct text *text, const char *utf8, int options) {
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t length = utf8proc_map(
        (const utf8proc_uint8_t *)utf8, 0, &mapped,
        (utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
    if (length == UTF8PROC_ERROR_INVALIDUTF8) {
        append_lower_ascii(text, utf8);
    } else if (length < 0) {
        text->failed = true;
    } else {
        text_append_bytes(text, mapped, (size_t)length);
    }
    free(mapped);
}

/* Composed before it is folded: U+0345 becomes a letter, and no accent may be left behind it. */
static void append_folded(struct text *text, const char *utf8) {
    CLEANUP(text_clear) struct text composed = {0};
    append_mapped(&composed, utf8, 0);
    append_mapped(text, composed.bytes ? composed.bytes : "", UTF8PROC_CASEFOLD);
    text->failed |= composed.failed;
}

/* False when domain has no A-labels. Of the root, "example.org.", nothing is kept: it is the same
 * domain. */
static bool append_a_labels(struct text *text, const char *domain) {
    uint8_t *labels = NULL;
    int result = idn2_lookup_u8((const uint8_t *)domain, &labels, IDN_FLAGS);
    if (result == IDN2_OK) {
        const char *name = (const char *)labels;
        size_t length = strlen(name);
        while (length > 1 && name[length - 1] == '.') {
            length--;
        }
        text_append_bytes(text, name, length);
    }
    free(labels);
    text->failed |= result == IDN2_MALLOC;
    return result == IDN2_OK;
}

/* A domain that has no A-labels as it is may have some when it is folded, and must have them at
 * once: a key is its own key. */
static void append_domain(struct text *text, const char *domain) {
    CLEANUP(text_clear) struct text folded = {0};
    if (append_a_labels(text, domain)) {
        return;
    }
    append_folded(&folded, domain);
    text->failed |= folded.failed;
    if (folded.length > 0 && !append_a_labels(text, folded.bytes)) {
        text_append(text, folded.bytes);
    }
}

char *address_key(const char *email) {
    CLEANUP(text_clear) struct text local = {0};
    CLEANUP(text_clear) struct text key = {0};
    const char *at = strrchr(email, '@');
    text_append_bytes(&local, email, at ? (size_t)(at - email) : strlen(email));
    append_folded(&key, local.bytes ? local.bytes : "");
    if (at) {
        text_append_char(&key, '@');
        append_domain(&key, at + 1);
    }
    key.failed |= local.failed;
    return text_take(&key);
}

void address_append_masked(struct text *text, const char *email) {
    const char *at = strrchr(email, '@');
    size_t first = *email && email != at;
    while (first && ((unsigned char)email[first] & 0xc0) == 0x80) {
        first++; /* the rest of a character of UTF-8 */
    }
    text_append_bytes(text, email, first);
    text_append(text, "\u2022\u2022");
    text_append(text, at ? at : "");
}
