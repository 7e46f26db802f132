/* What a mail server was told and how it answered, and what follows from it. */
#ifndef CLIENTS_SMTP_TRACE_H
#define CLIENTS_SMTP_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "clients/smtp.h"

/* Which command waits for an answer, or was answered last. */
enum smtp_stage {
    SMTP_CONNECTING, /* until it greets */
    SMTP_EHLO,
    SMTP_STARTTLS_SENT,
    SMTP_AUTH,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA, /* the command, then the message */
};

struct smtp_trace {
    enum smtp_stage stage;
    bool heard;                  /* anything, in this attempt */
    bool over;                   /* QUIT was said: what follows says nothing of the mail */
    bool answered;               /* the last command, in whole */
    int code;                    /* of the answer, 0 when there is none */
    char words[SMTP_WORDS_SIZE]; /* of the answer, with the code */
    bool sent_whole;             /* the message, to its end */
    /* Of the connection, which may be an older one: */
    bool offers_utf8;
    bool offers_starttls;
    bool wants_starttls; /* ours: when it is offered, or always */
    bool encrypted;
    /* Of the mail: */
    bool needs_utf8;
    bool lacks_utf8; /* it needs what the server does not offer: then it must not go on */
};

/* A new attempt begins, perhaps over the same connection. */
void smtp_trace_begin(struct smtp_trace *trace, bool needs_utf8);

/* A command goes out; a line, with or without its end, comes in. */
void smtp_trace_sent(struct smtp_trace *trace, const char *line, size_t length);
void smtp_trace_heard(struct smtp_trace *trace, const char *line, size_t length);

/* What became of the mail; complaint is what curl says when it did not go, else NULL. */
void smtp_trace_judge(const struct smtp_trace *trace, const char *complaint,
                      struct smtp_result *result);

#endif
