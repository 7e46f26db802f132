#include "pages/form_fields.h"

#include <stdio.h>

#include "pages/form_texts.h"
#include "pages/html.h"

/* One question on its way onto the page. */
struct field {
    const struct page *page;
    const struct survey_question *asked;
    const struct answers *answers; /* filled in */
    enum form_mistake mistake;
    char name[FIELD_NAME_SIZE];
    bool insists; /* the browser, too: not where the question may be hidden */
    bool first;   /* its text is the page's heading */
};

/* class="card", and the class by which a question that is not always asked is hidden. */
static void append_class(struct text *text, const struct field *field) {
    text_append(text, "class=\"card");
    if (field->asked->when) {
        text_append_format(text, " " PAGE_WHEN_CLASS "%u", field->asked->when);
    }
    text_append(text, "\"");
}

static void append_heading(struct text *text, const struct field *field) {
    text_append(text, field->first ? "<h1>" : "");
    append_question(text, field->page, field->asked);
    text_append(text, field->first ? "</h1>" : "");
}

static void append_mistake_of(struct text *text, const struct field *field) {
    if (field->mistake != FORM_FINE) {
        text_append(text, "<span class=\"m\">");
        append_mistake(text, field->page->locale, field->asked->question, field->mistake);
        text_append(text, "</span>");
    }
}

static void append_when(struct text *text, const struct field *field) {
    if (field->asked->when) {
        text_append(text, "<p class=\"lead " PAGE_CONDITION_CLASS "\">");
        append_condition(text, field->page, field->asked);
        text_append(text, "</p>\n");
    }
}

/* ---- ratings ---- */

static void append_option(struct text *text, const struct field *field, const char *value,
                          const char *label, bool checked) {
    html(text, "<label class=\"o\"><input type=\"radio\" name=\"%s\" id=\"%s-%s\" value=\"%s\"",
         field->name, field->name, value, value);
    text_append(text, field->insists ? " required" : "");
    text_append(text, checked ? " checked" : "");
    html(text, "><span>%s</span></label>\n", label);
}

static void append_words(struct text *text, const struct field *field) {
    text_append(text, "<div class=\"grid words\">\n");
    for (enum understood word = UNDERSTOOD_YES; word <= UNDERSTOOD_NO; word++) {
        append_option(text, field, understood_name(word), understood_label(field->page, word),
                      field->answers->understood == word);
    }
    text_append(text, "</div>\n");
}

struct scale {
    int min;
    int max;
    enum survey_text low;
    enum survey_text high;
    const char *classes;
};

static void append_scale(struct text *text, const struct field *field) {
    static const struct scale scales[] = {
        [QUESTION_CSAT] = {CSAT_MIN, CSAT_MAX, SURVEY_TEXT_CSAT_LOW, SURVEY_TEXT_CSAT_HIGH, "grid"},
        [QUESTION_NPS] = {NPS_MIN, NPS_MAX, SURVEY_TEXT_NPS_LOW, SURVEY_TEXT_NPS_HIGH, "grid wide"},
        [QUESTION_CES] = {CES_MIN, CES_MAX, SURVEY_TEXT_CES_LOW, SURVEY_TEXT_CES_HIGH,
                          "grid wide seven"},
    };
    const struct scale *scale = &scales[field->asked->question];
    int chosen = answers_rating(field->answers, field->asked->question);
    text_append_format(text, "<div class=\"%s\">\n", scale->classes);
    for (int value = scale->min; value <= scale->max; value++) {
        char number[NUMBER_TEXT_SIZE];
        snprintf(number, sizeof number, "%d", value);
        append_option(text, field, number, number, value == chosen);
    }
    html(text,
         "</div>\n<div class=\"ends\" id=\"%s-ends\"><span>%s</span>"
         "<span>%s</span></div>\n",
         field->name, page_text(field->page, scale->low), page_text(field->page, scale->high));
}

/* The start of a group, up to its legend. described_by: what is added to its name for an id. */
static void append_group_start(struct text *text, const struct field *field, bool radios,
                               const char *described_by) {
    text_append(text, "<fieldset ");
    append_class(text, field);
    html(text, " id=\"%s\"", field->name);
    if (radios) {
        text_append(text, " role=\"radiogroup\"");
        text_append(text, field->mistake != FORM_FINE ? " aria-invalid=\"true\"" : "");
        text_append(text,
                    field->asked->required && !field->insists ? " aria-required=\"true\"" : "");
    }
    if (described_by) {
        html(text, " aria-describedby=\"%s%s\"", field->name, described_by);
    }
    text_append(text, ">\n<legend>");
    append_heading(text, field);
    append_mistake_of(text, field);
    text_append(text, "</legend>\n");
    append_when(text, field);
}

