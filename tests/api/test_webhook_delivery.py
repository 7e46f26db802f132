"""Webhooks as they arrive: real receivers, good and bad ones; npm's standardwebhooks verifies every delivery."""
import collections
import socket
import struct
import threading
import time
import uuid

import pytest

from support.receiver import Receiver
from support.webhook_library import WebhookLibrary

TIMEOUT_MS = 5000
SERVICE_ENVIRONMENT = {"UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE": "127.0.0.0/8 ::1", "UNDERSTOOD_WEBHOOKS_TIMEOUT_MS": str(TIMEOUT_MS)}
PATIENCE_S = 60
PLACES = 8
PAST_S = 3600
SCHEDULE_S = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
NONE = "00000000-0000-0000-0000-000000000000"

Subscription = collections.namedtuple("Subscription", "id secret")


@pytest.fixture(scope="module")
def library():
    made = WebhookLibrary()
    yield made
    made.close()


@pytest.fixture
def account(service):
    return service.account(uuid.uuid4().hex)


@pytest.fixture
def receive(library, service, account):
    """Makes receivers, subscribed for the account; at the end the library verifies whatever came."""
    made = []

    def make(answer=lambda delivery, number: 204, url=None, **members):
        receiver = Receiver(answer)
        receiver.subscription = subscribe(service, account, url or receiver.url(), **members)
        made.append(receiver)
        return receiver

    yield make
    for receiver in made:
        receiver.close()
        for delivery in receiver.deliveries:
            assert library.verify(receiver.subscription.secret, delivery) == "good"


def subscribe(service, account, url, **members):
    made = service.post("/v1/webhooks", service.key("admin", account), json={"url": url, "events": ["*"], **members})
    assert made.status_code == 201, made.text
    return Subscription(made.json()["id"], made.json()["secret"])


def tell(service, account, ref="ticket", **answers):
    """Records an answer, which subscribers are told of."""
    body = {"survey": "understood", "contact": {"ref": ref}, "answers": {"understood": "yes", **answers}}
    recorded = service.post("/v1/responses", service.key("write", account), json=body)
    assert recorded.status_code in (200, 201), recorded.text
    return recorded.json()


def tell_many(service, account, count, prefix="ticket"):
    body = [{"survey": "understood", "contact": {"ref": f"{prefix}-{number}"}, "answers": {"understood": "yes"}} for number in range(count)]
    recorded = service.post("/v1/responses", service.key("write", account), json=body)
    assert recorded.status_code == 207, recorded.text
    return [each["response"]["id"] if "response" in each else each["id"] for each in recorded.json()["data"]]


Row = collections.namedtuple("Row", "event_id outcome due_s attempts log claimed")


def rows(service, receiver):
    return [Row(*row) for row in service.sql(
        "SELECT event_id::text, outcome, extract(epoch FROM due_at - now())::float, attempts, attempt_log, claim_id IS NOT NULL"
        " FROM webhook_deliveries WHERE webhook_id = %s ORDER BY event_id", receiver.subscription.id)]


def wait_for_rows(service, receiver, condition):
    """The rows, once there are some and the condition holds for each."""
    def look():
        found = rows(service, receiver)
        return found if found and all(condition(row) for row in found) else None
    return service.wait_for(look, PATIENCE_S)


def failed_once(row):
    return row.attempts >= 1 and not row.claimed and row.log


def webhook(service, receiver):
    [row] = service.sql("SELECT active, disabled_reason, failing_since IS NOT NULL, extract(epoch FROM paused_until - now())::float"
                        " FROM webhooks WHERE id = %s", receiver.subscription.id)
    return collections.namedtuple("Webhook", "active reason failing paused_s")(*row)


def due_now(service, receiver):
    service.sql("UPDATE webhook_deliveries SET due_at = now() WHERE webhook_id = %s AND due_at IS NOT NULL", receiver.subscription.id)


# ---- what arrives ----

