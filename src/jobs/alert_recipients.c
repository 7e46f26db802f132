#include "jobs/alert_recipients.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "clients/mailbox.h"
#include "domain/address.h"
#include "domain/contact.h"

#define BLANKS        " \t\r\n"
#define ACCOUNT_BYTES 20

/* ---- reading ---- */

/* One entry of the list, cut into its parts; not NUL-terminated, lent by the list. */
struct part {
    const char *text;
    size_t length;
};

static void trim(struct part *part) {
    while (part->length > 0 && strchr(BLANKS, part->text[0])) {
        part->text++;
        part->length--;
    }
    while (part->length > 0 && strchr(BLANKS, part->text[part->length - 1])) {
        part->length--;
    }
}

static void skip(struct part *part, size_t bytes) {
    part->text += bytes;
    part->length -= bytes;
    trim(part);
}

/* Up to the next comma outside of quotes; *list moves behind it. False at the end. */
static bool next_entry(const char **list, struct part *entry) {
    if (!*list) {
        return false;
    }
    const char *at = *list;
    bool quoted = false;
    for (; *at && (quoted || *at != ','); at++) {
        quoted ^= *at == '"';
    }
    *entry = (struct part){*list, (size_t)(at - *list)};
    trim(entry);
    *list = *at ? at + 1 : NULL;
    return true;
}

/* Takes "12:" off the entry, if it begins so. False when that is no account's number. */
static bool take_account(struct part *entry, int64_t *account_id) {
    char number[ACCOUNT_BYTES];
    size_t digits = 0;
    while (digits < entry->length && entry->text[digits] >= '0' && entry->text[digits] <= '9') {
        digits++;
    }
    size_t colon = digits;
    while (colon < entry->length && strchr(BLANKS, entry->text[colon])) {
        colon++;
    }
    if (digits == 0 || colon == entry->length || entry->text[colon] != ':') {
        return true;
    }
    if (digits >= sizeof number) {
        return false;
    }
    memcpy(number, entry->text, digits);
    number[digits] = '\0';
    skip(entry, colon + 1);
    return parse_int(number, 1, INT64_MAX, account_id);
}

/* Takes "..." off the entry; false without its second quote. */
static bool take_quoted(struct part *entry, struct text *team) {
    size_t at = 1;
    for (; at < entry->length; at++) {
        bool quote = entry->text[at] == '"';
        bool doubled = quote && at + 1 < entry->length && entry->text[at + 1] == '"';
        if (quote && !doubled) {
            break;
        }
        text_append_char(team, entry->text[at]);
        at += doubled;
    }
    if (at >= entry->length) {
        return false;
    }
    skip(entry, at + 1);
    return true;
}

/* Takes "TEAM =" off the entry, if it has one. */
static bool take_team(struct part *entry, struct text *team, bool *given) {
    *given = true;
    if (entry->length > 0 && entry->text[0] == '"') {
        if (!take_quoted(entry, team) || entry->length == 0 || entry->text[0] != '=') {
            return false;
        }
        skip(entry, 1);
        return true;
    }
    const char *equals = memrchr(entry->text, '=', entry->length);
    if (!equals) {
        *given = false;
        return true;
    }
    struct part name = {entry->text, (size_t)(equals - entry->text)};
    trim(&name);
    text_append_bytes(team, name.text, name.length);
    skip(entry, (size_t)(equals - entry->text) + 1);
    return name.length > 0;
}

static bool is_address(const char *text) {
    CLEANUP(text_clear) struct text written = {0};
    return !email_objection(text) && !text_has_control(text, false) &&
           mailbox_append_address(&written, text);
}

static bool read_entry(struct part entry, struct alert_recipient *recipient) {
    CLEANUP(text_clear) struct text team = {0};
    bool one_team = false;
    if (!take_account(&entry, &recipient->account_id) || !take_team(&entry, &team, &one_team) ||
        team.length > DIMENSION_BYTES_MAX) {
        return false;
    }
    recipient->address = strndup(entry.text, entry.length);
    recipient->team = one_team ? text_take(&team) : NULL;
    return recipient->address && is_address(recipient->address) && (recipient->team || !one_team);
}

static void refuse(struct text *mistake, const struct part *entry) {
    text_append_format(
        mistake,
        "[alerts] recipients should be at most %d of: ADDRESS, TEAM = ADDRESS, "
        "ACCOUNT: ADDRESS, ACCOUNT: TEAM = ADDRESS, with commas between, not \"%.*s\"",
        ALERT_RECIPIENTS_MAX, (int)entry->length, entry->text);
}

bool alert_recipients_parse(const char *list, struct alert_recipients *recipients,
                            struct text *mistake) {
    struct alert_recipients read = {.list = calloc(ALERT_RECIPIENTS_MAX, sizeof *read.list)};
    struct part entry;
    const char *rest = list;
    bool sound = read.list != NULL;
    while (sound && next_entry(&rest, &entry)) {
        if (entry.length == 0) {
            continue; /* a list may end in a comma, where its next line begins */
        }
        sound = read.count < ALERT_RECIPIENTS_MAX && read_entry(entry, &read.list[read.count++]);
        if (!sound) {
            refuse(mistake, &entry);
        }
    }
    if (!sound) {
        alert_recipients_clear(&read);
        return false;
    }
    *recipients = read;
    return true;
}

void alert_recipients_clear(struct alert_recipients *recipients) {
    for (size_t i = 0; i < recipients->count; i++) {
        free(recipients->list[i].team);
        free(recipients->list[i].address);
    }
    free(recipients->list);
    *recipients = (struct alert_recipients){0};
}

/* ---- choosing ---- */

static void free_key(char **key) {
    free(*key);
}

static bool same_address(const char *one, const char *other) {
    CLEANUP(free_key) char *key = address_key(one);
    CLEANUP(free_key) char *other_key = address_key(other);
    return key && other_key && strcmp(key, other_key) == 0;
}

static bool is_among(char *const addresses[], size_t count, const char *address) {
    for (size_t i = 0; i < count; i++) {
        if (same_address(addresses[i], address)) {
            return true;
        }
    }
    return false;
}

static bool wants(const struct alert_recipient *recipient, int64_t account_id, const char *team) {
    return (recipient->account_id == 0 || recipient->account_id == account_id) &&
           (!recipient->team || strcmp(recipient->team, team) == 0);
}

size_t alert_recipients_for(const struct alert_recipients *recipients, int64_t account_id,
                            const char *team, char *addresses[ALERT_RECIPIENTS_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < recipients->count; i++) {
        struct alert_recipient *recipient = &recipients->list[i];
        if (wants(recipient, account_id, team) && !is_among(addresses, count, recipient->address)) {
            addresses[count++] = recipient->address;
        }
    }
    return count;
}
