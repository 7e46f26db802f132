/* Whatever a mail's values hold: no header but ours is in the message, each once and in our order,
 * no line is longer than 998 bytes, each ends in CRLF, and all is ASCII but an address that needs
 * SMTPUTF8. */
#include "clients/mail.h"
#include "clients/mailbox.h"
#include "fuzz.h"

#define LINE_BYTES_MAX 998

/* Those that are there always, but In-Reply-To and References of a reminder, and what may be left
 * out. */
static const char *const headers[] = {
    "Date",
    "From",
    "To",
    "Reply-To",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
};
#define HEADERS (sizeof headers / sizeof headers[0])

/* Which of the headers from first on begins this line. */
static size_t header_of(const char *line, size_t length, size_t first) {
    for (size_t i = first; i < HEADERS; i++) {
        size_t name = strlen(headers[i]);
        if (length > name && strncmp(line, headers[i], name) == 0 && line[name] == ':') {
            return i;
        }
    }
    claim(false);
    return HEADERS;
}

static void check_lines(const struct text *message) {
    const char *end = message->bytes + message->length;
    bool in_head = true;
    size_t next = 0;
    claim(strlen(message->bytes) == message->length);
    for (const char *line = message->bytes; line < end;) {
        const char *line_end = strstr(line, "\r\n");
        claim(line_end != NULL && line_end - line <= LINE_BYTES_MAX);
        size_t length = (size_t)(line_end - line);
        claim(!memchr(line, '\n', length) && !memchr(line, '\r', length));
        in_head = in_head && length > 0;
        if (in_head && *line != ' ') {
            next = header_of(line, length, next) + 1;
        } else if (in_head) {
            claim(strspn(line, " ") < length); /* a blank line would look like the end */
        }
        line = line_end + 2;
    }
    claim(!in_head && next == HEADERS);
}

static void check_ascii(const struct text *message, bool with_utf8) {
    for (size_t i = 0; i < message->length; i++) {
        claim(with_utf8 || (unsigned char)message->bytes[i] < 0x80);
    }
}

/* The next part of the input, up to a newline in it or its end. */
static char *take_text(struct fuzz_bytes *bytes) {
    const uint8_t *end = memchr(bytes->at, '\x01', bytes->left);
    size_t length = end ? (size_t)(end - bytes->at) : bytes->left;
    char *text = fuzz_text(bytes->at, length);
    bytes->at += length + (end != NULL);
    bytes->left -= length + (end != NULL);
    return text;
}

static void check_mailbox(const char *text) {
    struct mailbox mailbox;
    struct text written = {0};
    if (mailbox_parse(text, &mailbox)) {
        claim(mailbox_append_address(&written, mailbox.address));
        claim(!mailbox_needs_utf8(mailbox.address));
        claim(!strpbrk(written.bytes, "\r\n<>"));
        check_ascii(&written, false);
        mailbox_clear(&mailbox);
    }
    text_clear(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_bytes bytes = {data, size};
    bool reminder = fuzz_take_byte(&bytes) & 1;
    char *texts[8];
    for (size_t i = 0; i < 8; i++) {
        texts[i] = take_text(&bytes);
    }
    struct mailbox from = {texts[0], (char[]){"support@acme.example"}};
    struct mail mail = {
        .subject = texts[1],
        .html = texts[2],
        .text = texts[3],
        .unsubscribe_url = texts[4],
        .from = &from,
        .to_address = texts[5],
        .to_name = texts[6],
        .reminder = reminder,
        .date_us = (int64_t)size * INT64_C(100000000000),
    };
    strncpy(mail.language, texts[7], sizeof mail.language - 1);
    struct text message = {0};
    if (mail_write(&mail, &message)) {
        check_lines(&message);
        check_ascii(&message, mailbox_needs_utf8(mail.to_address));
    }
    check_mailbox(texts[6]);
    text_clear(&message);
    for (size_t i = 0; i < 8; i++) {
        free(texts[i]);
    }
    return 0;
}
