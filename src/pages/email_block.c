#include "pages/email_block.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "pages/email_source.h"

#define BUTTONS_PER_ROW 6 /* at most: six of 44 px fit into 320 px */

/* Mail clients trust tables, bgcolor and padding. Text colours stay the client's own, so that its
 * dark mode can turn them; the buttons are readable either way. */
#define TABLE_START "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\""
#define FONT        "font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5"

void email_block_clear(struct email_block *block) {
    free(block->subject);
    free(block->html);
    free(block->text);
    *block = (struct email_block){0};
}

static const char *label_of(const struct email_button *button) {
    return button->label ? button->label : button->value;
}

static void append_answer_url(struct text *out, const struct email_source *source,
                              const struct email_button *button) {
    text_append_html(out, source->url);
    text_append_format(out, "?%s=%s", question_name(source->question), button->value);
}

static void append_button(struct text *html, const struct email_source *source,
                          const struct email_button *button) {
    char color[COLOR_TEXT_SIZE];
    color_format(source->survey->accent_color, color);
    text_append_format(html, "<td align=\"center\" bgcolor=\"%s\" style=\"background-color:%s;",
                       color, color);
    text_append(html, "border-radius:6px\"><a href=\"");
    append_answer_url(html, source, button);
    text_append_format(html, "\" style=\"display:block;min-width:%dpx;padding:12px %dpx;" FONT,
                       source->low ? 20 : 44, source->low ? 12 : 20);
    text_append(html, ";font-weight:bold;color:#ffffff;text-decoration:none\">");
    text_append_html(html, label_of(button));
    text_append(html, "</a></td><td width=\"6\" style=\"font-size:1px\">&nbsp;</td>");
}

/* Rows of about the same length: seven are four and three. */
static void append_buttons(struct text *html, const struct email_source *source) {
    size_t rows = (source->button_count + BUTTONS_PER_ROW - 1) / BUTTONS_PER_ROW;
    size_t per_row = rows ? (source->button_count + rows - 1) / rows : 1;
    for (size_t i = 0; i < source->button_count; i++) {
        if (i % per_row == 0) {
            text_append(html, i ? "</tr></table>" : "<tr><td style=\"padding:0 0 12px\">");
            text_append(html, TABLE_START " style=\"margin:0 0 6px\"><tr>");
        }
        append_button(html, source, &source->buttons[i]);
    }
    if (source->button_count > 0) {
        text_append(html, "</tr></table></td></tr>");
    }
}

static void append_row(struct text *html, const char *style, const char *content) {
    text_append_format(html, "<tr><td style=\"%s\">", style);
    text_append_html(html, content);
    text_append(html, "</td></tr>");
}

static void append_scale(struct text *html, const struct email_source *source) {
    if (!source->low) {
        return;
    }
    text_append_format(
        html, "<tr><td style=\"padding:0 0 12px;font-size:14px\">%s = ", source->buttons[0].value);
    text_append_html(html, source->low);
    text_append_format(html, " &middot; %s = ", source->buttons[source->button_count - 1].value);
    text_append_html(html, source->high);
    text_append(html, "</td></tr>");
}

static void append_greeting(struct text *html, const struct email_source *source) {
    text_append(html, "<tr><td style=\"padding:0 0 12px\">");
    if (source->greeted) {
        locale_append_html(html, source->locale->email_greeting, source->greeted);
    } else {
        text_append_html(html, source->locale->email_greeting_unnamed);
    }
    text_append(html, "</td></tr>");
}

static void append_footer(struct text *html, const struct email_source *source) {
    text_append(html, "<tr><td style=\"padding:0;font-size:13px\">");
    text_append_html(html, source->locale->email_footer);
    if (source->works_for) {
        text_append(html, "<br>");
        locale_append_counted_html(html, source->locale, source->works_for,
                                   source->works_for_count);
    }
    text_append(html, "</td></tr>");
}

