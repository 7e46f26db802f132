/* How a mail becomes a message: headers, then the text and the HTML as alternatives. */
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"
#include "clients/mail.h"
#include "clients/mail_encoding.h"
#include "clients/mailbox.h"

#define URL_BYTES_MAX 900 /* a header's line may have 998, and a URL cannot be folded */

/* strftime would follow a locale. */
static void append_date(struct text *out, int64_t date_us) {
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(date_us / US_PER_SECOND);
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    text_append_format(out, "Date: %.3s, %d %.3s %04d %02d:%02d:%02d +0000\r\n",
                       days + (size_t)3 * (unsigned)parts.tm_wday, parts.tm_mday,
                       months + (size_t)3 * (unsigned)parts.tm_mon, parts.tm_year + 1900,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/* "Name: words" */
static void append_words_header(struct text *out, const char *name, const char *words) {
    text_append_format(out, "%s: ", name);
    mail_append_words(out, words, strlen(name) + 2);
    text_append(out, "\r\n");
}

static bool append_mailbox(struct text *out, const char *header, const char *name,
                           const char *address) {
    text_append_format(out, "%s: ", header);
    if (name) {
        mail_append_name(out, name, strlen(header) + 4);
        text_append(out, "\r\n ");
    }
    text_append_char(out, '<');
    bool written = mailbox_append_address(out, address);
    text_append(out, ">\r\n");
    return written;
}

static bool append_people(struct text *out, const struct mail *mail) {
    const struct mailbox *reply_to = mail->reply_to;
    return append_mailbox(out, "From", mail->from->name, mail->from->address) &&
           append_mailbox(out, "To", mail->to_name, mail->to_address) &&
           (!reply_to || append_mailbox(out, "Reply-To", reply_to->name, reply_to->address));
}

/* The domain that mails come from makes ids unique in the world; the invitation's id in there. */
static bool append_id(struct text *out, const char *header, const struct mail *mail, int part) {
    char id[UUID_TEXT_SIZE];
    CLEANUP(text_clear) struct text address = {0};
    uuid_format(&mail->id, id);
    if (!mailbox_append_address(&address, mail->from->address) || address.failed) {
        return false;
    }
    text_append_format(out, "%s: <%s.%d%s>\r\n", header, id, part, strrchr(address.bytes, '@'));
    return true;
}

static bool append_ids(struct text *out, const struct mail *mail) {
    return append_id(out, "Message-ID", mail, mail->reminder) &&
           (!mail->reminder ||
            (append_id(out, "In-Reply-To", mail, 0) && append_id(out, "References", mail, 0)));
}

/* What could end the header or the brackets has no place in a URL. */
static bool is_url(const char *url) {
    size_t length = 0;
    for (; url[length]; length++) {
        unsigned char byte = (unsigned char)url[length];
        if (byte <= ' ' || byte >= 0x7f || byte == '<' || byte == '>' || byte == '"') {
            return false;
        }
    }
    return length > 0 && length <= URL_BYTES_MAX;
}

/* RFC 8058: a POST to the URL is enough. */
static void append_unsubscribe(struct text *out, const char *url) {
    if (url && is_url(url)) {
        text_append_format(out,
                           "List-Unsubscribe:\r\n <%s>\r\n"
                           "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                           url);
    }
}

static void append_language(struct text *out, const char *language) {
    if (language_tag_valid(language)) {
        text_append_format(out, "Content-Language: %s\r\n", language);
    }
}

/* "=_" is in no quoted-printable body, "_" in no base64. */
static void append_boundary(struct text *out, const struct mail *mail) {
    char id[UUID_TEXT_SIZE];
    uuid_format(&mail->id, id);
    text_append_format(out, "=_%s", id);
}

static void append_part(struct text *out, const struct mail *mail, const char *type,
                        const char *body) {
    enum mail_encoding encoding = mail_encoding_for(body);
    text_append(out, "--");
    append_boundary(out, mail);
    text_append_format(out,
                       "\r\nContent-Type: %s; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: %s\r\n\r\n",
                       type, mail_encoding_name(encoding));
    mail_append_body(out, encoding, body);
    text_append(out, "\r\n");
}

static void append_body(struct text *out, const struct mail *mail) {
    text_append(out, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"");
    append_boundary(out, mail);
    text_append(out, "\"\r\n\r\n");
    append_part(out, mail, "text/plain", mail->text);
    append_part(out, mail, "text/html", mail->html);
    text_append(out, "--");
    append_boundary(out, mail);
    text_append(out, "--\r\n");
}

bool mail_write(const struct mail *mail, struct text *message) {
    append_date(message, mail->date_us);
    if (!append_people(message, mail) || !append_ids(message, mail)) {
        return false;
    }
    append_words_header(message, "Subject", mail->subject);
    append_unsubscribe(message, mail->unsubscribe_url);
    text_append(message, "Auto-Submitted: auto-generated\r\n");
    append_language(message, mail->language);
    append_body(message, mail);
    return !message->failed;
}
