"""Debian's nginx in front, with the lines of README.md: who the customer is, and what is limited, is seen through it."""
import os
import pathlib
import tempfile

import pytest
import requests
from requests.adapters import HTTPAdapter

from support.nginx import nginx
from support.process import running
from support.streams import answer, listening
from support.survey_page import invite

PAGE_BURST = 3
SERVICE_ENVIRONMENT = {"UNDERSTOOD_HTTP_TRUSTED_PROXIES": "127.0.0.1", "UNDERSTOOD_LIMITS_PAGE_PER_MINUTE": PAGE_BURST,
                       "UNDERSTOOD_HTTP_CORS_ORIGINS": "https://desk.example"}


class From(HTTPAdapter):
    """Connects from an address of this machine: all of 127.0.0.0/8 is."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


def customer(address):
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", From(address))
    return session


@pytest.fixture(scope="module")
def proxy(service, tmp_path_factory):
    with nginx(tmp_path_factory.mktemp("nginx"), f"http://127.0.0.1:{service.port}") as url:
        yield url


def client_of(service, answer):
    def lines():
        return [line for line in service.log_lines() if line.get("request_id") == answer.headers["X-Request-Id"]]

    return service.wait_for(lines)[0]["client"]


def test_the_client_is_seen_through_the_proxy_whatever_it_claims(service, proxy):
    for claim in ({}, {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "127.0.0.1, 127.0.0.1"},
                  {"X-Forwarded-For": "nonsense"}, {"Forwarded": "for=192.0.2.1"}):
        answer = customer("127.0.0.7").get(proxy + "/livez", headers=claim)
        assert client_of(service, answer) == "127.0.0.7"


def test_each_customer_behind_the_proxy_has_a_limit_of_its_own(service, proxy):
    page, _ = invite(service)
    answers = [customer("127.0.0.2").get(proxy + page, headers={"X-Forwarded-For": f"192.0.2.{n}"})
               for n in range(PAGE_BURST + 1)]
    assert [answer.status_code for answer in answers] == [200] * PAGE_BURST + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert customer("127.0.0.3").get(proxy + page).status_code == 200


def test_scripts_and_keys_work_through_the_proxy(service, proxy):
    answer = customer("127.0.0.4").get(proxy + "/v1/metrics?survey=understood", headers={
        "Origin": "https://desk.example", "Authorization": f"Bearer {service.key('read')}"})
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "https://desk.example"


@pytest.fixture
def open_folder():
    """Where nginx's workers, which are nobody, reach a socket."""
    with tempfile.TemporaryDirectory(prefix="understood-nginx-") as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name)


def test_a_proxy_on_a_unix_socket_is_believed_when_it_is_named(service, open_folder, tmp_path):
    path, page = open_folder / "socket", invite(service)[0]
    with running(service, UNDERSTOOD_HTTP_LISTEN=f"unix:{path}", UNDERSTOOD_HTTP_SOCKET_MODE="0666",
                 UNDERSTOOD_HTTP_PUBLIC_URL="https://ask.example", UNDERSTOOD_HTTP_TRUSTED_PROXIES="unix") as other:
        other.wait_log("listening on unix")
        with nginx(tmp_path, f"http://unix:{path}:") as url:
            answers = [customer("127.0.0.5").get(url + page) for _ in range(PAGE_BURST + 1)]
            assert [answer.status_code for answer in answers] == [200] * PAGE_BURST + [429]
            assert customer("127.0.0.6").get(url + page).status_code == 200
            other.wait_log(r'"client":"127\.0\.0\.6"')
        assert other.stop()[0] == 0


def test_live_events_pass_the_proxy_as_they_happen(service, proxy):
    """It collects answers, as it does by default, unless they say that they must not wait."""
    with listening(service, port=int(proxy.rpartition(":")[2]), types="response") as listener:
        listener.wait_greeted()
        for number in range(3):
            answer(service, f"passing-{number}")
            listener.wait_for(lambda it: len(it.refs()) == number + 1)
