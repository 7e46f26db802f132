#include "clients/smtp_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"

#define CODE_DIGITS        3
#define CODE_SECRET_PLEASE 334
#define CODE_CLOSING       421 /* the server ends the connection, at whatever command */
#define CODE_TOO_LARGE     552
#define WORDS_SHOWN_MAX    380

static const struct {
    const char *verb;
    enum smtp_stage stage;
} commands[] = {
    {"EHLO", SMTP_EHLO}, {"HELO", SMTP_EHLO},      {"STARTTLS", SMTP_STARTTLS_SENT},
    {"AUTH", SMTP_AUTH}, {"MAIL FROM", SMTP_MAIL}, {"RCPT TO", SMTP_RCPT},
    {"DATA", SMTP_DATA},
};

/* "CONNECT" is no command, but says what was answered: the connection. */
static const char *stage_name(enum smtp_stage stage) {
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (commands[i].stage == stage) {
            return commands[i].verb;
        }
    }
    return "CONNECT";
}

void smtp_trace_begin(struct smtp_trace *trace, bool needs_utf8) {
    trace->stage = SMTP_CONNECTING;
    trace->over = trace->heard = trace->answered = trace->sent_whole = trace->lacks_utf8 = false;
    trace->code = 0;
    trace->words[0] = '\0';
    trace->needs_utf8 = needs_utf8;
}

static bool is_verb(const char *line, size_t length, const char *verb) {
    return length >= strlen(verb) && strncasecmp(line, verb, strlen(verb)) == 0;
}

static void note_command(struct smtp_trace *trace, const char *line, size_t length) {
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (is_verb(line, length, commands[i].verb)) {
            trace->stage = commands[i].stage;
        }
    }
}

void smtp_trace_sent(struct smtp_trace *trace, const char *line, size_t length) {
    /* No command, whichever it looks like. */
    bool secret = trace->stage == SMTP_AUTH && trace->code == CODE_SECRET_PLEASE;
    /* At first it is the farewell to an older connection. */
    bool farewell = !secret && trace->stage != SMTP_CONNECTING && is_verb(line, length, "QUIT");
    trace->over = trace->over || farewell;
    if (trace->over) {
        return;
    }
    if (!secret) {
        note_command(trace, line, length);
    }
    if (trace->stage == SMTP_EHLO) {
        trace->offers_utf8 = trace->offers_starttls = false;
    }
    trace->answered = false;
    trace->code = 0;
    trace->words[0] = '\0';
}

/* Kept and shown elsewhere, so one line of plain ASCII. */
static void append_words(struct smtp_trace *trace, const char *line, size_t length) {
    size_t used = strlen(trace->words);
    if (used > 0 && used + 1 < sizeof trace->words) {
        trace->words[used++] = ' ';
    }
    for (size_t i = 0; i < length && used + 1 < sizeof trace->words; i++) {
        unsigned char byte = (unsigned char)line[i];
        trace->words[used++] = (char)(byte < ' ' ? ' ' : byte < 0x7f ? byte : '?');
    }
    trace->words[used] = '\0';
}

static void note_extension(struct smtp_trace *trace, const char *line, size_t length) {
    static const char utf8[] = "SMTPUTF8";
    static const char starttls[] = "STARTTLS";
    const char *name = line + CODE_DIGITS + 1;
    size_t left = length > CODE_DIGITS ? length - CODE_DIGITS - 1 : 0;
    if (left >= strlen(utf8) && strncasecmp(name, utf8, strlen(utf8)) == 0) {
        trace->offers_utf8 = true;
    }
    if (left >= strlen(starttls) && strncasecmp(name, starttls, strlen(starttls)) == 0) {
        trace->offers_starttls = true;
    }
}

/* What a server offers may change once the connection is encrypted. */
static bool knows_what_is_offered(const struct smtp_trace *trace) {
    return trace->encrypted || !trace->offers_starttls || !trace->wants_starttls;
}

static void end_answer(struct smtp_trace *trace) {
    trace->answered = true;
    if (trace->stage == SMTP_STARTTLS_SENT && trace->code == 220) {
        trace->encrypted = true;
    }
    if (trace->stage == SMTP_EHLO && trace->code == 250 && knows_what_is_offered(trace)) {
        trace->lacks_utf8 = trace->needs_utf8 && !trace->offers_utf8;
    }
}

