#include "intake/invitation_reader.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "store/invitation.h"

#define READERS 2 /* one may wait for what the other's answers look up */
#define TRIES   2 /* a connection that died while nobody used it is only noticed in use */

struct question {
    struct question *next;
    struct token token;
    invitation_answer *answer;
    void *context;
};

struct invitation_reader {
    struct db *db;
    size_t questions_max;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t asked;
    struct question *first;
    struct question **last;
    size_t waiting;
    bool stopping;
    unsigned thread_count;
    pthread_t threads[READERS];
};

/* What one round trip is about. */
struct round {
    size_t count;
    struct question *questions[INVITATIONS_READ_MAX];
    struct token tokens[INVITATIONS_READ_MAX];
    struct invitation invitations[INVITATIONS_READ_MAX];
    enum outcome outcomes[INVITATIONS_READ_MAX];
};

/* Under the lock. */
static void take(struct invitation_reader *reader, struct round *round) {
    round->count = 0;
    while (reader->first && round->count < INVITATIONS_READ_MAX) {
        struct question *question = reader->first;
        reader->first = question->next;
        round->questions[round->count] = question;
        round->tokens[round->count++] = question->token;
    }
    reader->last = reader->first ? reader->last : &reader->first;
    reader->waiting -= round->count;
}

static void read_round(struct invitation_reader *reader, struct round *round) {
    enum outcome outcome = OUTCOME_UNAVAILABLE;
    for (int i = 0; i < TRIES && outcome == OUTCOME_UNAVAILABLE; i++) {
        CLEANUP(db_release) struct db_connection *connection = db_acquire(reader->db);
        if (!connection) {
            break;
        }
        outcome = load_invitations(connection, round->tokens, round->count, round->invitations,
                                   round->outcomes);
    }
    for (size_t i = 0; outcome != OUTCOME_OK && i < round->count; i++) {
        round->outcomes[i] = outcome;
    }
}

static void answer_round(struct round *round) {
    for (size_t i = 0; i < round->count; i++) {
        struct question *question = round->questions[i];
        question->answer(question->context, round->outcomes[i], &round->invitations[i]);
        invitation_clear(&round->invitations[i]);
        free(question);
    }
}

static void *read_all(void *context) {
    struct invitation_reader *reader = context;
    struct round round;
    for (size_t i = 0; i < INVITATIONS_READ_MAX; i++) {
        round.invitations[i] = INVITATION_NONE;
    }
    pthread_mutex_lock(&reader->lock);
    while (reader->first || !reader->stopping) {
        if (!reader->first) {
            pthread_cond_wait(&reader->asked, &reader->lock);
            continue;
        }
        take(reader, &round);
        pthread_mutex_unlock(&reader->lock);
        read_round(reader, &round);
        answer_round(&round);
        pthread_mutex_lock(&reader->lock);
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

struct invitation_reader *invitation_reader_start(struct db *db, size_t questions_max) {
    struct invitation_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        return NULL;
    }
    reader->db = db;
    reader->questions_max = questions_max;
    reader->last = &reader->first;
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->asked, NULL);
    while (reader->thread_count < READERS) {
        pthread_t *thread = &reader->threads[reader->thread_count];
        if (pthread_create(thread, NULL, read_all, reader) != 0) {
            invitation_reader_stop(reader);
            return NULL;
        }
        reader->thread_count++;
    }
    return reader;
}

bool invitation_reader_ask(struct invitation_reader *reader, const struct token *token,
                           invitation_answer *answer, void *context) {
    struct question *question = malloc(sizeof *question);
    if (!question) {
        return false;
    }
    *question = (struct question){.token = *token, .answer = answer, .context = context};
    pthread_mutex_lock(&reader->lock);
    bool room = reader->waiting < reader->questions_max && !reader->stopping;
    if (room) {
        *reader->last = question;
        reader->last = &question->next;
        reader->waiting++;
        pthread_cond_signal(&reader->asked);
    }
    pthread_mutex_unlock(&reader->lock);
    if (!room) {
        free(question);
    }
    return room;
}

void invitation_reader_stop(struct invitation_reader *reader) {
    pthread_mutex_lock(&reader->lock);
    reader->stopping = true;
    pthread_cond_broadcast(&reader->asked);
    pthread_mutex_unlock(&reader->lock);
    for (unsigned i = 0; i < reader->thread_count; i++) {
        pthread_join(reader->threads[i], NULL);
    }
    pthread_cond_destroy(&reader->asked);
    pthread_mutex_destroy(&reader->lock);
    free(reader);
}
