#include "pages/survey_form.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "pages/form_texts.h"
#include "pages/html.h"

/* One question on its way onto the page. */
struct field {
    const struct page *page;
    const struct form_answers *filled;
    enum question question;
    const char *name;
    bool required;
    bool first; /* its text is the page's heading */
};

static enum form_mistake mistake_of(const struct field *field) {
    return field->filled->mistakes[field->question];
}

static void append_option(struct text *text, const struct field *field, const char *value,
                          const char *label, bool checked) {
    html(text, "<label class=\"o\"><input type=\"radio\" name=\"%s\" id=\"%s-%s\" value=\"%s\"",
         field->name, field->name, value, value);
    text_append(text, field->required ? " required" : "");
    text_append(text, checked ? " checked" : "");
    html(text, "><span>%s</span></label>\n", label);
}

static void append_words(struct text *text, const struct field *field) {
    text_append(text, "<div class=\"grid words\">\n");
    for (enum understood word = UNDERSTOOD_YES; word <= UNDERSTOOD_NO; word++) {
        append_option(text, field, understood_name(word), understood_label(field->page, word),
                      field->filled->answers.understood == word);
    }
    text_append(text, "</div>\n");
}

struct scale {
    int min;
    int max;
    int checked;
    enum survey_text low;
    enum survey_text high;
};

static void append_scale(struct text *text, const struct field *field, const struct scale *scale) {
    bool wide = scale->max >= NPS_MAX;
    text_append(text, wide ? "<div class=\"grid wide\">\n" : "<div class=\"grid\">\n");
    for (int value = scale->min; value <= scale->max; value++) {
        char number[NUMBER_TEXT_SIZE];
        snprintf(number, sizeof number, "%d", value);
        append_option(text, field, number, number, value == scale->checked);
    }
    html(text,
         "</div>\n<div class=\"ends\" id=\"%s-ends\"><span>%s</span>"
         "<span>%s</span></div>\n",
         field->name, page_text(field->page, scale->low), page_text(field->page, scale->high));
}

static void append_legend(struct text *text, const struct field *field) {
    html(text, field->first ? "<legend><h1>%s</h1>" : "<legend>%s",
         question_text(field->page, field->question));
    if (mistake_of(field) != FORM_FINE) {
        text_append(text, "<span class=\"m\">");
        append_mistake(text, field->page->locale, mistake_of(field));
        text_append(text, "</span>");
    }
    text_append(text, "</legend>\n");
}

static void append_rating(struct text *text, const struct field *field) {
    const struct answers *answers = &field->filled->answers;
    const struct scale csat = {CSAT_MIN, CSAT_MAX, answers->csat, SURVEY_TEXT_CSAT_LOW,
                               SURVEY_TEXT_CSAT_HIGH};
    const struct scale nps = {NPS_MIN, NPS_MAX, answers->nps, SURVEY_TEXT_NPS_LOW,
                              SURVEY_TEXT_NPS_HIGH};
    const struct scale ces = {CES_MIN, CES_MAX, answers->ces, SURVEY_TEXT_CES_LOW,
                              SURVEY_TEXT_CES_HIGH};
    html(text, "<fieldset class=\"card\" id=\"%s\" role=\"radiogroup\"", field->name);
    text_append(text, mistake_of(field) != FORM_FINE ? " aria-invalid=\"true\"" : "");
    if (field->question != QUESTION_UNDERSTOOD) {
        html(text, " aria-describedby=\"%s-ends\"", field->name);
    }
    text_append(text, ">\n");
    append_legend(text, field);
    if (field->question == QUESTION_UNDERSTOOD) {
        append_words(text, field);
    } else {
        append_scale(text, field,
                     field->question == QUESTION_CSAT  ? &csat
                     : field->question == QUESTION_NPS ? &nps
                                                       : &ces);
    }
    text_append(text, "</fieldset>\n");
}

static void append_comment(struct text *text, const struct field *field) {
    const struct locale *locale = field->page->locale;
    bool wrong = mistake_of(field) != FORM_FINE;
    html(text,
         field->first ? "<div class=\"card\"><h1><label for=\"comment\">%s</label></h1>"
                      : "<div class=\"card\"><label class=\"q\" for=\"comment\">%s</label>",
         question_text(field->page, QUESTION_COMMENT));
    html(text, "<p class=\"lead\" id=\"comment-hint\">%s%s%s",
         field->required ? "" : locale->optional,
         field->required ? "" : sentence_gap(locale->optional), locale->comment_hint);
    if (wrong) {
        text_append(text, "<span class=\"m\">");
        append_mistake(text, locale, mistake_of(field));
        text_append(text, "</span>");
    }
    text_append(text, "</p>\n<textarea id=\"comment\" name=\"comment\" rows=\"3\" dir=\"auto\" "
                      "aria-describedby=\"comment-hint\"");
    text_append(text, field->required ? " required" : "");
    text_append(text, wrong ? " aria-invalid=\"true\"" : "");
    /* The parser eats one line break after the tag. */
    html(text, ">\n%s</textarea></div>\n", field->filled->answers.comment);
}

static void append_field(struct text *text, const struct page *page, const struct survey_form *form,
                         size_t position) {
    const struct survey_question *asked = &page->survey->questions[position];
    struct field field = {
        .page = page,
        .filled = form->filled,
        .question = asked->question,
        .name = question_name(asked->question),
        .required = asked->required,
        .first = position == 0,
    };
    if (asked->question == QUESTION_COMMENT) {
        append_comment(text, &field);
    } else if (!question_is_own(asked->question)) {
        append_rating(text, &field);
    }
}

