"""Two instances tell a webhook of thousands of events, and one is killed again and again: none is lost, and repeats say so."""
import collections
import os
import pathlib
import sys
import time

import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.receiver import Receiver  # noqa: E402
from support.webhook_library import WebhookLibrary  # noqa: E402
from witness import LONG  # noqa: E402
import lab  # noqa: E402

EVENTS = 10_000 if LONG else 1_500
KILLS = int(os.environ.get("CYCLES", 12 if LONG else 4))
AT_ONCE = 500
AT_ONE_HOST = 16  # [webhooks] host_connections_max
TIMEOUT_MS = 4000
PATIENCE_S = 600 if LONG else 180


@pytest.fixture
def library():
    made = WebhookLibrary()
    yield made
    made.close()


def take_a_while(_delivery, _number):
    time.sleep(0.02)
    return 204


def sender(cluster, database, instance):
    """An instance; what it had claimed when it is killed is free again after 10 s."""
    return lab.Service(cluster, database, webhooks_allow_private="127.0.0.0/8", webhooks_timeout_ms=TIMEOUT_MS,
                       database_statement_timeout_ms=1000, intake_instance=instance, log_level="error")


def subscribe(service, receiver):
    answer = requests.post(service.base + "/v1/webhooks", json={"url": receiver.url(), "events": ["response.recorded"]},
                           headers={"Authorization": f"Bearer {service.key('admin')}"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def tell(service, key, first, count):
    body = [{"survey": "understood", "contact": {"ref": f"ticket-{number}"}, "answers": {"understood": "yes"}}
            for number in range(first, first + count)]
    posted = requests.post(service.base + "/v1/responses", json=body, headers={"Authorization": f"Bearer {key}"})
    assert posted.status_code == 207, posted.text[:500]


def waiting(cluster, database):
    """Events of which no deliveries were made, or whose deliveries have not ended."""
    [[found]] = cluster.sql("SELECT count(*) FROM events LEFT JOIN webhook_deliveries delivery ON delivery.account_id = events.account_id"
                            " AND delivery.event_id = events.id WHERE outcome IS NULL", database=database)
    return found


def due_at_once(cluster, database):
    """Attempts that failed, because the machine was slow, need not wait for their schedule."""
    cluster.sql("UPDATE webhook_deliveries SET due_at = now() WHERE due_at > now()", database=database)


def wait_until_delivered(cluster, database, begun):
    while waiting(cluster, database):
        assert time.monotonic() - begun < PATIENCE_S, f"{waiting(cluster, database)} events are still to be told"
        time.sleep(0.5)
        due_at_once(cluster, database)


def failures(cluster, database):
    """Attempts that were noted as failed: each may have been taken all the same."""
    [[found]] = cluster.sql("SELECT count(*) FROM webhook_deliveries, jsonb_array_elements(attempt_log) attempt"
                            " WHERE NOT COALESCE((attempt->>'status')::int BETWEEN 200 AND 299, false)", database=database)
    return found


def assert_verified(library, made, deliveries):
    for delivery in deliveries:
        assert library.verify(made["secret"], delivery, now_s=int(delivery.headers["webhook-timestamp"])) == "good"


def told(cluster, database):
    return {event: response for event, response in cluster.sql("SELECT id::text, object_id::text FROM events", database=database)}


def test_kills_lose_no_event_and_repeat_it_under_the_same_id(service, cluster, database, luck, library):
    with Receiver(take_a_while) as receiver:
        service.start()
        key = service.key("write")
        mortal, steady = (sender(cluster, database, number) for number in (1, 2))
        steady.start()
        made = subscribe(steady, receiver)
        assert service.stop() == 0
        begun, met = time.monotonic(), 0
        for first in range(0, EVENTS, EVENTS // KILLS):
            mortal.start()
            for more in range(first, min(first + EVENTS // KILLS, EVENTS), AT_ONCE):
                tell(steady, key, more, min(AT_ONCE, first + EVENTS // KILLS - more, EVENTS - more))
            time.sleep(luck.uniform(0, 0.2))
            mortal.kill()
            met += waiting(cluster, database) > 0
        mortal.start()
        wait_until_delivered(cluster, database, begun)
        took_s = time.monotonic() - begun
        assert mortal.stop() == 0 and steady.stop() == 0
    arrived = collections.Counter(delivery.id for delivery in receiver.deliveries)
    repeats = sum(arrived.values()) - len(arrived)
    failed = failures(cluster, database)
    events = told(cluster, database)
    print(f"\n  {EVENTS:,} events, {KILLS} kills, {took_s:.0f} s ({EVENTS / took_s:.0f} a second): {len(events.keys() - arrived.keys())} lost, "
          f"{repeats} repeated, {failed} attempts noted as failed")
    assert len(events) == EVENTS and met, "the kills met nothing"
    assert arrived.keys() == events.keys()
    assert all(events[delivery.id] == delivery.body["data"]["id"] for delivery in receiver.deliveries)
    assert repeats <= (KILLS + 1) * AT_ONE_HOST + failed
    assert_verified(library, made, receiver.deliveries)
    status, said = service.verify()
    assert status == 0, said


def test_a_crash_of_the_database_loses_no_event(service, cluster, database, library):
    with Receiver() as receiver:
        service.start()
        key = service.key("write")
        one = sender(cluster, database, 1)
        one.start()
        made = subscribe(one, receiver)
        assert service.stop() == 0
        begun = time.monotonic()
        tell(one, key, 0, 400)
        receiver.wait_for(20)
        cluster.restart("immediate")
        wait_until_delivered(cluster, database, begun)
        assert one.stop() == 0
    events = told(cluster, database)
    assert len(events) == 400 and {delivery.id for delivery in receiver.deliveries} == events.keys()
    assert_verified(library, made, receiver.deliveries)


def test_a_terminated_instance_lets_go_of_what_hangs(service, cluster, database):
    release = []

    def hang(handler):
        while not release:
            time.sleep(0.05)

    with Receiver(lambda delivery, number: hang) as receiver:
        service.start()
        key = service.key("write")
        one = lab.Service(cluster, database, webhooks_allow_private="127.0.0.0/8", webhooks_timeout_ms=60000, http_drain_ms=300)
        one.start()
        subscribe(one, receiver)
        assert service.stop() == 0
        tell(one, key, 0, 1)
        receiver.wait_for(1)
        assert one.stop() == 0
        [row] = cluster.sql("SELECT claim_id, attempts, due_at <= now(), outcome FROM webhook_deliveries", database=database)
        assert row == (None, 0, True, None)
        release.append(True)
        receiver.answer = lambda delivery, number: 204
        one.start()
        assert {delivery.id for delivery in receiver.wait_for(2)} == {receiver.deliveries[0].id}
        assert one.stop() == 0