void smtp_trace_heard(struct smtp_trace *trace, const char *line, size_t length) {
    if (trace->over) {
        return;
    }
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) {
        length--;
    }
    bool begins = trace->answered || trace->words[0] == '\0';
    if (begins) {
        trace->answered = false;
        trace->words[0] = '\0';
    }
    trace->heard = true;
    size_t skipped = !begins && length > CODE_DIGITS ? CODE_DIGITS + 1 : 0;
    append_words(trace, line + skipped, length - skipped);
    if (trace->stage == SMTP_EHLO) {
        note_extension(trace, line, length);
    }
    if (length >= CODE_DIGITS && (length == CODE_DIGITS || line[CODE_DIGITS] != '-')) {
        trace->code = (int)strtol(line, NULL, 10);
        end_answer(trace);
    }
}

/* ---- what follows from it ---- */

/* The enhanced status (RFC 3463) after the code: its subject and detail; false without one. */
static bool enhanced_status(const char *words, long *subject, long *detail) {
    if (strlen(words) < CODE_DIGITS + strlen(" 5.1.1")) {
        return false;
    }
    const char *class = words + CODE_DIGITS + 1;
    char *end;
    *subject = strtol(class + 2, &end, 10);
    if (class[1] != '.' || *end != '.' || end == class + 2) {
        return false;
    }
    *detail = strtol(end + 1, NULL, 10);
    return true;
}

/* A policy, a full mailbox or a broken route says nothing of the address itself. */
static bool speaks_of_mailbox(const char *words) {
    long subject;
    long detail;
    if (!enhanced_status(words, &subject, &detail)) {
        return true;
    }
    return subject == 0 || subject == 1 || (subject == 2 && detail != 2);
}

/* Answers to RCPT that are about us, not about whom it names: an unknown command, one out of order,
 * no TLS or no login. 501 and 504 are about an address that the server cannot read, or not yet:
 * taken for more, one of those would hold up everybody's mail. */
static bool wants_another_sender(int code) {
    return code == 500 || code == 502 || code == 503 || (code >= 530 && code <= 538);
}

/* Refused before RCPT, or at it for what we are: whoever the mail is to. */
static bool concerns_every_mail(const struct smtp_trace *trace) {
    if (trace->stage == SMTP_MAIL) {
        bool for_its_kind = trace->code == CODE_TOO_LARGE || trace->needs_utf8;
        return trace->code < 500 || !for_its_kind;
    }
    if (trace->stage == SMTP_RCPT) {
        return wants_another_sender(trace->code);
    }
    return trace->stage != SMTP_DATA;
}

static enum smtp_verdict verdict_of(const struct smtp_trace *trace) {
    if (trace->answered && trace->code >= 400) {
        return concerns_every_mail(trace) ? SMTP_RELAY_AWAY
               : trace->code >= 500       ? SMTP_REJECTED
                                          : SMTP_DEFERRED;
    }
    /* It may be this mail that breaks the server: the others must not wait for it. */
    return trace->stage == SMTP_RCPT || trace->stage == SMTP_DATA ? SMTP_DEFERRED : SMTP_RELAY_AWAY;
}

static void judge_failure(const struct smtp_trace *trace, const char *complaint,
                          struct smtp_result *result) {
    bool refused = trace->answered && trace->code >= 400;
    result->verdict = verdict_of(trace);
    result->mailbox_refused = result->verdict == SMTP_REJECTED && trace->stage == SMTP_RCPT &&
                              speaks_of_mailbox(trace->words);
    result->connection_lost = !refused || trace->code == CODE_CLOSING;
    result->unclear = !refused && trace->sent_whole;
    bool may_name = trace->stage == SMTP_RCPT && result->verdict == SMTP_RELAY_AWAY;
    snprintf(result->words, sizeof result->words, "%s: %.*s", stage_name(trace->stage),
             may_name ? CODE_DIGITS : WORDS_SHOWN_MAX, refused ? trace->words : complaint);
}

void smtp_trace_judge(const struct smtp_trace *trace, const char *complaint,
                      struct smtp_result *result) {
    *result = (struct smtp_result){.verdict = SMTP_ACCEPTED, .asked = true};
    if (trace->lacks_utf8) {
        result->verdict = SMTP_REJECTED;
        snprintf(result->words, sizeof result->words,
                 "the mail server does not offer SMTPUTF8, which an address needs that is not "
                 "ASCII before the @");
    } else if (complaint) {
        judge_failure(trace, complaint, result);
    } else {
        snprintf(result->words, sizeof result->words, "DATA: %.*s", WORDS_SHOWN_MAX, trace->words);
    }
}
