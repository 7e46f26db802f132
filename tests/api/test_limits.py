"""Rate limits: by key for /v1, by client address for the pages."""
import json
import math
import subprocess
import time

import pytest

from support.links import at, make_secret, signed_link
from support.opt_out import mailed, suppressions_of
from support.service import ROOT
from support.survey_page import Page, invite

METRICS = "/v1/metrics?survey=understood&interval=all"
PER_MINUTE, BURST = 60, 5
PAGE_BURST = 4
SERVICE_ENVIRONMENT = {
    "UNDERSTOOD_LIMITS_KEY_PER_MINUTE": PER_MINUTE, "UNDERSTOOD_LIMITS_KEY_BURST": BURST,
    "UNDERSTOOD_LIMITS_PAGE_PER_MINUTE": 6, "UNDERSTOOD_LIMITS_PAGE_BURST": PAGE_BURST,
    "UNDERSTOOD_HTTP_TRUSTED_PROXIES": "127.0.0.1",
}
PARSE = """
import { parseList } from 'structured-headers';
const plain = ([value, parameters]) => [value, Object.fromEntries(parameters)];
console.log(JSON.stringify(process.argv.slice(1).map((text) => parseList(text).map(plain))));
"""


def parsed(*values):
    """[(name, parameters)] of each header, as npm's structured-headers (RFC 9651) reads it."""
    done = subprocess.run(["node", "--input-type=module", "-e", PARSE, *values], cwd=ROOT / "tests",
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def key(service):
    """One that has not asked yet."""
    return service.cli("key", "create", "--account", 1, "--scope", "admin", check=True).stdout.strip()


def exhaust(service, key):
    """Asks until it is refused; the answers."""
    answers = [service.get(METRICS, key)]
    while answers[-1].status_code == 200:
        answers.append(service.get(METRICS, key))
        assert len(answers) < 20
    return answers


def limited(service, kind):
    found = [line for line in service.get("/metrics").text.splitlines()
             if line.startswith(f'understood_http_limited_requests_total{{limit="{kind}"}} ')]
    return int(found[0].rpartition(" ")[2])


# ---- keys ----

def test_each_answer_says_how_much_is_left(service, key):
    answers = [service.get(METRICS, key) for _ in range(3)]
    for number, answer in enumerate(answers, 1):
        assert answer.status_code == 200
        policy, state = parsed(answer.headers["RateLimit-Policy"], answer.headers["RateLimit"])
        assert policy == [["default", {"q": BURST, "w": BURST * 60 // PER_MINUTE}]]
        [[name, left]] = state
        assert name == "default" and set(left) == {"r", "t"}
        assert left["r"] >= BURST - number and 1 <= left["t"] <= number
        assert not [header for header in answer.headers if header.lower().startswith("x-ratelimit")]


def test_one_too_many_is_refused_and_says_when_to_come_back(service, key):
    before = limited(service, "key")
    *good, refused = exhaust(service, key)
    assert BURST <= len(good) <= BURST + 1
    problem = refused.json()
    assert refused.status_code == 429 and problem["code"] == "quota_exceeded"
    assert problem["violated-policies"] == ["default"] and problem["detail"]
    assert parsed(refused.headers["RateLimit"])[0][0][1]["r"] == 0
    wait_s = int(refused.headers["Retry-After"])
    assert 1 <= wait_s <= math.ceil(60 / PER_MINUTE)
    assert limited(service, "key") == before + 1
    time.sleep(wait_s)
    assert service.get(METRICS, key).status_code == 200


def test_another_key_of_the_same_account_has_a_limit_of_its_own(service, key):
    exhaust(service, key)
    assert service.get(METRICS, service.cli("key", "create", "--account", 1, "--scope", "read",
                                            check=True).stdout.strip()).status_code == 200


def test_nothing_of_a_refused_request_is_done(service, key):
    exhaust(service, key)
    body = {"survey": "understood", "contact": {"ref": "limited"}, "answers": {"understood": "yes"}}
    refused = [service.post("/v1/responses", key, json=body, headers={"Idempotency-Key": "one"}) for _ in range(3)]
    assert 429 in [answer.status_code for answer in refused]
    stored = service.sql("SELECT count(*) FROM responses WHERE contact_ref = 'limited'")[0][0]
    assert stored == sum(answer.status_code == 201 for answer in refused)


def test_an_array_counts_as_one_request(service, key):
    body = [{"survey": "understood", "contact": {"ref": f"array {n}"}, "answers": {"csat": 5}} for n in range(100)]
    answer = service.post("/v1/responses", key, json=body)
    assert answer.status_code == 207
    assert parsed(answer.headers["RateLimit"])[0][0][1]["r"] == BURST - 1


def test_what_is_forbidden_or_wrong_counts_too(service):
    key = service.cli("key", "create", "--account", 1, "--scope", "read", check=True).stdout.strip()
    answers = [service.post("/v1/responses", key, json={}) for _ in range(BURST + 2)]
    assert [answer.status_code for answer in answers[:BURST]] == [403] * BURST
    assert "RateLimit" in answers[0].headers and answers[-1].status_code == 429


def test_without_a_good_key_nothing_is_told(service):
    for headers in ({}, {"Authorization": "Bearer us_1_aaaaaaaaaaaaaaaaaaaaa"}):
        answer = service.get(METRICS, headers=headers)
        assert answer.status_code == 401 and "RateLimit" not in answer.headers


def test_whoever_watches_the_service_is_never_limited(service):
    for path in ("/livez", "/readyz", "/metrics", "/openapi.json"):
        answers = [service.get(path, headers={"X-Forwarded-For": "198.51.100.77"}) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0].headers


# ---- pages ----

def ask_page(service, path, address, count=PAGE_BURST + 2, **headers):
    forwarded = {"X-Forwarded-For": address} if address else {}
    return [service.get(path, headers={**forwarded, **headers}) for _ in range(count)]


@pytest.fixture(scope="module")
def page(service):
    return invite(service)[0]


def test_a_page_is_refused_in_the_customers_language_and_kept_by_nobody(service, page):
    before = limited(service, "page")
    answers = ask_page(service, page, "198.51.100.1", **{"Accept-Language": "de-AT, en;q=0.5"})
    assert [answer.status_code for answer in answers] == [200] * PAGE_BURST + [429, 429]
    refused = Page(answers[-1])
    assert refused.root["lang"] == "de" and "gleich noch einmal" in refused.title
    # Whoever only looked is not told that an answer was lost.
    assert "Falls Sie Ihre Antwort" in answers[-1].text
    assert answers[-1].headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answers[-1].headers["Content-Security-Policy"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10
    assert "RateLimit" not in answers[-1].headers
    assert limited(service, "page") == before + 2


def test_all_pages_of_one_address_count_together(service, page):
    ask_page(service, page, "198.51.100.2")
    assert service.head(page, headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 429
    assert service.get(page + "/thanks", headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 429
    assert service.get("/s/nonsense", headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 429
    sent = service.post(page, data={"understood": "yes"}, headers={"X-Forwarded-For": "198.51.100.2"})
    assert sent.status_code == 429 and Page(sent).title
    assert service.get(page, headers={"X-Forwarded-For": "198.51.100.3"}).status_code == 200
    assert service.sql("SELECT count(*) FROM votes")[0][0] == 0


def test_pages_of_signed_links_count_too(service, page):
    address = {"X-Forwarded-For": "198.51.100.6"}
    ask_page(service, page, address["X-Forwarded-For"])
    link = signed_link(make_secret(service)["secret"], contact="limited")
    for path in (link, at(link, "/change"), at(link, "/thanks")):
        assert service.get(path, headers=address).status_code == 429
    assert service.post(link, data={"understood": "yes"}, headers=address).status_code == 429
    assert service.get(link, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 200


def test_pages_to_opt_out_count_too(service, page):
    link = mailed(service, "kim@example.org")[0]
    ask_page(service, page, "198.51.100.8")
    refused = {"X-Forwarded-For": "198.51.100.8"}
    assert service.get(link, headers=refused).status_code == 429
    assert service.post(link, data={"List-Unsubscribe": "One-Click"}, headers=refused).status_code == 429
    assert suppressions_of(service, "kim@example.org") == []
    assert service.get(link, headers={"X-Forwarded-For": "198.51.100.9"}).status_code == 200


def test_an_ipv6_customer_is_a_64(service, page):
    ask_page(service, page, "2001:db8:1:2::1")
    assert service.get(page, headers={"X-Forwarded-For": "2001:db8:1:2:ffff::9"}).status_code == 429
    assert service.get(page, headers={"X-Forwarded-For": "2001:db8:1:3::1"}).status_code == 200


def test_what_a_customer_writes_into_the_header_buys_nothing(service, page):
    ask_page(service, page, "198.51.100.4")
    for lie in ("192.0.2.1, 198.51.100.4", "127.0.0.1, 198.51.100.4", "unknown, 198.51.100.4:99"):
        assert service.get(page, headers={"X-Forwarded-For": lie}).status_code == 429


def test_a_proxy_that_names_nobody_is_not_taken_for_all_customers(service, page):
    assert {answer.status_code for answer in ask_page(service, page, None, 10)} == {200}
    assert {answer.status_code for answer in ask_page(service, page, "unknown", 10)} == {200}


def test_keys_of_a_refused_address_go_on(service, key, page):
    ask_page(service, page, "198.51.100.5")
    assert service.get(METRICS, key, headers={"X-Forwarded-For": "198.51.100.5"}).status_code == 200


# ---- off ----

def test_off_by_default(make_service):
    service = make_service(UNDERSTOOD_HTTP_TRUSTED_PROXIES="127.0.0.1")
    answers = [service.get(METRICS, "read") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    assert not {"RateLimit", "RateLimit-Policy"} & set(answers[0].headers)
    page, _ = invite(service)
    assert {answer.status_code for answer in ask_page(service, page, "198.51.100.1", 30)} == {200}


def test_the_burst_is_as_many_as_per_minute_when_it_is_not_said(make_service):
    service = make_service(UNDERSTOOD_LIMITS_KEY_PER_MINUTE=100)
    answer = service.get(METRICS, "read")
    assert answer.headers["RateLimit-Policy"] == '"default";q=100;w=60'
    assert answer.headers["RateLimit"] == '"default";r=99;t=1'


# ---- keys that nobody has ----

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def unknown_key(number):
    """A well-formed key, so that only the database knows that nobody has it."""
    secret = "".join(ALPHABET[number // 62**place % 62] for place in range(20))
    products = [ALPHABET.index(character) * (1 + place % 2) for place, character in enumerate(secret)]
    check = -sum(product // 62 + product % 62 for product in products) % 62
    return f"us_1_{secret}{ALPHABET[check]}"


def test_an_address_may_try_so_many_unknown_keys(make_service):
    service = make_service(UNDERSTOOD_LIMITS_UNKNOWN_KEY_PER_MINUTE=3, UNDERSTOOD_HTTP_TRUSTED_PROXIES="127.0.0.1")

    def ask(key, address="198.51.100.1"):
        return service.get(METRICS, key, headers={"X-Forwarded-For": address})

    assert ask("read").status_code == 200
    answers = [ask(unknown_key(number)) for number in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert answers[-1].json()["code"] == "quota_exceeded" and 1 <= int(answers[-1].headers["Retry-After"]) <= 20
    assert limited(service, "unknown_key") == 2
    assert ask("read").status_code == 200, "a key that is known goes on"
    assert ask(unknown_key(0)).status_code == 401, "one that is known to be unknown costs nothing"
    assert ask("us_1_aaaaaaaaaaaaaaaaaaaaa").status_code == 401, "nor does one that cannot be a key"
    assert ask(unknown_key(9), "198.51.100.2").status_code == 401
