/* Every spelling goes through getaddrinfo, as it would on the way to a socket. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "../support/test.h"
#include "base/array.h"
#include "domain/public_address.h"

#define SPELLING_SIZE 80

static struct sockaddr_storage resolve(const char *spelling) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    struct sockaddr_storage address = {0};
    char bare[SPELLING_SIZE];
    size_t length = strlen(spelling);
    bool brackets = spelling[0] == '['; /* of a URL */
    snprintf(bare, sizeof bare, "%.*s", (int)(brackets ? length - 2 : length),
             spelling + (brackets ? 1 : 0));
    if (getaddrinfo(bare, "443", &hints, &found) != 0) {
        fail_msg("%s is not resolved", spelling);
    }
    memcpy(&address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return address;
}

static bool is_public(const char *spelling) {
    struct sockaddr_storage address = resolve(spelling);
    return address_is_public((const struct sockaddr *)&address);
}

static void expect(const char *spelling, bool public) {
    if (is_public(spelling) != public) {
        fail_msg("%s was taken for %s", spelling, public ? "private" : "public");
    }
}

/* ---- one IPv4 address in many ways ---- */

struct octets {
    unsigned char at[4];
};

static void as_dotted(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "%u.%u.%u.%u", four->at[0], four->at[1], four->at[2],
             four->at[3]);
}

static unsigned number_of(const struct octets *four) {
    return (unsigned)four->at[0] << 24 | (unsigned)four->at[1] << 16 | (unsigned)four->at[2] << 8 |
           four->at[3];
}

static void as_decimal(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "%u", number_of(four));
}

static void as_hex(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "0x%X", number_of(four));
}

static void as_octal(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "0%o", number_of(four));
}

static void as_octal_octets(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "0%o.0%o.0%o.0%o", four->at[0], four->at[1], four->at[2],
             four->at[3]);
}

static void as_hex_and_rest(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "0x%x.%u", four->at[0], number_of(four) & 0xffffff);
}

static void as_three_parts(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "%u.0%o.0x%x", four->at[0], four->at[1],
             number_of(four) & 0xffff);
}

static void behind(const char *prefix, const struct octets *four, char *text) {
    unsigned number = number_of(four);
    snprintf(text, SPELLING_SIZE, "[%s%x:%x]", prefix, number >> 16, number & 0xffff);
}

static void as_mapped(const struct octets *four, char *text) {
    behind("::ffff:", four, text);
}

static void as_mapped_dotted(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "[::FFFF:%u.%u.%u.%u]", four->at[0], four->at[1], four->at[2],
             four->at[3]);
}

static void as_mapped_long(const struct octets *four, char *text) {
    behind("0000:0:0:0:0:ffff:", four, text);
}

static void as_compatible(const struct octets *four, char *text) {
    snprintf(text, SPELLING_SIZE, "[::%u.%u.%u.%u]", four->at[0], four->at[1], four->at[2],
             four->at[3]);
}

static void as_translated(const struct octets *four, char *text) {
    behind("::ffff:0:", four, text);
}

static void as_nat64(const struct octets *four, char *text) {
    behind("64:ff9b::", four, text);
}

static void as_6to4(const struct octets *four, char *text) {
    unsigned number = number_of(four);
    snprintf(text, SPELLING_SIZE, "[2002:%x:%x::1]", number >> 16, number & 0xffff);
}

static void as_teredo_client(const struct octets *four, char *text) {
    unsigned number = ~number_of(four);
    snprintf(text, SPELLING_SIZE, "[2001:0:808:808:0:ffff:%x:%x]", number >> 16, number & 0xffff);
}

static void as_teredo_server(const struct octets *four, char *text) {
    unsigned number = number_of(four);
    snprintf(text, SPELLING_SIZE, "[2001:0:%x:%x:0:ffff:f7f7:f7f7]", number >> 16, number & 0xffff);
}

static void as_isatap(const struct octets *four, char *text) {
    behind("2a00:1450:4001:82b:200:5efe:", four, text);
}

typedef void spell(const struct octets *four, char *text);

static spell *const spellings[] = {
    as_dotted,        as_decimal,     as_hex,    as_octal,         as_octal_octets,
    as_hex_and_rest,  as_three_parts, as_mapped, as_mapped_dotted, as_mapped_long,
    as_compatible,    as_translated,  as_nat64,  as_6to4,          as_teredo_client,
    as_teredo_server, as_isatap,
};

static void expect_all_spellings(const struct octets addresses[], size_t count, bool public) {
    size_t tried = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < COUNT(spellings); k++, tried++) {
            char text[SPELLING_SIZE];
            spellings[k](&addresses[i], text);
            expect(text, public);
        }
    }
    assert_true(tried >= 200);
}

static void a_private_address_is_known_in_every_spelling(void **state) {
    (void)state;
    static const struct octets addresses[] = {
        {{0, 0, 0, 0}},         {{0, 1, 2, 3}},         {{10, 0, 0, 1}},
        {{10, 255, 255, 255}},  {{100, 64, 0, 1}},      {{100, 127, 255, 255}},
        {{127, 0, 0, 1}},       {{127, 255, 255, 254}}, {{169, 254, 169, 254}},
        {{172, 16, 0, 1}},      {{172, 31, 255, 255}},  {{192, 0, 0, 1}},
        {{192, 0, 2, 1}},       {{192, 88, 99, 1}},     {{192, 168, 0, 1}},
        {{192, 168, 255, 255}}, {{198, 18, 0, 1}},      {{198, 19, 255, 255}},
        {{198, 51, 100, 7}},    {{203, 0, 113, 7}},     {{224, 0, 0, 1}},
        {{239, 255, 255, 255}}, {{240, 0, 0, 1}},       {{255, 255, 255, 255}},
    };
    expect_all_spellings(addresses, COUNT(addresses), false);
}