def test_an_answer_arrives_signed_as_the_api_shows_it(service, account, receive):
    receiver = receive(headers={"X-Desk": "one", "X-Empty": ""})
    tell(service, account, comment="\u00fc \U0001f600 thank you")
    [delivery] = receiver.wait_for(1)
    assert delivery.body["type"] == "response.recorded" and delivery.body["sequence"] == 1
    assert [delivery.body["data"]] == service.get("/v1/responses", service.key("read", account)).json()["data"]
    assert delivery.headers["content-type"] == "application/json" and delivery.headers["x-desk"] == "one"
    assert delivery.headers["x-empty"] == "" and delivery.headers["user-agent"].startswith("Understood/")
    assert uuid.UUID(delivery.id) and abs(int(delivery.headers["webhook-timestamp"]) - time.time()) < PATIENCE_S
    assert not {"cookie", "authorization", "expect"} & delivery.headers.keys()
    [row] = wait_for_rows(service, receiver, lambda row: row.outcome)
    assert (row.event_id, row.outcome, row.attempts, row.due_s) == (delivery.id, "delivered", 1, None)
    [attempt] = row.log
    assert attempt["status"] == 204 and attempt["error"] is None and attempt["latency_ms"] >= 0


def test_what_is_told_is_the_object_as_it_is_when_sent(service, account, receive):
    receiver = receive(lambda delivery, number: 500 if number == 1 else 200)
    tell(service, account, comment="first words")
    receiver.wait_for(1)
    wait_for_rows(service, receiver, failed_once)
    changed = tell(service, account, comment="second words")
    due_now(service, receiver)
    deliveries = receiver.wait_for(3)
    again = [delivery for delivery in deliveries if delivery.id == deliveries[0].id]
    assert len(again) == 2 and again[1].body["data"]["answers"]["comment"] == "second words"
    assert {delivery.body["sequence"] for delivery in deliveries[1:]} == {changed["revision"]}
    assert int(again[1].headers["webhook-timestamp"]) >= int(again[0].headers["webhook-timestamp"])


def test_what_is_gone_is_not_told_any_more(service, account, receive):
    receiver = receive()
    service.sql("INSERT INTO events (account_id, id, type, object_id, occurred_at) VALUES (%s, %s, 0, %s, now())",
                account, str(uuid.uuid4()), NONE)
    [row] = wait_for_rows(service, receiver, lambda row: row.outcome)
    assert row.outcome == "gone" and receiver.deliveries == []
    assert webhook(service, receiver).active and not webhook(service, receiver).failing


def test_only_what_was_subscribed_to_arrives(service, account, receive):
    narrow, wide = receive(events=["response.updated"]), receive()
    tell(service, account)
    tell(service, account, csat=3)
    wide.wait_for(2)
    assert [delivery.body["type"] for delivery in narrow.wait_for(1)] == ["response.updated"]
    assert sorted(delivery.body["type"] for delivery in wide.deliveries) == ["response.recorded", "response.updated"]


def test_many_events_all_arrive_each_under_an_id_of_its_own(service, account, receive):
    receiver = receive()
    told = tell_many(service, account, 700)
    deliveries = receiver.wait_for(700)
    assert sorted(delivery.body["data"]["id"] for delivery in deliveries) == sorted(told)
    assert len({delivery.id for delivery in deliveries}) == 700
    wait_for_rows(service, receiver, lambda row: row.outcome == "delivered")


# ---- signatures ----

def test_whoever_changes_a_delivery_or_comes_late_is_refused(service, account, receive, library):
    receiver = receive()
    tell(service, account)
    [delivery] = receiver.wait_for(1)
    secret, sent_s = receiver.subscription.secret, int(delivery.headers["webhook-timestamp"])
    refused = "WebhookVerificationError"
    assert library.verify(secret, delivery) == "good"
    assert refused in library.verify(secret, delivery, body=delivery.raw.decode().replace("yes", "no"))
    assert refused in library.verify(secret, delivery, **{"webhook-id": str(uuid.uuid4())})
    assert refused in library.verify(secret, delivery, **{"webhook-timestamp": str(sent_s + 1)})
    assert refused in library.verify("whsec_" + "A" * 32, delivery)
    assert library.verify(secret, delivery, now_s=sent_s + 290) == "good"
    assert "too old" in library.verify(secret, delivery, now_s=sent_s + 310)
    assert "too new" in library.verify(secret, delivery, now_s=sent_s - 310)


