/* Finds phrases among a comment's words. */
#include "domain/sentiment_phrases.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>

#include "domain/sentiment_phrase_parts.h"

#define NEGATION_REACH 3 /* words */
#define NOT_FOUND      0

struct phrase_word {
    uint32_t hash;
    uint16_t place;  /* among the marks */
    uint16_t clause; /* a phrase lies within one */
};

/* A comment's words without the tokens between them. */
struct phrase_words {
    const struct sentiment_phrases *list;
    const char *text;
    const struct sentiment_marks *marks;
    size_t count;
    struct phrase_word words[SENTIMENT_TOKENS_MAX];
    size_t opening_count;
    uint16_t openings[SENTIMENT_TOKENS_MAX]; /* words that a phrase may begin with */
};

static bool is_in(const struct vocabulary *vocabulary, uint32_t hash) {
    if (!(vocabulary->filter & phrase_filter_of(hash))) {
        return false;
    }
    for (size_t i = 0; i < vocabulary->count; i++) {
        if (vocabulary->hashes[i] == hash) {
            return true;
        }
    }
    return false;
}

/* No phrase begins with a word that is negated. */
static unsigned add_word(struct phrase_words *words, size_t place, uint16_t clause,
                         unsigned reach) {
    const struct sentiment_mark *mark = &words->marks->marks[place];
    if (reach > 0 && is_in(&words->list->subjects, mark->hash)) {
        reach = 0;
    }
    words->openings[words->opening_count] = (uint16_t)words->count;
    words->opening_count += reach == 0 && phrase_may_open(words->list, mark->hash) ? 1 : 0;
    words->words[words->count++] = (struct phrase_word){mark->hash, (uint16_t)place, clause};
    return mark->negator ? NEGATION_REACH : reach - (reach > 0);
}

static void gather_words(struct phrase_words *words) {
    uint16_t clause = 0;
    unsigned reach = 0;
    for (size_t i = 0; i < words->marks->count; i++) {
        const struct sentiment_mark *mark = &words->marks->marks[i];
        if (mark->is_word) {
            reach = add_word(words, i, clause, reach);
        } else if (mark->breaks) {
            clause++;
            reach = 0;
        }
    }
}

static bool is_number(const struct phrase_words *words, const struct phrase_word *word) {
    size_t start = words->marks->marks[word->place].start;
    return isdigit((unsigned char)words->text[start]) || is_in(&words->list->numbers, word->hash);
}

static bool step_matches(const struct phrase_words *words, const struct step *step, size_t at) {
    const struct phrase_word *word = &words->words[at];
    if (step->kind == STEP_NUMBER) {
        return is_number(words, word);
    }
    for (size_t i = 0; i < step->word_count; i++) {
        if (words->list->words[step->first_word + i] == word->hash) {
            return true;
        }
    }
    return step->kind != STEP_WORDS;
}

struct attempt {
    const struct phrase_words *words;
    const struct phrase *phrase;
    uint16_t clause;
};

static size_t match_steps(const struct attempt *attempt, size_t step, size_t at);

/* The step is left out, or is a gap of some words. */
static size_t match_without(const struct attempt *attempt, size_t step, size_t at) {
    const struct step *here = &attempt->phrase->steps[step];
    size_t skips = here->kind == STEP_GAP ? PHRASE_GAP_WORDS_MAX : 0;
    size_t end = NOT_FOUND;
    if (here->optional || here->kind == STEP_GAP) {
        for (size_t skip = 0; end == NOT_FOUND && skip <= skips; skip++) {
            end = match_steps(attempt, step + 1, at + skip);
        }
    }
    return end;
}

/* The word after the phrase when its steps from step on match the words from at on. A phrase has
 * few steps that can match in several ways. */
static size_t match_steps(const struct attempt *attempt, size_t step, size_t at) {
    const struct phrase_words *words = attempt->words;
    if (step == attempt->phrase->step_count) {
        return at;
    }
    const struct step *here = &attempt->phrase->steps[step];
    bool there = at < words->count && words->words[at].clause == attempt->clause;
    size_t end = NOT_FOUND;
    if (there && here->kind != STEP_GAP && step_matches(words, here, at)) {
        end = match_steps(attempt, step + 1, at + 1);
    }
    return end != NOT_FOUND ? end : match_without(attempt, step, at);
}

/* The hash of the word that comes next in the clause, or that of no word. */
static uint32_t next_in_clause(const struct phrase_words *words, size_t at) {
    const struct phrase_word *word = &words->words[at];
    bool there = at + 1 < words->count && word[1].clause == word->clause;
    return there ? word[1].hash : 0;
}

/* The weightiest phrase that begins at this word, the longest of those that weigh as much; the word
 * after it. */
static size_t best_phrase(const struct phrase_words *words, size_t at, double *weight) {
    const struct sentiment_phrases *list = words->list;
    uint32_t hash = words->words[at].hash;
    size_t best = NOT_FOUND;
    *weight = 0;
    if (!phrase_may_go_on(list, hash, next_in_clause(words, at))) {
        return NOT_FOUND;
    }
    for (size_t i = list->index[phrase_index_of(hash)]; i < list->index[phrase_index_of(hash) + 1];
         i++) {
        const struct phrase *phrase = &list->phrases[list->openings[i].phrase];
        if (list->openings[i].hash != hash || fabs(phrase->weight) < fabs(*weight)) {
            continue;
        }
        struct attempt attempt = {words, phrase, words->words[at].clause};
        size_t end = match_steps(&attempt, 1, at + 1);
        if (end != NOT_FOUND && (end > best || fabs(phrase->weight) > fabs(*weight))) {
            best = end;
            *weight = phrase->weight;
        }
    }
    return best;
}

size_t sentiment_phrases_find(const struct sentiment_phrases *phrases, const char *text,
                              const struct sentiment_marks *marks,
                              struct sentiment_phrase found[SENTIMENT_PHRASES_FOUND_MAX]) {
    struct phrase_words words;
    words.list = phrases;
    words.text = text;
    words.marks = marks;
    words.count = 0;
    words.opening_count = 0;
    gather_words(&words);
    size_t count = 0;
    size_t free_from = 0;
    for (size_t i = 0; i < words.opening_count && count < SENTIMENT_PHRASES_FOUND_MAX; i++) {
        double weight;
        size_t at = words.openings[i];
        size_t end = at >= free_from ? best_phrase(&words, at, &weight) : NOT_FOUND;
        if (end != NOT_FOUND) {
            found[count++] = (struct sentiment_phrase){words.words[at].place,
                                                       words.words[end - 1].place, weight};
            free_from = end;
        }
    }
    return count;
}
