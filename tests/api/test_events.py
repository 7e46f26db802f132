"""What is written down for those who want to be told: once for each change, beside it, and for nobody else."""
import concurrent.futures
import itertools
import uuid

import pytest

from support import importing
from support.events import STREAMED, TYPES, count_events, events_of, subscribe
from support.mail_server import MailServer
from support.mails import always, row, schedule, wait_for_verdict
from support.opt_out import mailed, suppressions_of
from support.survey_page import ANSWERS, answer_as_person, invite, open_page, send

numbers = itertools.count(1)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(scope="module")
def server():
    made = MailServer()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def told(make_module_service, server):
    """A service whose account 1 has subscribers for everything."""
    service = make_module_service(UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_FROM="support@example.com",
                                  UNDERSTOOD_HTTP_PUBLIC_URL="https://survey.example")
    always(service)
    subscribe(service)
    return service


def fresh():
    return f"told-{next(numbers)}"


def body(ref, **answers):
    return {"survey": "understood", "contact": {"ref": ref}, "answers": answers or {"understood": "yes"}}


def answer(service, ref, key="write", headers=None, **answers):
    done = service.post("/v1/responses", key, json=body(ref, **answers), headers=headers)
    assert done.status_code in (200, 201), done.text
    return done.json()["id"]


def votes_of(service, response):
    return service.get(f"/v1/responses/{response}", "read").json()["votes"]


def reclassify(service, response, vote, trust):
    done = service.post(f"/v1/responses/{response}/reclassify", "write",
                        json={"vote": vote, "trust": trust, "reason": "because"})
    assert done.status_code == 200, done.text


def held(service):
    """An answer that is held: its page's path and its id."""
    path, invitation = invite(service)
    assert send(service, open_page(service, path), **ANSWERS).status == 200
    return path, service.sql("SELECT id FROM responses WHERE invitation_id = %s", invitation["id"])[0][0]


# ---- answers ----

def test_an_answer_that_comes_alone_is_recorded_and_a_later_one_updates_it(told):
    ref = fresh()
    response = answer(told, ref)
    assert events_of(told, response) == ["response.recorded"]
    answer(told, ref, understood="no")
    assert events_of(told, response) == ["response.recorded", "response.updated"]
    [[transaction, at, received]] = told.sql(
        "SELECT transaction::text::bigint, occurred_at, received_at FROM events JOIN responses USING (account_id)"
        " WHERE object_id = %s AND type = 1 AND responses.id = object_id", response)
    assert transaction > 0 and at == received


def test_answers_that_come_together_are_each_recorded_once(told):
    refs = [fresh() for _ in range(100)]
    done = told.post("/v1/responses", "write", json=[body(ref) for ref in refs]).json()["data"]
    for element in done:
        assert events_of(told, element["response"]["id"]) == ["response.recorded"]


def test_two_answers_of_one_contact_in_one_array_are_recorded_and_updated(told):
    ref = fresh()
    first, second = told.post("/v1/responses", "write", json=[body(ref), body(ref, understood="no")]).json()["data"]
    assert first["response"]["id"] == second["response"]["id"]
    assert events_of(told, first["response"]["id"]) == ["response.recorded", "response.updated"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_replay_tells_nobody(told, count):
    headers = {"Idempotency-Key": fresh()}
    asked = [body(fresh()) for _ in range(count)]
    first = told.post("/v1/responses", "write", json=asked, headers=headers)
    again = told.post("/v1/responses", "write", json=asked, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() != {}
    for element in first.json()["data"]:
        assert events_of(told, element["response"]["id"]) == ["response.recorded"]


def test_what_is_refused_tells_nobody(told):
    ref = fresh()
    response = answer(told, ref)
    told.sql("UPDATE responses SET confirmed_at = confirmed_at - interval '90 days' WHERE id = %s", response)
    assert told.post("/v1/responses", "write", json=body(ref, understood="no")).status_code == 409
    assert events_of(told, response) == ["response.recorded"]


def test_many_at_once_to_one_contact_record_it_once_and_update_it_for_each_other(told):
    ref = fresh()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: answer(told, ref), range(16)))
    [response] = ids
    assert sorted(events_of(told, response)) == ["response.recorded"] + 15 * ["response.updated"]


def test_a_held_answer_tells_nobody_until_its_person_answers_properly(told):
    path, response = held(told)
    assert events_of(told, response) == []
    assert answer_as_person(told, path).status == 303
    assert events_of(told, response) == ["response.recorded"]


