#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/test.h"
#include "base/embedded.h"
#include "config.h"
#include "config_keys.h"

static char *printed(const struct config *config) {
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    config_print(config, stream);
    fclose(stream);
    return text;
}

/* Loads text as a file; what was complained about is left in complaint. */
static bool load_text(const char *text, struct config *config, char complaint[512]) {
    char path[] = "/tmp/understood-config-XXXXXX";
    int file = mkstemp(path);
    assert_true(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    FILE *capture = tmpfile();
    int saved = dup(STDERR_FILENO);
    dup2(fileno(capture), STDERR_FILENO);
    bool loaded = config_load(config, path);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(capture);
    complaint[fread(complaint, 1, 511, capture)] = '\0';
    fclose(capture);
    unlink(path);
    return loaded;
}

static void the_file_lists_every_key_with_its_default(void **state) {
    (void)state;
    struct config config = {0};
    assert_true(config_defaults(&config));
    char *text = printed(&config);
    const struct embedded_file *file = embedded_file("config/understood.ini");
    assert_non_null(file);
    assert_string_equal(text, file->bytes);
    free(text);
    config_clear(&config);
}

static void no_key_is_in_the_table_twice(void **state) {
    (void)state;
    for (size_t i = 0; i < config_key_count; i++) {
        assert_ptr_equal(config_find_key(config_keys[i].section, config_keys[i].name),
                         &config_keys[i]);
    }
}

static void a_file_overrides_the_defaults_and_the_environment_the_file(void **state) {
    (void)state;
    struct config config = {0};
    char complaint[512];
    setenv("UNDERSTOOD_HTTP_WORKERS", "5", 1);
    bool loaded = load_text("[http]\nworkers = 3\nlisten = 0.0.0.0:9\n", &config, complaint);
    unsetenv("UNDERSTOOD_HTTP_WORKERS");
    assert_true(loaded);
    assert_int_equal(config.http.workers, 5);
    assert_string_equal(config.http.listen, "0.0.0.0:9");
    assert_int_equal(config.keys.cache_s, 10);
    config_clear(&config);
}

static void a_bad_value_is_refused_with_place_key_and_what_it_should_be(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *complaint;
    } refusals[] = {
        {"[http]\nworkers = many\n", ":2: [http] workers should be a whole number from 1 to 256, "
                                     "not \"many\""},
        {"[http]\nworkers = 0\n", "from 1 to 256, not \"0\""},
        {"[http]\n\nlisten = 8080\n", ":3: [http] listen should be HOST:PORT"},
        {"[http]\nlisten = a:70000\n", "HOST:PORT"},
        {"[database]\nprepare = yes\n", "should be true or false, not \"yes\""},
        {"[intake]\ntransaction = batch, account\n", "should be one of: batch, account"},
        {"[intake]\ntransaction =\n", "should be one of: batch, account"},
        {"[http]\ntrusted_proxies = 10.0.0.0/8, 10.0.0.1/8\n",
         ":2: [http] trusted_proxies should be at most 256 addresses or networks (10.0.0.0/8, "
         "2001:db8::/32, no bits beyond the prefix) or unix, not \"10.0.0.1/8\""},
        {"[http]\ntrusted_proxies = unix,\n  proxy.example\n", ":3: [http] trusted_proxies should"},
        {"[http]\ncors_origins = https://a.example *\n",
         ":2: [http] cors_origins should be at most 64 origins as browsers send them "},
        {"[http]\ncors_origins = https://a.example/\n", "not \"https://a.example/\""},
        {"[limits]\nkey_per_minute = -1\n", "from 0 to 1000000, not \"-1\""},
        {"[limits]\npage_per_minute = 60\n",
         "[limits] page_per_minute and unknown_key_per_minute need [http] trusted_proxies"},
        {"[alerts]\nfalse_alarms_per_team_week = 0\n",
         ":2: [alerts] false_alarms_per_team_week should be a number from 0.001 to 100 with at "
         "most "
         "three places, not \"0\""},
        {"[http]\nworker = 3\n", ":2: [http] worker is no key of ours"},
        {"[nonsense]\nworkers = 3\n", "[nonsense] workers is no key of ours"},
        {"[http]\nworkers\n", ":2: should be [section], key = value, or a comment"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct config config = {0};
        char complaint[512];
        assert_false(load_text(refusals[i].text, &config, complaint));
        assert_non_null(strstr(complaint, refusals[i].complaint));
        assert_null(config.http.listen);
    }
}

static void a_bad_or_misspelt_variable_is_named(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        const char *complaint;
    } refusals[] = {
        {"UNDERSTOOD_HTTP_WORKERS", "x",
         "UNDERSTOOD_HTTP_WORKERS: [http] workers should be a whole number"},
        {"UNDERSTOOD_HTTP_WORKER", "3", "UNDERSTOOD_HTTP_WORKER names no key of ours"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct config config = {0};
        char complaint[512];
        setenv(refusals[i].name, refusals[i].value, 1);
        bool loaded = load_text("", &config, complaint);
        unsetenv(refusals[i].name);
        assert_false(loaded);
        assert_non_null(strstr(complaint, refusals[i].complaint));
    }
}

static void a_list_may_go_on_in_further_lines(void **state) {
    (void)state;
    struct config config = {0};
    char complaint[512];
    const char *text = "[http]\ntrusted_proxies = 10.0.0.0/8,\n  unix\nworkers = 2\n"
                       "cors_origins =\n  https://a.example\n  https://b.example\n"
                       "[limits]\npage_per_minute = 60\n";
    assert_true(load_text(text, &config, complaint));
    assert_string_equal(config.http.trusted_proxies, "10.0.0.0/8, unix");
    assert_string_equal(config.http.cors_origins, " https://a.example https://b.example");
    assert_int_equal(config.http.workers, 2);
    config_clear(&config);
}

static void a_file_that_was_named_must_exist(void **state) {
    (void)state;
    struct config config = {0};
    FILE *quiet = freopen("/dev/null", "w", stderr);
    assert_non_null(quiet);
    assert_false(config_load(&config, "/nonexistent/understood.ini"));
}

static void passwords_are_not_printed(void **state) {
    (void)state;
    static const char *const urls[][2] = {
        {"postgresql://me:s3cret@host/db", "postgresql://me:***@host/db"},
        {"postgresql://me@host/db?password=s3cret&a=b", "postgresql://me@host/db?password=***&a=b"},
        {"host=a password=s3cret dbname=b", "host=a password=*** dbname=b"},
        {"host=a password='s3 cret' dbname=b", "host=a password=*** dbname=b"},
        {"postgresql://me@host/db", "postgresql://me@host/db"},
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct config config = {0};
        char complaint[512];
        setenv("DATABASE_URL", urls[i][0], 1);
        assert_true(load_text("", &config, complaint));
        unsetenv("DATABASE_URL");
        assert_string_equal(config.database.url, urls[i][0]);
        char *text = printed(&config);
        assert_non_null(strstr(text, urls[i][1]));
        assert_null(strstr(text, "s3"));
        free(text);
        config_clear(&config);
    }
}

int main(void) {
    unsetenv("DATABASE_URL");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_lists_every_key_with_its_default),
        cmocka_unit_test(no_key_is_in_the_table_twice),
        cmocka_unit_test(a_file_overrides_the_defaults_and_the_environment_the_file),
        cmocka_unit_test(a_bad_value_is_refused_with_place_key_and_what_it_should_be),
        cmocka_unit_test(a_bad_or_misspelt_variable_is_named),
        cmocka_unit_test(passwords_are_not_printed),
        cmocka_unit_test(a_list_may_go_on_in_further_lines),
        cmocka_unit_test(a_file_that_was_named_must_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
