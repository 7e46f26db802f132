"""Invitations that go out: what arrives, what a mail server may say, and what becomes of the invitation."""
import email.utils
import os
import shutil
import subprocess
import time

import pytest

from support.mail_server import MailServer
from support.mails import always, row, schedule, wait_for_verdict
from support.service import ROOT

TIMEOUT_MS = 1500


@pytest.fixture(scope="module")
def server():
    made = MailServer()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def sender(make_module_service, server):
    service = make_module_service(UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_TIMEOUT_MS=TIMEOUT_MS,
                                  UNDERSTOOD_MAIL_FROM="Acme Support <support@acme.example>",
                                  UNDERSTOOD_MAIL_REPLY_TO="help@acme.example",
                                  UNDERSTOOD_DATABASE_STATEMENT_TIMEOUT_MS=2000,
                                  UNDERSTOOD_HTTP_PUBLIC_URL="https://survey.example")
    always(service)
    return service


@pytest.fixture(autouse=True)
def good_again(server):
    server.faults.clear()
    server.once = False
    if server.controller is None:
        server.start()


def test_a_due_invitation_arrives_as_a_whole_mail_in_the_customers_language(sender, server):
    identity = schedule(sender, "mara@example.org", language="de", customer={"name": "Mara Müßig"})
    sent = wait_for_verdict(sender, identity, "sent")
    [taken] = server.to("mara@example.org")
    message = taken.message
    assert taken.sender == "support@acme.example"
    assert message["From"].addresses[0].display_name == "Acme Support"
    assert (message["To"].addresses[0].display_name, message["To"].addresses[0].addr_spec) == \
        ("Mara Müßig", "mara@example.org")
    assert message["Reply-To"] == "help@acme.example"
    assert message["Message-ID"] == f"<{identity}.0@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated" and message["Content-Language"] == "de"
    assert message["List-Unsubscribe"].strip().startswith("<https://survey.example/u/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert abs(email.utils.parsedate_to_datetime(message["Date"]).timestamp() - time.time()) < 60
    plain, html = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()
    assert message["Subject"] and "verstanden" in plain and "Mara Müßig" in plain and "Mara Müßig" in html
    for answer in ("yes", "partly", "no"):
        assert f"?understood={answer}" in plain and f"?understood={answer}" in html
    assert sent["attempts"] == 0 and sent["due_at"] is not None, "the reminder's"
    assert abs((sent["due_at"] - sent["sent_at"]).total_seconds() - 3 * 86400) < 1
    assert max(len(line) for line in taken.content.split(b"\r\n")) <= 998


def test_a_link_in_the_mail_is_answered_and_the_reminder_then_stays_away(sender, server):
    identity = schedule(sender, "link@example.org")
    wait_for_verdict(sender, identity, "sent")
    [taken] = server.to("link@example.org")
    plain = taken.message.get_body(("plain",)).get_content()
    [link] = [line for line in plain.splitlines() if "understood=yes" in line]
    path = link[link.index("/s/"):]
    assert sender.get(path).status_code == 200
    sender.sql("UPDATE invitations SET answered_at = now(), due_at = now() WHERE id = %s", identity)
    sender.wait_for(lambda: row(sender, identity)["due_at"] is None)
    assert len(server.to("link@example.org")) == 1 and row(sender, identity)["verdict"] == "sent"
    sender.sql("UPDATE invitations SET answered_at = NULL WHERE id = %s", identity)


def test_a_reminder_answers_the_first_mail_once(sender, server):
    identity = schedule(sender, "reminded@example.org")
    wait_for_verdict(sender, identity, "sent")
    sender.sql("UPDATE invitations SET due_at = now() WHERE id = %s", identity)
    sender.wait_for(lambda: row(sender, identity)["reminded_at"])
    first, reminder = server.to("reminded@example.org")
    assert reminder.message["Message-ID"] == f"<{identity}.1@acme.example>"
    assert reminder.message["In-Reply-To"] == reminder.message["References"] == first.message["Message-ID"]
    after = row(sender, identity)
    assert (after["verdict"], after["due_at"], after["attempts"]) == ("sent", None, 1)


def test_what_is_no_longer_to_be_sent_is_skipped_with_its_reason(sender, server):
    sender.sql("INSERT INTO suppressions (account_id, address, email, reason, created_at, id) VALUES"
               " (1, 'stop@example.org', 'stop@example.org', 'manual', now(), gen_random_uuid())")
    suppressed = schedule(sender, "STOP@example.org")
    expired = schedule(sender, "late@example.org")
    sender.sql("UPDATE invitations SET expires_at = now(), due_at = now() WHERE id = %s", expired)
    for identity, reason in ((suppressed, "suppressed"), (expired, "expired")):
        if row(sender, identity)["verdict"] != "sent":  # it may have been quicker than we were
            assert wait_for_verdict(sender, identity, "skipped")["skip_reason"] == reason
            assert row(sender, identity)["due_at"] is None
    assert not server.to("STOP@example.org")


def test_what_was_answered_before_its_mail_stays_an_invitation_without_one(sender, server):
    identity = schedule(sender, "quick@example.org", due="now() + interval '1 hour'")
    sender.sql("UPDATE invitations SET answered_at = now(), due_at = now() WHERE id = %s", identity)
    wait_for_verdict(sender, identity, "created")
    assert row(sender, identity)["due_at"] is None and not server.to("quick@example.org")
    sender.sql("UPDATE invitations SET answered_at = NULL WHERE id = %s", identity)


def test_a_refused_mailbox_bounces_and_is_not_written_to_again(sender, server):
    server.faults["RCPT"] = "550 5.1.1 <gone@example.org>: no such user here"
    identity = schedule(sender, "gone@example.org")
    bounced = wait_for_verdict(sender, identity, "bounced")
    assert bounced["mail_error"] == "RCPT TO: 550 5.1.1 <gone@example.org>: no such user here"
    assert bounced["due_at"] is None
    assert sender.sql("SELECT reason, invitation_id::text FROM suppressions WHERE address = 'gone@example.org'") == \
        [("bounced", identity)]
    assert "gone@example.org" not in sender.log()


@pytest.mark.parametrize("command, words", [("RCPT", "554 5.7.1 relaying denied"), ("RCPT", "552 5.2.2 mailbox full"),
                                            ("RCPT", "504 5.5.2 need a fully-qualified address"),
                                            ("END", "554 5.6.0 we do not like your words"), ("DATA", "550 no")])
def test_a_refusal_that_is_not_about_the_mailbox_bounces_but_suppresses_nobody(sender, server, command, words):
    server.faults[command] = words
    address = f"policy-{abs(hash((command, words)))}@example.org"
    bounced = wait_for_verdict(sender, schedule(sender, address), "bounced")
    assert bounced["mail_error"].endswith(words)
    assert sender.sql("SELECT 1 FROM suppressions WHERE address = %s", address) == []


@pytest.mark.parametrize("command, fault", [
    ("RCPT", "451 4.7.1 greylisted, come back later"), ("DATA", "452 no room"), ("END", "451 4.3.0 not now"),
    ("RCPT", "hang"), ("DATA", "hang"), ("MIDST", "drop"), ("RCPT", "drop"), ("END", "hang"), ("END", "take and drop")])
def test_what_is_put_off_is_tried_again_minutes_later_and_arrives(sender, server, command, fault):
    server.faults[command], server.once = fault, True
    address = f"later-{command.lower()}-{fault[:3]}@example.org"
    identity = schedule(sender, address)
    sender.wait_for(lambda: row(sender, identity)["mail_error"] and row(sender, identity)["claim_id"] is None)
    put_off = row(sender, identity)
    assert put_off["verdict"] == "scheduled" and put_off["attempts"] == 1
    assert fault in put_off["mail_error"] if fault[0] == "4" else put_off["mail_error"]
    wait_s = sender.sql("SELECT extract(epoch FROM due_at - now())::float FROM invitations WHERE id = %s", identity)[0][0]
    unclear = fault == "take and drop" or (command, fault) == ("END", "hang")
    assert 60 < wait_s < 160 or put_off["unclear_attempts"] and 600 < wait_s < 1260
    if command != "MIDST":  # so short a mail may be on its way as a whole when the connection breaks
        assert put_off["unclear_attempts"] == unclear
    sender.sql("UPDATE invitations SET due_at = now() WHERE id = %s", identity)
    sent = wait_for_verdict(sender, identity, "sent")
    assert sent["mail_error"] is None
    assert len(server.to(address)) == 1 + (fault == "take and drop")


def test_what_was_sent_again_and_again_without_an_answer_goes_no_more(sender, server):
    server.faults["END"], server.once = "take and drop", True
    identity = schedule(sender, "copies@example.org", due="now() + interval '1 hour'")
    sender.sql("UPDATE invitations SET unclear_attempts = 4, due_at = now() WHERE id = %s", identity)
    sender.wait_for(lambda: row(sender, identity)["unclear_attempts"] == 5)
    sender.wait_for(lambda: row(sender, identity)["claim_id"] is None)
    sender.sql("UPDATE invitations SET due_at = now() WHERE id = %s", identity)
    ended = wait_for_verdict(sender, identity, "sent")
    assert ended["mail_error"] == "sent several times without an answer: no more is sent" and ended["due_at"] is None
    assert len(server.to("copies@example.org")) == 1


@pytest.mark.parametrize("command, fault", [("CONNECT", "421 too busy"), ("CONNECT", "hang"), ("EHLO", "hang"),
                                            ("EHLO", "550 go away"), ("MAIL", "530 5.7.0 log in first"),
                                            ("MAIL", "451 no disk"), ("RCPT", "530 log in first"), ("EHLO", "drop")])
def test_a_mail_server_that_cannot_be_used_costs_no_attempt_and_bounces_nothing(sender, server, command, fault):
    server.faults[command] = fault
    server.stop()
    server.start()  # a connection that is kept would not greet again
    address = f"away-{command.lower()}-{fault[:3]}@example.org"
    before = sender.log().count("the mail server cannot be used")
    identity = schedule(sender, address)
    sender.wait_for(lambda: sender.log().count("the mail server cannot be used") > before)
    assert "understood_mail_relay_up 0" in sender.get("/metrics").text
    server.faults.clear()
    sent = wait_for_verdict(sender, identity, "sent", 30)
    assert sent["unclear_attempts"] == 0 and len(server.to(address)) == 1
    assert "understood_mail_relay_up 1" in sender.get("/metrics").text


def test_mails_share_a_connection(sender, server):
    server.stop()
    server.start()
    identities = [schedule(sender, f"many-{number}@example.org") for number in range(20)]
    for identity in identities:
        wait_for_verdict(sender, identity, "sent")
    assert server.connections == 1


def test_metrics_count_what_became_of_mails(sender, server):
    metrics = sender.get("/metrics").text
    promtool = shutil.which("promtool", path=os.environ["PATH"] + f":{ROOT}/build/tools")
    assert promtool, "Debian's prometheus has it; ./dev test gets it"
    checked = subprocess.run([promtool, "check", "metrics"], input=metrics, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    numbers = {line.split()[0]: int(line.split()[1]) for line in metrics.splitlines() if line.startswith("understood_mail")}
    assert numbers["understood_mail_sent_total"] == len(server.taken) - 2, "two were taken and not acknowledged"
    assert numbers["understood_mail_reminders_total"] == 1
    assert numbers["understood_mail_bounced_total"] >= 5 and numbers["understood_mail_deferred_total"] >= 9
    assert numbers["understood_mail_skipped_total"] >= 2


def test_no_log_names_a_customer(sender, server):
    assert "example.org" not in sender.log()