static void the_neighbours_of_private_networks_are_public_in_every_spelling(void **state) {
    (void)state;
    static const struct octets addresses[] = {
        {{1, 0, 0, 0}},         {{9, 255, 255, 255}},   {{11, 0, 0, 0}},
        {{100, 63, 255, 255}},  {{100, 128, 0, 0}},     {{126, 255, 255, 255}},
        {{128, 0, 0, 0}},       {{169, 253, 255, 255}}, {{169, 255, 0, 0}},
        {{172, 15, 255, 255}},  {{172, 32, 0, 0}},      {{192, 0, 1, 0}},
        {{192, 167, 255, 255}}, {{192, 169, 0, 0}},     {{198, 17, 255, 255}},
        {{198, 20, 0, 0}},      {{223, 255, 255, 255}},
    };
    expect_all_spellings(addresses, COUNT(addresses), true);
}

static void well_known_ways_in_are_closed(void **state) {
    (void)state;
    static const char *const refused[] = {
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f.1",
        "0x7F000001",
        "017700000001",
        "0177.0.0.1",
        "0",
        "0x0",
        "00000000000",
        "0xA9FEA9FE",
        "2852039166",
        "0251.0376.0251.0376",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:7f00:1]",
        "[::127.0.0.1]",
        "[::2]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[64:ff9b:1::8.8.8.8]",
        "[64:ff9b:1:ffff:ffff:ffff:808:808]",
        "[64:ff9b:2::808:808]",
        "[2002:7f00:1::]",
        "[100::1]",
        "[100:0:0:1::1]",
        "[2001:1::1]",
        "[2001:2::1]",
        "[2001:10::1]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[3fff:fff::1]",
        "[4000::1]",
        "[5f00::1]",
        "[fc00::1]",
        "[fd00::1]",
        "[fdff:ffff:ffff::1]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[ff0e::1]",
        "[2a00:1450:4001:82b:0:5efe:10.0.0.1]",
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        expect(refused[i], false);
    }
}

static void addresses_of_the_internet_are_public(void **state) {
    (void)state;
    static const char *const accepted[] = {
        "8.8.8.8",
        "134744072",
        "1.1.1.1",
        "[2001:4860:4860::8888]",
        "[2606:4700:4700::1111]",
        "[2a00:1450:4001:82b::200e]",
        "[2001:200::1]",
        "[3ffe::1]",
        "[3fff:1000::1]",
        "[64:ff9b::808:808]",
        "[2002:808:808::1]",
    };
    for (size_t i = 0; i < COUNT(accepted); i++) {
        expect(accepted[i], true);
    }
}

static void what_is_no_ip_address_is_not_public(void **state) {
    (void)state;
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/understood/socket"};
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    assert_false(address_is_public((const struct sockaddr *)&local));
    assert_false(address_is_public(&none));
}

/* ---- what the operator lists ---- */

static bool may_be_called(const char *list, const char *spelling, bool encrypted) {
    struct ip_networks listed;
    struct sockaddr_storage address = resolve(spelling);
    assert_true(ip_networks_parse(list, &listed));
    return address_may_be_called((const struct sockaddr *)&address, &listed, encrypted);
}

static void listed_networks_may_be_called_without_tls_as_well(void **state) {
    (void)state;
    static const struct {
        const char *list;
        const char *address;
        bool plain;
        bool encrypted;
    } cases[] = {
        {"", "127.0.0.1", false, false},
        {"", "8.8.8.8", false, true},
        {"127.0.0.0/8", "127.1", true, true},
        {"127.0.0.0/8", "[::ffff:7f00:1]", true, true},
        {"127.0.0.0/8", "[64:ff9b::7f00:1]", false, false},
        {"127.0.0.0/8", "[::1]", false, false},
        {"127.0.0.0/8", "8.8.8.8", false, true},
        {"::1, 10.1.0.0/16", "[::1]", true, true},
        {"::1, 10.1.0.0/16", "10.1.2.3", true, true},
        {"::1, 10.1.0.0/16", "10.2.2.3", false, false},
        {"fd00::/8", "[fd12::1]", true, true},
        {"8.8.8.0/24", "8.8.8.8", true, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(may_be_called(cases[i].list, cases[i].address, false), cases[i].plain);
        assert_int_equal(may_be_called(cases[i].list, cases[i].address, true), cases[i].encrypted);
    }
}

static void a_list_of_networks_is_read_whole_or_not_at_all(void **state) {
    (void)state;
    struct ip_networks listed;
    assert_true(ip_networks_parse("", &listed));
    assert_int_equal(listed.count, 0);
    assert_true(ip_networks_parse("10.0.0.0/8 fd00::/8,192.168.1.1", &listed));
    assert_int_equal(listed.count, 3);
    assert_false(ip_networks_parse("10.0.0.1/8", &listed));
    assert_false(ip_networks_parse("10.0.0.0/8 localhost", &listed));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_address_is_known_in_every_spelling),
        cmocka_unit_test(the_neighbours_of_private_networks_are_public_in_every_spelling),
        cmocka_unit_test(well_known_ways_in_are_closed),
        cmocka_unit_test(addresses_of_the_internet_are_public),
        cmocka_unit_test(what_is_no_ip_address_is_not_public),
        cmocka_unit_test(listed_networks_may_be_called_without_tls_as_well),
        cmocka_unit_test(a_list_of_networks_is_read_whole_or_not_at_all),
    };
    return RUN(tests);
}
