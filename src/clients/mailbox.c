#include "clients/mailbox.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "domain/contact.h"

#define ADDRESS_BYTES_MAX 320
/* RFC 5322 3.2.3; beyond ASCII as RFC 6532 allows. */
#define ATOM_MARKS "!#$%&'*+-/=?^_`{|}~."

static bool is_atom_byte(unsigned char byte) {
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || (byte && strchr(ATOM_MARKS, byte));
}

/* Dots only between others. */
static bool is_dot_atom(const char *local, size_t length) {
    if (length == 0 || local[0] == '.' || local[length - 1] == '.') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_atom_byte((unsigned char)local[i]) || (local[i] == '.' && local[i - 1] == '.')) {
            return false;
        }
    }
    return true;
}

static void append_local(struct text *text, const char *local, size_t length) {
    if (is_dot_atom(local, length)) {
        text_append_bytes(text, local, length);
        return;
    }
    text_append_char(text, '"');
    for (size_t i = 0; i < length; i++) {
        if (local[i] == '"' || local[i] == '\\') {
            text_append_char(text, '\\');
        }
        text_append_char(text, local[i]);
    }
    text_append_char(text, '"');
}

/* What a domain in A-labels, or an address literal, is made of. */
static bool is_plain_domain(const char *domain) {
    static const char marks[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    size_t length = strlen(domain);
    if (length > 2 && domain[0] == '[' && domain[length - 1] == ']') {
        return strspn(domain + 1, "0123456789abcdefABCDEF.:IPv") == length - 2;
    }
    return length > 0 && strspn(domain, marks) == length;
}

static void free_label(char **label) {
    idn2_free(*label);
}

/* "example.org." is the same domain, but no mail server reads it. */
static bool append_plain_domain(struct text *text, const char *domain) {
    size_t length = strlen(domain);
    while (length > 0 && domain[length - 1] == '.') {
        length--;
    }
    text_append_bytes(text, domain, length);
    return length > 0;
}

static bool append_domain(struct text *text, const char *domain) {
    if (is_plain_domain(domain)) {
        return append_plain_domain(text, domain);
    }
    CLEANUP(free_label) char *ascii = NULL;
    int failed = idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    return !failed && is_plain_domain(ascii) && append_plain_domain(text, ascii);
}

bool mailbox_append_address(struct text *text, const char *address) {
    const char *at = strrchr(address, '@');
    CLEANUP(text_clear) struct text written = {0};
    if (strlen(address) > ADDRESS_BYTES_MAX || email_objection(address) ||
        text_has_control(address, false)) {
        return false;
    }
    append_local(&written, address, (size_t)(at - address));
    text_append_char(&written, '@');
    if (!append_domain(&written, at + 1) || written.failed) {
        return false;
    }
    text_append(text, written.bytes);
    return true;
}

bool mailbox_needs_utf8(const char *address) {
    const char *at = strrchr(address, '@');
    for (const char *byte = address; at && byte < at; byte++) {
        if ((unsigned char)*byte >= 0x80) {
            return true;
        }
    }
    return false;
}

static char *copy_trimmed(const char *from, size_t length) {
    while (length > 0 && strchr(" \t", from[length - 1])) {
        length--;
    }
    while (length > 0 && strchr(" \t", *from)) {
        from++;
        length--;
    }
    if (length > 1 && *from == '"' && from[length - 1] == '"') {
        from++;
        length -= 2;
    }
    return strndup(from, length);
}

bool mailbox_parse(const char *text, struct mailbox *mailbox) {
    const char *open = strchr(text, '<');
    const char *close = strrchr(text, '>');
    struct mailbox read = {0};
    if (open && close && close > open && close[1 + strspn(close + 1, " \t")] == '\0') {
        read.name = copy_trimmed(text, (size_t)(open - text));
        read.address = copy_trimmed(open + 1, (size_t)(close - open - 1));
    } else {
        read.address = copy_trimmed(text, strlen(text));
    }
    CLEANUP(text_clear) struct text written = {0};
    if (!read.address || text_has_control(text, false) || mailbox_needs_utf8(read.address) ||
        !mailbox_append_address(&written, read.address)) {
        mailbox_clear(&read);
        return false;
    }
    if (read.name && !*read.name) {
        free(read.name);
        read.name = NULL;
    }
    *mailbox = read;
    return true;
}

void mailbox_clear(struct mailbox *mailbox) {
    free(mailbox->name);
    free(mailbox->address);
    *mailbox = (struct mailbox){0};
}
