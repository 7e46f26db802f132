/* Subcommands as a table: each row says what it takes; reading it and --help are the same for all.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define COMMAND_OPTIONS_MAX 12

#define EXIT_USAGE 2 /* what was asked for makes no sense; EXIT_FAILURE: it did not work */

struct command_option {
    const char *name;     /* without the two dashes */
    const char *value;    /* what to call its value in the help; NULL for a switch */
    const char *fallback; /* its value when it is not given; NULL: none */
    const char *help;
};

/* What was asked for. */
struct invocation {
    const struct command *command;
    const char *operand; /* NULL when the command takes none */
    const char *values[COMMAND_OPTIONS_MAX];
    const char *config_path; /* --config, or NULL */
    struct config config;    /* loaded, unless the command is without_config */
};

/* Returns the exit status. Results go to stdout, everything else to stderr. */
typedef int command_run(const struct invocation *invocation);

struct command {
    const char *name;    /* one or two words */
    const char *operand; /* what to call the one word after it; NULL: none */
    const char *summary;
    command_run *run;
    const struct command_option *options;
    size_t option_count;
    bool without_config;
};

/* THE table (cli/commands.c). */
extern const struct command commands[];
extern const size_t command_count;

int run_command_line(int count, char *const words[]);

/* An option's value or its fallback; for a switch not NULL when it was given. */
const char *invocation_option(const struct invocation *invocation, const char *name);

/* False, having said on stderr what it should be, unless the option is a number in min..max. */
bool invocation_number(const struct invocation *invocation, const char *name, int64_t min,
                       int64_t max, int64_t *number);

/* Says on stderr that option should be `wanted`; returns EXIT_USAGE. */
int refuse_option(const struct invocation *invocation, const char *name, const char *wanted);

#endif
