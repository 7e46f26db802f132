#include "config_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ip_network.h"
#include "base/parse.h"
#include "http/client_address.h"
#include "http/origin.h"

#define PROXY_WORDS                                                                                \
    "addresses or networks (10.0.0.0/8, 2001:db8::/32, no bits beyond the prefix) or unix"
#define ORIGIN_WORDS                                                                               \
    "origins as browsers send them (https://desk.example, http://127.0.0.1:3000; lower case, "     \
    "nothing behind host and port)"
#define NETWORK_WORDS "networks or addresses (127.0.0.0/8, fd00::/8, no bits beyond the prefix)"
#define PORT_MAX      65535
#define UNIX_PREFIX   "unix:"
#define ADDRESSES_MAX 16
#define ORIGINS_MAX   64

/* NOLINTBEGIN(bugprone-macro-parentheses): a member designator takes none */
#define KEY(section, name, type, reloads)                                                          \
#section, #name, type, reloads, offsetof(struct config, section.name)
/* NOLINTEND(bugprone-macro-parentheses) */
#define TEXT(section, name, fallback, help)                                                        \
    { KEY(section, name, CONFIG_TEXT, false), fallback, 0, 0, NULL, help, NULL }
#define ADDRESSES(section, name, fallback, least, help)                                            \
    { KEY(section, name, CONFIG_ADDRESSES, false), fallback, least, 0, NULL, help, NULL }
#define MODE(section, name, fallback, help)                                                        \
    { KEY(section, name, CONFIG_MODE, false), fallback, 0, 0777, NULL, help, NULL }
#define CHOICE(section, name, fallback, choices, help)                                             \
    { KEY(section, name, CONFIG_CHOICE, false), fallback, 0, 0, choices, help, NULL }
#define SWITCH(section, name, fallback, help)                                                      \
    { KEY(section, name, CONFIG_SWITCH, false), fallback, 0, 0, NULL, help, NULL }
