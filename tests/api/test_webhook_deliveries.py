"""What became of each delivery, sending again, and trying a webhook; the receivers are real."""
import datetime
import itertools
import json
import re
import socket
import threading
import uuid

import pytest
import yaml

from support.receiver import Receiver
from support.service import ROOT
from support.standard_webhooks import verdicts

SERVICE_ENVIRONMENT = {"UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE": "127.0.0.0/8"}
LIMIT_S = 60
REPLAY_MAX = 10000
TYPES = ["response.recorded", "response.updated", "response.reclassified", "invitation.sent", "invitation.skipped",
         "invitation.bounced", "suppression.created", "alert.raised", "alert.resolved", "webhook.disabled"]
NUMBERS = {name: number for number, name in enumerate(TYPES)}
refs = (f"T-{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def closed():
    """A URL where nobody listens: its port is bound and not listened on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}/hook"


@pytest.fixture
def account(service):
    return service.account(uuid.uuid4().hex)


@pytest.fixture
def key(service, account):
    return service.key("admin", account)


@pytest.fixture
def receiver():
    with Receiver() as started:
        yield started


def subscribe(service, key, url, **members):
    answer = service.post("/v1/webhooks", key, json={"url": url, "events": ["*"], **members})
    assert answer.status_code == 201, answer.text
    return answer.json()


def path(webhook, *steps):
    return "/".join([f"/v1/webhooks/{webhook['id']}", *steps])


def answer_contact(service, key, **answers):
    made = service.post("/v1/responses", key, json={"survey": "understood", "contact": {"ref": next(refs)}, "answers": answers or {"csat": 4}})
    assert made.status_code == 201, made.text
    return made.json()


def deliveries(service, key, webhook, **query):
    answer = service.get(path(webhook, "deliveries"), key, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def wait_for_outcome(service, key, webhook, outcome, count=1):
    return service.wait_for(lambda: len(found := deliveries(service, key, webhook, outcome=outcome)) >= count and found, LIMIT_S)


def hold(service, webhook):
    """The sender leaves it alone."""
    service.sql("UPDATE webhooks SET paused_until = now() + interval '1 day' WHERE id = %s", webhook["id"])


def insert(service, account, webhook, count, *, type="response.recorded", outcome="delivered", due="NULL", first=0):
    """Deliveries a second apart since 2026-11-01, their ids in that order; gives the ids."""
    rows = service.sql(
        "INSERT INTO webhook_deliveries (account_id, webhook_id, event_id, type, object_id, occurred_at, outcome, ended_at, due_at)"
        " SELECT %s, %s, ('019a0000-0000-7000-8000-' || lpad(to_hex(n + %s), 12, '0'))::uuid, %s, gen_random_uuid(),"
        f" '2026-11-01T00:00:00Z'::timestamptz + (n + %s) * interval '1 second', %s, CASE WHEN %s IS NOT NULL THEN now() END, {due}"
        " FROM generate_series(1, %s) AS n RETURNING event_id::text", account, webhook["id"], first, NUMBERS[type], first, outcome, outcome, count)
    return [identifier for [identifier] in rows]


def insert_events(service, account, count, type="suppression.created", start="2026-11-01T00:00:00Z"):
    """Events a second apart; gives their ids."""
    rows = service.sql(
        "INSERT INTO events (account_id, id, type, object_id, occurred_at) SELECT %s, gen_random_uuid(), %s, gen_random_uuid(),"
        " %s::timestamptz + n * interval '1 second' FROM generate_series(0, %s - 1) AS n RETURNING id::text", account, NUMBERS[type], start, count)
    return [identifier for [identifier] in rows]


# ---- what became of them ----

def test_a_delivery_tells_what_was_answered(service, key, receiver):
    receiver.answer = lambda delivery, number: (200, {}, b"thank you")
    webhook = subscribe(service, key, receiver.url())
    response = answer_contact(service, key)
    [came] = receiver.wait_for(1)
    [delivery] = wait_for_outcome(service, key, webhook, "delivered")
    [attempt] = delivery.pop("attempts")
    assert delivery["id"] == came.id and delivery["object"] == response["id"] and delivery["type"] == "response.recorded"
    assert delivery["attempt_count"] == 1 and delivery["ended_at"] and "next_attempt_at" not in delivery
    assert (attempt["status"], attempt["answer"]) == (200, "thank you") and attempt["latency_ms"] >= 0 and "error" not in attempt


def test_a_failed_attempt_is_shown_with_the_time_of_the_next(service, key, receiver):
    receiver.answer = lambda delivery, number: (500, {}, b"broken")
    webhook = subscribe(service, key, receiver.url())
    answer_contact(service, key)
    delivery = service.wait_for(lambda: next((one for one in deliveries(service, key, webhook, outcome="pending") if one["attempts"]), None), LIMIT_S)
    assert delivery["next_attempt_at"] and "ended_at" not in delivery
    assert (delivery["attempts"][0]["status"], delivery["attempts"][0]["answer"]) == (500, "broken")


def test_an_endpoint_that_cannot_be_reached_is_told_in_words(service, key, closed):
    webhook = subscribe(service, key, closed + "?token=tell-nobody", headers={"X-Key": "tell-nobody"})
    answer_contact(service, key)
    delivery = service.wait_for(lambda: next((one for one in deliveries(service, key, webhook) if one["attempts"]), None), LIMIT_S)
    assert delivery["attempts"][0]["error"] and "status" not in delivery["attempts"][0]
    assert "tell-nobody" not in json.dumps(delivery) and "tell-nobody" not in service.log() and webhook["secret"] not in service.log()


def test_the_payload_is_what_would_be_sent_now(service, key, receiver):
    webhook = subscribe(service, key, receiver.url())
    response = answer_contact(service, key)
    [delivery] = wait_for_outcome(service, key, webhook, "delivered")
    shown = service.get(path(webhook, "deliveries", delivery["id"]), key).json()
    assert shown.pop("payload") == receiver.wait_for(1)[0].body and shown == delivery
    service.sql("UPDATE responses SET comment = 'as it is now' WHERE id = %s", response["id"])
    now = service.get(path(webhook, "deliveries", delivery["id"]), key).json()["payload"]
    assert now["data"]["answers"]["comment"] == "as it is now" and now["sequence"] == response["revision"]


def test_what_is_gone_has_no_payload(service, account, key, receiver):
    webhook = subscribe(service, key, receiver.url())
    [identifier] = insert(service, account, webhook, 1, outcome="gone")
    shown = service.get(path(webhook, "deliveries", identifier), key)
    assert shown.status_code == 200 and "payload" not in shown.json() and shown.json()["outcome"] == "gone"


def test_deliveries_are_listed_newest_first_a_page_at_a_time(service, account, key, closed):
    webhook = subscribe(service, key, closed)
    ids = insert(service, account, webhook, 7)
    found, next_path = [], path(webhook, "deliveries?limit=3")
    while next_path:
        page = service.get(next_path, key)
        found += [delivery["id"] for delivery in page.json()["data"]]
        assert page.json()["has_more"] == ("next" in page.links)
        following = page.links.get("next", {}).get("url")
        next_path = following and following[following.index("/v1/"):]
        if len(found) == 3:
            insert(service, account, webhook, 2, first=100)  # newer ones move no page
    assert found == ids[::-1]


def test_deliveries_are_filtered_by_outcome_and_type(service, account, key, closed):
    webhook = subscribe(service, key, closed)
    hold(service, webhook)
    made = {(outcome, type): insert(service, account, webhook, 2, outcome=outcome, type=type, due="NULL" if outcome else "now() + interval '1 day'",
                                    first=10 * number)
            for number, (outcome, type) in enumerate(itertools.product(["delivered", "failed", None, "gone"], ["response.recorded", "alert.raised"]))}
    for outcome in ("delivered", "failed", None, "gone"):
        name = outcome or "pending"
        both = made[outcome, "response.recorded"] + made[outcome, "alert.raised"]
        assert {one["id"] for one in deliveries(service, key, webhook, outcome=name)} == set(both)
        assert {one["id"] for one in deliveries(service, key, webhook, outcome=name, type="alert.raised")} == set(made[outcome, "alert.raised"])
    assert len(deliveries(service, key, webhook, type="response.recorded")) == 8
    assert deliveries(service, key, webhook, type="response.updated") == []


@pytest.mark.parametrize("query, status, code", [
    ("outcome=sent", 422, "invalid_query"), ("type=response", 422, "invalid_query"), ("limit=0", 422, "invalid_query"),
    ("cursor=nonsense", 400, "invalid_cursor"), ("page=1", 422, "invalid_query")])
def test_a_bad_list_is_told_so(service, key, closed, query, status, code):
    webhook = subscribe(service, key, closed)
    answer = service.get(path(webhook, f"deliveries?{query}"), key)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_cursor_is_for_its_own_list_alone(service, account, key, closed):
    webhook, other = subscribe(service, key, closed), subscribe(service, key, closed)
    insert(service, account, webhook, 3)
    cursor = service.get(path(webhook, "deliveries?limit=1"), key).json()["next"]
    for wrong in (path(webhook, f"deliveries?outcome=failed&cursor={cursor}"), path(other, f"deliveries?cursor={cursor}")):
        assert service.get(wrong, key).status_code == 400
    assert len(service.get(path(webhook, f"deliveries?cursor={cursor}"), key).json()["data"]) == 2


# ---- sending again ----

def replay(service, key, webhook, **body):
    return service.post(path(webhook, "replay"), key, json=body)


def test_a_delivery_is_sent_again_under_the_same_id(service, key, receiver):
    webhook = subscribe(service, key, receiver.url())
    answer_contact(service, key)
    [delivery] = wait_for_outcome(service, key, webhook, "delivered")
    again = service.post(path(webhook, "deliveries", delivery["id"], "replay"), key)
    assert again.status_code == 202 and again.json()["id"] == delivery["id"]
    first, second = receiver.wait_for(2)
    assert first.id == second.id == delivery["id"] and first.raw == second.raw
    [ended] = service.wait_for(lambda: [one for one in deliveries(service, key, webhook, outcome="delivered") if len(one["attempts"]) == 2], LIMIT_S)
    assert ended["attempt_count"] == 1


def test_one_that_failed_for_good_gets_all_its_attempts_again(service, account, key, closed):
    webhook = subscribe(service, key, closed)
    hold(service, webhook)
    [identifier] = insert(service, account, webhook, 1, outcome="failed")
    service.sql("UPDATE webhook_deliveries SET attempts = 10 WHERE webhook_id = %s", webhook["id"])
    again = service.post(path(webhook, "deliveries", identifier, "replay"), key).json()
    assert (again["outcome"], again["attempt_count"]) == ("pending", 0) and again["next_attempt_at"] and "ended_at" not in again


def test_what_happened_in_a_time_is_sent_again_also_what_was_never_sent(service, account, key, receiver):
    webhook = subscribe(service, key, receiver.url(), events=["suppression.created"])
    hold(service, webhook)
    ids = insert_events(service, account, 5)
    insert_events(service, account, 2, type="alert.raised")
    answer = replay(service, key, webhook, **{"from": "2026-11-01T00:00:01Z", "to": "2026-11-01T00:00:04Z"})
    assert (answer.status_code, answer.json()) == (202, {"replayed": 3, "has_more": False})
    assert {one["id"] for one in deliveries(service, key, webhook)} == set(ids[1:4])
    assert replay(service, key, webhook, **{"from": "2026-11-01", "types": ["alert.raised"]}).json()["replayed"] == 2
    assert replay(service, key, webhook, **{"from": "2026-11-01", "types": ["*"]}).json()["replayed"] == 7
    assert replay(service, key, webhook, **{"from": "2026-12-01", "to": "2026-12-02"}).json() == {"replayed": 0, "has_more": False}


def test_only_those_that_failed_can_be_sent_again(service, account, key, closed):
    webhook = subscribe(service, key, closed)
    hold(service, webhook)
    failed = insert(service, account, webhook, 3, outcome="failed")
    insert(service, account, webhook, 3, outcome="delivered", first=10)
    insert_events(service, account, 3)
    answer = replay(service, key, webhook, **{"from": "2026-11-01", "only_failed": True})
    assert answer.json() == {"replayed": 3, "has_more": False}
    assert {one["id"] for one in deliveries(service, key, webhook, outcome="pending")} == set(failed)


def test_a_replay_of_very_much_says_where_to_go_on(service, account, key, closed):
    webhook = subscribe(service, key, closed, events=["suppression.created"])
    hold(service, webhook)
    insert_events(service, account, REPLAY_MAX + 5)
    first = replay(service, key, webhook, **{"from": "2026-11-01", "to": "2026-11-20"}).json()
    assert (first["replayed"], first["has_more"]) == (REPLAY_MAX, True)
    began = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
    assert datetime.datetime.fromisoformat(first["next_from"]) == began + datetime.timedelta(seconds=REPLAY_MAX)
    rest = replay(service, key, webhook, **{"from": first["next_from"], "to": "2026-11-20"}).json()
    assert rest == {"replayed": 5, "has_more": False}
    [[count]] = service.sql("SELECT count(*) FROM webhook_deliveries WHERE webhook_id = %s", webhook["id"])
    assert count == REPLAY_MAX + 5


@pytest.mark.parametrize("body, expected", [
    ({}, ["/from"]), ({"from": "yesterday"}, ["/from"]), ({"from": 1}, ["/from"]), ({"from": "2026-11-02", "to": "2026-11-01"}, ["/from"]),
    ({"from": "2026-11-01", "to": "2026-11-01"}, ["/from"]), ({"from": "2999-01-01"}, ["/from"]),
    ({"from": "2026-11-01", "types": []}, ["/types"]), ({"from": "2026-11-01", "types": ["alert.raised", "webhook.test"]}, ["/types/1"]),
    ({"from": "2026-11-01", "only_failed": 1, "limit": 1}, ["/limit", "/only_failed"])])
def test_a_replay_with_mistakes_is_told_them(service, key, closed, body, expected):
    webhook = subscribe(service, key, closed)
    answer = replay(service, key, webhook, **body)
    assert (answer.status_code, sorted(mistake["pointer"] for mistake in answer.json()["errors"])) == (422, expected)


def test_nothing_is_replayed_to_a_webhook_that_is_switched_off(service, account, key, closed):
    webhook = subscribe(service, key, closed, active=False)
    [identifier] = insert(service, account, webhook, 1, outcome="failed")
    refused = [replay(service, key, webhook, **{"from": "2026-11-01"}), service.post(path(webhook, "deliveries", identifier, "replay"), key)]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "webhook_inactive")] * 2
    assert deliveries(service, key, webhook, outcome="failed")


# ---- trying it ----

def attempt(service, key, webhook, **body):
    answer = service.post(path(webhook, "test"), key, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_test_is_sent_at_once_with_its_headers_and_says_what_came_of_it(service, key, receiver):
    receiver.answer = lambda delivery, number: (202, {}, b"taken")
    webhook = subscribe(service, key, receiver.url("/a/b?c=d"), headers={"Authorization": "Bearer tell-nobody", "X-Own": "1"})
    result = attempt(service, key, webhook)
    [came] = receiver.wait_for(1)
    assert (result["delivered"], result["status"], result["answer"], result["webhook_id"]) == (True, 202, "taken", came.id)
    assert result["latency_ms"] >= 0 and "error" not in result and result["payload"] == came.body
    assert came.path == "/a/b?c=d" and came.headers["authorization"] == "Bearer tell-nobody" and came.headers["x-own"] == "1"
    assert came.headers["content-type"].startswith("application/json") and len(came.raw) < 20000
    assert (came.body["type"], came.body["sequence"]) == ("webhook.test", 1)
    assert came.body["data"] == service.get(path(webhook), key).json()
    assert deliveries(service, key, webhook) == []
    assert "tell-nobody" not in json.dumps(result) + service.log() and webhook["secret"] not in json.dumps(result) + service.log()


@pytest.mark.parametrize("type", TYPES)
def test_the_example_of_each_event_can_be_sent(service, key, receiver, type):
    webhook = subscribe(service, key, receiver.url(), events=["webhook.disabled"])
    assert attempt(service, key, webhook, type=type)["delivered"]
    [came] = receiver.wait_for(1)
    example = yaml.safe_load((ROOT / "openapi.yaml").read_text())["webhooks"][type]["post"]["requestBody"]["content"]["application/json"]["example"]
    timestamp = came.body.pop("timestamp")
    assert {**example, "test": True, "timestamp": timestamp} == {**came.body, "timestamp": timestamp}
    sent_at = datetime.datetime.fromisoformat(timestamp)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - sent_at).total_seconds()) < LIMIT_S


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
def test_what_is_no_success_is_no_delivery_and_changes_nothing(service, key, receiver, status):
    receiver.answer = lambda delivery, number: (status, {"Location": receiver.url("/other"), "Retry-After": "60"}, b"no")
    webhook = subscribe(service, key, receiver.url())
    result = attempt(service, key, webhook)
    assert (result["delivered"], result["status"], result["answer"]) == (False, status, "no")
    assert [came.path for came in receiver.deliveries] == ["/hook"]
    after = service.get(path(webhook), key).json()
    assert after["active"] and after["revision"] == 1 and not {"failing_since", "paused_until"} & set(after)


def test_a_receiver_that_is_not_there_is_told_in_words(service, key, closed):
    result = attempt(service, key, subscribe(service, key, closed))
    assert not result["delivered"] and result["error"] and "status" not in result


def test_a_receiver_that_never_answers_is_given_up_in_time(make_service):
    hasty = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8", UNDERSTOOD_WEBHOOKS_TIMEOUT_MS="300")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        webhook = subscribe(hasty, "admin", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        result = attempt(hasty, "admin", webhook)
    assert not result["delivered"] and result["error"] and result["latency_ms"] >= 300


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "http://localhost6/", "https://8.8.8.8@192.168.0.1/"])
def test_a_private_address_is_not_called_whatever_the_database_says(service, key, closed, url):
    webhook = subscribe(service, key, closed)
    service.sql("UPDATE webhooks SET url = %s WHERE id = %s", url, webhook["id"])
    result = attempt(service, key, webhook)
    assert not result["delivered"] and result["error"] and "status" not in result


def test_receivers_that_are_slow_do_not_take_all_workers(make_service):
    busy = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8", UNDERSTOOD_HTTP_WORKERS="2", UNDERSTOOD_WEBHOOKS_TIMEOUT_MS="60000",
                        UNDERSTOOD_HTTP_ANSWER_DEADLINE_MS="60000")
    let_go = threading.Event()
    with Receiver(lambda delivery, number: (let_go.wait(LIMIT_S), 204)[1]) as slow:
        webhook = subscribe(busy, "admin", slow.url())
        try:
            waiting = busy.in_background(lambda: attempt(busy, "admin", webhook))
            slow.wait_for(1)
            refused = busy.post(path(webhook, "test"), "admin", json={})
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable") and refused.headers["Retry-After"]
            assert busy.get(path(webhook), "admin").status_code == 200
        finally:
            let_go.set()
            waiting.join(LIMIT_S)


def test_a_webhook_that_is_switched_off_can_be_tried(service, key, receiver):
    webhook = subscribe(service, key, receiver.url(), active=False)
    assert attempt(service, key, webhook)["delivered"] and not service.get(path(webhook), key).json()["active"]


@pytest.mark.parametrize("body, expected", [({"type": "nothing"}, ["/type"]), ({"type": 1}, ["/type"]), ({"types": []}, ["/types"])])
def test_a_test_with_mistakes_is_told_them(service, key, closed, body, expected):
    answer = service.post(path(subscribe(service, key, closed), "test"), key, json=body)
    assert (answer.status_code, [mistake["pointer"] for mistake in answer.json()["errors"]]) == (422, expected)


# ---- signatures ----

def test_the_published_library_verifies_tests_deliveries_and_both_secrets_of_a_rotation(service, key, receiver):
    webhook = subscribe(service, key, receiver.url())
    first = webhook["secret"]
    answer_contact(service, key, comment="Grüße 🙂 \u2028 <b>", csat=2)
    receiver.wait_for(1)
    attempt(service, key, webhook)
    second = service.post(path(webhook, "rotate-secret"), key, json={"overlap_s": 3600}).json()["secret"]
    attempt(service, key, webhook, type="alert.raised")
    answer_contact(service, key, csat=3)
    both = receiver.wait_for(4)
    third = service.post(path(webhook, "rotate-secret"), key, json={"overlap_s": 0}).json()["secret"]
    attempt(service, key, webhook)
    *both, last = receiver.wait_for(5)
    cases = [(secret, came.headers, came.raw.decode()) for came in both + [last] for secret in (first, second, third)]
    found = [verdict == "verified" for verdict in verdicts(cases)]
    alone, overlapping = [True, False, False], [True, True, False]
    assert found == alone * 2 + overlapping * 2 + [False, False, True]


def test_the_published_library_refuses_what_was_changed_or_is_old(service, key, receiver):
    webhook = subscribe(service, key, receiver.url())
    attempt(service, key, webhook)
    [came] = receiver.wait_for(1)
    body = came.raw.decode()
    old = str(int(came.headers["webhook-timestamp"]) - 301)
    cases = [(webhook["secret"], came.headers, body),
             (webhook["secret"], came.headers, body.replace("webhook.test", "webhook.text")),
             (webhook["secret"], {**came.headers, "webhook-id": str(uuid.uuid4())}, body),
             (webhook["secret"], {**came.headers, "webhook-timestamp": old}, body),
             (webhook["secret"], {**came.headers, "webhook-signature": "v1," + "A" * 43 + "="}, body)]
    found = verdicts(cases)
    assert found[0] == "verified" and "verified" not in found[1:], found


# ---- who may ----

def requests_about(webhook, identifier):
    return [("GET", path(webhook, "deliveries"), None), ("GET", path(webhook, "deliveries", identifier), None),
            ("POST", path(webhook, "deliveries", identifier, "replay"), None), ("POST", path(webhook, "replay"), {"from": "2026-11-01"}),
            ("POST", path(webhook, "test"), {})]


@pytest.mark.parametrize("scope", ["read", "write"])
def test_deliveries_are_for_admins_alone(service, account, key, closed, scope):
    webhook = subscribe(service, key, closed)
    [identifier] = insert(service, account, webhook, 1)
    other = service.key(scope, account)
    assert {service.request(method, target, other, json=body).status_code for method, target, body in requests_about(webhook, identifier)} == {403}


def test_what_another_account_has_does_not_exist(service, account, key, closed):
    webhook = subscribe(service, key, closed)
    [identifier] = insert(service, account, webhook, 1)
    stranger = service.key("admin", service.account("stranger"))
    own = subscribe(service, stranger, closed)
    asked = [service.request(method, target, stranger, json=body) for method, target, body in
             requests_about(webhook, identifier) + requests_about({"id": "hook"}, identifier) + requests_about(own, identifier)[1:3] +
             requests_about(own, "delivery")[1:3]]
    assert {(answer.status_code, answer.json()["code"]) for answer in asked} == {(404, "not_found")}
    assert len(deliveries(service, key, webhook)) == 1


def test_what_the_readme_says_in_python_verifies_too(service, key, receiver):
    section = (ROOT / "README.md").read_text().partition("\n## Webhooks\n")[2].partition("\n## ")[0]
    [snippet] = re.findall(r"^```python\n(.*?)^```", section, re.S | re.M)
    names = {}
    exec(snippet, names)
    webhook = subscribe(service, key, receiver.url())
    attempt(service, key, webhook)
    second = service.post(path(webhook, "rotate-secret"), key, json={}).json()["secret"]
    attempt(service, key, webhook)
    first_came, second_came = receiver.wait_for(2)
    asked = [(webhook["secret"], first_came), (second, first_came), (webhook["secret"], second_came), (second, second_came)]
    assert [names["verified"](secret, came.headers, came.raw) for secret, came in asked] == [True, False, True, True]
    assert not names["verified"](second, second_came.headers, second_came.raw + b" ")
    assert not names["verified"](second, {**second_came.headers, "webhook-timestamp": "1"}, second_came.raw)