def test_while_secrets_are_rotated_both_sign(service, account, receive, library):
    receiver = receive()
    key = service.key("admin", account)
    rotated = service.post(f"/v1/webhooks/{receiver.subscription.id}/rotate-secret", key, json={})
    assert rotated.status_code == 200, rotated.text
    tell(service, account)
    [delivery] = receiver.wait_for(1)
    assert len(delivery.headers["webhook-signature"].split(" ")) == 2
    assert library.verify(receiver.subscription.secret, delivery) == "good"
    assert library.verify(rotated.json()["secret"], delivery) == "good"
    service.sql("UPDATE webhooks SET previous_valid_until = now() - interval '1 s' WHERE id = %s", receiver.subscription.id)
    tell(service, account, ref="later")
    delivery = receiver.wait_for(2)[1]
    assert "WebhookVerificationError" in library.verify(receiver.subscription.secret, delivery)
    receiver.deliveries.remove(delivery)  # the old secret verifies the rest
    assert library.verify(rotated.json()["secret"], delivery) == "good"


# ---- receivers that fail ----

def hang(handler):
    time.sleep(TIMEOUT_MS / 1000 + 2)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def half_a_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-")


def drip_head(handler):
    try:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X" * 1000:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.2)
    except OSError:
        pass


def no_http(handler):
    handler.wfile.write(b"220 smtp.example.org ESMTP\r\n")


