"""What else a delivery can mean: contacts that nobody is asked about, reopened ones, and those that changed hands."""
import itertools

import pytest

from support.helpdesks import Source, zendesk

numbers = itertools.count(7000)


def fresh():
    """A contact's ref, and the address of a customer nobody has asked yet."""
    number = next(numbers)
    return str(number), f"customer{number}@example.com"


@pytest.fixture(scope="module")
def desk(service):
    return Source(service, "zendesk")


def invitation_of(service, ref):
    [found] = service.get("/v1/invitations", "admin", params={"contact": ref}).json()["data"]
    return found


def test_a_source_without_survey_records_contacts(service):
    source = Source(service, "recorder", survey=None, send=False)
    ref, email = fresh()
    assert source.sent(zendesk(ref, email))["outcome"] == "recorded"
    assert service.sql("SELECT source, customer_email FROM contacts WHERE contact_ref = %s", ref) == [("recorder", email)]
    assert service.sql("SELECT count(*) FROM invitations WHERE contact_ref = %s", ref) == [(0,)]


def test_reopened_before_the_mail_goes_nobody_is_asked(service, desk):
    ref, email = fresh()
    assert desk.sent(zendesk(ref, email))["outcome"] == "scheduled"
    assert desk.sent(zendesk(ref, email, "reopened", 30))["outcome"] == "reopened"
    invitation = invitation_of(service, ref)
    assert (invitation["verdict"], invitation["reason"]) == ("skipped", "reopened")
    assert desk.sent(zendesk(ref, email, seconds_ago=0))["outcome"] == "scheduled"


def test_what_is_neither_changes_a_known_contact_or_nothing(service, desk):
    ref, email = fresh()
    assert desk.sent(zendesk(ref, email, "assigned"))["outcome"] == "ignored"
    desk.sent(zendesk(ref, email))
    assert desk.sent(zendesk(ref, email, "assigned", 0))["outcome"] == "changed"
    assert desk.sent({"type": "ping"})["outcome"] == "ignored"
    assert desk.sent(zendesk("999999", email, "reopened"))["outcome"] == "ignored"


def test_a_deleted_survey_does_not_lose_the_contact(service):
    service.put("/v1/surveys/short-lived", "admin", json={})
    source = Source(service, "bereft", survey="short-lived")
    assert service.request("DELETE", "/v1/surveys/short-lived", "admin").status_code == 204
    ref, email = fresh()
    answer = source.sent(zendesk(ref, email))
    assert answer["outcome"] == "recorded"
    assert any(step["step"] == "survey" and not step["ok"] for step in source.delivery(answer)["steps"])
