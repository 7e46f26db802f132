#include "clients/smtp.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/time.h"
#include "clients/curl_once.h"
#include "clients/mailbox.h"
#include "clients/smtp_trace.h"

#define CONNECT_TIMEOUT_MS 10000 /* at most; the whole mail's may be less */
#define KEEPALIVE_S        60    /* an unused connection is not trusted for longer */
#define LINE_BYTES_MAX     512

struct smtp {
    struct smtp_options options;
    CURL *curl;
    struct smtp_trace trace;
    struct text message; /* owned; on its way */
    size_t message_sent;
    int64_t mail_deadline_us;
    int64_t used_at_us;           /* monotonic; when the connection last was */
    _Atomic(int64_t) deadline_us; /* set from outside; TIME_NONE: none */
    char complaint[CURL_ERROR_SIZE];
};

bool smtp_starttls_from_name(const char *name, enum smtp_starttls *starttls) {
    static const char *const names[] = {
        [SMTP_STARTTLS_WHEN_OFFERED] = "when_offered",
        [SMTP_STARTTLS_ALWAYS] = "always",
        [SMTP_STARTTLS_NEVER] = "never",
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *starttls = (enum smtp_starttls)i;
            return true;
        }
    }
    return false;
}

/* ---- what curl calls ---- */

static size_t give_message(char *buffer, size_t size, size_t count, void *context) {
    struct smtp *smtp = context;
    size_t left = smtp->message.length - smtp->message_sent;
    size_t room = size * count;
    size_t taken = left < room ? left : room;
    memcpy(buffer, smtp->message.bytes + smtp->message_sent, taken);
    smtp->message_sent += taken;
    smtp->trace.sent_whole = taken == 0;
    return taken;
}

/* After each line of the server's, once the trace knows it: 0 ends the attempt. */
static size_t take_header(const char *line, size_t size, size_t count, void *context) {
    (void)line;
    const struct smtp *smtp = context;
    return smtp->trace.lacks_utf8 ? 0 : size * count;
}

static size_t take_nothing(const char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static void tell(const struct smtp *smtp, char direction, const char *line, size_t length) {
    char plain[LINE_BYTES_MAX + 1];
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) {
        length--;
    }
    length = length < LINE_BYTES_MAX ? length : LINE_BYTES_MAX;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)line[i];
        plain[i] = (char)(byte < ' ' || byte == 0x7f ? ' ' : byte);
    }
    plain[length] = '\0';
    smtp->options.listener(smtp->options.listener_context, direction, plain);
}

static void tell_sent(const struct smtp *smtp, const char *line, size_t length) {
    if (smtp->trace.stage == SMTP_AUTH) {
        tell(smtp, '>', "AUTH ...", strlen("AUTH ..."));
    } else {
        tell(smtp, '>', line, length);
    }
}

static int follow(CURL *curl, curl_infotype type, char *data, size_t length, void *context) {
    (void)curl;
    struct smtp *smtp = context;
    bool listens = smtp->options.listener != NULL;
    if (type == CURLINFO_HEADER_OUT) {
        smtp_trace_sent(&smtp->trace, data, length);
        if (listens) {
            tell_sent(smtp, data, length);
        }
    } else if (type == CURLINFO_HEADER_IN) {
        smtp_trace_heard(&smtp->trace, data, length);
        if (listens) {
            tell(smtp, '<', data, length);
        }
    } else if (type == CURLINFO_TEXT && listens) {
        tell(smtp, '*', data, length);
    }
    return 0;
}

static int check_deadlines(void *context, curl_off_t total, curl_off_t now, curl_off_t upload_total,
                           curl_off_t upload_now) {
    (void)total;
    (void)now;
    (void)upload_total;
    (void)upload_now;
    const struct smtp *smtp = context;
    int64_t now_us = time_monotonic_us();
    int64_t deadline_us = atomic_load(&smtp->deadline_us);
    return now_us > smtp->mail_deadline_us || (deadline_us != TIME_NONE && now_us > deadline_us);
}

/* ---- how curl is set ---- */

/* A password asks for TLS wherever somebody may listen: or whoever is in between would take the
 * offer out. */
static long use_ssl(const struct smtp_options *options) {
    bool must_hide = *options->user && !smtp_url_is_loopback(options->url);
    switch (options->starttls) {
    case SMTP_STARTTLS_ALWAYS:
        return CURLUSESSL_ALL;
    case SMTP_STARTTLS_NEVER:
        return must_hide && !smtp_url_is_tls(options->url) ? CURLUSESSL_ALL : CURLUSESSL_NONE;
    case SMTP_STARTTLS_WHEN_OFFERED:
    default:
        return must_hide ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    }
}

/* Mail servers on the same machine offer STARTTLS with certificates that nobody signed; nobody is
 * in between either. */
static bool verifies(const struct smtp_options *options) {
    return options->starttls != SMTP_STARTTLS_WHEN_OFFERED || *options->ca_file ||
           smtp_url_is_tls(options->url) || !smtp_url_is_loopback(options->url);
}

static void set_connection(CURL *curl, const struct smtp_options *options) {
    long timeout_ms = (long)options->timeout_ms;
    curl_easy_setopt(curl, CURLOPT_URL, options->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)KEEPALIVE_S);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, use_ssl(options));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verifies(options) ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verifies(options) ? 2L : 0L);
    if (*options->ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (*options->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password);
    }
}

