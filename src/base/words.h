/* Lists in one line: words separated by blanks or commas. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct word {
    const char *text; /* not NUL-terminated; lent by the list */
    size_t length;
};

/* The next word of *list, which moves behind it; false when there is none left. */
bool next_word(const char **list, struct word *word);

#endif
