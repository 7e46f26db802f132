"""Answers that are being stored while somebody reports their contact."""
import contextlib

import pytest

from support.mail_server import MailServer
from support.mails import always, row

EMAIL = "kim@example.org"


@pytest.fixture(scope="module")
def server():
    made = MailServer()
    yield made
    made.stop()


@pytest.fixture
def sender(make_service, server):
    service = make_service(UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_FROM="ask@example.com")
    always(service)
    answer(service, "first")  # the sums that the next answers wait for are there
    return service


def answer(service, ref):
    made = service.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": ref},
                                                        "answers": {"understood": "yes"}})
    assert made.status_code == 201, made.text


def invite(service, ref, **contact):
    made = service.post("/v1/invitations", "write", json={
        "survey": "understood", "send": True, "contact": {"ref": ref, "customer": {"email": EMAIL}, **contact}})
    assert made.status_code in (200, 201), made.text
    return made.json()


def waiting(service):
    return service.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")[0][0]


@contextlib.contextmanager
def being_stored(service, ref):
    """An answer that is all but committed."""
    other = service.connect()
    with other.cursor() as cursor:
        cursor.execute("BEGIN; SELECT 1 FROM rollups WHERE slot < 13 FOR UPDATE")
        thread = service.in_background(answer, service, ref)
        service.wait_for(lambda: waiting(service) == 1)
        yield
        cursor.execute("ROLLBACK")
    other.close()
    thread.join()


def test_an_invitation_that_is_being_answered_is_not_taken_back(sender):
    always(sender, delay_s=86400)
    invite(sender, "back", agents=["old"])
    reported = []
    reports = [{"ref": "back", "event": "reopened"}, {"ref": "back", "agents": ["new"]}]
    with being_stored(sender, "back"):
        thread = sender.in_background(lambda: reported.append(sender.post("/v1/contacts", "write", json=reports)))
        sender.wait_for(lambda: reported or waiting(sender) == 2)
    thread.join()
    assert reported[0].status_code == 207
    assert sender.sql("SELECT verdict, answered_at IS NOT NULL, agents FROM invitations") == [("scheduled", True, ["old"])]
    sender.verify()


def test_nobody_is_mailed_whose_answer_came_while_it_was_decided(sender, server):
    with being_stored(sender, "mailed"):
        made = invite(sender, "mailed", solved_at="2026-01-05T10:00:00Z")
        assert made["verdict"] == "scheduled"
        sender.sql("UPDATE invitations SET due_at = now() + interval '2 s' WHERE id = %s", made["id"])
    sender.wait_for(lambda: row(sender, made["id"])["due_at"] is None)
    assert (row(sender, made["id"])["verdict"], row(sender, made["id"])["skip_reason"]) == ("skipped", "answered")
    assert server.to(EMAIL) == []