def test_a_later_answer_that_is_held_tells_nobody(told):
    path, invitation = invite(told)
    assert answer_as_person(told, path).status == 303
    assert send(told, open_page(told, path), understood="no").status == 200
    [[response]] = told.sql("SELECT id FROM responses WHERE invitation_id = %s", invitation["id"])
    assert events_of(told, response) == ["response.recorded"]
    reclassify(told, response, votes_of(told, response)[-1]["id"], "confirmed")
    assert events_of(told, response) == ["response.recorded", "response.reclassified"]


def test_a_held_answer_that_is_confirmed_is_recorded_and_then_reclassified(told):
    _, response = held(told)
    for trust in ("confirmed", "discarded", "discarded", "confirmed"):
        reclassify(told, response, response, trust)
    assert events_of(told, response) == ["response.recorded", "response.reclassified", "response.reclassified"]


def test_an_answer_after_the_only_one_was_discarded_updates_what_was_recorded(told):
    ref = fresh()
    response = answer(told, ref)
    reclassify(told, response, response, "discarded")
    answer(told, ref, understood="no")
    assert events_of(told, response) == ["response.recorded", "response.reclassified", "response.updated"]


def test_what_housekeeping_discards_is_reclassified(told):
    _, response = held(told)
    told.sql("UPDATE votes SET received_at = received_at - interval '31 days' WHERE response_id = %s", response)
    told.restart()
    assert told.wait_for(lambda: events_of(told, response), 30) == ["response.reclassified"]


def test_imported_answers_tell_nobody(told, tmp_path):
    ref = fresh()
    rows = importing.csv_of([{"contact_ref": f"{ref}-{number}", "survey": "understood", "understood": "yes",
                              "answered_at": "2026-03-01T10:00:00Z"} for number in range(3)])
    before = count_events(told)
    done = importing.run(told, "responses", tmp_path / "in.csv", rows)
    assert importing.ends(done)[:2] == (3, 3), done.stdout + done.stderr
    assert count_events(told) == before


# ---- invitations ----

def report(service, ref, dry_run=False, email=None, key="write"):
    contact = {"ref": ref, "customer": {"email": email}} if email else {"ref": ref}
    done = service.post("/v1/invitations", key, params={"dry_run": "true"} if dry_run else {},
                        json={"survey": "understood", "contact": contact, "send": True})
    assert done.status_code in (200, 201), done.text
    return done.json()


def test_who_is_not_asked_is_told_once(told):
    ref = fresh()
    skipped = report(told, ref)
    assert skipped["reason"] == "no_address" and skipped["revision"] == 1
    assert events_of(told, skipped["id"]) == ["invitation.skipped"]
    assert report(told, ref)["reason"] == "duplicate"
    assert events_of(told, skipped["id"]) == ["invitation.skipped"]


def test_a_dry_run_tells_nobody(told):
    before = count_events(told)
    assert report(told, fresh(), dry_run=True)["reason"] == "no_address"
    assert count_events(told) == before


def test_what_is_called_back_is_skipped_and_sent_when_it_is_solved_again(told):
    ref, email = fresh(), f"{fresh()}@example.org"
    always(told, delay_s=86400)
    invitation = report(told, ref, email=email)
    assert invitation["verdict"] == "scheduled" and events_of(told, invitation["id"]) == []
    done = told.post("/v1/contacts", "write", json={"ref": ref, "event": "reopened"})
    assert done.status_code == 200, done.text
    assert events_of(told, invitation["id"]) == ["invitation.skipped"]
    always(told)
    again = report(told, ref, email=email)
    assert again["id"] == invitation["id"] and again["verdict"] == "scheduled"
    wait_for_verdict(told, invitation["id"], "sent")
    assert events_of(told, invitation["id"]) == ["invitation.skipped", "invitation.sent"]


def test_a_mail_and_its_reminder_are_each_told_and_raise_the_revision(told):
    identity = schedule(told, f"{fresh()}@example.org")
    wait_for_verdict(told, identity, "sent")
    assert events_of(told, identity) == ["invitation.sent"]
    once = told.get(f"/v1/invitations/{identity}", "read").json()["revision"]
    told.sql("UPDATE invitations SET due_at = now() WHERE id = %s", identity)
    told.wait_for(lambda: row(told, identity)["reminded_at"], 30)
    assert events_of(told, identity) == ["invitation.sent", "invitation.sent"]
    assert told.get(f"/v1/invitations/{identity}", "read").json()["revision"] > once > 1


def test_a_bounce_is_told_with_the_suppression_that_it_makes(told, server):
    email = f"{fresh()}@example.org"
    server.faults["RCPT"] = "550 5.1.1 no such user"
    identity = schedule(told, email)
    wait_for_verdict(told, identity, "bounced", 30)
    server.faults.clear()
    [suppression] = suppressions_of(told, email)
    assert events_of(told, identity) == ["invitation.bounced"]
    assert events_of(told, suppression["id"]) == ["suppression.created"]


