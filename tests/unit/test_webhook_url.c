#include <netinet/in.h>
#include <string.h>

#include "../support/test.h"
#include "base/array.h"
#include "clients/resolver.h"
#include "clients/webhook_url.h"

static void a_url_is_read_into_scheme_and_host(void **state) {
    (void)state;
    static const struct {
        const char *url;
        bool encrypted;
        const char *host;
    } cases[] = {
        {"https://hooks.example.org", true, "hooks.example.org"},
        {"https://hooks.example.org/a/b?c=d", true, "hooks.example.org"},
        {"https://hooks.example.org:8443/", true, "hooks.example.org"},
        {"HTTPS://hooks.example.org?c", true, "hooks.example.org"},
        {"http://192.0.2.1/", false, "192.0.2.1"},
        {"https://[2001:db8::1]:443/", true, "2001:db8::1"},
        {"https://xn--bcher-kva.example/", true, "xn--bcher-kva.example"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_url parts;
        assert_null(webhook_url_read(cases[i].url, &parts));
        assert_int_equal(parts.encrypted, cases[i].encrypted);
        assert_string_equal(parts.host, cases[i].host);
    }
}

static void the_objection_names_what_is_to_be_mended(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "https://"},
        {"ftp://example.org/", "https://"},
        {"https:/example.org/", "https://"},
        {"https://", "host"},
        {"https:///", "host"},
        {"https://%31.example.org/", "host"},
        {"https://a@example.org/", "user"},
        {"https://@example.org/", "user"},
        {"https://example.org/@", NULL},
        {"https://example.org#a", "fragment"},
        {"https://example.org/a b", "characters"},
        {"https://example.org\\@127.0.0.1/", "characters"},
        {"https://b\xc3\xbc"
         "cher.example/",
         "characters"},
        {"https://example.org\n", "characters"},
        {"https://example.org:0/", "port"},
        {"https://example.org:65536/", "port"},
        {"https://example.org:80a/", "port"},
        {"https://[::1/", "malformed"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_url parts;
        const char *objection = webhook_url_read(cases[i][0], &parts);
        if (!cases[i][1] ? objection != NULL : !objection || !strstr(objection, cases[i][1])) {
            fail_msg("%s: %s", cases[i][0], objection ? objection : "no objection");
        }
    }
}

static void long_urls_and_hosts_have_a_limit(void **state) {
    (void)state;
    struct webhook_url parts;
    char url[WEBHOOK_URL_BYTES_MAX + 2] = "https://example.org/";
    memset(url + strlen(url), 'x', sizeof url - 1 - strlen(url));
    assert_non_null(webhook_url_read(url, &parts));
    url[WEBHOOK_URL_BYTES_MAX] = '\0';
    assert_null(webhook_url_read(url, &parts));
    char host[] = "https://................................................................"
                  "................................................................"
                  "................................................................"
                  "................................................................/";
    memset(host + 8, 'a', sizeof host - 10);
    assert_non_null(webhook_url_read(host, &parts));
}

static enum webhook_host check(const char *url, const char *list) {
    struct ip_networks listed;
    struct webhook_url parts;
    char objection[WEBHOOK_OBJECTION_BYTES];
    assert_true(ip_networks_parse(list, &listed));
    assert_null(webhook_url_read(url, &parts));
    return webhook_host_check(&parts, &listed, objection);
}

static void a_host_is_good_when_all_its_addresses_may_be_called(void **state) {
    (void)state;
    assert_int_equal(check("https://8.8.8.8/", ""), WEBHOOK_HOST_GOOD);
    assert_int_equal(check("http://8.8.8.8/", ""), WEBHOOK_HOST_REFUSED);
    assert_int_equal(check("https://127.0.0.1/", ""), WEBHOOK_HOST_REFUSED);
    assert_int_equal(check("https://2130706433/", ""), WEBHOOK_HOST_REFUSED);
    assert_int_equal(check("http://0x7f.1/", "127.0.0.0/8"), WEBHOOK_HOST_GOOD);
    assert_int_equal(check("http://[::ffff:7f00:1]/", "127.0.0.0/8"), WEBHOOK_HOST_GOOD);
    assert_int_equal(check("http://[::1]/", "127.0.0.0/8"), WEBHOOK_HOST_REFUSED);
    assert_int_equal(check("https://nothing.example.invalid/", "127.0.0.0/8"),
                     WEBHOOK_HOST_REFUSED);
}

static void numeric_hosts_are_resolved_at_once(void **state) {
    (void)state;
    struct resolved resolved;
    assert_int_equal(resolve_host("2130706433", 0, &resolved), RESOLVED);
    assert_int_equal(resolved.count, 1);
    const struct sockaddr_in *four = (const void *)&resolved.addresses[0];
    assert_int_equal(four->sin_family, AF_INET);
    assert_int_equal(ntohl(four->sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(resolve_host("::1", 0, &resolved), RESOLVED);
    assert_int_equal(resolved.addresses[0].ss_family, AF_INET6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_read_into_scheme_and_host),
        cmocka_unit_test(the_objection_names_what_is_to_be_mended),
        cmocka_unit_test(long_urls_and_hosts_have_a_limit),
        cmocka_unit_test(a_host_is_good_when_all_its_addresses_may_be_called),
        cmocka_unit_test(numeric_hosts_are_resolved_at_once),
    };
    return RUN(tests);
}
