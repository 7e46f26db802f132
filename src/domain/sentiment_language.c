#include "domain/sentiment_language.h"

#include <string.h>
#include <strings.h>

/* Half the words must be known, and small words of other languages be the exception. */
static bool reads_english(const struct sentiment_marks *marks) {
    size_t known = 0;
    size_t other = 0;
    for (size_t i = 0; i < marks->count; i++) {
        const struct sentiment_mark *mark = &marks->marks[i];
        if (mark->is_word && mark->value == WORD_OTHER_LANGUAGE) {
            other++;
        } else if (mark->is_word) {
            known += mark->is_known;
        }
    }
    return 2 * known >= marks->words && 3 * other <= known;
}

bool sentiment_is_english(const struct sentiment_marks *marks, const char *language) {
    if (marks->foreign > marks->latin) {
        return false;
    }
    if (!language) {
        return reads_english(marks);
    }
    size_t length = strcspn(language, "-_");
    return length == 2 && strncasecmp(language, "en", 2) == 0;
}
