"""When mails go, and whose turn it is: hours, accounts, the rate, and a service that has no mail server yet."""
import datetime
import time

import pytest

from support.mail_server import MailServer
from support.mails import QUESTIONS, always, row, schedule, wait_for_verdict

NEVER_YET = "now() + interval '1 hour'"


@pytest.fixture
def server():
    made = MailServer()
    yield made
    made.stop()


def sending(make_service, server, **environment):
    return make_service(UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_FROM="support@acme.example",
                        UNDERSTOOD_KEYS_CACHE_S=0, **environment)


def test_what_is_asked_for_with_send_arrives_and_is_told(make_service, server):
    service = sending(make_service, server)
    always(service, reminder_days=[])
    body = {"survey": "understood", "send": True, "contact": {
        "ref": "ticket-1", "agents": ["mara"], "language": "pl", "customer": {"email": "kim@example.org", "name": "Kim"}}}
    made = service.post("/v1/invitations", "write", json=body)
    assert (made.status_code, made.json()["verdict"]) == (201, "scheduled")
    service.wait_for(lambda: server.to("kim@example.org"))
    shown = service.wait_for(lambda: (found := service.get(f"/v1/invitations/{made.json()['id']}", "read").json())["verdict"]
                             == "sent" and found)
    assert shown["sent_at"] and shown["attempts"] == 1 and "perhaps_sent_twice" not in shown
    again = service.post("/v1/invitations", "write", json=body).json()
    assert again["id"] == made.json()["id"] and len(server.taken) == 1
    metrics = service.get("/v1/metrics?survey=understood&interval=all", "read").json()
    assert metrics["total"]["invited"] == 1


def test_outside_the_hours_a_mail_waits_for_them_and_no_attempt_is_counted(make_service, server):
    service = sending(make_service, server)
    today = datetime.datetime.now(datetime.timezone.utc)
    other_day = (today + datetime.timedelta(days=3)).strftime("%a").lower()
    always(service, window={"from": "08:00", "to": "20:00", "weekdays": [other_day]})
    identity = schedule(service, "patient@example.org")
    waits = service.wait_for(lambda: (found := row(service, identity))["due_at"] > today + datetime.timedelta(days=1) and
                             found["claim_id"] is None and found)
    assert (waits["verdict"], waits["attempts"], waits["mail_error"]) == ("scheduled", 0, None)
    assert waits["due_at"].astimezone(datetime.timezone.utc).strftime("%a %H:%M").lower() == f"{other_day} 08:00"
    assert server.taken == []


def test_no_account_waits_for_another_ones_queue(make_service, server):
    service = sending(make_service, server)
    small = service.account("Small")
    assert service.put("/v1/surveys/understood", service.key("admin", small), json={
        "questions": QUESTIONS, "invite": {"window": {"from": "00:00", "to": "24:00"}}}).status_code in (200, 201)
    always(service)
    large = [schedule(service, f"large-{number}@example.org", due=NEVER_YET) for number in range(30)]
    few = [schedule(service, f"small-{number}@example.org", due=NEVER_YET, account=small) for number in range(3)]
    service.sql("UPDATE invitations SET due_at = CASE account_id WHEN 1 THEN now() - interval '1 day' ELSE now() END")
    for identity in large + few:
        wait_for_verdict(service, identity, "sent")
    order = [taken.recipients[0] for taken in server.taken]
    assert max(order.index(f"small-{number}@example.org") for number in range(3)) < 8


def test_mails_are_no_more_a_minute_than_is_allowed(make_service, server):
    service = sending(make_service, server, UNDERSTOOD_MAIL_PER_MINUTE="1")
    always(service)
    identities = [schedule(service, f"slow-{number}@example.org", due=NEVER_YET) for number in range(4)]
    service.sql("UPDATE invitations SET due_at = now() WHERE id = ANY (%s::uuid[])", identities)
    service.wait_for(lambda: server.taken)
    time.sleep(3)  # three of the mailer's looks at what is due
    assert len(server.taken) == 1, "the next is a minute away"
    service.restart(UNDERSTOOD_MAIL_PER_MINUTE="0")
    for identity in identities:
        wait_for_verdict(service, identity, "sent")


def test_without_a_mail_server_what_is_due_waits_and_the_log_says_so(make_service, server):
    service = make_service()
    always(service)
    identity = schedule(service, "waiting@example.org")
    assert service.log().count("no [mail] url is set") == 1
    assert "understood_mail" not in service.get("/metrics").text
    service.restart(UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_FROM="support@acme.example")
    wait_for_verdict(service, identity, "sent")
    assert service.log().count("no [mail] url is set") == 1 and len(server.taken) == 1


