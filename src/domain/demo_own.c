/* What the demo's customers say to a survey's own questions. */
#include <stdlib.h>
#include <string.h>

#include "domain/demo.h"
#include "domain/demo_draws.h"
#include "domain/demo_words.h"

#define SHARE_CES      0.8
#define SHARE_CHOOSING 0.85
#define SHARE_SECOND   0.25 /* of those who may choose several */
#define SHARE_WRITING  0.25

/* How far down the list of choices the usual ones stand: the first is chosen most often. */
static const struct survey_choice *draw_choice(struct draws *draws,
                                               const struct survey_question *asked) {
    int count = (int)asked->choice_count;
    int one = draw_below(draws, count);
    int other = draw_below(draws, count);
    return &asked->choices[one < other ? one : other];
}

static bool choose(struct draws *draws, const struct survey_question *asked,
                   struct extras *extras) {
    int choices = 1 + (asked->many && happens(draws, SHARE_SECOND));
    for (int i = 0; i < choices; i++) {
        if (!extras_add(extras, EXTRA_CHOICE, asked->name, draw_choice(draws, asked)->name)) {
            return false;
        }
    }
    return true;
}

static int language_of(const struct contact *contact) {
    int language = DEMO_LANGUAGES - 1;
    while (language > 0 && strcmp(demo_languages[language].word, contact->language) != 0) {
        language--;
    }
    return language;
}

static bool answer_one(struct draws *draws, const struct survey_question *asked,
                       const struct contact *contact, struct answers *answers) {
    static const int ces[3][7] = {
        {0, 1, 2, 5, 15, 35, 42}, {3, 8, 17, 27, 25, 15, 5}, {30, 26, 20, 12, 7, 4, 1}};
    int felt = (int)answers->understood - (int)UNDERSTOOD_YES;
    if (asked->question == QUESTION_CES && happens(draws, SHARE_CES)) {
        answers->ces = CES_MIN + draw_weighted(draws, ces[felt], 7);
    }
    if (asked->question == QUESTION_CHOICE && happens(draws, SHARE_CHOOSING)) {
        return choose(draws, asked, &answers->extras);
    }
    if (asked->question == QUESTION_TEXT && happens(draws, SHARE_WRITING)) {
        const char *words =
            demo_comments[language_of(contact)][felt][draw_below(draws, DEMO_COMMENTS)];
        return extras_add(&answers->extras, EXTRA_TEXT, asked->name, words);
    }
    return true;
}

bool demo_answer_own(const struct demo_plan *plan, uint64_t index, const struct survey *survey,
                     struct demo_contact *made) {
    struct draws draws = draws_for(plan->seed, index, 'q');
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct survey_question *asked = &survey->questions[i];
        if (survey_question_applies(survey, asked, &made->answers) &&
            !answer_one(&draws, asked, &made->contact, &made->answers)) {
            return false;
        }
    }
    survey_drop_inapplicable(survey, &made->answers);
    return true;
}
