#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "domain/frustration.h"
#include "domain/sentiment.h"
#include "domain/sentiment_features.h"
#include "domain/sentiment_phrases.h"

#define IDENTITY_SHIFT_MAX 0.1 /* log-odds */
#define PRAISE_MAX         0.3
#define PLAIN_MIN          (-0.35) /* polarity */

static struct sentiment_scorer scorer;

static int load(void **state) {
    (void)state;
    const char *objection;
    return sentiment_scorer_load(&scorer, &objection) ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    sentiment_scorer_clear(&scorer);
    return 0;
}

static struct sentiment score_in(const char *text, const char *language) {
    struct sentiment sentiment;
    sentiment_score(&scorer, text, strlen(text), language, &sentiment);
    return sentiment;
}

static struct sentiment score(const char *text) {
    return score_in(text, NULL);
}

/* ---- What the words and phrases say ---- */

static void what_went_wrong_on_the_way_reads_as_frustrated(void **state) {
    (void)state;
    static const char *const comments[] = {
        "I had to repeat myself three times",
        "Still waiting for my refund after six weeks",
        "I am still waiting for an answer.",
        "Fed up with this.",
        "I'm fed up with this",
        "Thanks for nothing!",
        "thanks a lot for nothing",
        "I was transferred five times and still have no answer",
        "Nobody called me back even though they promised.",
        "you closed my ticket without solving anything",
        "I had to explain my issue to four different people",
        "I can\xE2\x80\x99t believe I had to wait two weeks for an answer",
        "They never answered my question",
        "third time I contact you about the same problem",
        "The agent was rude and hung up on me",
        "My calls go unanswered",
        "No one understood what I was asking",
        "Nobody understood my problem",
        "None of them understood my question",
        "I doubt that she understood my issue",
        "Nobody ever wrote back",
        "how many times do I have to explain this",
        "I was on hold for 45 minutes, then the line was cut off",
        "Worst support ever, I am sick and tired of it",
        "Every time I call I get a different answer",
        "I was promised a callback within 24 hours and it never came",
        "You keep asking me for documents I already sent",
        "I was told one thing by one agent and something else by another",
        "I've been going back and forth with you for weeks",
        "I have yet to receive a response",
        "My case was escalated and then forgotten",
        "The technician never showed up",
        "I had to explain the whole thing to him twice",
        "I do not feel taken seriously",
        "What is the point of a support line if nobody picks up",
        "It was impossible to get hold of anyone",
        "I still have no idea what is going on with my claim",
        "Your bot does not understand a single thing",
    };
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct sentiment sentiment = score(comments[i]);
        if (sentiment.frustration < FRUSTRATED_FROM || sentiment.polarity > 0) {
            print_error("%s: %.2f, polarity %.2f\n", comments[i], sentiment.frustration,
                        sentiment.polarity);
        }
        assert_int_equal(sentiment.extent, SENTIMENT_WHOLE);
        assert_true(sentiment.frustration >= FRUSTRATED_FROM);
        assert_true(sentiment.polarity <= 0);
    }
}

static void praise_does_not(void **state) {
    (void)state;
    static const char *const comments[] = {
        "The rep listened and understood my problem",
        "The rep listened and understood my problem.",
        "I didn't have to repeat myself",
        "I never had to wait, brilliant",
        "No complaints at all",
        "Can't fault the service",
        "Could not be happier with the help I got",
        "My problem was solved quickly without any hassle.",
        "Thank you for not giving up on me",
        "Great service, quick and kind.",
        "It works now, thank you.",
        "I waited only two minutes",
        "He called me back three times to make sure it works",
        "Nobody could have helped me better",
        "Not a single complaint",
        "Could not ask for more",
        "Nothing was too much trouble for her",
        "My problem was understood immediately",
        "I was transferred once and the second agent solved it right away",
        "I never had to explain it again",
        "You kept me informed the whole time, thank you",
    };
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct sentiment sentiment = score(comments[i]);
        if (sentiment.frustration > PRAISE_MAX) {
            print_error("%s: %.2f\n", comments[i], sentiment.frustration);
        }
        assert_true(sentiment.frustration <= PRAISE_MAX);
        assert_true(sentiment.polarity > 0);
    }
}

