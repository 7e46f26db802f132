"""Subcommands beside a running service."""
import re
import time

import pytest

KEY = re.compile(r"us_1_[0-9A-Za-z]{21}\n")


def test_key_create_prints_the_key_alone_while_the_service_runs(service):
    done = service.cli("key", "create", "--account", 1, "--scope", "admin")
    assert done.returncode == 0 and done.stderr == ""
    assert KEY.fullmatch(done.stdout)
    assert service.get("/v1/surveys", key=done.stdout.strip()).status_code == 200


def test_a_key_is_stored_as_a_hash_only(service):
    key = service.key("read")
    rows = service.sql("SELECT * FROM api_keys")
    assert rows and key not in str(rows) and key.split("_")[2] not in str(rows)


def test_key_list_shows_no_secret_and_revoke_ends_a_key(make_service):
    service = make_service(UNDERSTOOD_KEYS_CACHE_S=0)
    key = service.cli("key", "create", "--scope", "read", "--name", "dashboard", check=True).stdout.strip()
    listed = service.cli("key", "list", check=True).stdout
    identity, scope, _, revoked, name = listed.strip().split("\t")
    assert (scope, revoked, name) == ("read", "-", "dashboard") and key not in listed
    assert service.get("/v1/surveys", key=key).status_code == 200
    service.cli("key", "revoke", identity, check=True)
    assert service.get("/v1/surveys", key=key).status_code == 401
    assert service.cli("key", "revoke", identity).returncode == 1
    assert "\t-\t" not in service.cli("key", "list", check=True).stdout


def test_a_revoked_key_is_noticed_within_the_time_of_the_cache(make_service):
    service = make_service(UNDERSTOOD_KEYS_CACHE_S=1)
    key = service.key("read")
    assert service.get("/v1/surveys", key=key).status_code == 200
    service.cli("key", "revoke", service.cli("key", "list").stdout.split("\t")[0], check=True)
    time.sleep(1.1)
    assert service.get("/v1/surveys", key=key).status_code == 401


def test_an_unknown_key_is_remembered_but_not_for_ever(make_service):
    service = make_service(UNDERSTOOD_KEYS_CACHE_S=1)
    key = service.key("read")
    [(identity, secret)] = service.sql("SELECT id::text, hash FROM api_keys")
    service.sql("DELETE FROM api_keys")
    assert service.get("/v1/surveys", key=key).status_code == 401
    service.sql("INSERT INTO api_keys (account_id, id, hash, scope, created_at)"
                " VALUES (1, %s, %s, 'read', now())", identity, secret)
    assert service.get("/v1/surveys", key=key).status_code == 401
    time.sleep(1.1)
    assert service.get("/v1/surveys", key=key).status_code == 200


@pytest.mark.parametrize("scope", ["admin", "write", "read"])
def test_each_scope_can_be_made(service, scope):
    assert KEY.fullmatch(service.cli("key", "create", "--scope", scope, check=True).stdout)


@pytest.mark.parametrize("words, reason", [
    (["key", "create"], "--scope should be admin, write or read"),
    (["key", "create", "--scope", "owner"], '"owner"'),
    (["key", "create", "--scope", "read", "--account", "0"], "--account should be a whole number"),
    (["key", "create", "--scope", "read", "--account", "1x"], "--account should be a whole number"),
    (["key", "create", "--scope", "read", "extra"], "extra: unexpected argument"),
    (["key", "create", "--scope"], "--scope: needs a value"),
    (["key", "create", "--scpoe", "read"], "--scpoe: no such option"),
    (["key", "revoke"], "ID: is missing"),
    (["key", "revoke", "7"], "is no key's id"),
    (["key"], "no such command"),
    (["key", "destroy"], "no such command"),
    (["account", "create"], "--name should be"),
    (["account", "set"], "ID: is missing"),
    (["account", "set", "1"], "what to change"),
    (["account", "set", "x", "--name", "y"], "which account"),
    (["serve", "--port", "80"], "--port: no such option"),
    (["serve", "now"], "now: unexpected argument"),
    (["config", "--defaults=yes"], "takes no value"),
    (["fly"], "no such command"),
    ([], "which command?"),
])
def test_what_makes_no_sense_is_refused_with_the_reason(service, words, reason):
    done = service.cli(*words)
    assert done.returncode == 2
    assert reason in done.stderr and " see `understood " in done.stderr and done.stdout == ""


def test_a_key_for_no_account_is_refused(service):
    done = service.cli("key", "create", "--scope", "read", "--account", 99)
    assert done.returncode == 1 and "no such account" in done.stderr and done.stdout == ""