FAILURES = {
    "hangs": (hang, None, "no answer within"),
    "resets": (reset, None, "lost"),
    "half a head": (half_a_head, None, "lost"),
    "one byte at a time": (drip_head, None, "no answer within"),
    "no http": (no_http, None, ""),
    "400": ((400, {}, b"no \x00\xff thanks"), 400, None),
    "404": (404, 404, None),
    "500": (500, 500, None),
    "304": (304, 304, None),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_noted_and_tried_again_soon(service, account, receive, name):
    told, status, words = FAILURES[name]
    receiver = receive(lambda delivery, number: told)
    tell(service, account)
    receiver.wait_for(1)
    [row] = wait_for_rows(service, receiver, failed_once)
    assert row.outcome is None
    attempt = row.log[0]
    assert attempt["status"] == status
    if words is None:
        assert attempt["error"] is None
    else:
        assert words in attempt["error"] and f"127.0.0.1:{receiver.port}" in attempt["error"]
    if name == "400":
        assert attempt["answer"] == "no  ? thanks"
    service.wait_for(lambda: webhook(service, receiver).failing, PATIENCE_S)
    assert webhook(service, receiver).active


def test_a_redirect_is_a_failure_and_not_followed(service, account, receive):
    trap = Receiver()
    receiver = receive(lambda delivery, number: (301, {"Location": trap.url()}, b""))
    tell(service, account)
    [row] = wait_for_rows(service, receiver, failed_once)
    assert row.log[0]["status"] == 301 and row.outcome is None
    trap.close()
    assert trap.deliveries == []


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    handler.endless = 0
    try:
        while handler.endless < 1_000_000_000:
            handler.endless += handler.connection.send(b"x" * 65536)
    except OSError:
        pass
    finally:
        handler.server.taken = handler.endless


def close_early(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthank")


def drip_body(handler):
    try:
        handler.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.2)
    except OSError:
        pass


@pytest.mark.parametrize("answer", [endless, close_early, drip_body])
def test_once_the_status_is_known_the_rest_of_an_answer_does_not_matter(service, account, receive, answer):
    receiver = receive(lambda delivery, number: answer)
    tell(service, account)
    [row] = wait_for_rows(service, receiver, lambda row: row.outcome)
    assert row.outcome == "delivered" and row.attempts == 1 and len(row.log[0]["answer"] or "") <= 512
    if answer is endless:
        service.wait_for(lambda: hasattr(receiver.server, "taken"), PATIENCE_S)
        assert receiver.server.taken < 32 << 20, "what the kernel holds, and 64 KiB"


def test_410_disables_at_once_and_others_hear_of_it(service, account, receive):
    gone = receive(lambda delivery, number: 410)
    other = receive(events=["webhook.disabled"])
    tell(service, account)
    [told] = other.wait_for(1)
    assert told.body["type"] == "webhook.disabled" and told.body["data"]["id"] == gone.subscription.id
    assert not webhook(service, gone).active and "410" in webhook(service, gone).reason
    assert [line for line in service.log_lines() if gone.subscription.id in line["message"] and "disabled" in line["message"]]
    tell(service, account, ref="after")
    wait_for_rows(service, other, lambda row: row.outcome == "delivered")
    assert len(gone.deliveries) == 1


def test_what_an_old_url_answers_does_not_disable_the_new_one(service, account, receive, library):
    let_go = threading.Event()
    old = receive(lambda delivery, number: (let_go.wait(PATIENCE_S), 410)[1])
    tell(service, account)
    old.wait_for(1)
    with Receiver() as new:
        moved = service.put(f"/v1/webhooks/{old.subscription.id}", service.key("admin", account), json={"url": new.url(), "events": ["*"]})
        assert moved.status_code == 200, moved.text
        let_go.set()
        wait_for_rows(service, old, failed_once)
        due_now(service, old)
        [delivery] = new.wait_for(1)
        assert library.verify(old.subscription.secret, delivery) == "good" and delivery.id == old.deliveries[0].id
    assert webhook(service, old).active


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for_is_kept_by_all_deliveries(service, account, receive, status):
    receiver = receive(lambda delivery, number: (status, {"Retry-After": str(PAST_S)}, b"") if number == 1 else 200)
    tell(service, account)
    [row] = wait_for_rows(service, receiver, failed_once)
    service.wait_for(lambda: webhook(service, receiver).paused_s, PATIENCE_S)
    assert PAST_S - PATIENCE_S < row.due_s <= PAST_S + 1 and PAST_S - PATIENCE_S < webhook(service, receiver).paused_s <= PAST_S + 1
    tell(service, account, ref="meanwhile")
    service.wait_for(lambda: len(rows(service, receiver)) == 2, PATIENCE_S)
    due_now(service, receiver)
    witness = receive()
    tell(service, account, ref="witness")
    witness.wait_for(1)
    assert len(receiver.deliveries) == 1
    service.sql("UPDATE webhooks SET paused_until = now() WHERE id = %s", receiver.subscription.id)
    receiver.wait_for(3)
    wait_for_rows(service, receiver, lambda row: row.outcome == "delivered")
    service.wait_for(lambda: not webhook(service, receiver).failing, PATIENCE_S)
    assert webhook(service, receiver).paused_s is None


def test_a_pause_is_kept_although_a_call_of_before_it_succeeds(service, account, receive):
    let_go = threading.Event()
    receiver = receive(lambda delivery, number: (let_go.wait(PATIENCE_S), 204)[1])
    service.sql("UPDATE webhooks SET failing_since = now() - interval '1 hour' WHERE id = %s", receiver.subscription.id)
    tell(service, account)
    receiver.wait_for(1)
    service.sql("UPDATE webhooks SET paused_until = now() + interval '1 hour' WHERE id = %s", receiver.subscription.id)
    let_go.set()
    service.wait_for(lambda: not webhook(service, receiver).failing, PATIENCE_S)
    assert webhook(service, receiver).paused_s > PAST_S - PATIENCE_S


def test_the_schedule_is_kept_to_its_end(service, account, receive):
    receiver = receive(lambda delivery, number: 500)
    tell(service, account)
    for number, wait_s in enumerate(SCHEDULE_S, 1):
        receiver.wait_for(number)
        [row] = wait_for_rows(service, receiver, lambda row, least=number: row.attempts == least and not row.claimed)
        assert 0.9 * wait_s - PATIENCE_S < row.due_s <= 1.1 * wait_s + 1 and row.outcome is None
        due_now(service, receiver)
    [row] = wait_for_rows(service, receiver, lambda row: row.outcome)
    assert (row.outcome, row.attempts, row.due_s, len(row.log)) == ("failed", 10, None, 10)
    assert webhook(service, receiver).active, "it has not been failing for days"
    assert len({delivery.id for delivery in receiver.deliveries}) == 1 and len(receiver.deliveries) == 10


def test_who_has_been_failing_for_days_is_disabled(service, account, receive):
    receiver = receive(lambda delivery, number: 500)
    tell(service, account)
    wait_for_rows(service, receiver, failed_once)
    service.sql("UPDATE webhooks SET failing_since = now() - interval '6 days' WHERE id = %s", receiver.subscription.id)
    due_now(service, receiver)
    service.wait_for(lambda: not webhook(service, receiver).active, PATIENCE_S)
    assert "five days" in webhook(service, receiver).reason


# ---- one among others ----

def test_one_that_hangs_with_a_backlog_takes_no_place_of_others(service, account, receive):
    """All that is told to the good one arrives while the bad one has answered nothing of its own backlog."""
    bad = receive(lambda delivery, number: hang)
    good = receive(events=["response.updated"])
    tell_many(service, account, 300)
    bad.wait_for(1)
    for number in range(20):
        tell(service, account, ref=f"ticket-{number}", csat=4)
        good.wait_for(number + 1)
    done = [row for row in rows(service, bad) if row.log]
    assert len(done) < len(rows(service, bad)) / 2, "the bad one was through with its backlog first"
    assert not any(row.outcome for row in rows(service, bad)) and webhook(service, good).active
    wait_for_rows(service, good, lambda row: row.outcome == "delivered")


def test_many_that_hang_take_no_places_of_one_that_has_answered(make_service):
    """Whoever has answered is told all of it before any of the others has timed out."""
    crowded = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8", UNDERSTOOD_WEBHOOKS_TIMEOUT_MS="60000",
                           UNDERSTOOD_WEBHOOKS_CONNECTIONS_MAX=str(PLACES))
    account = crowded.account(uuid.uuid4().hex)
    let_go = threading.Event()
    with Receiver() as good, Receiver(lambda delivery, number: lambda handler: let_go.wait(), address="0.0.0.0") as bad:
        subscribe(crowded, account, good.url(), events=["response.updated"])
        tell(crowded, account)
        tell(crowded, account, csat=1)
        good.wait_for(1)
        for number in range(2 * PLACES):
            subscribe(crowded, account, bad.url(host=f"127.0.0.{number + 2}"), events=["response.recorded"])
        tell_many(crowded, account, PLACES, prefix="other")
        bad.wait_for(PLACES // 2)
        for number in range(10):
            tell(crowded, account, csat=number % 5 + 1, comment=str(number))
            good.wait_for(number + 2)
        assert crowded.sql("SELECT count(attempt_log) FROM webhook_deliveries WHERE type = 0") == [(0,)]
        let_go.set()


def test_metrics_tell_what_became_of_deliveries(service, account, receive):
    def figures():
        lines = [line for line in service.get("/metrics").text.splitlines() if line.startswith("understood_webhook")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    before = figures()
    receive()
    receive(lambda delivery, number: 500)
    tell(service, account)

    def grown(name):
        return figures()[name] > before[name]
    for name in ('understood_webhook_deliveries_total{outcome="delivered"}', "understood_webhook_failed_attempts_total",
                 'understood_webhook_attempt_seconds_bucket{le="+Inf"}', "understood_webhook_attempt_seconds_count"):
        service.wait_for(lambda name=name: grown(name), PATIENCE_S)
    service.wait_for(lambda: figures()["understood_webhooks_failing"] > 0, PATIENCE_S)
    service.wait_for(lambda: figures()["understood_webhook_deliveries_pending"] > 0, PATIENCE_S)
