/* Reads the list of phrases. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "domain/sentiment_phrase_parts.h"
#include "domain/sentiment_phrases.h"
#include "domain/sentiment_tokens.h"

#define WEIGHT_MAX 5.0

static const char numbers[] =
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty "
    "sixty ninety dozen dozens hundred hundreds several multiple many few couple countless "
    "numerous endless a an half";

/* What is said after these is not what was denied: "I can't believe I had to wait". */
static const char subjects[] = "i i've i'm i'd ive im we we've we're they but";

static void read_vocabulary(const char *words, struct vocabulary *vocabulary) {
    struct word word;
    while (next_word(&words, &word)) {
        uint32_t hash = sentiment_hash(word.text, word.length);
        vocabulary->hashes[vocabulary->count++] = hash;
        vocabulary->filter |= phrase_filter_of(hash);
    }
}

/* "had/having" or "twice?": without the mark of what may be missing. */
static bool take_optional(struct word *word) {
    bool optional = word->length > 1 && word->text[word->length - 1] == '?';
    word->length -= optional;
    return optional;
}

static bool is(const struct word *word, const char *text) {
    return word->length == strlen(text) && memcmp(word->text, text, word->length) == 0;
}

/* False when a word is empty, or is longer than the tokens' words are. */
static bool add_words(struct sentiment_phrases *list, const struct word *word, struct step *step) {
    const char *at = word->text;
    const char *end = word->text + word->length;
    step->first_word = list->word_count;
    while (at <= end) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const char *stop = slash ? slash : end;
        if (stop == at || stop - at > SENTIMENT_WORD_BYTES_MAX) {
            return false;
        }
        list->words[list->word_count++] = sentiment_hash(at, (size_t)(stop - at));
        at = stop + 1;
    }
    step->word_count = list->word_count - step->first_word;
    return true;
}

static bool read_step(struct sentiment_phrases *list, struct word word, struct step *step) {
    *step = (struct step){.optional = take_optional(&word)};
    step->kind = is(&word, "*")    ? STEP_ANY
                 : is(&word, "#")  ? STEP_NUMBER
                 : is(&word, "..") ? STEP_GAP
                                   : STEP_WORDS;
    return step->kind != STEP_WORDS || add_words(list, &word, step);
}

static bool read_weight(const struct word *word, double *weight) {
    char *end;
    *weight = strtod(word->text, &end);
    return end == word->text + word->length && fabs(*weight) <= WEIGHT_MAX;
}

/* Words at both ends, and so few choices that looking for it takes no time. */
static bool is_sound(const struct phrase *phrase) {
    size_t choices = 0;
    for (size_t i = 0; i < phrase->step_count; i++) {
        choices += phrase->steps[i].optional || phrase->steps[i].kind == STEP_GAP;
    }
    return phrase->step_count > 0 && choices <= PHRASE_CHOICES_MAX &&
           phrase->steps[0].kind == STEP_WORDS && !phrase->steps[0].optional &&
           phrase->steps[phrase->step_count - 1].kind != STEP_GAP;
}

static bool read_phrase(struct sentiment_phrases *list, const char *line, struct phrase *phrase) {
    struct word word;
    *phrase = (struct phrase){0};
    if (!next_word(&line, &word) || !read_weight(&word, &phrase->weight)) {
        return false;
    }
    while (next_word(&line, &word)) {
        if (phrase->step_count == PHRASE_STEPS_MAX ||
            !read_step(list, word, &phrase->steps[phrase->step_count++])) {
            return false;
        }
    }
    return is_sound(phrase);
}

static void set_bit(uint64_t *bits, uint32_t place) {
    bits[place / 64] |= UINT64_C(1) << place % 64;
}

static void add_pairs(struct sentiment_phrases *list, uint32_t opening, const struct step *next) {
    for (size_t i = 0; i < next->word_count; i++) {
        set_bit(list->pairs, phrase_pair_of(opening, list->words[next->first_word + i]));
    }
}

/* The words that may come second: those of the first step that must match, and of those before. */
static void add_second_words(struct sentiment_phrases *list, uint32_t opening,
                             const struct phrase *phrase) {
    for (size_t i = 1; i < phrase->step_count; i++) {
        const struct step *step = &phrase->steps[i];
        if (step->kind != STEP_WORDS) {
            break;
        }
        add_pairs(list, opening, step);
        if (!step->optional) {
            return;
        }
    }
    set_bit(list->open_ended, phrase_index_of(opening));
}

static void add_openings(struct sentiment_phrases *list, size_t place) {
    const struct step *step = &list->phrases[place].steps[0];
    for (size_t i = 0; i < step->word_count; i++) {
        uint32_t hash = list->words[step->first_word + i];
        list->openings[list->opening_count++] = (struct opening){hash, (uint32_t)place};
        set_bit(list->filter, phrase_index_of(hash));
        add_second_words(list, hash, &list->phrases[place]);
    }
}

static int compare_openings(const void *one, const void *other) {
    const struct opening *a = one;
    const struct opening *b = other;
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return a->phrase < b->phrase ? -1 : a->phrase > b->phrase;
}

static void index_openings(struct sentiment_phrases *list) {
    size_t at = 0;
    qsort(list->openings, list->opening_count, sizeof *list->openings, compare_openings);
    for (uint32_t i = 0; i <= 1U << PHRASE_INDEX_BITS; i++) {
        while (at < list->opening_count && phrase_index_of(list->openings[at].hash) < i) {
            at++;
        }
        list->index[i] = (uint16_t)at;
    }
}

/* lines is a copy that may be cut. The number of the line that is no phrase, or 0. */
static size_t read_lines(struct sentiment_phrases *list, char *lines) {
    char *line;
    for (size_t number = 1; (line = strsep(&lines, "\n")) != NULL; number++) {
        if (*line == '#' || *line == '\0') {
            continue;
        }
        if (!read_phrase(list, line, &list->phrases[list->phrase_count])) {
            return number;
        }
        add_openings(list, list->phrase_count++);
    }
    index_openings(list);
    return list->opening_count <= UINT16_MAX ? 0 : list->phrase_count;
}

static size_t count_lines(const char *text, size_t length) {
    size_t lines = 1;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    return lines;
}

/* A word takes two bytes at least, with what parts it from the next. */
static struct sentiment_phrases *make_room(const char *text, size_t length) {
    struct sentiment_phrases *list = calloc(1, sizeof *list);
    if (list) {
        list->phrases = calloc(count_lines(text, length), sizeof *list->phrases);
        list->words = calloc(length / 2 + 1, sizeof *list->words);
        list->openings = calloc(length / 2 + 1, sizeof *list->openings);
    }
    return list;
}

struct sentiment_phrases *sentiment_phrases_read(const char *text, size_t length, size_t *line) {
    struct sentiment_phrases *list = make_room(text, length);
    char *copy = strndup(text, length);
    *line = 0;
    bool read = list && list->phrases && list->words && list->openings && copy;
    if (read) {
        read_vocabulary(numbers, &list->numbers);
        read_vocabulary(subjects, &list->subjects);
        *line = read_lines(list, copy);
        read = *line == 0;
    }
    free(copy);
    if (!read) {
        sentiment_phrases_free(list);
        return NULL;
    }
    return list;
}

void sentiment_phrases_free(struct sentiment_phrases *phrases) {
    if (!phrases) {
        return;
    }
    free(phrases->phrases);
    free(phrases->words);
    free(phrases->openings);
    free(phrases);
}