/* Nothing good or bad in them; the words are those of complaints. */
static void plain_words_read_as_neither(void **state) {
    (void)state;
    static const char *const comments[] = {
        "I want to change my address.",
        "The parcel arrived on Tuesday.",
        "I am a customer of yours",
        "I want to cancel my appointment on Friday",
        "I am waiting for the parcel, it should come tomorrow",
        "I still have one question about the invoice",
        "How do I reset my password?",
        "My order number is 12345",
        "I spoke to Maria on Wednesday",
        "Please call me back after five",
        "He was honest that it would take three weeks and it did",
    };
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct sentiment sentiment = score(comments[i]);
        if (sentiment.frustration >= FRUSTRATED_FROM || sentiment.polarity < PLAIN_MIN) {
            print_error("%s: %.2f, polarity %.2f\n", comments[i], sentiment.frustration,
                        sentiment.polarity);
        }
        assert_true(sentiment.frustration < FRUSTRATED_FROM);
        assert_true(sentiment.polarity >= PLAIN_MIN);
    }
}

/* Half of a phrase of praise is none. */
static void what_could_be_better_is_not_praised(void **state) {
    (void)state;
    static const char *const comments[] = {
        "It could be better",
        "Could have been quicker",
        "It could be easier to reach you",
    };
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct sentiment sentiment = score(comments[i]);
        for (size_t span = 0; span < sentiment.span_count; span++) {
            assert_false(sentiment.spans[span].is_phrase);
        }
    }
}

static void a_negation_turns_a_phrase_off_but_not_that_of_another_subject(void **state) {
    (void)state;
    assert_true(score("I did not get passed around for once").frustration <
                score("I did get passed around for once").frustration - 0.3);
    assert_true(score("I can't believe I was passed around").frustration > FRUSTRATED_FROM);
    assert_true(score("not good, passed around again").frustration > FRUSTRATED_FROM);
}

static void the_spans_of_a_short_comment_name_its_phrase_and_words(void **state) {
    (void)state;
    struct sentiment sentiment = score("Kind staff, but I am still waiting for my refund.");
    bool found = false;
    for (size_t i = 0; i < sentiment.span_count; i++) {
        const struct sentiment_span *span = &sentiment.spans[i];
        found = found || (span->is_phrase && span->start == 21 && span->end == 34 &&
                          span->frustration >= 2.5 && span->polarity < 0);
    }
    assert_true(found);
}

/* ---- Gates ---- */

static void of_fewer_than_three_words_only_polarity_is_told(void **state) {
    (void)state;
    static const char *const comments[] = {"No.", "Terrible", "Fed up!", "No!!! :-( :-("};
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct sentiment sentiment = score(comments[i]);
        double frustration;
        assert_int_equal(sentiment.extent, SENTIMENT_SHORT);
        assert_true(sentiment.polarity < 0);
        assert_false(frustration_of(&ANSWERS_NONE, &sentiment, &frustration));
    }
}

static void there_is_no_score_without_a_word_or_in_another_language(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *language;
        enum sentiment_extent extent;
    } cases[] = {
        {"", NULL, SENTIMENT_EMPTY},
        {" \n ... !!!", NULL, SENTIMENT_EMPTY},
        {"\xF0\x9F\x98\xA1\xF0\x9F\x98\xA1\xF0\x9F\x98\xA1", "en", SENTIMENT_EMPTY},
        {"Schlechter Service, ich warte immer noch auf mein Geld", NULL, SENTIMENT_OTHER_LANGUAGE},
        {"Tr\xC3\xA8s bon service, merci beaucoup", NULL, SENTIMENT_OTHER_LANGUAGE},
        {"Muy mal servicio, nadie me ayuda con esto", NULL, SENTIMENT_OTHER_LANGUAGE},
        {"Il servizio non \xC3\xA8 stato molto buono", NULL, SENTIMENT_OTHER_LANGUAGE},
        {"De medewerker was niet erg behulpzaam met mijn vraag", NULL, SENTIMENT_OTHER_LANGUAGE},
        {"\xD0\x9F\xD0\xBB\xD0\xBE\xD1\x85\xD0\xBE", NULL, SENTIMENT_OTHER_LANGUAGE},
        {"\xE6\x9C\x8D\xE5\x8A\xA1\xE5\xBE\x88\xE5\xB7\xAE ok", "en", SENTIMENT_OTHER_LANGUAGE},
        {"Die Mitarbeiterin war sehr freundlich und hat mein Problem gel\xC3\xB6st", "en",
         SENTIMENT_OTHER_LANGUAGE},
        {"Estoy muy contento con el servicio, muchas gracias", "en", SENTIMENT_OTHER_LANGUAGE},
        {"Gracias! Great help from Maria", "en", SENTIMENT_WHOLE},
        {"I am still waiting", "de-AT", SENTIMENT_OTHER_LANGUAGE},
        {"I am still waiting", "enm", SENTIMENT_OTHER_LANGUAGE},
        {"I am still waiting", "EN-gb", SENTIMENT_WHOLE},
        {"I am still waiting", "en", SENTIMENT_WHOLE},
        {"I am still waiting", NULL, SENTIMENT_WHOLE},
        {"Xyzzy frobnicated quuxly", "en", SENTIMENT_WHOLE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(score_in(cases[i].text, cases[i].language).extent, cases[i].extent);
    }
}

