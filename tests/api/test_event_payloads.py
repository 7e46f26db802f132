"""What a webhook carries of each kind of object: as the API returns it, never the link to answer, never too large."""
import itertools
import json

import pytest

from support.receiver import Receiver

SERVICE_ENVIRONMENT = {"UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE": "127.0.0.0/8"}
PAYLOAD_BYTES_MAX = 20000
numbers = itertools.count(1)


@pytest.fixture
def account(service, request):
    return service.account(request.node.name[:60])


@pytest.fixture
def receiver(service, account):
    with Receiver() as made:
        done = service.post("/v1/webhooks", service.key("admin", account), json={"url": made.url(), "events": ["*"]})
        assert done.status_code == 201, done.text
        yield made


def arrived(receiver):
    """The payload of the only delivery."""
    [delivery] = receiver.wait_for(1)
    assert len(delivery.raw) < PAYLOAD_BYTES_MAX
    return delivery.body


def test_who_is_not_asked_is_told_as_whoever_may_only_read_sees_it(service, account, receiver):
    done = service.post("/v1/invitations", service.key("write", account), json={
        "survey": "understood", "contact": {"ref": f"payload-{next(numbers)}", "agents": ["anna"]}, "send": True})
    payload = arrived(receiver)
    shown = service.get(f"/v1/invitations/{done.json()['id']}", service.key("read", account)).json()
    assert payload["type"] == "invitation.skipped" and payload["data"] == shown
    assert payload["sequence"] == shown["revision"] == 1 and "url" not in payload["data"]
    assert "truncated" not in payload


def test_a_suppression_is_told_as_the_list_shows_it(service, account, receiver):
    done = service.post("/v1/suppressions", service.key("write", account),
                        json={"email": "kim@example.org", "reason": "complaint", "note": "said \"stop\" \u2013 twice"})
    payload = arrived(receiver)
    assert payload["type"] == "suppression.created" and payload["sequence"] == 1
    assert payload["data"] == done.json()
    assert [payload["data"]] == service.get("/v1/suppressions", service.key("read", account)).json()["data"]


def test_what_is_too_large_is_cut_and_says_so(service, account, receiver):
    key = service.key("admin", account)
    questions = [{"question": "understood"}, {"question": "comment"}] + [
        {"question": f"why-{number}", "kind": "text"} for number in range(3)]
    texts = {"en": {"questions": {f"why-{number}": "Why?" for number in range(3)}}}
    made = service.put("/v1/surveys/long", key, json={"questions": questions, "texts": texts})
    assert made.status_code == 201, made.text
    long = "\U0001F620" * 1900
    recorded = service.post("/v1/responses", key, json={
        "survey": "long", "contact": {"ref": "long-1"},
        "answers": {"understood": "no", "comment": long, "texts": {f"why-{number}": long for number in range(3)}}})
    assert recorded.status_code == 201, recorded.text
    assert len(json.dumps(recorded.json(), ensure_ascii=False).encode()) > PAYLOAD_BYTES_MAX
    payload = arrived(receiver)
    assert payload["truncated"] is True and payload["data"]["id"] == recorded.json()["id"]
    assert payload["data"]["answers"]["understood"] == "no"
    comment = payload["data"]["answers"]["comment"]
    assert long.startswith(comment) and 500 < len(comment) < len(long)