#define NUMBER(section, name, fallback, min, max, help)                                            \
    { KEY(section, name, CONFIG_NUMBER, false), #fallback, min, max, NULL, help, NULL }
#define LIST(section, name, most, word_is_sound, words, help)                                      \
    { KEY(section, name, CONFIG_LIST, false), "", 0, most, words, help, word_is_sound }
/* Those that SIGHUP reloads; service_apply gives them to the parts. */
#define LIVE_LIST(section, name, most, word_is_sound, words, help)                                 \
    { KEY(section, name, CONFIG_LIST, true), "", 0, most, words, help, word_is_sound }
#define LIVE_ENTRIES(section, name, help)                                                          \
    { KEY(section, name, CONFIG_ENTRIES, true), "", 0, 0, NULL, help, NULL }
#define LIVE_CHOICE(section, name, fallback, choices, help)                                        \
    { KEY(section, name, CONFIG_CHOICE, true), fallback, 0, 0, choices, help, NULL }
#define LIVE_SWITCH(section, name, fallback, help)                                                 \
    { KEY(section, name, CONFIG_SWITCH, true), fallback, 0, 0, NULL, help, NULL }
#define LIVE_NUMBER(section, name, fallback, min, max, help)                                       \
    { KEY(section, name, CONFIG_NUMBER, true), #fallback, min, max, NULL, help, NULL }
#define LIVE_THOUSANDTHS(section, name, fallback, min, max, help)                                  \
    { KEY(section, name, CONFIG_THOUSANDTHS, true), fallback, min, max, NULL, help, NULL }

/* In the order of config/understood.ini, which a test holds against this table. */
const struct config_key config_keys[] = {
    ADDRESSES(http, listen, "127.0.0.1:8080", 1,
              "HOST:PORT, [IPv6]:PORT or unix:/path to listen on, several with spaces between; "
              "port 0 picks a free one"),
    MODE(http, socket_mode, "0660", "Who may connect to Unix sockets"),
    TEXT(http, public_url, "",
         "What survey links start with; empty: http:// and the first HOST:PORT"),
    LIVE_LIST(http, trusted_proxies, TRUSTED_NETWORKS_MAX, trusted_proxy_is_sound, PROXY_WORDS,
              "Proxies whose X-Forwarded-For is believed: networks, addresses, unix; empty: none"),
    LIVE_LIST(http, cors_origins, ORIGINS_MAX, origin_is_sound, ORIGIN_WORDS,
              "Origins whose scripts may use /v1, such as https://desk.example; empty: none"),
    NUMBER(http, threads, 0, 0, 256, "Threads that read requests; 0: half the cores"),
    NUMBER(http, workers, 8, 1, 256, "Threads that run queries, one database connection each"),
    NUMBER(http, connections_max, 4096, 16, 1000000,
           "Client connections open at once, on each address"),
    NUMBER(http, worker_queue_max, 1024, 1, 100000, "Requests waiting for a worker; past it 503"),
    LIVE_NUMBER(http, header_deadline_ms, 10000, 100, 600000, "Total time for a request's headers"),
    LIVE_NUMBER(http, body_deadline_ms, 15000, 100, 600000,
                "Total time for a request, body included; and for each 4 KiB of an answer"),
    LIVE_NUMBER(http, answer_deadline_ms, 10000, 100, 600000,
                "Then a request is answered with 503"),
    NUMBER(http, idle_timeout_ms, 60000, 100, 3600000, "Unused connections are closed after this"),
    LIVE_NUMBER(http, json_bytes_max, 1048576, 1024, 67108864, "Largest JSON body"),
    LIVE_NUMBER(http, form_bytes_max, 262144, 1024, 1048576, "Largest form body"),
    LIVE_NUMBER(http, drain_delay_ms, 0, 0, 60000,
                "At the end: /readyz says 503 for this long before accepting stops"),
    LIVE_NUMBER(http, drain_ms, 4000, 0, 60000,
                "At the end: accepted requests have this long, then they get 503"),
    TEXT(database, url, "",
         "postgresql://... or key=value pairs, also DATABASE_URL; empty: a private PostgreSQL in "
         "[data] dir"),
    TEXT(database, password, "",
         "In place of one in the url, so that it can come from a file: "
         "UNDERSTOOD_DATABASE_PASSWORD_FILE"),
    TEXT(database, bindir, "",
         "Where initdb and postgres of the private one are; empty: Debian's place, then PATH"),
    SWITCH(database, migrate, "true", "Bring the schema up to date at every start"),
    NUMBER(database, connect_timeout_ms, 3000, 100, 60000, "To open one connection"),
    NUMBER(database, acquire_timeout_ms, 2000, 10, 60000, "To wait for a free connection"),
    NUMBER(database, statement_timeout_ms, 8000, 100, 3600000, "For one statement"),
    SWITCH(database, prepare, "true", "Prepared statements; false for PgBouncer before 1.21"),
    TEXT(data, dir, "./data", "Folder of the private PostgreSQL and its socket"),
    NUMBER(intake, lanes, 1, 1, 2, "Threads that commit answers"),
    NUMBER(intake, batch_max, 256, 1, 256, "Answers in one transaction at most"),
    NUMBER(intake, queue_max, 20000, 16, 1000000, "Answers waiting in one lane; past it 503"),
    NUMBER(intake, commit_deadline_ms, 5000, 100, 60000,
           "A commit not confirmed in this time counts as unknown and is run again"),
    NUMBER(intake, instance, 0, 0, 6, "Another number for each process on the same database"),
    CHOICE(intake, transaction, "batch", "batch, account",
           "One transaction for a batch, or (on Citus) one for each account in it"),
    LIVE_NUMBER(trust, provisional_at, 3, 1, 1000, "Evidence points from which a vote is held"),
    LIVE_NUMBER(trust, view_days, 30, 1, 365, "Page views are kept this long"),
    LIVE_NUMBER(trust, provisional_days, 30, 1, 365, "Held votes are discarded after this"),
    NUMBER(contacts, lag_s, 20, 1, 3600,
           "A contact that only its answer knows is recorded this long after it"),
    LIVE_NUMBER(hooks, keep_days, 30, 1, 365,
                "Webhooks that came in are kept this long, as they were"),
    LIVE_NUMBER(hooks, keep_rows, 100000, 1000, 10000000, "Of each source at most so many"),
    LIVE_NUMBER(events, keep_days, 7, 1, 365,
                "What happened, and how webhooks were told of it, is kept this long"),
    LIST(webhooks, allow_private, IP_NETWORKS_MAX, ip_network_is_sound, NETWORK_WORDS,
         "Private networks that webhooks may be sent to, also by plain http: 127.0.0.0/8; empty: "
         "none"),
    TEXT(webhooks, ca_file, "",
         "Whose certificates their receivers may have (PEM); empty: the system's"),
    NUMBER(webhooks, timeout_ms, 15000, 100, 60000, "For one attempt, from the name to the answer"),
    NUMBER(webhooks, connections_max, 256, 8, 4096,
           "Attempts under way at once; half of it is kept for receivers that answer fast"),
    NUMBER(webhooks, host_connections_max, 16, 2, 256, "Of them to one host"),
    LIVE_NUMBER(keys, cache_s, 10, 0, 3600,
                "Revoked API keys and changed surveys are noticed within this time"),
    LIVE_NUMBER(limits, key_per_minute, 0, 0, 1000000,
                "Requests of one API key to /v1; 0: no limit"),
    LIVE_NUMBER(limits, key_burst, 0, 0, 1000000, "Of them at once; 0: as many as per minute"),
    LIVE_NUMBER(
        limits, page_per_minute, 0, 0, 1000000,
        "Survey pages for one address (IPv6: one /64), with [http] trusted_proxies; 0: no limit"),
    LIVE_NUMBER(limits, page_burst, 0, 0, 1000000, "Of them at once; 0: as many as per minute"),
    LIVE_NUMBER(limits, unknown_key_per_minute, 0, 0, 1000000,
                "Keys looked up in vain for one address, with [http] trusted_proxies; 0: no limit"),
    TEXT(mail, url, "",
         "The mail server that invitations go through: smtp://HOST:PORT or smtps://HOST:PORT; "
         "empty: "
         "what is due waits"),
    TEXT(mail, from, "", "Who they are from: an address, or a name and <an address>"),
    TEXT(mail, reply_to, "", "Where replies go, in the same way; empty: to from"),
    TEXT(mail, user, "", "To log in with; empty: no login"),
    TEXT(mail, password, "",
         "Goes over TLS or to this machine only; also from a file: UNDERSTOOD_MAIL_PASSWORD_FILE"),
    CHOICE(mail, starttls, "when_offered", "when_offered, always, never",
           "TLS over smtp://; with a login to another machine it is always asked for"),
    TEXT(mail, ca_file, "",
         "Whose certificates the mail server may have (PEM); empty: the system's"),
    NUMBER(mail, timeout_ms, 30000, 500, 600000, "For handing over one mail"),
    LIVE_NUMBER(mail, per_minute, 0, 0, 1000000,
                "Mails a minute at most, of each process; 0: no limit"),
    LIVE_ENTRIES(alerts, recipients,
                 "Who gets mail of alerts: ADDRESS, TEAM = ADDRESS, ACCOUNT: ADDRESS, ACCOUNT: "
                 "TEAM = ADDRESS, with commas between; empty: nobody"),
    LIVE_SWITCH(alerts, enabled, "true", "Raise alerts when frustration spikes"),
    LIVE_THOUSANDTHS(alerts, false_alarms_per_team_week, "0.25", 1, 100000,
                     "Alerts that chance alone may raise in a week of each team: fewer come later"),
    ADDRESSES(stream, listen, "", 0,
              "More addresses, as in [http] listen, which serve /v1/stream and probes alone: there "
              "thousands may listen; empty: none"),
    NUMBER(stream, subscribers_max, 10000, 0, 1000000, "Live streams open at once; past it 503"),
    LIVE_NUMBER(stream, shared_max, 100, 0, 100000, "Of them on the addresses of [http] listen"),
    LIVE_NUMBER(stream, per_key_max, 0, 0, 1000000, "Of them by one API key; 0: no limit"),
    LIVE_NUMBER(stream, heartbeat_s, 15, 1, 3600, "A stream gives a sign of life so often"),
    LIVE_CHOICE(log, level, "info", "error, info, debug",
                "What is logged, as JSON lines on stderr"),
    LIVE_SWITCH(log, access, "true", "A line per request, written in batches"),
};
const size_t config_key_count = COUNT(config_keys);

const struct config_key *config_find_key(const char *section, const char *name) {
    for (size_t i = 0; i < config_key_count; i++) {
        if (strcmp(config_keys[i].section, section) == 0 &&
            strcmp(config_keys[i].name, name) == 0) {
            return &config_keys[i];
        }
    }
    return NULL;
}

bool config_key_is_text(const struct config_key *key) {
    return key->type == CONFIG_TEXT || key->type == CONFIG_ADDRESSES ||
           key->type == CONFIG_CHOICE || key->type == CONFIG_LIST || key->type == CONFIG_ENTRIES;
}

char **config_text(struct config *config, const struct config_key *key) {
    return (char **)((char *)config + key->offset);
}

/* ---- values ---- */

static bool is_address(const char *value, size_t length) {
    char port[8];
    const char *colon = memrchr(value, ':', length);
    size_t port_length = colon ? (size_t)(value + length - colon - 1) : 0;
    int64_t number;
    if (length > strlen(UNIX_PREFIX) && strncmp(value, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        return value[strlen(UNIX_PREFIX)] == '/';
    }
    if (!colon || colon == value || port_length >= sizeof port) {
        return false;
    }
    memcpy(port, colon + 1, port_length);
    port[port_length] = '\0';
    return parse_int(port, 0, PORT_MAX, &number);
}

static bool are_addresses(const char *list, int64_t least) {
    int64_t count = 0;
    struct word word;
    while (next_word(&list, &word)) {
        if (++count > ADDRESSES_MAX || !is_address(word.text, word.length)) {
            return false;
        }
    }
    return count >= least;
}

static bool is_choice(const char *choices, const char *value) {
    size_t length = strlen(value);
    for (const char *at = choices; at; at = strstr(at, ", "), at = at ? at + 2 : NULL) {
        if (length && strcspn(at, ",") == length && strncmp(at, value, length) == 0) {
            return true;
        }
    }
    return false;
}

/* The first word that is not sound, or is one too many; false when all are good. */
static bool bad_word(const struct config_key *key, const char *list, struct word *word) {
    int64_t count = 0;
    while (next_word(&list, word)) {
        if (++count > key->max || !key->word_is_sound(word)) {
            return true;
        }
    }
    return false;
}

static bool set_text(struct config *config, const struct config_key *key, const char *value) {
    struct word word;
    if ((key->type == CONFIG_LIST && bad_word(key, value, &word)) ||
        (key->type == CONFIG_ADDRESSES && !are_addresses(value, key->min)) ||
        (key->type == CONFIG_CHOICE && !is_choice(key->choices, value))) {
        return false;
    }
    char *copy = strdup(value);
    if (!copy) {
        return false;
    }
    char **member = config_text(config, key);
    free(*member);
    *member = copy;
    return true;
}

static bool set_switch(bool *member, const char *value) {
    bool on = strcmp(value, "true") == 0;
    if (!on && strcmp(value, "false") != 0) {
        return false;
    }
    *member = on;
    return true;
}

/* Octal, as chmod takes it. */
static bool set_mode(int64_t *member, const char *value, int64_t max) {
    size_t length = strspn(value, "01234567");
    if (length < 3 || length > 4 || value[length]) {
        return false;
    }
    int64_t mode = strtol(value, NULL, 8);
    if (mode > max) {
        return false;
    }
    *member = mode;
    return true;
}

bool config_set(struct config *config, const struct config_key *key, const char *value) {
    char *member = (char *)config + key->offset;
    if (config_key_is_text(key)) {
        return set_text(config, key, value);
    }
    if (key->type == CONFIG_SWITCH) {
        return set_switch((bool *)(void *)member, value);
    }
    if (key->type == CONFIG_MODE) {
        return set_mode((int64_t *)(void *)member, value, key->max);
    }
    bool (*parse)(const char *, int64_t, int64_t, int64_t *) =
        key->type == CONFIG_THOUSANDTHS ? parse_thousandths : parse_int;
    return parse(value, key->min, key->max, (int64_t *)(void *)member);
}

/* ---- two configurations ---- */

bool config_key_equal(const struct config *one, const struct config *other,
                      const struct config_key *key) {
    const char *here = (const char *)one + key->offset;
    const char *there = (const char *)other + key->offset;
    if (config_key_is_text(key)) {
        return strcmp(*(char *const *)(const void *)here, *(char *const *)(const void *)there) == 0;
    }
    size_t size = key->type == CONFIG_SWITCH ? sizeof(bool) : sizeof(int64_t);
    return memcmp(here, there, size) == 0;
}

bool config_key_copy(struct config *to, const struct config *from, const struct config_key *key) {
    char *member = (char *)to + key->offset;
    const char *value = (const char *)from + key->offset;
    if (config_key_is_text(key)) {
        return set_text(to, key, *(char *const *)(const void *)value);
    }
    if (key->type == CONFIG_SWITCH) {
        __atomic_store_n((bool *)(void *)member, *(const bool *)(const void *)value,
                         __ATOMIC_RELAXED);
    } else {
        __atomic_store_n((int64_t *)(void *)member, *(const int64_t *)(const void *)value,
                         __ATOMIC_RELAXED);
    }
    return true;
}

/* ---- mistakes ---- */

static void describe_wanted(struct text *text, const struct config_key *key) {
    if (key->type == CONFIG_NUMBER) {
        text_append_format(text, "a whole number from %lld to %lld", (long long)key->min,
                           (long long)key->max);
    } else if (key->type == CONFIG_THOUSANDTHS) {
        text_append_format(text, "a number from %.3g to %.6g with at most three places",
                           (double)key->min / THOUSANDTHS, (double)key->max / THOUSANDTHS);
    } else if (key->type == CONFIG_SWITCH) {
        text_append(text, "true or false");
    } else if (key->type == CONFIG_CHOICE) {
        text_append_format(text, "one of: %s", key->choices);
    } else if (key->type == CONFIG_LIST) {
        text_append_format(text, "at most %lld %s", (long long)key->max, key->choices);
    } else if (key->type == CONFIG_ADDRESSES) {
        text_append(text, "HOST:PORT, such as 127.0.0.1:8080, or unix:/path");
    } else if (key->type == CONFIG_MODE) {
        text_append(text, "a file mode, such as 0660");
    } else {
        text_append(text, "a text");
    }
}

void config_append_refusal(struct text *text, const struct config_key *key, const char *value) {
    text_append_format(text, "[%s] %s should be ", key->section, key->name);
    describe_wanted(text, key);
    struct word word = {value, strlen(value)};
    if (key->type == CONFIG_LIST) {
        bad_word(key, value, &word);
    }
    text_append(text, ", not \"");
    text_append_bytes(text, word.text, word.length);
    text_append_char(text, '"');
}
