#include "pages/page.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/embedded.h"
#include "pages/html.h"

#define STYLE_FILE        "src/pages/static/page.css"
#define HASH_TEXT_SIZE    sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, HASH_ENCODING)
#define HASH_ENCODING     sodium_base64_VARIANT_ORIGINAL
#define DARK_CARD         0x1e212bU /* as in page.css */
#define DARK_CONTRAST_MIN 6.5
#define MIX_STEPS         16

static const struct embedded_file *style;
static char style_hash[HASH_TEXT_SIZE];
static pthread_once_t style_once = PTHREAD_ONCE_INIT;

/* What a Content-Security-Policy calls sha256-. */
static void hash_style(const char *bytes, size_t length, char text[HASH_TEXT_SIZE]) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)bytes, length);
    sodium_bin2base64(text, HASH_TEXT_SIZE, hash, sizeof hash, HASH_ENCODING);
}

static void prepare_style(void) {
    style = embedded_file(STYLE_FILE);
    hash_style(style->bytes, style->length, style_hash);
}

static unsigned mix_with_white(unsigned color, unsigned share) {
    unsigned mixed = 0;
    for (unsigned shift = 0; shift <= 16; shift += 8) {
        unsigned part = color >> shift & 0xff;
        mixed |= (part + (0xff - part) * share / MIX_STEPS) << shift;
    }
    return mixed;
}

/* The accent, lightened until it can be read on the dark theme's cards. */
static unsigned find_accent_on_dark(unsigned accent) {
    unsigned share = 0;
    while (share < MIX_STEPS &&
           color_contrast(mix_with_white(accent, share), DARK_CARD) < DARK_CONTRAST_MIN) {
        share++;
    }
    return mix_with_white(accent, share);
}

/* Found once while pages of the same colour follow each other: it takes dozens of pow(). */
static unsigned accent_on_dark(unsigned accent) {
    static _Thread_local struct {
        unsigned accent;
        unsigned found;
        bool known;
    } last;
    if (!last.known || last.accent != accent) {
        last.found = find_accent_on_dark(accent);
        last.accent = accent;
        last.known = true;
    }
    return last.found;
}

static void append_colors(struct text *css, const struct page *page) {
    unsigned accent = page->survey ? page->survey->accent_color : ACCENT_COLOR_DEFAULT;
    char light[COLOR_TEXT_SIZE];
    char dark[COLOR_TEXT_SIZE];
    color_format(accent, light);
    color_format(accent_on_dark(accent), dark);
    text_append_format(css, ":root{--a:%s;--d:%s}", light, dark);
}

/* "#nps-0:checked,#nps-1:checked": the inputs of these ratings. */
static void append_inputs(struct text *css, enum question first, unsigned ratings) {
    const char *separator = "";
    for (int rating = 0; rating <= RATING_MAX; rating++) {
        if (!(ratings >> rating & 1)) {
            continue;
        }
        text_append_format(css, "%s#%s-", separator, question_name(first));
        if (first == QUESTION_UNDERSTOOD) {
            text_append(css, understood_name((enum understood)rating));
        } else {
            text_append_int(css, rating);
        }
        text_append(css, ":checked");
        separator = ",";
    }
}

/* Hides what does not apply, in browsers that can tell; others show it with its condition in words.
 */
static void append_conditions(struct text *css, const struct survey *survey) {
    text_append(css, "@supports selector(:has(*)){." PAGE_CONDITION_CLASS "{display:none}");
    for (size_t i = 1; i < survey->question_count; i++) {
        if (survey->questions[i].when) {
            text_append(css, "form:not(:has(");
            append_inputs(css, survey->questions[0].question, survey->questions[i].when);
            text_append_format(css, ")) ." PAGE_WHEN_CLASS "%u{display:none}",
                               survey->questions[i].when);
        }
    }
    text_append(css, "}");
}

static bool has_conditions(const struct survey *survey) {
    for (size_t i = 0; survey && i < survey->question_count; i++) {
        if (survey->questions[i].when) {
            return true;
        }
    }
    return false;
}

/* The only part of the style that a survey decides. */
static void append_own_style(struct text *css, const struct page *page) {
    append_colors(css, page);
    if (has_conditions(page->survey)) {
        append_conditions(css, page->survey);
    }
}

