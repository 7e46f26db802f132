#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "../support/test.h"
#include "base/array.h"
#include "http/client_address.h"

static struct word word_of(const char *text) {
    return (struct word){text, strlen(text)};
}

static void addresses_have_one_form_whatever_their_spelling(void **state) {
    (void)state;
    static const char *const forms[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:c000:201", "192.0.2.1"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"::", "::"},
    };
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct ip_address address;
        char text[IP_TEXT_SIZE];
        assert_true(ip_parse(forms[i][0], strlen(forms[i][0]), &address));
        ip_format(&address, text);
        assert_string_equal(text, forms[i][1]);
    }
    static const char *const refused[] = {
        "",       "1.2.3", "1.2.3.4.5", "01.2.3.4",          "256.0.0.1",  "1.2.3.4 ",
        "::1%lo", "[::1]", "a",         "1:2:3:4:5:6:7:8:9", "0x7f.0.0.1",
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct ip_address address;
        assert_false(ip_parse(refused[i], strlen(refused[i]), &address));
    }
    struct ip_address address;
    assert_false(ip_parse("1.2.3.4\0", 8, &address));
}

static void a_network_holds_what_its_prefix_says(void **state) {
    (void)state;
    static const struct {
        const char *network;
        const char *address;
        bool holds;
    } cases[] = {
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "::ffff:10.1.1.1", true},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7/32", "192.0.2.6", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "203.0.113.9", false},
        {"::ffff:10.0.0.0/104", "10.9.9.9", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"2001:db8::1", "2001:db8::1", true},
        {"2001:db8::1", "2001:db8::2", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ip_network network;
        struct ip_address address;
        assert_true(ip_network_parse(cases[i].network, strlen(cases[i].network), &network));
        assert_true(ip_parse(cases[i].address, strlen(cases[i].address), &address));
        if (ip_network_has(&network, &address) != cases[i].holds) {
            fail_msg("%s and %s", cases[i].network, cases[i].address);
        }
    }
}

static void a_list_of_proxies_holds_networks_addresses_and_unix(void **state) {
    (void)state;
    static const char *const sound[] = {"unix", "::1", "10.0.0.0/8", "1.2.3.4/32", "::/0"};
    static const char *const unsound[] = {
        "Unix",          "10.0.0.1/8", "1.2.3.4/",    "1.2.3.4/33", "1.2.3.4/-1",  "1.2.3.4/08x",
        "::1/129",       "/8",         "1.2.3.4/8/8", "localhost",  "10.0.0.0/ 8", "2001:db8::1/64",
        "::ffff:0:0/90",
    };
    for (size_t i = 0; i < COUNT(sound); i++) {
        struct word word = word_of(sound[i]);
        assert_true(trusted_proxy_is_sound(&word));
    }
    for (size_t i = 0; i < COUNT(unsound); i++) {
        struct word word = word_of(unsound[i]);
        if (trusted_proxy_is_sound(&word)) {
            fail_msg("%s", unsound[i]);
        }
    }
    struct trusted_proxies proxies;
    assert_true(trusted_proxies_parse(" 10.0.0.0/8,unix ,\t::1 ", &proxies));
    assert_int_equal(proxies.count, 2);
    assert_true(proxies.unix_peers);
    assert_true(trusted_proxies_parse("", &proxies));
    assert_int_equal(proxies.count, 0);
    assert_false(proxies.unix_peers);
}

/* ---- the walk ---- */

#define LINES_MAX 3

struct walk {
    const char *peer; /* "unix" or an address */
    const char *lines[LINES_MAX];
    const char *client;
    bool trusted;
};

