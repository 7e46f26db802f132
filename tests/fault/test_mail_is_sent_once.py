"""Due invitations, two instances on one database, and kill -9: every mail goes, and one that goes twice is seen to."""
import collections
import os
import pathlib
import sys
import time

import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.mail_server import MailServer  # noqa: E402
from witness import LONG  # noqa: E402
import lab  # noqa: E402

MAILS = 10_000 if LONG else 1_500
KILLS = int(os.environ.get("CYCLES", 12 if LONG else 4))
AT_ONCE = 1000
PATIENCE_S = 300 if LONG else 60


class Postbox(MailServer):
    """Only counts what it takes, by recipient, and by the connection it came through."""

    def __init__(self):
        self.mails = collections.Counter()
        super().__init__()

    def take(self, envelope):
        with self.lock:
            self.mails.update(envelope.rcpt_tos)

    def count(self):
        with self.lock:
            return sum(self.mails.values())


@pytest.fixture
def postbox():
    made = Postbox()
    yield made
    made.stop()


def sender(cluster, database, postbox, instance):
    """An instance that sends; what it had claimed when it is killed is free again after 7 s."""
    return lab.Service(cluster, database, mail_url=postbox.url, mail_from="support@acme.example", mail_timeout_ms=1000,
                       database_statement_timeout_ms=1000, intake_instance=instance, log_level="error")


def ask(service, key, count):
    """Reports solved contacts whose customers are asked at once, through the API."""
    survey = {"invite": {"delay_s": 0, "window": {"from": "00:00", "to": "24:00"}, "reminder_days": []},
              "questions": [{"question": "understood"}]}
    put = requests.put(service.base + "/v1/surveys/understood", json=survey, headers={"Authorization": f"Bearer {key}"})
    assert put.status_code == 200, put.text
    for first in range(0, count, AT_ONCE):
        body = [{"survey": "understood", "send": True, "contact": {
            "ref": f"ticket-{number}", "agents": ["mara"], "team": "returns", "customer": {"email": f"c{number}@example.org"}}}
            for number in range(first, min(first + AT_ONCE, count))]
        posted = requests.post(service.base + "/v1/invitations", json=body, headers={"Authorization": f"Bearer {key}"})
        assert posted.status_code == 207, posted.text
        assert {each["status"] for each in posted.json()["data"]} == {201}, posted.text[:500]


@pytest.fixture
def due(service, postbox):
    """MAILS invitations that are due, made by an instance that sends none."""
    def make(count):
        service.start()
        ask(service, service.key("admin"), count)
        assert service.stop() == 0
    return make


def waiting(cluster, database):
    return cluster.sql("SELECT count(*) FROM invitations WHERE verdict = 'scheduled'", database=database)[0][0]


def wait_until_sent(cluster, database, begun):
    while waiting(cluster, database):
        assert time.monotonic() - begun < PATIENCE_S, f"{waiting(cluster, database)} mails are still waiting"
        time.sleep(0.1)


def verdicts(cluster, database):
    """{address: (verdict, how often it may have gone unnoticed)}"""
    return {address: (verdict, unclear) for address, verdict, unclear in cluster.sql(
        "SELECT customer_email, verdict, unclear_attempts FROM invitations", database=database)}


def test_kills_lose_no_mail_and_repeat_at_most_the_one_on_its_way(service, due, cluster, database, postbox, luck):
    due(MAILS)
    mortal, steady = (sender(cluster, database, postbox, number) for number in (1, 2))
    begun = time.monotonic()
    steady.start()
    for _ in range(KILLS):
        mortal.start()
        time.sleep(luck.uniform(0.05, 0.6))
        mortal.kill()
    mortal.start()
    in_time = postbox.count() < MAILS
    wait_until_sent(cluster, database, begun)
    took_s = time.monotonic() - begun
    assert mortal.stop() == 0 and steady.stop() == 0
    rows = verdicts(cluster, database)
    repeated = [address for address, count in postbox.mails.items() if count > 1]
    unclear = sum(count for _, count in rows.values())
    print(f"\n  {MAILS:,} mails, {KILLS} kills, {took_s:.0f} s ({MAILS / took_s:.0f} a second): {MAILS - len(postbox.mails)} lost, "
          f"{len(repeated)} went twice, {unclear} say that they may have")
    assert in_time, "the kills met no mail"
    assert postbox.mails.keys() == rows.keys() and {verdict for verdict, _ in rows.values()} == {"sent"}
    assert max(postbox.mails.values()) <= 2 and len(repeated) <= KILLS
    assert all(rows[address][1] > 0 for address in repeated), "a mail went twice and nobody can see it"
    assert unclear <= KILLS
    status, said = service.verify()
    assert status == 0, said


def test_two_instances_share_the_work_and_send_nothing_twice(service, due, cluster, database, postbox):
    due(400)
    both = [sender(cluster, database, postbox, number) for number in (1, 2)]
    begun = time.monotonic()
    for each in both:
        each.start()
    wait_until_sent(cluster, database, begun)
    assert postbox.connections == 2, "one of them sent nothing"
    assert [each.stop() for each in both] == [0, 0]
    assert postbox.count() == len(postbox.mails) == 400
    assert {found for found in verdicts(cluster, database).values()} == {("sent", 0)}


def test_a_terminated_instance_finishes_the_mail_on_its_way(service, due, cluster, database, postbox):
    due(60)
    postbox.slow_s = 0.05
    one = sender(cluster, database, postbox, 1)
    for _ in range(6):
        one.start()
        time.sleep(0.15)
        assert one.stop() == 0
    assert 0 < postbox.count() < 60
    sent = [address for address, (verdict, _) in verdicts(cluster, database).items() if verdict == "sent"]
    assert sorted(sent) == sorted(postbox.mails) and set(postbox.mails.values()) == {1}
    assert cluster.sql("SELECT count(*) FROM invitations WHERE claim_id IS NOT NULL", database=database) == [(0,)]


def test_a_mail_server_that_is_away_for_a_while_loses_nothing(service, due, cluster, database, postbox):
    due(200)
    one = sender(cluster, database, postbox, 1)
    postbox.stop()
    one.start()
    time.sleep(1.5)
    assert waiting(cluster, database) == 200 and postbox.count() == 0
    begun = time.monotonic()
    postbox.start()
    while postbox.count() < 50:
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.01)
    postbox.stop()
    time.sleep(1)
    postbox.start()
    cluster.restart("immediate")
    put_off = "UPDATE invitations SET due_at = now() WHERE due_at > now()"
    while waiting(cluster, database):
        cluster.sql(put_off, database=database)  # one may have been on its way, and waits minutes
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.5)
    assert one.stop() == 0
    unclear = [address for address, (_, count) in verdicts(cluster, database).items() if count]
    assert len(postbox.mails) == 200
    assert {address for address, count in postbox.mails.items() if count > 1} <= set(unclear)
    assert len(unclear) <= 3
    status, said = service.verify()
    assert status == 0, said
