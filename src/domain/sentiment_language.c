#include "domain/sentiment_language.h"

#include <string.h>
#include <strings.h>

/* What the words of a comment are. */
struct words {
    size_t known; /* as English */
    size_t other; /* small words of other languages */
};

static struct words count_words(const struct sentiment_marks *marks) {
    struct words words = {0};
    for (size_t i = 0; i < marks->count; i++) {
        const struct sentiment_mark *mark = &marks->marks[i];
        if (mark->is_word && mark->value == WORD_OTHER_LANGUAGE) {
            words.other++;
        } else if (mark->is_word) {
            words.known += mark->is_known;
        }
    }
    return words;
}

/* Who has a language in a helpdesk may write in another one: this is about what was written. */
static bool reads_foreign(const struct words *words) {
    return 3 * words->other > words->known;
}

static bool is_english(const char *language) {
    size_t length = strcspn(language, "-_");
    return length == 2 && strncasecmp(language, "en", 2) == 0;
}

bool sentiment_is_english(const struct sentiment_marks *marks, const char *language) {
    struct words words = count_words(marks);
    if (marks->foreign > marks->latin || reads_foreign(&words)) {
        return false;
    }
    return language ? is_english(language) : 2 * words.known >= marks->words;
}
