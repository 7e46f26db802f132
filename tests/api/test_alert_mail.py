"""Mails about alerts, against a real mail server: whom they reach, once, and what may go wrong on the way."""
import contextlib
import datetime
import signal
import subprocess

import pytest

from support.alerts import fall_back, raised
from support.mail_server import MailServer
from support.service import Service, binary

TIMEOUT_MS = 4000
RECIPIENTS = "all@example.org, Billing = billing@example.org, \"Returns, EU\" = returns@example.org, ALL@example.org"
PATIENCE_S = 60
AWAY = "alerts' mail waits: the mail server cannot be used"


@pytest.fixture(scope="module")
def server():
    made = MailServer()
    yield made
    made.stop()


def environment(server, recipients=RECIPIENTS, **more):
    return {"UNDERSTOOD_MAIL_URL": server.url, "UNDERSTOOD_MAIL_TIMEOUT_MS": TIMEOUT_MS,
            "UNDERSTOOD_MAIL_FROM": "Acme Support <support@acme.example>", "UNDERSTOOD_ALERTS_RECIPIENTS": recipients,
            "UNDERSTOOD_DATABASE_STATEMENT_TIMEOUT_MS": 2000,
            "UNDERSTOOD_ALERTS_ENABLED": "false",  # or its watcher would end those that are old
            "UNDERSTOOD_HTTP_PUBLIC_URL": "https://survey.example", **more}


@pytest.fixture(scope="module")
def sender(make_module_service, server):
    return make_module_service(**environment(server))


@pytest.fixture(autouse=True)
def good_again(request, server):
    server.faults.clear()
    server.once = False
    server.taken.clear()
    if "sender" in request.fixturenames:
        service = request.getfixturevalue("sender")
        service.sql("DELETE FROM alert_mails")
        service.sql("DELETE FROM alerts")


def ago(**time):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**time)).isoformat()


COLUMNS = ("due_at", "attempts", "raised_sent_at", "resolved_sent_at", "error", "claim_id", "id")


def mails(service, id):
    """What the table says of an alert's mails: {recipient: {column: value}}"""
    rows = service.sql(f"SELECT recipient, {', '.join(COLUMNS)} FROM alert_mails WHERE alert_id = %s", id)
    return {recipient: dict(zip(COLUMNS, values)) for recipient, *values in rows}


def wait_for_rest(service, id):
    """Until nothing about this alert is on its way, or planned."""
    def rest():
        [(planned,)] = service.sql("SELECT mails_planned FROM alerts WHERE id = %s", id)
        found = mails(service, id)
        return planned and all(mail["due_at"] is None for mail in found.values()) and [found]
    return service.wait_for(rest, PATIENCE_S)[0]


def reached(server):
    return sorted(address for taken in server.taken for address in taken.recipients)


@contextlib.contextmanager
def away(service, server):
    """The mail server is not there for a while, and that was noticed."""
    said = service.log().count(AWAY)
    server.stop()
    try:
        probe = raised(service, team="Probe")
        service.wait_for(lambda: service.log().count(AWAY) > said, PATIENCE_S)
        service.sql("DELETE FROM alert_mails WHERE alert_id = %s", probe)
        yield
    finally:
        server.start()


def test_each_recipient_gets_one_mail_about_what_concerns_them(sender, server):
    cases = (("Billing", ["all@example.org", "billing@example.org"]),
             ("Returns, EU", ["all@example.org", "returns@example.org"]),
             ("Sales", ["all@example.org"]), ("", ["all@example.org"]))
    for team, expected in cases:
        server.taken.clear()
        assert sorted(wait_for_rest(sender, raised(sender, team=team))) == expected == reached(server), team


def test_the_mail_says_what_happened_and_is_an_automatic_one(sender, server):
    id = raised(sender, raised_at=ago(minutes=1), frustrated=9, n=20, baseline=[150, 1000])
    row = wait_for_rest(sender, id)["billing@example.org"]
    [taken] = server.to("billing@example.org")
    message = taken.message
    assert message["Subject"] == "Frustration alert: Billing"
    assert message["From"].addresses[0].display_name == "Acme Support"
    assert message["Message-ID"] == f"<{row['id']}.0@acme.example>" and message["In-Reply-To"] is None
    assert message["Auto-Submitted"] == "auto-generated" and message["List-Unsubscribe"] is None
    for body in ("plain", "html"):
        text = message.get_body((body,)).get_content()
        assert "Billing: 9 of 20 answers in the last hour were frustrated; usually 15 %." in text
        assert f"https://survey.example/v1/alerts/{id}" in text