static const size_t locale_texts[SURVEY_TEXTS] = {
    [SURVEY_TEXT_INTRO] = offsetof(struct locale, page_intro),
    [SURVEY_TEXT_THANK_YOU] = offsetof(struct locale, thanks_text),
    [SURVEY_TEXT_UNDERSTOOD] = offsetof(struct locale, question_understood),
    [SURVEY_TEXT_CSAT] = offsetof(struct locale, question_csat),
    [SURVEY_TEXT_NPS] = offsetof(struct locale, question_nps),
    [SURVEY_TEXT_CES] = offsetof(struct locale, question_ces),
    [SURVEY_TEXT_COMMENT] = offsetof(struct locale, question_comment),
    [SURVEY_TEXT_UNDERSTOOD_YES] = offsetof(struct locale, understood_yes),
    [SURVEY_TEXT_UNDERSTOOD_PARTLY] = offsetof(struct locale, understood_partly),
    [SURVEY_TEXT_UNDERSTOOD_NO] = offsetof(struct locale, understood_no),
    [SURVEY_TEXT_CSAT_LOW] = offsetof(struct locale, csat_low),
    [SURVEY_TEXT_CSAT_HIGH] = offsetof(struct locale, csat_high),
    [SURVEY_TEXT_NPS_LOW] = offsetof(struct locale, nps_low),
    [SURVEY_TEXT_NPS_HIGH] = offsetof(struct locale, nps_high),
    [SURVEY_TEXT_CES_LOW] = offsetof(struct locale, ces_low),
    [SURVEY_TEXT_CES_HIGH] = offsetof(struct locale, ces_high),
    [SURVEY_TEXT_SUBJECT] = offsetof(struct locale, email_subject),
};

const char *page_text(const struct page *page, enum survey_text text) {
    const char *own = page->survey ? survey_text(page->survey, page->language, text) : NULL;
    if (own) {
        return own;
    }
    const char *shipped;
    memcpy(&shipped, (const char *)page->locale + locale_texts[text], sizeof shipped);
    return shipped;
}

void page_append_mark(struct text *text) {
    text_append(text,
                "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path fill-rule=\"evenodd\" "
                "d=\"M6 3h12a4 4 0 0 1 4 4v7a4 4 0 0 1-4 4h-6l-5 4v-4H6a4 4 0 0 1-4-4V7a4 4 "
                "0 0 1 4-4zm1.3 7.6 3.7 3.7 6-6L15.600 6.900 11 11.500 8.700 9.200z\"/></svg>");
}

static const char *brand_of(const struct page *page) {
    return page->survey ? page->survey->display_name : NULL;
}

static void append_title(struct text *text, const struct page *page, const char *title,
                         bool error) {
    const char *brand = brand_of(page);
    text_append(text, "<title>");
    if (error) {
        html(text, "%s ", page->locale->error_prefix);
    }
    html(text, "%s%s%s</title>\n", title, brand ? " \u00b7 " : "", brand);
}

void page_open(struct text *text, const struct page *page, const char *title, bool error) {
    pthread_once(&style_once, prepare_style);
    html(text,
         "<!doctype html>\n<html lang=\"%s\" dir=\"%s\">\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n",
         page->locale->language, page->locale->direction);
    append_title(text, page, title, error);
    text_append(text, "<style>");
    append_own_style(text, page);
    text_append(text, "</style>\n<style>");
    text_append_bytes(text, style->bytes, style->length);
    text_append(text, "</style>\n<main>\n");
    if (brand_of(page)) {
        text_append(text, "<header>");
        page_append_mark(text);
        html(text, "%s</header>\n", brand_of(page));
    }
}

void page_close(struct text *text) {
    text_append(text, "</main>\n</html>\n");
}

void page_set_headers(struct response *response) {
    response_set_header(response, "Cache-Control", "no-store");
    response_set_header(response, "Referrer-Policy", "no-referrer");
    response_set_header(response, "X-Robots-Tag", "noindex, nofollow");
}

struct response page_respond(unsigned status, const struct page *page, struct text *text) {
    pthread_once(&style_once, prepare_style);
    CLEANUP(text_clear) struct text own_style = {0};
    char own_hash[HASH_TEXT_SIZE];
    char policy[320];
    append_own_style(&own_style, page);
    text->failed |= own_style.failed;
    hash_style(own_style.bytes, own_style.length, own_hash);
    snprintf(policy, sizeof policy,
             "default-src 'none'; style-src 'sha256-%s' 'sha256-%s'; form-action 'self'; "
             "base-uri 'none'; frame-ancestors 'none'",
             own_hash, style_hash);
    struct response response = respond_text(status, TYPE_HTML, text);
    page_set_headers(&response);
    response_set_header(&response, "Content-Security-Policy", policy);
    response_set_header(&response, "Permissions-Policy",
                        "camera=(), geolocation=(), microphone=(), browsing-topics=()");
    response_set_header(&response, "Content-Language", page->locale->language);
    return response;
}

struct response page_respond_message(unsigned status, const struct page *page, const char *title,
                                     const char *sentence) {
    CLEANUP(text_clear) struct text text = {0};
    page_open(&text, page, title, false);
    html(&text, "<div class=\"card done\"><h1>%s</h1><p>%s</p></div>\n", title, sentence);
    page_close(&text);
    return page_respond(status, page, &text);
}