static const struct walk walks[] = {
    /* a stranger is believed nothing */
    {"203.0.113.1", {"198.51.100.1"}, "203.0.113.1", false},
    /* one proxy */
    {"10.0.0.1", {"198.51.100.1"}, "198.51.100.1", false},
    {"::ffff:10.0.0.1", {"198.51.100.1"}, "198.51.100.1", false},
    {"unix", {"198.51.100.1"}, "198.51.100.1", false},
    {"10.0.0.1", {"::ffff:198.51.100.1"}, "198.51.100.1", false},
    /* what the client wrote itself stands further left */
    {"10.0.0.1", {"192.0.2.66, 198.51.100.1"}, "198.51.100.1", false},
    {"10.0.0.1", {"10.0.0.9, 198.51.100.1"}, "198.51.100.1", false},
    {"10.0.0.1", {"192.0.2.66", "198.51.100.1"}, "198.51.100.1", false},
    /* several hops, in one line or in several */
    {"10.0.0.1", {"198.51.100.1, 10.0.0.2"}, "198.51.100.1", false},
    {"10.0.0.1", {"192.0.2.66, 198.51.100.1,10.0.0.3", "10.0.0.2"}, "198.51.100.1", false},
    {"10.0.0.1", {"10.0.0.3", "2001:db8:ffff::9", "10.0.0.2"}, "2001:db8:ffff::9", false},
    /* ports, brackets, blanks, empty elements */
    {"10.0.0.1", {"198.51.100.1:5000"}, "198.51.100.1", false},
    {"10.0.0.1", {"[2001:db8:1::1]:443"}, "2001:db8:1::1", false},
    {"10.0.0.1", {"[2001:db8:1::1]"}, "2001:db8:1::1", false},
    {"10.0.0.1", {"2001:db8:1::1"}, "2001:db8:1::1", false},
    {"10.0.0.1", {" ,198.51.100.1 ,\t, ", ""}, "198.51.100.1", false},
    /* all are proxies of ours: the one furthest away counts */
    {"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3", true},
    {"10.0.0.1", {NULL}, "10.0.0.1", true},
    {"unix", {NULL}, "unix", true},
    /* what is no address stops the walk: the proxy that wrote it counts */
    {"10.0.0.1", {"198.51.100.1, unknown"}, "10.0.0.1", true},
    {"10.0.0.1", {"198.51.100.1, _hidden, 10.0.0.2"}, "10.0.0.2", true},
    {"10.0.0.1", {"198.51.100.1:"}, "10.0.0.1", true},
    {"10.0.0.1", {"198.51.100.1:123456"}, "10.0.0.1", true},
    {"10.0.0.1", {"[198.51.100.1]"}, "10.0.0.1", true},
    {"10.0.0.1", {"[2001:db8:1::1"}, "10.0.0.1", true},
    {"10.0.0.1", {"[2001:db8:1::1]x"}, "10.0.0.1", true},
    {"10.0.0.1", {"\"198.51.100.1\""}, "10.0.0.1", true},
    {"10.0.0.1", {"for=198.51.100.1"}, "10.0.0.1", true},
    {"10.0.0.1", {"198.51.100.1 198.51.100.2"}, "10.0.0.1", true},
    {"10.0.0.1", {"2001:db8:1::1:443:1:2:3:4"}, "10.0.0.1", true},
    {"unix", {"unix"}, "unix", true},
};

static void peer_from(const char *text, struct client_address *peer) {
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        client_address_from_peer((struct sockaddr *)&four, peer);
    } else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
        client_address_from_peer((struct sockaddr *)&six, peer);
    } else {
        client_address_from_peer((struct sockaddr *)&local, peer);
    }
}

static void the_walk_goes_back_over_trusted_hops_only(void **state) {
    (void)state;
    struct trusted_proxies proxies;
    assert_true(trusted_proxies_parse("10.0.0.0/24 unix", &proxies));
    for (size_t i = 0; i < COUNT(walks); i++) {
        const struct walk *walk = &walks[i];
        struct request_header headers[LINES_MAX + 1] = {{"Forwarded", "for=192.0.2.99"}};
        struct request request = {.headers = headers, .header_count = 1};
        for (size_t line = 0; line < LINES_MAX && walk->lines[line]; line++) {
            headers[request.header_count++] =
                (struct request_header){"x-Forwarded-for", walk->lines[line]};
        }
        struct client_address peer;
        struct client_address client;
        char text[IP_TEXT_SIZE];
        peer_from(walk->peer, &peer);
        client_address_find(&proxies, &peer, &request, &client);
        client_address_format(&client, text);
        if (strcmp(text, walk->client) != 0 || client.trusted != walk->trusted) {
            fail_msg("%s, %s: %s %d", walk->peer, walk->lines[0], text, client.trusted);
        }
    }
}

static void without_trusted_proxies_the_peer_counts(void **state) {
    (void)state;
    struct trusted_proxies proxies = {0};
    struct request_header header = {"X-Forwarded-For", "198.51.100.1"};
    struct request request = {.headers = &header, .header_count = 1};
    static const char *const peers[] = {"10.0.0.1", "::1", "unix"};
    for (size_t i = 0; i < COUNT(peers); i++) {
        struct client_address peer;
        struct client_address client;
        char text[IP_TEXT_SIZE];
        peer_from(peers[i], &peer);
        client_address_find(&proxies, &peer, &request, &client);
        client_address_format(&client, text);
        assert_string_equal(text, peers[i]);
        assert_false(client.trusted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_have_one_form_whatever_their_spelling),
        cmocka_unit_test(a_network_holds_what_its_prefix_says),
        cmocka_unit_test(a_list_of_proxies_holds_networks_addresses_and_unix),
        cmocka_unit_test(the_walk_goes_back_over_trusted_hops_only),
        cmocka_unit_test(without_trusted_proxies_the_peer_counts),
    };
    return RUN(tests);
}