def test_when_it_is_over_those_who_were_told_hear_of_it_in_an_answer(sender, server):
    id = raised(sender)
    wait_for_rest(sender, id)
    answer = sender.post(f"/v1/alerts/{id}/resolve", "write", json={"note": "The strike is over."})
    assert answer.status_code == 200
    row = sender.wait_for(lambda: (found := mails(sender, id)["billing@example.org"])["resolved_sent_at"] and found, PATIENCE_S)
    wait_for_rest(sender, id)
    first, second = server.to("billing@example.org")
    assert second.message["Subject"] == "Resolved: Frustration alert: Billing"
    assert second.message["Message-ID"] == f"<{row['id']}.1@acme.example>"
    assert second.message["In-Reply-To"] == second.message["References"] == first.message["Message-ID"]
    assert "The strike is over." in second.message.get_body(("plain",)).get_content()
    assert reached(server) == ["all@example.org", "all@example.org", "billing@example.org", "billing@example.org"]


def test_what_is_over_before_anybody_was_told_is_one_mail(sender, server):
    with away(sender, server):
        id = raised(sender)
        sender.wait_for(lambda: mails(sender, id), PATIENCE_S)
        fall_back(sender, id)
    rows = sender.wait_for(lambda: (found := wait_for_rest(sender, id)) and found["all@example.org"]["resolved_sent_at"] and found, PATIENCE_S)
    assert all(row["raised_sent_at"] for row in rows.values())
    assert reached(server) == ["all@example.org", "billing@example.org"]
    assert {taken.message["Subject"] for taken in server.taken} == {"Resolved: Frustration alert: Billing"}
    assert server.taken[0].message["In-Reply-To"] is None


def test_no_name_of_a_team_adds_a_header_or_a_recipient(sender, server):
    wait_for_rest(sender, raised(sender, team="x\r\nBcc: everybody"))
    [taken] = server.taken
    assert taken.recipients == ["all@example.org"] and taken.message["Bcc"] is None
    assert "Bcc" in taken.message["Subject"] and "\n" not in taken.message["Subject"]


def test_an_alert_that_is_older_than_a_day_is_told_to_nobody(sender, server):
    old = raised(sender, team="Sales", raised_at=ago(hours=25))
    wait_for_rest(sender, raised(sender, team="Billing"))
    assert mails(sender, old) == {} and reached(server) == ["all@example.org", "billing@example.org"]


def test_what_could_not_be_sent_within_a_day_is_given_up(sender, server):
    server.faults["RCPT"] = "451 4.7.1 come back later"
    id = raised(sender, team="Sales")
    sender.wait_for(lambda: (row := mails(sender, id).get("all@example.org")) and row["error"] and row["claim_id"] is None, PATIENCE_S)
    server.faults.clear()
    sender.sql("UPDATE alerts SET raised_at = raised_at - interval '25 hours' WHERE id = %s", id)
    sender.sql("UPDATE alert_mails SET due_at = now() WHERE alert_id = %s", id)
    row = wait_for_rest(sender, id)["all@example.org"]
    assert (row["raised_sent_at"], row["error"]) == (None, "it could not be sent within a day")
    assert reached(server) == [] and f"a mail about alert {id} was given up" in sender.log()


@pytest.mark.parametrize("command, words", [("RCPT", "550 5.1.1 no such user here"), ("END", "554 5.6.0 not such words")])
def test_a_refusal_ends_it_with_the_servers_words_and_nobody_hears_of_the_end(sender, server, command, words):
    server.faults[command] = words
    id = raised(sender, team="Sales")
    row = wait_for_rest(sender, id)["all@example.org"]
    assert row["error"].endswith(words) and row["raised_sent_at"] is None
    server.faults.clear()
    fall_back(sender, id)
    again = raised(sender, team="Sales", cool_down_s=0)
    wait_for_rest(sender, again)
    assert [taken.message["Subject"] for taken in server.taken] == ["Frustration alert: Sales"]
    assert sender.sql("SELECT count(*) FROM suppressions WHERE address = 'all@example.org'") == [(0,)]


@pytest.mark.parametrize("command, fault", [("RCPT", "451 4.7.1 greylisted"), ("END", "451 4.3.0 not now"), ("MIDST", "drop"),
                                            ("END", "take and drop"), ("RCPT", "hang")])
def test_what_is_put_off_is_tried_again_with_the_same_message_id(sender, server, command, fault):
    server.faults[command], server.once = fault, True
    id = raised(sender, team="Sales")
    row = sender.wait_for(lambda: (found := mails(sender, id).get("all@example.org")) and found["error"] and found, PATIENCE_S)
    assert row["raised_sent_at"] is None and row["attempts"] == 1
    sender.sql("UPDATE alert_mails SET due_at = now() WHERE alert_id = %s", id)
    assert wait_for_rest(sender, id)["all@example.org"]["raised_sent_at"]
    assert {taken.message["Message-ID"] for taken in server.to("all@example.org")} == {f"<{row['id']}.0@acme.example>"}
    assert len(server.taken) == (2 if fault == "take and drop" else 1)


def test_a_mail_server_that_is_away_for_a_while_loses_nothing(sender, server):
    with away(sender, server):
        ids = [raised(sender, team=f"team {number}") for number in range(3)]
        sender.wait_for(lambda: mails(sender, ids[0]), PATIENCE_S)
    for id in ids:
        row = wait_for_rest(sender, id)["all@example.org"]
        assert row["raised_sent_at"] and row["error"] is None
    assert reached(server) == ["all@example.org"] * 3


