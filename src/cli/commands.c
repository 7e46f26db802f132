/* Which subcommands there are and what each takes. */
#include "base/array.h"
#include "cli/cli.h"

static const struct command_option account_create_options[] = {
    {"name", "NAME", NULL, "what people call it"},
    {"time-zone", "ZONE", "UTC", "whose days its scores are counted in, such as Europe/Berlin"},
};

static const struct command_option account_set_options[] = {
    {"name", "NAME", NULL, "what people call it"},
    {"time-zone", "ZONE", NULL, "whose days its scores are counted in; recounts them all"},
    {"fatigue-days", "N", NULL,
     "ask a customer by mail once in so many, over all surveys; 0: always"},
    {"repeat-days", "N", NULL, "who comes back within so many days repeats a contact"},
};

static const struct command_option config_options[] = {
    {"defaults", NULL, NULL, "print the defaults, as in config/understood.ini"},
};

static const struct command_option demo_options[] = {
    {"account", "ID", "1", "which account to fill"},
    {"survey", "NAME", "understood", "which of its surveys"},
    {"answers", "N", "10000", "how many customers answer; more are invited"},
    {"days", "N", "90", "over how many days up to now, at least 14"},
    {"seed", "N", "1", "the same seed makes the same contacts and answers"},
};

static const struct command_option health_options[] = {
    {"ready", NULL, NULL, "ask /readyz, which also wants the database; else /livez"},
    {"timeout-ms", "N", "2000", "how long the answer may take"},
};

/* clang-format off */
#define IMPORT_OPTIONS                                                                             \
    {"account", "ID", "1", "which account"},                                                       \
    {"dry-run", NULL, NULL, "check all rows and store nothing"},                                   \
    {"rejects", "FILE", NULL, "keep what is refused there, to be mended and imported again"},      \
    {"format", "FORMAT", NULL, "csv or ndjson (default: as the file begins)"},                     \
    {"separator", "CHAR", NULL, "of a CSV file: , ; | or tab (default: as its header says)"},      \
    {"ignore-unknown", NULL, NULL, "pass over columns that are not known"}
#define IMPORT_SOURCE                                                                              \
    {"source", "WORD", "import", "where rows come from that do not say so"}
/* clang-format on */

static const struct command_option import_contacts_options[] = {IMPORT_OPTIONS, IMPORT_SOURCE};

static const struct command_option import_responses_options[] = {
    IMPORT_OPTIONS,
    IMPORT_SOURCE,
    {"survey", "NAME", NULL, "the survey of rows that name none"},
};

static const struct command_option import_suppressions_options[] = {IMPORT_OPTIONS};

static const struct command_option key_create_options[] = {
    {"account", "ID", "1", "whose key it is"},
    {"scope", "SCOPE", NULL, "admin (everything), write (invitations, responses) or read"},
    {"name", "NAME", "", "a note on what it is for"},
};

static const struct command_option key_list_options[] = {
    {"account", "ID", "1", "whose keys"},
};

static const struct command_option key_revoke_options[] = {
    {"account", "ID", "1", "whose key it is"},
};

static const struct command_option link_options[] = {
    {"account", "ID", "1", "whose survey it is"},
    {"survey", "NAME", "understood", "what the customer is asked"},
    {"contact", "REF", NULL, "the contact, as its helpdesk names it (default: a new one)"},
    {"language", "TAG", NULL, "the customer's language, such as de or pt-BR"},
    {"signed", NULL, NULL, "make no invitation: sign the link with the survey's link secret"},
};

static const struct command_option rescore_options[] = {
    {"account", "ID", NULL, "only this account; else all of them, one after the other"},
    {"all", NULL, NULL, "also what this program's model has estimated before"},
};

static const struct command_option serve_options[] = {
    {"welcome", NULL, NULL, "print a survey link, an API key (the first time) and what to try"},
};

static const struct command_option verify_options[] = {
    {"account", "ID", NULL, "only this account; else all of them, one after the other"},
    {"repeats", NULL, NULL, "also find again which contacts were repeated; slower"},
    {"rebuild", NULL, NULL, "do not compare: write them anew; answers wait meanwhile"},
};

#define OPTIONS(options) options, COUNT(options)

/* Sorted by name, as --help shows them. */
const struct command commands[] = {
    {"account create", NULL, "Make an account and print its id", run_account_create,
     OPTIONS(account_create_options), false},
    {"account list", NULL, "List the accounts: id, time zone, name, fatigue and repeat days",
     run_account_list, NULL, 0, false},
    {"account set", "ID", "Change an account's name, time zone or days", run_account_set,
     OPTIONS(account_set_options), false},
    {"config", NULL, "Print the effective configuration, secrets masked", run_config,
     OPTIONS(config_options), true},
    {"demo", NULL, "Fill an account with contacts and answers to look at", run_demo,
     OPTIONS(demo_options), false},
    {"health", NULL, "Ask the service that listens here whether it is well; exit 0 if so",
     run_health, OPTIONS(health_options), false},
    {"import contacts", "FILE", "Record the contacts of a CSV or NDJSON file (- is stdin)",
     run_import_contacts, OPTIONS(import_contacts_options), false},
    {"import responses", "FILE", "Store the answers of a CSV or NDJSON file (- is stdin)",
     run_import_responses, OPTIONS(import_responses_options), false},
    {"import suppressions", "FILE", "Store the addresses of a CSV or NDJSON file that get no mail",
     run_import_suppressions, OPTIONS(import_suppressions_options), false},
    {"key create", NULL, "Make an API key and print it; it cannot be shown again", run_key_create,
     OPTIONS(key_create_options), false},
    {"key list", NULL, "List an account's API keys: id, scope, made, revoked, name", run_key_list,
     OPTIONS(key_list_options), false},
    {"key revoke", "ID", "Revoke the API key with this id", run_key_revoke,
     OPTIONS(key_revoke_options), false},
    {"link", NULL, "Print a survey link, making the invitation if there is none yet", run_link,
     OPTIONS(link_options), false},
    {"mail test", "ADDRESS", "Send one mail through the configured server and say what happens",
     run_mail_test, NULL, 0, false},
    {"migrate", NULL, "Bring the database's schema up to date", run_migrate, NULL, 0, false},
    {"rescore", NULL, "Estimate answers anew that another model estimated, or none", run_rescore,
     OPTIONS(rescore_options), false},
    {"routes", NULL, "List the HTTP routes: method, path, operation, scope", run_routes, NULL, 0,
     true},
    {"serve", NULL, "Run the service until SIGINT or SIGTERM", run_serve, OPTIONS(serve_options),
     false},
    {"verify", NULL, "Count every score again from the answers and list what differs", run_verify,
     OPTIONS(verify_options), false},
};
const size_t command_count = COUNT(commands);
