/* The configuration's table: every key, its type, default and help. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/words.h"
#include "config.h"

#define THOUSANDTHS 1000.0

enum config_type {
    CONFIG_TEXT,
    CONFIG_ADDRESSES, /* HOST:PORT or unix:/path, several with spaces between */
    CONFIG_MODE,      /* of a file, octal */
    CONFIG_CHOICE,
    CONFIG_LIST,    /* words separated by blanks or commas */
    CONFIG_ENTRIES, /* texts separated by commas; config_*.c says whether they make sense */
    CONFIG_SWITCH,
    CONFIG_NUMBER,
    CONFIG_THOUSANDTHS, /* a decimal of at most three places, kept as a whole number */
};

struct config_key {
    const char *section;
    const char *name;
    enum config_type type;
    bool reloads;  /* a change takes effect at SIGHUP, not only at the next start */
    size_t offset; /* of its member in struct config */
    const char *fallback;
    int64_t min;
    int64_t max;
    const char *choices; /* of a CONFIG_CHOICE: "one, two"; of a CONFIG_LIST: what its words are */
    const char *help;
    bool (*word_is_sound)(const struct word *word); /* of a CONFIG_LIST, of max words */
};

/* In the order of config/understood.ini, which a test holds against this table. */
extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* NULL when there is no such key. */
const struct config_key *config_find_key(const char *section, const char *name);

/* True when its member is a char *, owned by the config: config_text is where it is. */
bool config_key_is_text(const struct config_key *key);
char **config_text(struct config *config, const struct config_key *key);

/* Sets key's member from text; false, leaving it alone, when value is no good. */
bool config_set(struct config *config, const struct config_key *key, const char *value);

/* True when both configurations have the same value. */
bool config_key_equal(const struct config *one, const struct config *other,
                      const struct config_key *key);

/* Gives to's value of the key what from has; numbers and switches so that other threads may read
 * them meanwhile by config_number and config_switch. False when out of memory. */
bool config_key_copy(struct config *to, const struct config *from, const struct config_key *key);

/* Appends "[section] key should be ..., not "value"". */
void config_append_refusal(struct text *text, const struct config_key *key, const char *value);

#endif
