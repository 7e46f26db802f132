#include "cli/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"

static const struct command_option config_option = {
    "config", "FILE", NULL, "the configuration file to read, in place of ./config/understood.ini"};

/* ---- help ---- */

static void print_option(const struct command_option *option) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? " " : "",
             option->value ? option->value : "");
    printf("  %-24s %s", left, option->help);
    printf(option->fallback ? " (default: %s)\n" : "\n", option->fallback);
}

static int print_command_help(const struct command *command) {
    printf("usage: understood %s%s%s [options]\n\n%s.\n\noptions:\n", command->name,
           command->operand ? " " : "", command->operand ? command->operand : "", command->summary);
    for (size_t i = 0; i < command->option_count; i++) {
        print_option(&command->options[i]);
    }
    if (!command->without_config || strcmp(command->name, "config") == 0) {
        print_option(&config_option);
    }
    printf("  %-24s show this\n", "--help");
    return EXIT_SUCCESS;
}

static int print_help(void) {
    printf("usage: understood COMMAND [options]\n\ncommands:\n");
    for (size_t i = 0; i < command_count; i++) {
        printf("  %-20s %s\n", commands[i].name, commands[i].summary);
    }
    printf(
        "\n`understood COMMAND --help` shows its options, `understood --version` the version.\n");
    return EXIT_SUCCESS;
}

/* ---- reading ---- */

/* The command that the first words name, and how many words that took. */
static const struct command *find_command(int count, char *const words[], int *used) {
    for (size_t i = 0; i < command_count; i++) {
        const char *name = commands[i].name;
        size_t first = strcspn(name, " ");
        bool two = name[first] == ' ';
        if (count > 0 && strlen(words[0]) == first && strncmp(words[0], name, first) == 0 &&
            (!two || (count > 1 && strcmp(words[1], name + first + 1) == 0))) {
            *used = two ? 2 : 1;
            return &commands[i];
        }
    }
    return NULL;
}

static const struct command_option *find_option(const struct command *command, const char *name,
                                                size_t length, size_t *index) {
    for (size_t i = 0; i < command->option_count; i++) {
        if (strlen(command->options[i].name) == length &&
            strncmp(command->options[i].name, name, length) == 0) {
            *index = i;
            return &command->options[i];
        }
    }
    *index = COMMAND_OPTIONS_MAX;
    bool is_config =
        strlen(config_option.name) == length && strncmp(config_option.name, name, length) == 0;
    return is_config ? &config_option : NULL;
}

static int usage_error(const struct command *command, const char *word, const char *problem) {
    fprintf(stderr, "understood: %s: %s; see `understood %s --help`\n", word, problem,
            command->name);
    return EXIT_USAGE;
}

/* Reads "--name value", "--name=value" or a switch at words[*at], and moves *at past it. */
static int read_option(struct invocation *invocation, int count, char *const words[], int *at) {
    const char *word = words[*at];
    const char *equals = strchr(word, '=');
    size_t length = (equals ? (size_t)(equals - word) : strlen(word)) - 2;
    size_t index;
    const struct command_option *option =
        find_option(invocation->command, word + 2, length, &index);
    if (!option) {
        return usage_error(invocation->command, word, "no such option");
    }
    if (!option->value && equals) {
        return usage_error(invocation->command, word, "takes no value");
    }
    const char *value = equals ? equals + 1 : "";
    if (option->value && !equals) {
        if (*at + 1 >= count) {
            return usage_error(invocation->command, word, "needs a value");
        }
        *at += 1;
        value = words[*at];
    }
    *at += 1;
    if (index < COMMAND_OPTIONS_MAX) {
        invocation->values[index] = value;
    } else {
        invocation->config_path = value;
    }
    return EXIT_SUCCESS;
}

static int read_words(struct invocation *invocation, int count, char *const words[]) {
    int status = EXIT_SUCCESS;
    for (int at = 0; at < count && status == EXIT_SUCCESS;) {
        if (strncmp(words[at], "--", 2) == 0) {
            status = read_option(invocation, count, words, &at);
        } else if (invocation->command->operand && !invocation->operand) {
            invocation->operand = words[at++];
        } else {
            status = usage_error(invocation->command, words[at], "unexpected argument");
        }
    }
    if (status == EXIT_SUCCESS && invocation->command->operand && !invocation->operand) {
        status = usage_error(invocation->command, invocation->command->operand, "is missing");
    }
    return status;
}

/* ---- running ---- */

/* libpq takes it from there unless the url has one; not so what PostgreSQL of ours is given. */
static void apply_password(const struct config *config) {
    if (*config->database.password) {
        setenv("PGPASSWORD", config->database.password, 1);
    }
}

static int run_invocation(struct invocation *invocation) {
    if (invocation->command->without_config) {
        return invocation->command->run(invocation);
    }
    if (!config_load(&invocation->config, invocation->config_path)) {
        return EXIT_USAGE;
    }
    log_set_level_by_name(invocation->config.log.level);
    apply_password(&invocation->config);
    int status = invocation->command->run(invocation);
    config_clear(&invocation->config);
    return status;
}

static bool asks_for_help(int count, char *const words[]) {
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

int run_command_line(int count, char *const words[]) {
    int used = 0;
    struct invocation invocation = {.command = find_command(count, words, &used)};
    bool help = asks_for_help(count, words);
    if (!invocation.command && help) {
        return print_help();
    }
    if (count > 0 && strcmp(words[0], "--version") == 0) {
        printf(UNDERSTOOD_VERSION "\n");
        return EXIT_SUCCESS;
    }
    if (!invocation.command) {
        fprintf(stderr, "understood: %s; see `understood --help`\n",
                count > 0 ? "no such command" : "which command?");
        return EXIT_USAGE;
    }
    if (help) {
        return print_command_help(invocation.command);
    }
    int status = read_words(&invocation, count - used, words + used);
    if (status == EXIT_SUCCESS) {
        status = run_invocation(&invocation);
    }
    if (fflush(stdout)) {
        perror("understood: could not write the result");
        return EXIT_FAILURE;
    }
    return status;
}

/* ---- for the commands ---- */

const char *invocation_option(const struct invocation *invocation, const char *name) {
    size_t index;
    const struct command_option *option =
        find_option(invocation->command, name, strlen(name), &index);
    if (!option || index >= COMMAND_OPTIONS_MAX) {
        return NULL;
    }
    return invocation->values[index] ? invocation->values[index] : option->fallback;
}

int refuse_option(const struct invocation *invocation, const char *name, const char *wanted) {
    const char *value = invocation_option(invocation, name);
    fprintf(stderr, "understood: --%s should be %s, not \"%s\"; see `understood %s --help`\n", name,
            wanted, value ? value : "", invocation->command->name);
    return EXIT_USAGE;
}

bool invocation_number(const struct invocation *invocation, const char *name, int64_t min,
                       int64_t max, int64_t *number) {
    const char *value = invocation_option(invocation, name);
    if (value && parse_int(value, min, max, number)) {
        return true;
    }
    char wanted[96];
    snprintf(wanted, sizeof wanted, "a whole number from %" PRId64 " to %" PRId64, min, max);
    refuse_option(invocation, name, wanted);
    return false;
}
