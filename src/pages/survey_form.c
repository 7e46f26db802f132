#include "pages/survey_form.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "pages/form_fields.h"
#include "pages/form_texts.h"
#include "pages/html.h"

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
        const struct survey_question *asked = &page->survey->questions[i];
        enum form_mistake mistake = form->filled->mistakes[i];
        if (mistake != FORM_FINE) {
            char link[FORM_LINK_SIZE];
            format_form_link(asked, link);
            html(text, "<li><a href=\"%s\">", link);
            append_question(text, page, asked);
            text_append(text, "</a>");
            text_append(text, sentence_gap(question_text(page, asked)));
            append_mistake(text, page->locale, asked->question, mistake);
            text_append(text, "</li>\n");
        }
    }
    text_append(text, "</ul></div>\n");
}

/* Our own says how long it takes; a survey's own says what it wants to. */
static void append_welcome(struct text *text, const struct page *page) {
    const struct locale *locale = page->locale;
    const char *intro = page_text(page, SURVEY_TEXT_INTRO);
    html(text, "%s", intro);
    if (intro == locale->page_intro) {
        text_append(text, sentence_gap(intro));
        locale_append_counted_html(text, locale, &locale->page_seconds,
                                   survey_seconds(page->survey));
    }
}

static void append_intro(struct text *text, const struct page *page,
                         const struct survey_form *form) {
    char number[NUMBER_TEXT_SIZE];
    const char *chosen = NULL;
    for (size_t i = 0; form->chosen && !chosen && i < page->survey->question_count; i++) {
        chosen = answer_text(page, &page->survey->questions[i], form->chosen, number);
    }
    text_append(text, "<p class=\"lead\">");
    if (chosen) {
        locale_append_html(text, page->locale->page_chosen, chosen);
    } else {
        append_welcome(text, page);
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
    page_open(&text, page, question_text(page, &page->survey->questions[0]), wrong);
    if (wrong) {
        append_summary(&text, page, form);
    } else {
        append_intro(&text, page, form);
    }
    append_form_start(&text, form);
    for (size_t i = 0; i < page->survey->question_count; i++) {
        append_form_field(&text, page, form->filled, i);
    }
    append_trap(&text, page->locale);
    append_button(&text, page->locale->page_send);
    text_append(&text, "</form>\n");
    page_close(&text);
    return page_respond(wrong ? 422 : 200, page, &text);
}

static void append_hidden(struct text *text, const char *name, const char *value) {
    html(text, "<input type=\"hidden\" name=\"%s\" value=\"%s\"></dd>\n", name, value);
}

static void append_given_choices(struct text *text, const struct page *page,
                                 const struct survey_question *asked, const char *name,
                                 const struct extras *extras) {
    for (size_t i = 0; i < asked->choice_count; i++) {
        const char *choice = asked->choices[i].name;
        if (extras_has(extras, asked->name, choice)) {
            text_append(text, "<dd>");
            append_choice(text, page, asked, choice);
            append_hidden(text, name, choice);
        }
    }
}

/* The answer to one question to look at, and the fields that send it again. */
static void append_given(struct text *text, const struct page *page,
                         const struct survey_question *asked, const struct answers *answers) {
    char number[NUMBER_TEXT_SIZE];
    char name[FIELD_NAME_SIZE];
    const char *shown = answer_text(page, asked, answers, number);
    bool chosen =
        asked->question == QUESTION_CHOICE && extras_has(&answers->extras, asked->name, NULL);
    if (!shown && !chosen) {
        return;
    }
    format_field_name(asked, name);
    text_append(text, "<dt>");
    append_question(text, page, asked);
    text_append(text, "</dt>\n");
    if (chosen) {
        append_given_choices(text, page, asked, name, &answers->extras);
        return;
    }
    html(text, "<dd>%s", shown);
    append_hidden(text, name,
                  asked->question == QUESTION_UNDERSTOOD ? understood_name(answers->understood)
                                                         : shown);
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
        append_given(&text, page, &page->survey->questions[i], &form->filled->answers);
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
