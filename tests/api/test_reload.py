"""SIGHUP: what changes, what does not, and that nobody notices under load."""
import os
import pathlib
import signal
import threading
import time
import urllib.parse

import pytest
import requests

from support.process import running

CYCLES = int(os.environ.get("CYCLES", 1000 if os.environ.get("ALL") == "1" else 200))
ANSWER = {"survey": "understood", "answers": {"understood": "yes"}}


@pytest.fixture
def reloading(service):
    """A service with a file of its own: reloading(text) writes the file and waits until it was read again."""
    file = pathlib.Path(service.folder, "reload.ini")
    file.write_text("")
    with running(service, UNDERSTOOD_CONFIG=file) as other:
        other.url = f"http://127.0.0.1:{other.port()}"

        def apply(text):
            file.write_text(text)
            before = other.log().count("reloaded")
            other.process.send_signal(signal.SIGHUP)
            service.wait_for(lambda: other.log().count("reloaded") > before)
            return [line for line in other.log().splitlines() if "reloaded" in line][-1]

        other.apply = apply
        yield other
        assert other.stop()[0] == 0


def test_what_reloads_is_applied_and_what_does_not_is_named(reloading):
    said = reloading.apply("[http]\njson_bytes_max = 2048\nworkers = 3\n[log]\nlevel = debug\n[intake]\nlanes = 2\n")
    assert "changed: [http] json_bytes_max, [log] level; waiting for a restart: [http] workers, [intake] lanes" in said
    again = reloading.apply("[http]\njson_bytes_max = 2048\nworkers = 3\n[log]\nlevel = debug\n")
    assert "changed: nothing; waiting for a restart: [http] workers" in again
    back = reloading.apply("")
    assert "changed: [http] json_bytes_max, [log] level; waiting for a restart: nothing" in back


def test_limits_and_deadlines_change_for_the_next_request(service, reloading):
    body = {**ANSWER, "contact": {"ref": "reload-1"}, "answers": {"comment": "x" * 3000}}

    def post():
        return service.request("POST", reloading.url + "/v1/responses", "write", json=body).status_code

    reloading.apply("[http]\njson_bytes_max = 2048\n")
    assert post() == 413
    reloading.apply("")
    assert post() == 201


def test_origins_proxies_and_limits_change_for_the_next_request(service, reloading):
    page = urllib.parse.urlsplit(service.post("/v1/invitations", "write", json={
        "survey": "understood", "contact": {"ref": "reload-edge"}}).json()["url"]).path
    scores = "/v1/metrics?survey=understood"

    def ask(path, key=None):
        return service.request("GET", reloading.url + path, key, headers={
            "Origin": "https://desk.example", "X-Forwarded-For": "198.51.100.1"})

    assert {"RateLimit", "Vary"} & set(ask(scores, "read").headers) == set()
    said = reloading.apply("[http]\ncors_origins = https://desk.example\ntrusted_proxies = 127.0.0.1\n"
                           "[limits]\nkey_per_minute = 60\nkey_burst = 1\npage_per_minute = 1\n")
    assert "changed: [http] trusted_proxies, [http] cors_origins, [limits] key_per_minute" in said
    answers = [ask(scores, "read"), ask(scores, "read")]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Access-Control-Allow-Origin"] == "https://desk.example"
    assert [ask(page).status_code for _ in range(2)] == [200, 429]
    assert "nothing was reloaded: " in reloading.apply("[http]\ncors_origins = *\n")
    assert ask(page).status_code == 429
    reloading.apply("")
    assert {ask(page).status_code for _ in range(3)} == {200}
    assert {"RateLimit", "Vary"} & set(ask(scores, "read").headers) == set()


def test_the_access_log_can_be_turned_off_and_on(service, reloading):
    def noted(request_id):
        service.request("GET", reloading.url + "/livez", headers={"X-Request-Id": request_id})
        time.sleep(0.3)
        return request_id in reloading.log()

    assert noted("seen-first")
    reloading.apply("[log]\naccess = false\n")
    assert not noted("unseen")
    reloading.apply("")
    assert noted("seen-again")