def test_every_command_explains_itself(service):
    whole = service.cli("--help", check=True).stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", whole, re.M)
    assert {"serve", "migrate", "account create", "account list", "account set", "key create", "key list",
            "key revoke", "config", "routes"} <= set(commands)
    for command in commands:
        shown = service.cli(*command.split(), "--help", check=True).stdout
        assert shown.startswith(f"usage: understood {command}") and "--help" in shown


def test_accounts_are_made_listed_and_changed(service):
    number = service.cli("account", "create", "--name", "Köln Bikes", "--time-zone", "Europe/Berlin",
                         check=True).stdout.strip()
    assert f"{number}\tEurope/Berlin\tKöln Bikes\t7\t7\n" in service.cli("account", "list").stdout
    service.cli("account", "set", number, "--name", "Bikes", check=True)
    service.cli("account", "set", number, "--time-zone", "Asia/Tokyo", check=True)
    service.cli("account", "set", number, "--fatigue-days", "0", check=True)
    service.cli("account", "set", number, "--repeat-days", "14", check=True)
    assert f"{number}\tAsia/Tokyo\tBikes\t0\t14\n" in service.cli("account", "list").stdout


@pytest.mark.parametrize("words", [["--fatigue-days", "366"], ["--fatigue-days", "-1"], ["--repeat-days", "0"],
                                   ["--repeat-days", "91"], ["--repeat-days", "x"]])
def test_days_of_an_account_have_their_limits(service, words):
    done = service.cli("account", "set", "1", *words)
    assert done.returncode == 2 and words[0] in done.stderr


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "+01:00", "CEST-2", "europe/berlin'"])
def test_a_time_zone_must_be_one_that_postgresql_knows(service, zone):
    for words in (["create", "--name", "x"], ["set", "1"]):
        done = service.cli("account", *words, "--time-zone", zone)
        assert done.returncode == 1 and "no such time zone" in done.stderr
    assert service.cli("account", "set", 99, "--name", "x").returncode == 1


def test_config_prints_what_is_in_force_without_secrets(service):
    shown = service.cli("config", check=True).stdout
    assert "listen = 127.0.0.1:0\n" in shown
    service.environment["DATABASE_URL"], kept = "postgresql://u:hunter2@h/d", service.environment["DATABASE_URL"]
    shown = service.cli("config", check=True).stdout
    service.environment["DATABASE_URL"] = kept
    assert "url = postgresql://u:***@h/d\n" in shown and "hunter2" not in shown


@pytest.mark.parametrize("text, reason", [
    ("[http]\nworkers = no\n", ':2: [http] workers should be a whole number from 1 to 256, not "no"'),
    ("[http]\n\nlisten = 80\n", ":3: [http] listen should be HOST:PORT"),
    ("[htp]\nlisten = 80\n", "no key of ours"),
])
def test_a_bad_configuration_file_names_file_line_key_and_what_it_should_be(service, tmp_path, text, reason):
    path = tmp_path / "bad.ini"
    path.write_text(text)
    done = service.cli("serve", "--config", path)
    assert done.returncode == 2 and f"{path}{reason}" in done.stderr or reason in done.stderr


def test_a_bad_variable_is_named(service):
    service.environment["UNDERSTOOD_HTTP_WORKERS"] = "many"
    done = service.cli("migrate")
    del service.environment["UNDERSTOOD_HTTP_WORKERS"]
    assert done.returncode == 2
    assert 'UNDERSTOOD_HTTP_WORKERS: [http] workers should be a whole number from 1 to 256, not "many"' in done.stderr


def test_routes_lists_method_path_operation_and_scope(service):
    lines = [line.split("\t") for line in service.cli("routes", check=True).stdout.splitlines()]
    assert ["GET", "/livez", "get_livez", "-"] in lines
    assert all(len(line) == 4 for line in lines)


def test_a_new_time_zone_counts_the_days_anew(service):
    number = service.account("Zones", "UTC")
    answer = {"survey": "understood", "contact": {"ref": "late"}, "answers": {"understood": "yes"},
              "answered_at": "2026-03-01T20:00:00Z"}
    posted = service.post("/v1/responses", key=service.key("write", number), json=answer)
    assert posted.status_code == 201, posted.text
    days = "SELECT day::text FROM rollups WHERE account_id = %s AND dimension = 'all' AND n > 0"
    assert service.sql(days, number) == [("2026-03-01",)]
    service.cli("account", "set", number, "--time-zone", "Asia/Tokyo", check=True)
    assert service.sql(days, number) == [("2026-03-02",)]
    assert service.cli("verify").returncode == 0