/* The id of what a link in the error summary leads to. */
static const char *first_input_of(enum question question) {
    static const char *const ids[QUESTIONS] = {
        [QUESTION_UNDERSTOOD] = "#understood-yes",
        [QUESTION_CSAT] = "#csat-1",
        [QUESTION_NPS] = "#nps-0",
        [QUESTION_CES] = "#ces-1",
        [QUESTION_COMMENT] = "#comment",
    };
    return ids[question];
}

static void append_summary(struct text *text, const struct page *page,
                           const struct survey_form *form) {
    html(text,
         "<div class=\"card e\" role=\"alert\" tabindex=\"-1\" autofocus id=\"errors\"><h2>%s</h2>"
         "<ul>\n",
         page->locale->error_summary);
    if (form->stale) {
        html(text, "<li>%s</li>\n", page->locale->error_stale);
    }
    for (size_t i = 0; i < page->survey->question_count; i++) {
        enum question question = page->survey->questions[i].question;
        if (form->filled->mistakes[question] != FORM_FINE) {
            const char *asked = question_text(page, question);
            html(text, "<li><a href=\"%s\">%s</a>%s", first_input_of(question), asked,
                 sentence_gap(asked));
            append_mistake(text, page->locale, form->filled->mistakes[question]);
            text_append(text, "</li>\n");
        }
    }
    text_append(text, "</ul></div>\n");
}

static void append_intro(struct text *text, const struct page *page,
                         const struct survey_form *form) {
    char number[NUMBER_TEXT_SIZE];
    const char *chosen = NULL;
    for (size_t i = 0; form->chosen && !chosen && i < page->survey->question_count; i++) {
        chosen = answer_text(page, page->survey->questions[i].question, form->chosen, number);
    }
    text_append(text, "<p class=\"lead\">");
    if (chosen) {
        locale_append_html(text, page->locale->page_chosen, chosen);
    } else {
        html(text, "%s", page_text(page, SURVEY_TEXT_INTRO));
    }
    text_append(text, "</p>\n");
}

static void append_form_start(struct text *text, const struct survey_form *form) {
    html(text,
         "<form method=\"post\" action=\"%s\">\n"
         "<input type=\"hidden\" name=\"" FIELD_NONCE "\" value=\"%s\">\n",
         form->action, form->nonce);
}

static void append_trap(struct text *text, const struct locale *locale) {
    html(text,
         "<div class=\"t\" aria-hidden=\"true\"><label for=\"" FIELD_TRAP "\">%s</label>"
         "<input type=\"text\" id=\"" FIELD_TRAP "\" name=\"" FIELD_TRAP
         "\" tabindex=\"-1\" autocomplete=\"off\"></div>\n",
         locale->field_trap);
}

static void append_button(struct text *text, const char *label) {
    html(text, "<button class=\"b\">%s</button>\n", label);
}

struct response survey_form_respond(const struct page *page, const struct survey_form *form) {
    CLEANUP(text_clear) struct text text = {0};
    bool wrong = form->stale || form->filled->mistake_count > 0;
    page_open(&text, page, question_text(page, page->survey->questions[0].question), wrong);
    if (wrong) {
        append_summary(&text, page, form);
    } else {
        append_intro(&text, page, form);
    }
    append_form_start(&text, form);
    for (size_t i = 0; i < page->survey->question_count; i++) {
        append_field(&text, page, form, i);
    }
    append_trap(&text, page->locale);
    append_button(&text, page->locale->page_send);
    text_append(&text, "</form>\n");
    page_close(&text);
    return page_respond(wrong ? 422 : 200, page, &text);
}

/* One answer to look at, and the field that sends it again. */
static void append_given(struct text *text, const struct page *page, enum question question,
                         const struct answers *answers) {
    char number[NUMBER_TEXT_SIZE];
    const char *shown = answer_text(page, question, answers, number);
    if (!shown) {
        return;
    }
    const char *value =
        question == QUESTION_UNDERSTOOD ? understood_name(answers->understood) : shown;
    html(text, "<dt>%s</dt>\n<dd>%s<input type=\"hidden\" name=\"%s\" value=\"%s\"></dd>\n",
         question_text(page, question), shown, question_name(question), value);
}

struct response confirm_form_respond(const struct page *page, const struct survey_form *form) {
    CLEANUP(text_clear) struct text text = {0};
    const struct locale *locale = page->locale;
    page_open(&text, page, locale->confirm_title, false);
    html(&text, "<h1>%s</h1><p class=\"lead\">%s</p>\n", locale->confirm_title,
         locale->confirm_text);
    append_form_start(&text, form);
    text_append(&text, "<div class=\"card\"><dl>\n");
    for (size_t i = 0; i < page->survey->question_count; i++) {
        append_given(&text, page, page->survey->questions[i].question, &form->filled->answers);
    }
    text_append(&text, "</dl></div>\n");
    append_trap(&text, locale);
    append_button(&text, locale->confirm_send);
    html(&text, "<button class=\"b alt\" name=\"" FIELD_CHANGE "\" value=\"1\">%s</button>\n",
         locale->confirm_change);
    text_append(&text, "</form>\n");
    page_close(&text);
    return page_respond(200, page, &text);
}