static void set_callbacks(struct smtp *smtp) {
    CURL *curl = smtp->curl;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->complaint);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_nothing);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_deadlines);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, smtp);
}

struct smtp *smtp_open(const struct smtp_options *options) {
    curl_once();
    struct smtp *smtp = calloc(1, sizeof *smtp);
    CURL *curl = smtp ? curl_easy_init() : NULL;
    if (!curl) {
        log_error("could not prepare for sending mail: out of memory");
        free(smtp);
        return NULL;
    }
    smtp->options = *options;
    smtp->curl = curl;
    smtp->trace.wants_starttls = options->starttls != SMTP_STARTTLS_NEVER;
    atomic_init(&smtp->deadline_us, TIME_NONE);
    set_connection(curl, options);
    set_callbacks(smtp);
    return smtp;
}

/* curl says QUIT when it closes a connection, and waits for the answer: from this one, none. */
static void give_up_connection(const struct smtp *smtp, int direction) {
    curl_socket_t connection = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(smtp->curl, CURLINFO_ACTIVESOCKET, &connection) == CURLE_OK &&
        connection != CURL_SOCKET_BAD) {
        shutdown(connection, direction);
    }
}

void smtp_close(struct smtp *smtp) {
    give_up_connection(smtp, SHUT_RD);
    curl_easy_cleanup(smtp->curl);
    text_clear(&smtp->message);
    free(smtp);
}

void smtp_set_deadline(struct smtp *smtp, int64_t deadline_us) {
    atomic_store(&smtp->deadline_us, deadline_us);
}

/* ---- sending ---- */

static void free_recipients(struct curl_slist **recipients) {
    curl_slist_free_all(*recipients);
}

/* One attempt; what curl says of it. */
static CURLcode attempt(struct smtp *smtp, bool needs_utf8) {
    /* What the server offers is said at the beginning of a connection. */
    curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, needs_utf8 ? 1L : 0L);
    smtp->message_sent = 0;
    smtp->complaint[0] = '\0';
    smtp->trace.encrypted = smtp_url_is_tls(smtp->options.url);
    smtp_trace_begin(&smtp->trace, needs_utf8);
    return curl_easy_perform(smtp->curl);
}

/* An old connection may end just as it is used again: nothing was heard over it then. */
static bool met_a_dead_connection(const struct smtp *smtp, CURLcode code) {
    return code != CURLE_OK && code != CURLE_OPERATION_TIMEDOUT &&
           code != CURLE_ABORTED_BY_CALLBACK && !smtp->trace.heard &&
           smtp->trace.stage == SMTP_MAIL;
}

static const char *complaint_of(const struct smtp *smtp, CURLcode code) {
    if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK) {
        return "no answer in time";
    }
    if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) {
        return "the connection was lost";
    }
    return *smtp->complaint ? smtp->complaint : curl_easy_strerror(code);
}

/* Both attempts end before one deadline: the claim on the mail counts on that. */
static void deliver(struct smtp *smtp, const struct mail *mail, struct smtp_result *result) {
    bool needs_utf8 = mailbox_needs_utf8(mail->to_address);
    int64_t now_us = time_monotonic_us();
    smtp->mail_deadline_us = now_us + smtp->options.timeout_ms * INT64_C(1000);
    if (needs_utf8 || now_us - smtp->used_at_us > KEEPALIVE_S * US_PER_SECOND) {
        give_up_connection(smtp, SHUT_RD); /* curl would use another, and close this one */
    }
    CURLcode code = attempt(smtp, needs_utf8);
    if (met_a_dead_connection(smtp, code)) {
        code = attempt(smtp, needs_utf8);
    }
    smtp->used_at_us = time_monotonic_us();
    if (code != CURLE_OK) {
        give_up_connection(smtp, SHUT_RDWR);
    }
    smtp_trace_judge(&smtp->trace, code == CURLE_OK ? NULL : complaint_of(smtp, code), result);
}

/* "<address>" */
static bool append_path(struct text *text, const char *address) {
    text_append_char(text, '<');
    bool written = mailbox_append_address(text, address);
    text_append_char(text, '>');
    return written && !text->failed;
}

static void refuse(struct smtp_result *result, bool mailbox, const char *words) {
    *result = (struct smtp_result){.verdict = mailbox ? SMTP_REJECTED : SMTP_DEFERRED,
                                   .mailbox_refused = mailbox};
    strncpy(result->words, words, sizeof result->words - 1);
}

void smtp_send(struct smtp *smtp, const struct mail *mail, struct smtp_result *result) {
    CLEANUP(text_clear) struct text sender = {0};
    CLEANUP(text_clear) struct text recipient = {0};
    smtp->message.length = 0;
    smtp->message.failed = false;
    if (!append_path(&recipient, mail->to_address)) {
        refuse(result, true, "no mail can be sent to this address");
        return;
    }
    if (!append_path(&sender, mail->from->address) || !mail_write(mail, &smtp->message)) {
        refuse(result, false, "out of memory");
        return;
    }
    CLEANUP(free_recipients)
    struct curl_slist *recipients = curl_slist_append(NULL, recipient.bytes);
    if (!recipients) {
        refuse(result, false, "out of memory");
        return;
    }
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, sender.bytes);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)smtp->message.length);
    deliver(smtp, mail, result);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
}
