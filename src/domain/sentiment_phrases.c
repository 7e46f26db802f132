/* Finds phrases among a comment's words. */
#include "domain/sentiment_phrases.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>

#include "domain/sentiment_phrase_parts.h"

#define NEGATION_REACH 3 /* words */
#define NOT_FOUND      0

/* A comment's words without the tokens between them. */
struct phrase_words {
    const struct sentiment_phrases *list;
    const char *text;
    const struct sentiment_marks *marks;
    size_t count;
    uint16_t places[SENTIMENT_TOKENS_MAX];  /* among the marks */
    uint16_t clauses[SENTIMENT_TOKENS_MAX]; /* a phrase lies within one */
    bool negated[SENTIMENT_TOKENS_MAX];     /* no phrase begins here */
};

static bool is_in(const struct vocabulary *vocabulary, uint32_t hash) {
    if (!(vocabulary->filter >> (hash >> 26) & 1)) {
        return false;
    }
    for (size_t i = 0; i < vocabulary->count; i++) {
        if (vocabulary->hashes[i] == hash) {
            return true;
        }
    }
    return false;
}

static unsigned add_word(struct phrase_words *words, size_t place, uint16_t clause,
                         unsigned reach) {
    const struct sentiment_mark *mark = &words->marks->marks[place];
    if (is_in(&words->list->subjects, mark->hash)) {
        reach = 0;
    }
    words->places[words->count] = (uint16_t)place;
    words->clauses[words->count] = clause;
    words->negated[words->count++] = reach > 0;
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

static const struct sentiment_mark *word_at(const struct phrase_words *words, size_t at) {
    return &words->marks->marks[words->places[at]];
}

static bool step_matches(const struct phrase_words *words, const struct step *step, size_t at) {
    const struct sentiment_mark *mark = word_at(words, at);
    if (step->kind == STEP_NUMBER) {
        return isdigit((unsigned char)words->text[mark->start]) ||
               is_in(&words->list->numbers, mark->hash);
    }
    for (size_t i = 0; i < step->word_count; i++) {
        if (words->list->words[step->first_word + i] == mark->hash) {
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
    bool there = at < words->count && words->clauses[at] == attempt->clause;
    size_t end = NOT_FOUND;
    if (there && here->kind != STEP_GAP && step_matches(words, here, at)) {
        end = match_steps(attempt, step + 1, at + 1);
    }
    return end != NOT_FOUND ? end : match_without(attempt, step, at);
}

/* The weightiest phrase that begins at this word, the longest of those that weigh as much; the word
 * after it. */
static size_t best_phrase(const struct phrase_words *words, size_t at, double *weight) {
    const struct sentiment_phrases *list = words->list;
    uint32_t hash = word_at(words, at)->hash;
    size_t best = NOT_FOUND;
    *weight = 0;
    for (size_t i = list->index[phrase_index_of(hash)]; i < list->index[phrase_index_of(hash) + 1];
         i++) {
        const struct phrase *phrase = &list->phrases[list->openings[i].phrase];
        if (list->openings[i].hash != hash || fabs(phrase->weight) < fabs(*weight)) {
            continue;
        }
        struct attempt attempt = {words, phrase, words->clauses[at]};
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
    gather_words(&words);
    size_t count = 0;
    for (size_t at = 0; at < words.count && count < SENTIMENT_PHRASES_FOUND_MAX;) {
        double weight;
        size_t end = !words.negated[at] ? best_phrase(&words, at, &weight) : NOT_FOUND;
        if (end != NOT_FOUND) {
            found[count++] =
                (struct sentiment_phrase){words.places[at], words.places[end - 1], weight};
        }
        at = end != NOT_FOUND ? end : at + 1;
    }
    return count;
}