def test_a_database_that_is_lost_while_a_mail_goes_does_not_make_it_go_twice(sender, server):
    server.slow_s = 1
    try:
        id = raised(sender, team="Sales")
        sender.wait_for(lambda: (row := mails(sender, id).get("all@example.org")) and row["claim_id"], PATIENCE_S)
        sender.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                   " AND pid <> pg_backend_pid()")
        assert wait_for_rest(sender, id)["all@example.org"]["raised_sent_at"]
    finally:
        server.slow_s = 0
    assert reached(server) == ["all@example.org"]


def test_what_it_did_is_counted(sender, server):
    def counted(name):
        lines = sender.get("/metrics").text.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"understood_mail_alerts_{name}_total "))

    before = counted("sent"), counted("given_up")
    wait_for_rest(sender, raised(sender, team="Sales"))
    server.faults["RCPT"] = "550 no"
    wait_for_rest(sender, raised(sender, team="Returns"))
    sender.wait_for(lambda: (counted("sent"), counted("given_up")) == (before[0] + 1, before[1] + 1), PATIENCE_S)


# ---- several, killed, without ----

@contextlib.contextmanager
def second_instance(one):
    other = Service({**one.environment, "UNDERSTOOD_INTAKE_INSTANCE": "2"}, one.connect)
    try:
        yield other.start()
        assert other.stop() == 0
    finally:
        other.remove()


def test_two_instances_send_each_mail_once(make_service, server):
    one = make_service(**environment(server))
    with second_instance(one):
        ids = [raised(one, team=f"team {number}") for number in range(20)]
        for id in ids:
            wait_for_rest(one, id)
        for id in ids:
            fall_back(one, id)
        one.wait_for(lambda: one.sql("SELECT count(*) FROM alert_mails WHERE resolved_sent_at IS NOT NULL") == [(20,)], PATIENCE_S)
    message_ids = [taken.message["Message-ID"] for taken in server.taken]
    assert len(message_ids) == 40 == len(set(message_ids))


def test_killed_while_it_sends_it_repeats_that_one_mail_at_most(make_service, server):
    service = make_service(**environment(server, recipients="all@example.org"))
    server.faults["END"], server.once = "hang", True
    id = raised(service)
    service.wait_for(lambda: "END" not in server.faults, PATIENCE_S)
    service.kill9()
    service.start()
    assert wait_for_rest(service, id)["all@example.org"]["raised_sent_at"]
    assert reached(server) == ["all@example.org"]


def test_accounts_are_told_apart(make_service, server):
    service = make_service(**environment(server, recipients="1: one@example.org, 2:Billing = two@example.org, 1:Sales=sales@example.org"))
    other = service.account()
    assert other == 2
    wait_for_rest(service, raised(service))
    wait_for_rest(service, raised(service, account=other))
    wait_for_rest(service, raised(service, team="Sales", account=other))
    assert reached(server) == ["one@example.org", "two@example.org"]


def test_without_a_mail_server_they_wait_and_go_when_there_is_one(make_service, server):
    service = make_service(**environment(server, UNDERSTOOD_MAIL_URL=""))
    assert service.log().count("[alerts] recipients hear of alerts when there is one, within a day") == 1
    id = raised(service)
    service.restart(UNDERSTOOD_MAIL_URL=server.url)
    wait_for_rest(service, id)
    assert reached(server) == ["all@example.org", "billing@example.org"]


def test_recipients_are_read_again_at_a_reload(make_service, server, tmp_path):
    path = tmp_path / "understood.ini"
    path.write_text("[alerts]\nrecipients = first@example.org\n")
    values = environment(server, UNDERSTOOD_CONFIG=path)
    del values["UNDERSTOOD_ALERTS_RECIPIENTS"]
    service = make_service(**values)
    wait_for_rest(service, raised(service))
    path.write_text("[alerts]\nrecipients = second@example.org,\n  Sales = third@example.org\n")
    service.process.send_signal(signal.SIGHUP)
    service.wait_for(lambda: "reloaded; changed: [alerts] recipients" in service.log(), PATIENCE_S)
    wait_for_rest(service, raised(service, team="Sales"))
    assert reached(server) == ["first@example.org", "second@example.org", "third@example.org"]


@pytest.mark.parametrize("value, named", [("anna", "anna"), ("Billing: anna@example.org", "Billing: anna@example.org"),
                                          ("a@example.org b@example.org", "a@example.org b@example.org")])
def test_a_list_that_makes_no_sense_is_named_at_the_start(sender, value, named):
    names = {**sender.environment, "UNDERSTOOD_ALERTS_RECIPIENTS": value}
    done = subprocess.run([binary(), "config"], env=names, cwd="/", capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "[alerts] recipients should be" in done.stderr and f'not "{named}"' in done.stderr
