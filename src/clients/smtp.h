/* Hands mails to the operator's mail server, over one connection that is kept. */
#ifndef CLIENTS_SMTP_H
#define CLIENTS_SMTP_H

#include <stdbool.h>
#include <stdint.h>

#include "clients/mail.h"

#define SMTP_WORDS_SIZE 400

enum smtp_starttls {
    SMTP_STARTTLS_WHEN_OFFERED,
    SMTP_STARTTLS_ALWAYS,
    SMTP_STARTTLS_NEVER,
};

/* What goes over the connection, for people: direction is '>' (ours), '<' (the server's) or '*'
 * (about the connection). Never the password. */
typedef void smtp_listener(void *context, char direction, const char *line);

struct smtp_options {
    const char *url; /* lent, as all texts: smtp(s)://host[:port][/the name to say in EHLO] */
    const char *user;
    const char *password; /* "" with user "" */
    const char *ca_file;  /* "" means the system's */
    enum smtp_starttls starttls;
    int64_t timeout_ms;      /* of a whole mail */
    smtp_listener *listener; /* NULL: none */
    void *listener_context;
};

enum smtp_verdict {
    SMTP_ACCEPTED,
    SMTP_REJECTED,   /* for good: there is no use in trying again */
    SMTP_DEFERRED,   /* this mail later */
    SMTP_RELAY_AWAY, /* every mail later: connection, TLS, login, configuration */
};

struct smtp_result {
    enum smtp_verdict verdict;
    bool asked;                  /* the mail server was: else we refused the mail ourselves */
    bool mailbox_refused;        /* of SMTP_REJECTED: nothing can be sent to this address */
    bool connection_lost;        /* of SMTP_DEFERRED: no answer came, or the server's farewell */
    bool unclear;                /* no answer came to a mail that was sent whole: it may arrive */
    char words[SMTP_WORDS_SIZE]; /* which command was answered how, or what went wrong; one line of
                                    ASCII. Only those of SMTP_RELAY_AWAY name no customer. */
};

/* "when_offered", "always", "never"; false for anything else. */
bool smtp_starttls_from_name(const char *name, enum smtp_starttls *starttls);

/* Why url cannot be one, or NULL. */
const char *smtp_url_objection(const char *url);

/* True when nobody but this machine can listen in. */
bool smtp_url_is_loopback(const char *url);
bool smtp_url_is_tls(const char *url);

struct smtp;

/* NULL, logged, when out of memory. Connects only when there is something to send. */
struct smtp *smtp_open(const struct smtp_options *options);
void smtp_close(struct smtp *smtp);

/* Sends mail over the connection, a new one if need be, within timeout_ms. */
void smtp_send(struct smtp *smtp, const struct mail *mail, struct smtp_result *result);

/* From any thread: what is on its way at deadline_us (monotonic) is broken off within a second. */
void smtp_set_deadline(struct smtp *smtp, int64_t deadline_us);

#endif
