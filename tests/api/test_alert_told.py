"""Alerts as subscribers hear of them: webhooks, signed, with the alert as the API shows it."""
import pytest

from support.alerts import fall_back, raised
from support.helpdesks import standard_headers
from support.receiver import Receiver

SERVICE_ENVIRONMENT = {"UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE": "127.0.0.0/8"}
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


@pytest.fixture
def receiver():
    with Receiver() as made:
        yield made


@pytest.fixture
def webhook(service, receiver):
    """Subscribes to what happens to alerts; gone afterwards."""
    made = service.post("/v1/webhooks", "admin", json={"url": receiver.url(), "events": ["alert.raised", "alert.resolved"]})
    assert made.status_code == 201, made.text
    yield made.json()
    service.sql("DELETE FROM alerts")
    assert service.request("DELETE", f"/v1/webhooks/{made.json()['id']}", "admin").status_code == 204


def shown(service, id):
    [found] = [alert for alert in service.get("/v1/alerts", "read").json()["data"] if alert["id"] == id]
    return found


def test_raised_and_resolved_it_arrives_signed_as_the_api_shows_it(service, receiver, webhook):
    id = raised(service)
    alert = shown(service, id)
    [first] = receiver.wait_for(1)
    assert first.body == {"type": "alert.raised", "timestamp": alert["raised_at"], "sequence": 1, "data": alert}
    resolved = service.post(f"/v1/alerts/{id}/resolve", "write", json={"note": "The strike is over."}).json()
    _, second = receiver.wait_for(2)
    assert second.body == {"type": "alert.resolved", "timestamp": resolved["resolved_at"], "sequence": 2, "data": resolved}
    for delivery in (first, second):
        sent = {name: delivery.headers[name] for name in SIGNED}
        assert standard_headers(delivery.raw, webhook["secret"], sent["webhook-timestamp"], sent["webhook-id"]) == sent


def test_what_changes_nothing_is_told_to_nobody(service, receiver, webhook):
    id = raised(service)
    service.post(f"/v1/alerts/{id}/acknowledge", "write", json={})
    fall_back(service, id)
    service.post(f"/v1/alerts/{id}/resolve", "write", json={"note": "It was the strike."})
    other = raised(service, team="Returns")
    told = [(delivery.body["type"], delivery.body["data"]["id"]) for delivery in receiver.wait_for(3)]
    assert sorted(told) == sorted([("alert.raised", id), ("alert.resolved", id), ("alert.raised", other)])
