/* Of a call that failed: what went wrong, and where. */
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/time.h"
#include "clients/http_parts.h"

#define WORDS_SIZE 200

static bool is_control(int32_t character) {
    return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

void http_clean(const char *bytes, size_t length, char *text, size_t size) {
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes;
    size_t written = 0;
    for (size_t read = 0; read < length && written + 1 < size;) {
        utf8proc_int32_t character;
        utf8proc_ssize_t wide =
            utf8proc_iterate(at + read, (utf8proc_ssize_t)(length - read), &character);
        bool plain = wide > 0 && !is_control(character);
        size_t taken = wide > 0 ? (size_t)wide : 1;
        if (!plain) {
            text[written++] = wide > 0 ? ' ' : '?';
        } else if (written + taken < size) {
            memcpy(text + written, at + read, taken);
            written += taken;
        } else {
            break;
        }
        read += taken;
    }
    text[written] = '\0';
}

static void make_ascii(char *text) {
    for (char *at = text; *at; at++) {
        if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7f) {
            *at = '?';
        }
    }
}

static void describe_connecting(const struct http_transfer *transfer, char words[WORDS_SIZE]) {
    long reason = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &reason);
    if (transfer->refusal == HTTP_NOT_PUBLIC && !transfer->opened) {
        snprintf(words, WORDS_SIZE,
                 "its address is not public, and not among those that "
                 "[webhooks] allow_private lists");
    } else if (transfer->refusal == HTTP_NOT_ENCRYPTED && !transfer->opened) {
        snprintf(words, WORDS_SIZE,
                 "plain http is for addresses that [webhooks] allow_private "
                 "lists; use https");
    } else {
        snprintf(words, WORDS_SIZE, "no connection: %s",
                 reason ? strerrordesc_np((int)reason) : "none of its addresses could be reached");
    }
}

static void describe_timeout(const struct http_transfer *transfer, char words[WORDS_SIZE]) {
    curl_off_t connected_us = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    double waited_s = (double)(time_monotonic_us() - transfer->begun_us) / (double)US_PER_SECOND;
    snprintf(words, WORDS_SIZE,
             connected_us ? "no answer within %.1f s" : "no connection within %.1f s", waited_s);
}

static void describe_tls(const struct http_transfer *transfer, CURLcode code,
                         char words[WORDS_SIZE]) {
    const char *why = *transfer->complaint ? transfer->complaint : curl_easy_strerror(code);
    snprintf(words, WORDS_SIZE, "TLS: %.150s", why);
}

/* The cases that people meet. */
static void describe(const struct http_transfer *transfer, CURLcode code, char words[WORDS_SIZE]) {
    switch ((int)code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_ABORTED_BY_CALLBACK:
        describe_connecting(transfer, words);
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        snprintf(words, WORDS_SIZE, "its name could not be resolved");
        break;
    case CURLE_OPERATION_TIMEDOUT:
        describe_timeout(transfer, words);
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        describe_tls(transfer, code, words);
        break;
    case CURLE_OK: /* the head was not whole */
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        snprintf(words, WORDS_SIZE, "the connection was lost before an answer came");
        break;
    case CURLE_UNSUPPORTED_PROTOCOL:
        snprintf(words, WORDS_SIZE,
                 *transfer->host ? "the answer is no HTTP" : "the URL is neither https nor http");
        break;
    case CURLE_WEIRD_SERVER_REPLY:
        snprintf(words, WORDS_SIZE, "the answer is no HTTP");
        break;
    case CURLE_WRITE_ERROR:
        snprintf(words, WORDS_SIZE, "the head of the answer is too long");
        break;
    default:
        snprintf(words, WORDS_SIZE, "%s", curl_easy_strerror(code));
    }
}

void http_describe(const struct http_transfer *transfer, CURLcode code,
                   char words[HTTP_ERROR_SIZE]) {
    char what[WORDS_SIZE];
    describe(transfer, code, what);
    snprintf(words, HTTP_ERROR_SIZE, "%.80s%s%s", transfer->host, *transfer->host ? ": " : "",
             what);
    make_ascii(words);
}
