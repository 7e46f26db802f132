"""Many votes on few contacts at once: each is applied once, and the rollups follow every change."""
import concurrent.futures
import time

import pytest
import requests

from witness import LONG, Witness, stored
import lab


def check_races(service, cluster, database, witness):
    witness.stop()
    assert not witness.lines("refused"), witness.lines("refused")[:3]
    acknowledged, found = witness.acked(), stored(cluster, database, witness.prefix)
    assert acknowledged.keys() == found.keys()
    for ref, acks in acknowledged.items():
        assert len(found[ref]) == 1
        assert {ack[0] for ack in acks} == {found[ref][0][0]}, "votes on one contact became several responses"
        assert found[ref][0][5] == len(acks), "a vote was lost or counted twice"
        assert [ack[1] for ack in acks].count(201) <= 1, "two votes were told they were the first"
    total = cluster.sql("SELECT sum(n) FROM rollups WHERE dimension = 'all'", database=database)[0][0]
    assert total == len(found)
    status, said = service.verify()
    assert status == 0, said
    print(f"\n  {sum(map(len, acknowledged.values())):,} votes on {len(found)} contacts")


@pytest.mark.parametrize("contacts", [1, 40])
def test_edits_that_race_inserts_on_one_contact_are_each_applied_once(contacts, service, cluster, database, tmp_path):
    service.start()
    witness = Witness(service, tmp_path, contacts=contacts)
    time.sleep(20 if LONG else 2.5)
    check_races(service, cluster, database, witness)


def test_edits_survive_kills_and_restarts(service, cluster, database, luck, tmp_path):
    service.start()
    witness = Witness(service, tmp_path, contacts=25)
    for _ in range(30 if LONG else 5):
        time.sleep(luck.uniform(0.1, 0.6))
        service.kill()
        service.start()
        time.sleep(luck.uniform(0.1, 0.4))
        cluster.restart("immediate")
    time.sleep(0.5)
    check_races(service, cluster, database, witness)


def test_of_two_answers_that_come_alone_at_two_instances_one_is_the_first(service, cluster, database):
    other = lab.Service(cluster, database, intake_instance=1, log_level="error")
    rounds = 1000 if LONG else 150
    sessions = [(one.base, requests.Session()) for one in (service, other)]

    def post(where, number):
        base, session = where
        return session.post(base + "/v1/responses", headers={"Authorization": f"Bearer {service.api_key}"}, timeout=30, json={
            "survey": "understood", "contact": {"ref": f"twice-{number}"}, "answers": {"understood": "yes"}}).status_code

    try:
        service.start()
        other.start()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for number in range(rounds):
                statuses = list(pool.map(post, sessions, [number, number]))
                assert sorted(statuses) == [200, 201]
        assert cluster.sql("SELECT count(*), sum(votes) FROM responses", database=database) == [(rounds, 2 * rounds)]
        status, said = service.verify()
        assert status == 0, said
    finally:
        other.stop()
