"""How long events and webhooks' deliveries are kept, and that a restored database's feed goes on."""
import datetime
import uuid

import pytest

from support.events import events_of, subscribe

NOW = datetime.datetime.now(datetime.timezone.utc)
LATER = 1 << 40  # a transaction that no test will come to


@pytest.fixture
def service(make_service):
    return make_service(UNDERSTOOD_EVENTS_KEEP_DAYS="3")


def id_at(days_ago):
    """An id as it was made then (RFC 9562 5.7)."""
    made = NOW - datetime.timedelta(days=days_ago)
    value = int(made.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def plant_event(service, days_ago=0.0, transaction=None, account=1):
    identity = id_at(days_ago)
    service.sql("INSERT INTO events (account_id, transaction, id, type, object_id, occurred_at)"
                " VALUES (%s, coalesce(%s::text::xid8, pg_current_xact_id()), %s, 0, gen_random_uuid(), %s)",
                account, transaction, identity, NOW - datetime.timedelta(days=days_ago))
    return identity


def ids_of(service, table, column="id"):
    return sorted(row[0] for row in service.sql(f"SELECT {column}::text FROM {table}"))


# ---- what is old ----

def test_events_go_after_their_days(service):
    for _ in range(2):
        plant_event(service, 3.5)
    young = sorted([plant_event(service, 2.5), plant_event(service)])
    service.restart()
    service.wait_for(lambda: ids_of(service, "events") == young, 30)


def test_more_events_than_one_step_removes_go_in_one_round(service):
    service.sql("INSERT INTO events (account_id, id, type, object_id, occurred_at) SELECT 1, gen_random_uuid(), 0,"
                " gen_random_uuid(), now() - interval '4 days' FROM generate_series(1, 2500)")
    young = plant_event(service)
    service.restart()
    service.wait_for(lambda: ids_of(service, "events") == [young], 30)


def plant_webhook(service, active=True):
    identity = str(uuid.uuid4())
    service.sql("INSERT INTO webhooks (account_id, id, url, event_mask, active, secret, created_at, updated_at)"
                " VALUES (1, %s, 'https://example.com/', 1, %s, 'whsec_', now(), now())", identity, active)
    return identity


def plant_delivery(service, webhook, event_days, ended_days=None):
    """One that ended so long ago; None: it is on its way, and not due during the test."""
    identity = id_at(event_days)
    ended = ended_days is not None
    service.sql("INSERT INTO webhook_deliveries (account_id, webhook_id, event_id, type, object_id, occurred_at, due_at,"
                " outcome, ended_at) VALUES (1, %s, %s, 0, gen_random_uuid(), now(), %s, %s, %s)", webhook, identity,
                None if ended else NOW + datetime.timedelta(days=1), "delivered" if ended else None,
                NOW - datetime.timedelta(days=ended_days) if ended else None)
    return identity


def test_deliveries_go_when_they_ended_that_long_ago_or_have_no_webhook_to_go_to(service):
    webhooks = [plant_webhook(service) for _ in range(2)]
    idle, gone = plant_webhook(service, active=False), str(uuid.uuid4())
    kept = []
    for webhook in webhooks:
        plant_delivery(service, webhook, 5, 4)
        kept.append(plant_delivery(service, webhook, 5, 2))  # replayed lately
        kept.append(plant_delivery(service, webhook, 5))
        kept.append(plant_delivery(service, webhook, 1, 0))
    plant_delivery(service, idle, 5)
    kept.append(plant_delivery(service, idle, 1))
    plant_delivery(service, gone, 1)
    plant_delivery(service, gone, 1, 0)
    service.restart()
    service.wait_for(lambda: ids_of(service, "webhook_deliveries", "event_id") == sorted(kept), 30)


# ---- what was restored: its transactions are of a time to come ----

UNREAD = ("SELECT events.id::text FROM events JOIN event_positions AS position USING (account_id)"
          " WHERE account_id = 1 AND reader = %s AND events.transaction < pg_snapshot_xmin(pg_current_snapshot())"
          " AND (events.transaction, events.id) > (position.transaction, position.id) ORDER BY events.transaction, events.id")


def unread(service, reader):
    return [row[0] for row in service.sql(UNREAD, reader)]


def plant_position(service, reader, transaction, identity):
    service.sql("INSERT INTO event_positions (account_id, reader, transaction, id) VALUES (1, %s, %s::text::xid8, %s)",
                reader, transaction, identity)


def test_each_reader_of_a_restored_feed_goes_on_where_it_was_and_sees_what_comes(service):
    # Whoever began earlier may have made its ids later: the feed's order is that of transactions.
    ids = [plant_event(service, days_ago, LATER + number)
           for number, days_ago in enumerate([2.0, 1.0, 1.5, 0.5, 0.8, 0.2])]
    plant_position(service, "fast", LATER + 3, ids[3])
    plant_position(service, "slow", LATER + 1, ids[1])
    plant_position(service, "same", LATER + 1, ids[1])
    plant_position(service, "done", LATER + 9, ids[5])
    assert [unread(service, reader) for reader in ("fast", "slow", "done")] == [[], [], []]
    subscribe(service)
    service.restart()
    future = "SELECT count(*) FROM (SELECT transaction FROM events UNION ALL SELECT transaction FROM event_positions)" \
             " AS all_of_them WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())"
    service.wait_for(lambda: service.sql(future) == [(0,)], 30)
    assert sorted(unread(service, "fast")) == sorted(ids[4:])
    assert sorted(unread(service, "slow")) == sorted(unread(service, "same")) == sorted(ids[2:])
    assert unread(service, "done") == []
    done = service.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "after-1"},
                                                        "answers": {"understood": "yes"}})
    [[told]] = service.sql("SELECT id::text FROM events WHERE object_id = %s", done.json()["id"])
    for reader, before in (("fast", 2), ("slow", 4), ("same", 4), ("done", 0)):
        assert unread(service, reader)[before:] == [told]
    assert events_of(service, done.json()["id"]) == ["response.recorded"]


def test_a_feed_that_was_not_restored_stays_as_it_is(service):
    identity = plant_event(service)
    before = service.sql("SELECT transaction::text, id::text FROM events")
    plant_position(service, "reader", before[0][0], identity)
    service.restart()
    old = plant_event(service, 4)  # its going tells that the round is over
    service.restart()
    service.wait_for(lambda: old not in ids_of(service, "events"), 30)
    assert service.sql("SELECT transaction::text, id::text FROM events") == before
    assert service.sql("SELECT transaction::text, id::text FROM event_positions WHERE reader = 'reader'") == before