def test_a_mail_that_is_no_longer_to_go_is_skipped(told):
    email = f"{fresh()}@example.org"
    done = told.post("/v1/suppressions", "write", json={"email": email, "reason": "manual"})
    assert done.status_code == 201, done.text
    identity = schedule(told, email)
    wait_for_verdict(told, identity, "skipped", 30)
    assert events_of(told, identity) == ["invitation.skipped"]


# ---- suppressions ----

def test_a_suppression_is_told_once_however_often_it_is_asked_for(told):
    email = f"{fresh()}@example.org"
    made = told.post("/v1/suppressions", "write", json={"email": email, "reason": "bounced"}).json()
    told.post("/v1/suppressions", "write", json={"email": email.upper(), "reason": "bounced"})
    assert events_of(told, made["id"]) == ["suppression.created"]
    before = count_events(told)
    other = told.post("/v1/suppressions", "write", json={"email": email, "reason": "complaint"}).json()
    assert other["id"] != made["id"] and events_of(told, other["id"]) == ["suppression.created"]
    assert count_events(told) == before + 1


def test_who_unsubscribes_is_told_once(told):
    email = f"{fresh()}@example.org"
    path, _ = mailed(told, email)
    for _ in range(3):
        assert told.post(path, data=ONE_CLICK).status_code == 200
    [suppression] = suppressions_of(told, email)
    assert events_of(told, suppression["id"]) == ["suppression.created"]


def test_imported_suppressions_are_told_where_they_are_new(told, tmp_path):
    emails = [f"{fresh()}@example.org" for _ in range(5)]
    text = "email\n" + "".join(f"{email}\n" for email in emails + emails[:2])
    before = count_events(told)
    for _ in range(2):
        assert importing.run(told, "suppressions", tmp_path / "in.csv", text).returncode == 0
        assert count_events(told) == before + 5
    [[distinct]] = told.sql("SELECT count(DISTINCT id)::int FROM events WHERE account_id = 1 AND type = %s"
                            " AND object_id IN (SELECT id FROM suppressions WHERE email = ANY (%s))",
                            TYPES.index("suppression.created"), emails)
    assert distinct == 5


# ---- for whom ----

def everything(service, account):
    """One of each kind that the API can bring about; the response's id."""
    key = service.key("admin", account)
    ref = fresh()
    response = answer(service, ref, key)
    answer(service, ref, key, understood="no")
    service.post("/v1/responses", key, json=[body(fresh()), body(fresh())])
    report(service, fresh(), key=key)
    service.post("/v1/suppressions", key, json={"email": f"{fresh()}@example.org", "reason": "manual"})
    return response


def kinds(service, account):
    rows = service.sql("SELECT type, count(*)::int FROM events WHERE account_id = %s GROUP BY 1", account)
    return {TYPES[number]: count for number, count in rows}


def test_an_account_without_subscribers_writes_nothing_down(told):
    account = told.account("nobody")
    everything(told, account)
    assert kinds(told, account) == {}


def test_of_a_type_that_nobody_subscribed_to_nothing_is_written_down(told):
    account = told.account("some")
    subscribe(told, "response.updated", "suppression.created", account=account)
    everything(told, account)
    assert kinds(told, account) == {"response.updated": 1, "suppression.created": 1}


def test_a_stream_wants_answers_as_long_as_somebody_listens(told):
    account = told.account("streamed")
    told.sql("UPDATE accounts SET streamed_until = now() + interval '1 hour' WHERE account_id = %s", account)
    everything(told, account)
    assert kinds(told, account) == {"response.recorded": 3, "response.updated": 1}
    assert set(kinds(told, account)) <= set(STREAMED)
    told.sql("UPDATE accounts SET streamed_until = now() - interval '1 second' WHERE account_id = %s", account)
    everything(told, account)
    assert kinds(told, account) == {"response.recorded": 3, "response.updated": 1}


def test_answers_of_several_accounts_in_one_batch_are_told_to_those_who_want_them(make_service):
    service = make_service(UNDERSTOOD_INTAKE_LANES=1)
    wanting, other = service.account("wanting"), service.account("other")
    subscribe(service, account=wanting)
    keys = {account: service.key("admin", account) for account in (wanting, other)}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        asked = [(account, str(uuid.uuid4())) for account in (wanting, other) for _ in range(40)]
        list(pool.map(lambda each: answer(service, each[1], keys[each[0]]), asked))
    assert kinds(service, wanting) == {"response.recorded": 40} and kinds(service, other) == {}