def test_what_an_archived_survey_would_have_asked_is_skipped(make_service, server):
    service = sending(make_service, server)
    always(service)
    identity = schedule(service, "archived@example.org", due=NEVER_YET)
    archived = service.put("/v1/surveys/understood", "admin", json={"questions": QUESTIONS, "archived": True})
    assert archived.status_code == 200
    service.sql("UPDATE invitations SET due_at = now() WHERE id = %s", identity)
    assert wait_for_verdict(service, identity, "skipped")["skip_reason"] == "archived"
    assert server.taken == []


def test_a_claim_that_ran_out_is_taken_over_and_seen(make_service, server):
    service = sending(make_service, server)
    always(service)
    identity = schedule(service, "taken-over@example.org", due=NEVER_YET)
    service.sql("UPDATE invitations SET due_at = now(), claim_id = gen_random_uuid(), claimed_until = now() + interval '1 s',"
                " attempts = 1 WHERE id = %s", identity)
    sent = wait_for_verdict(service, identity, "sent")
    assert sent["unclear_attempts"] == 1 and len(server.taken) == 1
    assert service.get(f"/v1/invitations/{identity}", "read").json()["perhaps_sent_twice"] is True


def test_a_mail_that_cannot_be_made_holds_nobody_up(make_service, server):
    service = sending(make_service, server)
    always(service)
    always(service, "broken")
    broken = schedule(service, "broken@example.org", due=NEVER_YET, survey="broken")
    good = schedule(service, "good@example.org", due=NEVER_YET)
    [(definition,)] = service.sql("SELECT definition::text FROM surveys WHERE survey = 'broken'")
    service.sql("UPDATE surveys SET definition = '{\"questions\": 7}' WHERE survey = 'broken'")
    service.sql("UPDATE invitations SET due_at = now() - CASE id WHEN %s THEN interval '1 hour' ELSE '0' END", broken)
    wait_for_verdict(service, good, "sent")
    aside = wait_for_verdict(service, broken, "scheduled")
    assert aside["mail_error"] == "the mail could not be composed" and aside["attempts"] == 1
    service.sql("UPDATE surveys SET definition = %s WHERE survey = 'broken'", definition)
    service.sql("UPDATE invitations SET due_at = now() WHERE id = %s", broken)
    wait_for_verdict(service, broken, "sent")


def test_what_the_mail_server_was_not_asked_about_says_nothing_of_it(make_service, server):
    service = sending(make_service, server)
    always(service)
    server.stop()
    waiting = schedule(service, "waiting@example.org")
    service.wait_for(lambda: "the mail server cannot be used" in service.log())
    impossible = schedule(service, "mara@\U0001f600.example", due="now() - interval '1 hour'")
    assert wait_for_verdict(service, impossible, "bounced")["mail_error"] == "no mail can be sent to this address"
    assert "can be used again" not in service.log() and "understood_mail_relay_up 0" in service.get("/metrics").text
    server.start()
    wait_for_verdict(service, waiting, "sent")
    assert service.log().count("can be used again") == 1


@pytest.mark.parametrize("command, unclear", [("EHLO", 0), ("END", 1)])
def test_a_mail_server_that_hangs_does_not_keep_the_service_from_ending(make_service, server, command, unclear):
    service = sending(make_service, server, UNDERSTOOD_HTTP_DRAIN_MS=500)
    always(service)
    server.faults[command] = "hang"
    identity = schedule(service, "in-flight@example.org")
    service.wait_for(lambda: row(service, identity)["claim_id"] and server.connections)
    service.wait_for(lambda: command in server.met)
    assert service.stop() == 0
    after = row(service, identity)
    assert (after["verdict"], after["claim_id"], after["unclear_attempts"]) == ("scheduled", None, unclear)
    assert after["attempts"] == unclear, "an attempt that reached nobody is none"


def test_what_became_of_a_mail_and_could_not_be_written_down_is_logged(make_service, server, postgres):
    service = sending(make_service, server, UNDERSTOOD_HTTP_DRAIN_MS=1000)
    always(service)
    server.faults["END"] = "hang"
    identity = schedule(service, "lost@example.org")
    service.wait_for(lambda: "END" in server.met)
    postgres.stop()
    try:
        assert service.stop() == 0
    finally:
        postgres.start()
    assert f"what became of the mail of invitation {identity}: the database could not do it" in service.log()
    assert row(service, identity)["claim_id"], "whoever takes it over sees that it may have gone"
