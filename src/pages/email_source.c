#include "pages/email_source.h"

#include <string.h>

#include "base/array.h"
#include "domain/answers.h"
#include "pages/time_left.h"

const char *email_text(const struct email_source *source, enum survey_text text,
                       const char *of_locale) {
    const char *language = source->contact->language;
    const char *own =
        survey_text(source->survey, language ? language : source->locale->language, text);
    return own ? own : of_locale;
}

static void add_understood(struct email_source *source) {
    const struct locale *locale = source->locale;
    const struct email_button buttons[] = {
        {"yes", email_text(source, SURVEY_TEXT_UNDERSTOOD_YES, locale->email_button_yes)},
        {"partly", email_text(source, SURVEY_TEXT_UNDERSTOOD_PARTLY, locale->email_button_partly)},
        {"no", email_text(source, SURVEY_TEXT_UNDERSTOOD_NO, locale->email_button_no)},
    };
    memcpy(source->buttons, buttons, sizeof buttons);
    source->button_count = COUNT(buttons);
    source->question_text = email_text(source, SURVEY_TEXT_UNDERSTOOD, locale->question_understood);
}

static void add_numbers(struct email_source *source, int min, int max) {
    for (int number = min; number <= max; number++) {
        struct email_button *button = &source->buttons[source->button_count++];
        *button = (struct email_button){0};
        if (number >= 10) {
            button->value[0] = (char)('0' + number / 10);
        }
        button->value[number >= 10] = (char)('0' + number % 10);
    }
}

static void add_csat(struct email_source *source) {
    const struct locale *locale = source->locale;
    add_numbers(source, CSAT_MIN, CSAT_MAX);
    source->question_text = email_text(source, SURVEY_TEXT_CSAT, locale->question_csat);
    source->low = email_text(source, SURVEY_TEXT_CSAT_LOW, locale->csat_low);
    source->high = email_text(source, SURVEY_TEXT_CSAT_HIGH, locale->csat_high);
}

static void add_nps(struct email_source *source) {
    const struct locale *locale = source->locale;
    add_numbers(source, NPS_MIN, NPS_MAX);
    source->question_text = email_text(source, SURVEY_TEXT_NPS, locale->question_nps);
    source->low = email_text(source, SURVEY_TEXT_NPS_LOW, locale->nps_low);
    source->high = email_text(source, SURVEY_TEXT_NPS_HIGH, locale->nps_high);
}

static void add_ces(struct email_source *source) {
    const struct locale *locale = source->locale;
    add_numbers(source, CES_MIN, CES_MAX);
    source->question_text = email_text(source, SURVEY_TEXT_CES, locale->question_ces);
    source->low = email_text(source, SURVEY_TEXT_CES_LOW, locale->ces_low);
    source->high = email_text(source, SURVEY_TEXT_CES_HIGH, locale->ces_high);
}

/* No buttons: a choice, too, is made on the page. */
static void add_own(struct email_source *source) {
    const char *language = source->contact->language;
    const char *of_locale = source->locale->language;
    const char *const languages[] = {language ? language : of_locale, of_locale};
    source->question_text =
        survey_own_text(source->survey, languages, source->survey->questions[0].name, NULL).text;
}

static void add_comment(struct email_source *source) {
    source->question_text =
        email_text(source, SURVEY_TEXT_COMMENT, source->locale->question_comment);
}

static void fill_question(struct email_source *source) {
    static void (*const add[QUESTIONS])(struct email_source * source) = {
        [QUESTION_UNDERSTOOD] = add_understood,
        [QUESTION_CSAT] = add_csat,
        [QUESTION_NPS] = add_nps,
        [QUESTION_CES] = add_ces,
        [QUESTION_COMMENT] = add_comment,
        [QUESTION_CHOICE] = add_own,
        [QUESTION_TEXT] = add_own,
    };
    source->question = source->survey->questions[0].question;
    add[source->question](source);
}

struct email_source email_source_for(const struct survey *survey, const struct contact *contact,
                                     const char *url, int64_t works_for_us) {
    struct email_source source = {.survey = survey,
                                  .contact = contact,
                                  .locale = locale_or_english(contact->language),
                                  .url = url};
    source.works_for = time_left_text(works_for_us, &source.locale->email_days,
                                      &source.locale->email_hours, &source.works_for_count);
    source.intro = source.locale->email_intro;
    if (contact->customer_name && !name_invites_a_click(contact->customer_name)) {
        source.greeted = contact->customer_name;
    }
    fill_question(&source);
    return source;
}
