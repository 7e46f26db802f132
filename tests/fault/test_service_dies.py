"""kill -9 and SIGTERM under load: nothing acknowledged is lost, nothing is stored twice."""
import os
import time

import pytest

from witness import LONG, NOTHING_WRONG, Witness, assert_exactly_once, compare, stored

CYCLES = int(os.environ.get("CYCLES", 200 if LONG else 30))


@pytest.mark.parametrize("connections, cycles", [(64, CYCLES), (1, CYCLES // 3)])
def test_a_service_killed_at_random_moments_loses_and_doubles_nothing(connections, cycles, service, cluster, database,
                                                                      luck, tmp_path):
    service.start()
    witness = Witness(service, tmp_path, connections=connections)
    slowest = 0
    for _ in range(cycles):
        time.sleep(luck.uniform(0.02, 0.8))
        service.kill()
        slowest = max(slowest, service.start())
    _, unknown, _ = assert_exactly_once(service, cluster, database, witness)
    print(f"  {cycles} kills, ready again within {slowest * 1000:.0f} ms")
    assert unknown >= cycles, "the kills met no load"


def test_without_idempotency_keys_the_same_kills_are_seen_to_double_votes(service, cluster, database, luck, tmp_path):
    service.start()
    witness = Witness(service, tmp_path, idempotency=False)
    for _ in range(8):
        time.sleep(luck.uniform(0.2, 0.5))
        service.kill()
        service.start()
    witness.stop()
    verdict = compare(witness.acked(), stored(cluster, database, witness.prefix))
    assert verdict["doubled"] > 0, "the test above could not fail"
    assert verdict["lost"] == 0


def test_a_terminated_service_answers_what_it_accepted_and_exits_with_0(service, cluster, database, luck, tmp_path):
    unanswered = 0
    for cycle in range(10 if LONG else 4):
        service.start()
        witness = Witness(service, tmp_path, prefix=f"term{cycle}", patience=0.2)
        time.sleep(luck.uniform(0.3, 0.8))
        begun = time.monotonic()
        assert service.stop() == 0, service.log_tail()
        assert time.monotonic() - begun < 5
        figures = witness.stop()
        acknowledged, found = witness.acked(), stored(cluster, database, witness.prefix)
        assert acknowledged
        assert compare(acknowledged, found, figures["open"]) == NOTHING_WRONG
        unanswered += len(found) - len(acknowledged)
    assert unanswered == 0, "stored, but never answered"
    status, said = service.verify()
    assert status == 0, said


def test_the_check_itself_sees_lost_doubled_and_changed_answers(service, cluster, database, tmp_path):
    service.start()
    witness = Witness(service, tmp_path, requests=200)
    witness.process.wait(timeout=30)
    witness.figures = {"open": 0}
    refs = sorted(witness.acked())
    cluster.sql("DELETE FROM responses WHERE contact_ref = %s", refs[0], database=database)
    cluster.sql("UPDATE responses SET csat = csat % 5 + 1 WHERE contact_ref = %s".replace("% 5", "%% 5"), refs[1], database=database)
    cluster.sql("UPDATE responses SET votes = 2 WHERE contact_ref = %s", refs[2], database=database)
    cluster.sql("UPDATE responses SET contact_ref = 'fault-unasked' WHERE contact_ref = %s", refs[3], database=database)
    verdict = compare(witness.acked(), stored(cluster, database, witness.prefix))
    assert verdict == {"lost": 2, "doubled": 1, "differing": 1, "unasked": 1}
    assert service.verify()[0] == 1