static void write_html(struct text *html, const struct email_source *source) {
    const struct locale *locale = source->locale;
    /* Not align="left": a table that floats would let what follows it flow beside it. */
    text_append_format(html,
                       TABLE_START " width=\"100%%\" lang=\"%s\" dir=\"%s\""
                                   " style=\"max-width:560px;text-align:%s;" FONT "\">",
                       locale->language, locale->direction,
                       strcmp(locale->direction, "rtl") == 0 ? "right" : "left");
    if (source->survey->display_name) {
        append_row(html, "padding:0 0 12px;font-weight:bold", source->survey->display_name);
    }
    append_greeting(html, source);
    append_row(html, "padding:0 0 12px", source->intro);
    append_row(html, "padding:0 0 12px;font-size:20px;font-weight:bold", source->question_text);
    append_buttons(html, source);
    append_scale(html, source);
    text_append(html, "<tr><td style=\"padding:0 0 12px\"><a href=\"");
    text_append_html(html, source->url);
    text_append(html, "\" style=\"color:inherit;text-decoration:underline\">");
    text_append_html(html, locale->email_open);
    text_append(html, "</a></td></tr>");
    append_footer(html, source);
    text_append(html, "</table>");
}

static void append_lines(struct text *plain, const char *line, const char *end) {
    text_append(plain, line);
    text_append(plain, end);
}

static void append_plain_answers(struct text *plain, const struct email_source *source) {
    for (size_t i = 0; i < source->button_count; i++) {
        const struct email_button *button = &source->buttons[i];
        text_append(plain, label_of(button));
        if (source->low && (i == 0 || i + 1 == source->button_count)) {
            text_append_format(plain, " (%s)", i == 0 ? source->low : source->high);
        }
        text_append_format(plain, ": %s?%s=%s\n", source->url, question_name(source->question),
                           button->value);
    }
    text_append(plain, source->button_count ? "\n" : "");
}

static void write_plain(struct text *plain, const struct email_source *source) {
    const struct locale *locale = source->locale;
    if (source->survey->display_name) {
        append_lines(plain, source->survey->display_name, "\n\n");
    }
    if (source->greeted) {
        locale_append(plain, locale->email_greeting, source->greeted);
    } else {
        text_append(plain, locale->email_greeting_unnamed);
    }
    append_lines(plain, "", "\n\n");
    append_lines(plain, source->intro, "\n\n");
    append_lines(plain, source->question_text, "\n\n");
    append_plain_answers(plain, source);
    text_append_format(plain, "%s: %s\n\n", locale->email_open, source->url);
    append_lines(plain, locale->email_footer, "\n");
    if (source->works_for) {
        locale_append_counted(plain, locale, source->works_for, source->works_for_count);
        text_append(plain, "\n");
    }
}

/* Asks the first question, unless the survey has a subject of its own. */
static const char *choose_subject(const struct email_source *source) {
    bool usual = source->question_text == source->locale->question_understood;
    return email_text(source, SURVEY_TEXT_SUBJECT,
                      usual ? source->locale->email_subject : source->question_text);
}

/* A header's line: a survey's own question may have line ends. */
static void append_line(struct text *subject, const char *line) {
    for (; *line; line++) {
        bool control = (unsigned char)*line < ' ';
        text_append_bytes(subject, control ? " " : line, 1);
    }
}

static bool take_block(struct text *subject, const struct email_source *source,
                       struct email_block *block) {
    CLEANUP(text_clear) struct text html = {0};
    CLEANUP(text_clear) struct text plain = {0};
    write_html(&html, source);
    write_plain(&plain, source);
    struct email_block written = {text_take(subject), text_take(&html), text_take(&plain)};
    if (!written.subject || !written.html || !written.text) {
        email_block_clear(&written);
        return false;
    }
    *block = written;
    return true;
}

bool email_block_write(const struct survey *survey, const struct contact *contact, const char *url,
                       int64_t works_for_us, struct email_block *block) {
    const struct email_source source = email_source_for(survey, contact, url, works_for_us);
    CLEANUP(text_clear) struct text subject = {0};
    append_line(&subject, choose_subject(&source));
    return take_block(&subject, &source, block);
}

bool email_reminder_write(const struct survey *survey, const struct contact *contact,
                          const char *url, int64_t works_for_us, struct email_block *block) {
    struct email_source source = email_source_for(survey, contact, url, works_for_us);
    CLEANUP(text_clear) struct text line = {0};
    CLEANUP(text_clear) struct text subject = {0};
    source.intro = source.locale->email_reminder_intro;
    append_line(&line, choose_subject(&source));
    if (line.failed) {
        return false;
    }
    locale_append(&subject, source.locale->email_reminder_subject, line.bytes);
    return take_block(&subject, &source, block);
}
