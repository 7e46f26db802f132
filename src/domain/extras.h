/* Answers to a survey's own questions: choices from a list, and texts. */
#ifndef DOMAIN_EXTRAS_H
#define DOMAIN_EXTRAS_H

#include <stdbool.h>
#include <stddef.h>

#define EXTRA_NAME_BYTES_MAX      64 /* of a question or a choice */
#define EXTRA_QUESTIONS_MAX       12
#define EXTRA_CHOICES_MAX         20 /* of one question */
#define EXTRA_TEXT_CHARACTERS_MAX 2000

enum extra_kind {
    EXTRA_CHOICE,
    EXTRA_TEXT,
};

/* One chosen choice, or one text. Several choices of one question are several of these. */
struct extra {
    enum extra_kind kind;
    char *question; /* owned */
    char *value;    /* owned: the choice's name, or the text */
};

/* By kind, question and value, each once: the same answers are always the same list. */
struct extras {
    struct extra *list; /* owned; NULL while count is 0 */
    size_t count;
};

void extras_clear(struct extras *extras);

/* Puts one more in its place; one that is there already changes nothing. False when out of memory;
 * *extras is then untouched. */
bool extras_add(struct extras *extras, enum extra_kind kind, const char *question,
                const char *value);

/* Takes out all that answers question. */
void extras_drop(struct extras *extras, const char *question);

/* The first value of question, or NULL. Lent. */
const char *extras_value(const struct extras *extras, const char *question);

/* False when out of memory; *copy is then untouched. */
bool extras_copy(const struct extras *extras, struct extras *copy);
bool extras_equal(const struct extras *one, const struct extras *other);

/* True when the i-th is the first to its question: the others follow it. */
bool extras_starts_question(const struct extras *extras, size_t i);

/* True when question has this value; any value for NULL. */
bool extras_has(const struct extras *extras, const char *question, const char *value);

#endif
