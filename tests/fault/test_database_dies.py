"""PostgreSQL restarts, loses its connections or its COMMIT's answer: 503 meanwhile, and every answer exactly once."""
import threading
import time

import pytest

from proxy import CommitCutter
from witness import LONG, Witness, assert_exactly_once
import lab


def test_restarts_of_postgres_under_load_lose_and_double_nothing(service, cluster, database, luck, tmp_path):
    service.start()
    witness = Witness(service, tmp_path)
    for _ in range(40 if LONG else 6):
        time.sleep(luck.uniform(0.3, 1.0))
        cluster.restart("immediate")
    time.sleep(0.5)
    _, unknown, refused = assert_exactly_once(service, cluster, database, witness)
    assert unknown == 0, "the service closed connections without an answer"
    assert set(refused) <= {409, 503}


def test_a_slow_restart_of_postgres_is_answered_503_and_traffic_resumes(service, cluster, database, tmp_path):
    service.environment["UNDERSTOOD_HTTP_ANSWER_DEADLINE_MS"] = "1500"
    service.start()
    witness = Witness(service, tmp_path, connections=16)
    time.sleep(0.5)
    cluster.stop("immediate")
    time.sleep(5)
    assert service.process.poll() is None
    cluster.start()
    begun = time.monotonic()
    before = len(witness.lines("acked"))
    while len(witness.lines("acked")) <= before:
        assert time.monotonic() - begun < 3, "traffic does not resume"
        time.sleep(0.05)
    _, _, refused = assert_exactly_once(service, cluster, database, witness)
    # 409: the vote is still on its way while its sender, told 503, asks again.
    assert 503 in refused and set(refused) <= {409, 503}


def test_a_storm_of_terminated_backends_loses_and_doubles_nothing(service, cluster, database, tmp_path):
    service.start()
    witness = Witness(service, tmp_path)
    terminated = 0
    end = time.monotonic() + (60 if LONG else 6)
    while time.monotonic() < end:
        time.sleep(0.1)
        terminated += cluster.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()", database=database)[0][0]
    assert_exactly_once(service, cluster, database, witness)
    print(f"  {terminated} backends terminated")
    assert terminated > 30


@pytest.mark.parametrize("connections", [64, 1])
def test_a_commit_whose_answer_is_lost_is_found_again_not_repeated(connections, cluster, database, luck, tmp_path):
    cutter = CommitCutter(cluster.run / ".s.PGSQL.5432", luck)
    service = lab.Service(cluster, database, url=cutter.url(cluster.user, database), intake_commit_deadline_ms=3000)
    cutter.enabled = False
    service.migrate()
    service.api_key = service.key("write")
    cluster.sql("UPDATE accounts SET event_mask = 3", database=database)  # assert_exactly_once looks at what was told
    try:
        service.start()
        cutter.enabled = True
        witness = Witness(service, tmp_path, connections=connections)
        time.sleep(30 if LONG else 6)
        cutter.enabled = False
        assert_exactly_once(service, cluster, database, witness)
        print(f"  {cutter.cuts} COMMITs whose answer was cut off")
        assert cutter.cuts >= 20
    finally:
        service.kill()
        cutter.close()


def test_a_service_whose_database_comes_after_it_gets_ready_and_loses_nothing(service, cluster, database, tmp_path):
    cluster.stop("fast")
    late = threading.Timer(1, cluster.start)
    late.start()
    service.start()
    late.join()
    witness = Witness(service, tmp_path, connections=4)
    time.sleep(0.5)
    assert_exactly_once(service, cluster, database, witness)