static void append_rating(struct text *text, const struct field *field) {
    bool words = field->asked->question == QUESTION_UNDERSTOOD;
    append_group_start(text, field, true, words ? NULL : "-ends");
    if (words) {
        append_words(text, field);
    } else {
        append_scale(text, field);
    }
    text_append(text, "</fieldset>\n");
}

/* ---- choices ---- */

static void append_choice_box(struct text *text, const struct field *field, const char *choice) {
    bool many = field->asked->many;
    text_append_format(text, "<label class=\"c\"><input type=\"%s\"", many ? "checkbox" : "radio");
    html(text, " name=\"%s\" id=\"%s.%s\" value=\"%s\"", field->name, field->name, choice, choice);
    text_append(text, field->insists && !many ? " required" : "");
    text_append(text, extras_has(&field->answers->extras, field->asked->name, choice) ? " checked>"
                                                                                      : ">");
    append_choice(text, field->page, field->asked, choice);
    text_append(text, "</label>\n");
}

static void append_choices(struct text *text, const struct field *field) {
    const struct locale *locale = field->page->locale;
    append_group_start(text, field, !field->asked->many, ".-hint");
    html(text, "<p class=\"lead\" id=\"%s.-hint\">%s%s%s</p>\n", field->name,
         field->asked->required ? "" : locale->optional,
         field->asked->required ? "" : sentence_gap(locale->optional),
         field->asked->many ? locale->choose_many : locale->choose_one);
    for (size_t i = 0; i < field->asked->choice_count; i++) {
        append_choice_box(text, field, field->asked->choices[i].name);
    }
    text_append(text, "</fieldset>\n");
}

/* ---- texts ---- */

static const char *text_of(const struct field *field) {
    return field->asked->question == QUESTION_COMMENT
               ? field->answers->comment
               : extras_value(&field->answers->extras, field->asked->name);
}

static void append_text_label(struct text *text, const struct field *field) {
    html(text, field->first ? "<h1><label for=\"%s\">" : "<label class=\"q\" for=\"%s\">",
         field->name);
    append_question(text, field->page, field->asked);
    text_append(text, field->first ? "</label></h1>\n" : "</label>\n");
}

static void append_text(struct text *text, const struct field *field) {
    const struct locale *locale = field->page->locale;
    bool required = field->asked->required;
    const char *hint = question_is_own(field->asked->question) ? ".-hint" : "-hint";
    text_append(text, "<div ");
    append_class(text, field);
    text_append(text, ">");
    append_text_label(text, field);
    append_when(text, field);
    html(text, "<p class=\"lead\" id=\"%s%s\">%s%s%s", field->name, hint,
         required ? "" : locale->optional, required ? "" : sentence_gap(locale->optional),
         locale->comment_hint);
    append_mistake_of(text, field);
    html(text,
         "</p>\n<textarea id=\"%s\" name=\"%s\" rows=\"3\" dir=\"auto\" "
         "aria-describedby=\"%s%s\"",
         field->name, field->name, field->name, hint);
    text_append(text, field->insists ? " required" : "");
    text_append(text, required && !field->insists ? " aria-required=\"true\"" : "");
    text_append(text, field->mistake != FORM_FINE ? " aria-invalid=\"true\"" : "");
    /* The parser eats one line break after the tag. */
    html(text, ">\n%s</textarea></div>\n", text_of(field));
}

void append_form_field(struct text *text, const struct page *page,
                       const struct form_answers *filled, size_t position) {
    const struct survey_question *asked = &page->survey->questions[position];
    struct field field = {
        .page = page,
        .asked = asked,
        .answers = &filled->answers,
        .mistake = filled->mistakes[position],
        .insists = asked->required && !asked->when,
        .first = position == 0,
    };
    format_field_name(asked, field.name);
    if (question_ratings(asked->question)) {
        append_rating(text, &field);
    } else if (asked->question == QUESTION_CHOICE) {
        append_choices(text, &field);
    } else {
        append_text(text, &field);
    }
}

void format_form_link(const struct survey_question *asked, char link[FORM_LINK_SIZE]) {
    static const char *const first_inputs[] = {
        [QUESTION_UNDERSTOOD] = "-yes", [QUESTION_CSAT] = "-1",  [QUESTION_NPS] = "-0",
        [QUESTION_CES] = "-1",          [QUESTION_COMMENT] = "",
    };
    char name[FIELD_NAME_SIZE];
    bool choice = asked->question == QUESTION_CHOICE;
    bool own = question_is_own(asked->question);
    format_field_name(asked, name);
    snprintf(link, FORM_LINK_SIZE, "#%s%s%s", name, choice ? "." : "",
             choice ? asked->choices[0].name
             : own  ? ""
                    : first_inputs[asked->question]);
}