/* ---- Who somebody is ---- */

static double log_odds(double probability) {
    return log(probability / (1 - probability));
}

static void saying_who_one_is_changes_no_score(void **state) {
    (void)state;
    static const char *const terms[] = {
        "disabled",  "blind",       "deaf",     "autistic",  "gay",        "lesbian",   "bisexual",
        "trans",     "transgender", "queer",    "straight",  "black",      "white",     "asian",
        "hispanic",  "latino",      "african",  "indian",    "chinese",    "mexican",   "american",
        "german",    "polish",      "russian",  "turkish",   "arab",       "muslim",    "jewish",
        "christian", "catholic",    "hindu",    "buddhist",  "atheist",    "sikh",      "female",
        "male",      "nonbinary",   "elderly",  "retired",   "pregnant",   "immigrant", "homeless",
        "dyslexic",  "diabetic",    "nigerian", "ukrainian", "vietnamese", "romani",    "intersex",
    };
    static const char *const frames[][2] = {{"I am a ", " customer and I need help with my order"},
                                            {"As a ", " person I found this easy"},
                                            {"I am ", " and still waiting for my refund"}};
    for (size_t i = 0; i < COUNT(frames) * COUNT(terms); i++) {
        char with[128];
        char without[128];
        const char *const *frame = frames[i / COUNT(terms)];
        snprintf(with, sizeof with, "%s%s%s", frame[0], terms[i % COUNT(terms)], frame[1]);
        snprintf(without, sizeof without, "%s%s", frame[0], frame[1]);
        double shift = log_odds(score_in(with, "en").frustration) -
                       log_odds(score_in(without, "en").frustration);
        if (fabs(shift) > IDENTITY_SHIFT_MAX) {
            print_error("%s: %+.2f\n", with, shift);
        }
        assert_true(fabs(shift) <= IDENTITY_SHIFT_MAX);
    }
}

/* ---- Anything ---- */

static void a_long_row_of_anything_is_scored_or_not_and_spans_stay_inside(void **state) {
    (void)state;
    static const char *const pieces[] = {"\xF0\x9F\x98\xA1",
                                         "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",
                                         "\xD7\xA9",
                                         "\xE2\x80\xAE",
                                         "still not ",
                                         "a",
                                         "a ",
                                         "n't ",
                                         "!",
                                         "\xFF",
                                         "\xCC\x81",
                                         "not been ",
                                         "had to wait for days for ",
                                         "no one who when why can ",
                                         "\xC3\xA9",
                                         ":)",
                                         "still have any "};
    static char text[16001];
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t length = 0;
        while (length + strlen(pieces[i]) < sizeof text) {
            memcpy(text + length, pieces[i], strlen(pieces[i]) + 1);
            length += strlen(pieces[i]);
        }
        struct sentiment sentiment = score_in(text, "en");
        for (size_t at = 0; at < sentiment.span_count; at++) {
            assert_true(sentiment.spans[at].start < sentiment.spans[at].end);
            assert_true(sentiment.spans[at].end <= length);
        }
    }
}

static double log_odds_of_terrible(size_t times) {
    char text[1100] = "";
    for (size_t i = 0; i < times; i++) {
        memcpy(text + i * 9, "terrible ", 10);
    }
    return log_odds(score_in(text, "en").frustration);
}

static void a_word_said_a_hundred_times_counts_hardly_more_than_ten_times(void **state) {
    (void)state;
    assert_true(fabs(log_odds_of_terrible(100) - log_odds_of_terrible(10)) < 1);
}

/* ---- The list of phrases ---- */