def test_a_revoked_key_is_refused_right_after_a_reload(service, reloading):
    key = service.cli("key", "create", "--scope", "read", check=True).stdout.strip()
    assert service.request("GET", reloading.url + "/v1/surveys", key).status_code == 200
    key_id = service.cli("key", "list", check=True).stdout.splitlines()[-1].split()[0]
    service.cli("key", "revoke", key_id, check=True)
    assert service.request("GET", reloading.url + "/v1/surveys", key).status_code == 200
    reloading.apply("")
    assert service.request("GET", reloading.url + "/v1/surveys", key).status_code == 401


@pytest.mark.parametrize("text, reason", [
    ("[http]\ndrain_ms = soon\n", "reload.ini:2: [http] drain_ms should be a whole number"),
    ("[log]\nlevel = loud\n", "reload.ini:2: [log] level should be one of"),
    ("nonsense\n", "reload.ini:1: should be [section]"),
])
def test_a_broken_file_changes_nothing_and_says_why(service, reloading, text, reason):
    reloading.apply("[http]\njson_bytes_max = 2048\n")
    said = reloading.apply("[http]\njson_bytes_max = 4096\n" + text if "nonsense" not in text else text)
    assert "nothing was reloaded" in said
    assert reason.split(":", 2)[2].strip() in said and "reload.ini:" in said
    answer = service.request("POST", reloading.url + "/v1/responses", "write",
                             json={**ANSWER, "contact": {"ref": "r"}, "answers": {"comment": "x" * 3000}})
    assert answer.status_code == 413


def test_a_file_that_is_gone_changes_nothing(service, reloading):
    pathlib.Path(service.folder, "reload.ini").unlink()
    before = reloading.log().count("nothing was reloaded")
    reloading.process.send_signal(signal.SIGHUP)
    service.wait_for(lambda: reloading.log().count("nothing was reloaded") > before)
    assert "could not be read" in reloading.log()


class Client(threading.Thread):
    def __init__(self, url, key, number, until):
        super().__init__()
        self.url, self.number, self.until = url, number, until
        self.headers = {"Authorization": "Bearer " + key}
        self.trouble, self.count = [], 0

    def run(self):
        with requests.Session() as session:
            session.trust_env = False
            while not self.until.is_set():
                self.count += 1
                try:
                    self.ask(session)
                except requests.RequestException as error:
                    self.trouble.append(repr(error))

    def ask(self, session):
        posted = session.post(self.url + "/v1/responses", headers=self.headers, timeout=20,
                              json={**ANSWER, "contact": {"ref": f"hup-{self.number}-{self.count}"}})
        read = session.get(self.url + "/v1/surveys", headers=self.headers, timeout=20)
        if (posted.status_code, read.status_code) != (201, 200):
            self.trouble.append(f"{posted.status_code} {read.status_code}")


def test_reloads_under_load_cause_no_error(service, reloading):
    file = pathlib.Path(service.folder, "reload.ini")
    done = threading.Event()
    clients = [Client(reloading.url, service.key("admin"), number, done) for number in range(4)]
    for client in clients:
        client.start()
    for cycle in range(CYCLES):
        partial = file.with_suffix(".new")
        partial.write_text(f"[http]\nanswer_deadline_ms = {9000 + cycle}\njson_bytes_max = {65536 + cycle}\n"
                           f"cors_origins = https://desk{cycle}.example\ntrusted_proxies = 10.0.0.{cycle % 250}\n"
                           f"[trust]\nprovisional_at = {3 + cycle % 3}\n[keys]\ncache_s = {cycle % 5}\n"
                           f"[log]\naccess = {'true' if cycle % 2 else 'false'}\n")
        partial.rename(file)
        before = reloading.log().count("reloaded; ")
        reloading.process.send_signal(signal.SIGHUP)
        service.wait_for(lambda: reloading.log().count("reloaded; ") > before)
    done.set()
    for client in clients:
        client.join()
    assert [line for client in clients for line in client.trouble] == []
    count = sum(client.count for client in clients)
    assert count > 50
    stored = service.sql("SELECT count(*) FROM responses WHERE contact_ref LIKE 'hup-%%'")
    assert stored == [(count,)]
