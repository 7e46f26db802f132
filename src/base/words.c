#include "base/words.h"

#include <string.h>

#define SEPARATORS ", \t"

bool next_word(const char **list, struct word *word) {
    word->text = *list + strspn(*list, SEPARATORS);
    word->length = strcspn(word->text, SEPARATORS);
    *list = word->text + word->length;
    return word->length > 0;
}