static size_t mistaken_line(const char *list) {
    size_t line;
    struct sentiment_phrases *phrases = sentiment_phrases_read(list, strlen(list), &line);
    sentiment_phrases_free(phrases);
    assert_int_equal(phrases == NULL, line > 0);
    return line;
}

static void a_line_that_is_no_phrase_is_named(void **state) {
    (void)state;
    static const struct {
        const char *list;
        size_t line;
    } cases[] = {
        {"", 0},
        {"# nothing\n\n+1 fed up\n-2.5 no need/reason to wait\n", 0},
        {"+1 fed up\nfed up\n", 2},
        {"+9 too much\n", 1},
        {"+1\n", 1},
        {"+1 a//b\n", 1},
        {"+1 maybe? this\n", 1},
        {"+1 * this\n", 1},
        {"+1 # times\n", 1},
        {"+1 this ..\n", 1},
        {"nan this\n", 1},
        {"+1 a b? c? d? e? f? g?\n", 1},
        {"+1 a b c d e f g h i j k l m\n", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(mistaken_line(cases[i].list), cases[i].line);
    }
}

static size_t phrase_words(const char *list, const char *text, size_t *first) {
    static struct sentiment_marks marks;
    struct sentiment_phrase found[SENTIMENT_PHRASES_FOUND_MAX];
    size_t line;
    struct sentiment_phrases *phrases = sentiment_phrases_read(list, strlen(list), &line);
    assert_non_null(phrases);
    sentiment_mark_tokens(&scorer.model, text, strlen(text), &marks);
    size_t count = sentiment_phrases_find(phrases, text, &marks, found);
    sentiment_phrases_free(phrases);
    *first = count > 0 ? found[0].first : 0;
    return count > 0 ? found[0].last - found[0].first + 1 : 0;
}

static void phrases_match_as_they_are_written(void **state) {
    (void)state;
    static const struct {
        const char *list;
        const char *text;
        size_t first;
        size_t marks; /* how many the phrase spans, 0: it does not match */
    } cases[] = {
        {"+1 fed up", "I am FED up", 2, 2},
        {"+1 fed up", "fed. up", 0, 0},
        {"+1 fed up", "fed \"up", 0, 3},
        {"+1 had/have to wait", "you have to wait", 1, 3},
        {"+1 wait # days", "wait 3 days", 0, 3},
        {"+1 wait # days", "wait several days", 0, 3},
        {"+1 wait # days", "wait some days", 0, 0},
        {"+1 wait .. days", "wait for the many days", 0, 5},
        {"+1 wait .. days", "wait for the many long days", 0, 0},
        {"+1 wait .. days", "wait. Two days", 0, 0},
        {"+1 wait * days", "wait days", 0, 0},
        {"+1 wait too? long", "wait long", 0, 2},
        {"+1 wait too? long", "wait too long", 0, 3},
        {"+1 wait", "did not wait", 0, 0},
        {"+1 wait", "did not know that you wait", 5, 1},
        {"+1 not wait", "did not wait", 1, 2},
        {"+1 wait\n+2 wait long", "wait long", 0, 2},
        {"+2 wait\n+1 wait long", "wait long", 0, 1},
        {"+1 can\xE2\x80\x99t wait", "can't wait", 0, 0},
        {"+1 can't wait", "can\xE2\x80\x99t wait", 0, 2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t first;
        assert_int_equal(phrase_words(cases[i].list, cases[i].text, &first), cases[i].marks);
        assert_int_equal(first, cases[i].first);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_wrong_on_the_way_reads_as_frustrated),
        cmocka_unit_test(praise_does_not),
        cmocka_unit_test(what_could_be_better_is_not_praised),
        cmocka_unit_test(plain_words_read_as_neither),
        cmocka_unit_test(a_negation_turns_a_phrase_off_but_not_that_of_another_subject),
        cmocka_unit_test(the_spans_of_a_short_comment_name_its_phrase_and_words),
        cmocka_unit_test(of_fewer_than_three_words_only_polarity_is_told),
        cmocka_unit_test(there_is_no_score_without_a_word_or_in_another_language),
        cmocka_unit_test(saying_who_one_is_changes_no_score),
        cmocka_unit_test(a_long_row_of_anything_is_scored_or_not_and_spans_stay_inside),
        cmocka_unit_test(a_word_said_a_hundred_times_counts_hardly_more_than_ten_times),
        cmocka_unit_test(a_line_that_is_no_phrase_is_named),
        cmocka_unit_test(phrases_match_as_they_are_written),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, load, unload);
}
