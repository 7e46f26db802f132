/*
 * The scorer over a file of comments, one a line: `sentiment COMMENTS` writes frustration, polarity
 * and the spans of each as tab-separated text; `sentiment COMMENTS SECONDS` scores them over and
 * over and writes {"comments": n, "bytes": n, "seconds": s}.
 */
#include "domain/sentiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COMMENTS_MAX 100000

struct comments {
    size_t count;
    char *texts[COMMENTS_MAX];
    size_t lengths[COMMENTS_MAX];
};

static void fail(const char *why) {
    fprintf(stderr, "sentiment: %s\n", why);
    exit(1);
}

static void read_comments(const char *path, struct comments *comments) {
    FILE *file = fopen(path, "r");
    size_t size = 0;
    ssize_t length;
    if (!file) {
        fail("cannot open the comments");
    }
    while (comments->count < COMMENTS_MAX &&
           (length = getline(&comments->texts[comments->count], &size, file)) > 0) {
        comments->lengths[comments->count++] = (size_t)length - 1;
        size = 0;
    }
    fclose(file);
}

static void write_scores(const struct sentiment_scorer *scorer, const struct comments *comments) {
    for (size_t i = 0; i < comments->count; i++) {
        struct sentiment sentiment;
        const char *text = comments->texts[i];
        sentiment_score(scorer, text, comments->lengths[i], NULL, &sentiment);
        const char *extent = sentiment_extent_name(sentiment.extent);
        bool whole = sentiment.extent == SENTIMENT_WHOLE;
        bool some = whole || sentiment.extent == SENTIMENT_SHORT;
        printf("%s\t%.4f\t%.4f\t", extent ? extent : "whole", whole ? sentiment.frustration : 0,
               some ? sentiment.polarity : 0);
        for (size_t at = 0; at < sentiment.span_count; at++) {
            const struct sentiment_span *span = &sentiment.spans[at];
            printf("%s%.*s%s%+.1f ", span->is_phrase ? "[" : "", (int)(span->end - span->start),
                   text + span->start, span->is_phrase ? "]" : "", span->frustration);
        }
        printf("\n");
    }
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(const struct sentiment_scorer *scorer, const struct comments *comments,
                    double seconds) {
    double begun = now_s();
    double sum = 0;
    size_t scored = 0;
    size_t bytes = 0;
    while (now_s() - begun < seconds) {
        for (size_t i = 0; i < comments->count; i++) {
            struct sentiment sentiment;
            sentiment_score(scorer, comments->texts[i], comments->lengths[i], "en", &sentiment);
            sum += (double)sentiment.span_count;
            bytes += comments->lengths[i];
        }
        scored += comments->count;
    }
    printf("{\"comments\": %zu, \"bytes\": %zu, \"seconds\": %.6f, \"spans\": %.0f}\n", scored,
           bytes, now_s() - begun, sum);
}

int main(int argc, char **argv) {
    static struct comments comments;
    struct sentiment_scorer scorer;
    const char *objection;
    if (argc < 2) {
        fail("usage: sentiment COMMENTS [SECONDS]");
    }
    if (!sentiment_scorer_load(&scorer, &objection)) {
        fail(objection);
    }
    read_comments(argv[1], &comments);
    if (argc > 2) {
        measure(&scorer, &comments, strtod(argv[2], NULL));
    } else {
        write_scores(&scorer, &comments);
    }
    for (size_t i = 0; i < comments.count; i++) {
        free(comments.texts[i]);
    }
    sentiment_scorer_clear(&scorer);
    return 0;
}
