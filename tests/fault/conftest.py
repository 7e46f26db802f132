"""A private PostgreSQL and a service of our own that the tests here may kill. SEED repeats a run; ALL=1 is the long one."""
import os
import pathlib
import random
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import lab  # noqa: E402
from witness import LONG  # noqa: E402

SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))


def pytest_report_header():
    return f"fault tests: SEED={SEED}" + (" ALL=1" if LONG else "")


@pytest.fixture
def luck(request):
    """The same for the same SEED and test, whatever else runs."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="session")
def cluster():
    made = lab.Cluster()
    yield made
    made.close()


@pytest.fixture
def database(cluster, request):
    name = "fault_" + str(abs(hash(request.node.name)) % 10**9)
    cluster.sql(f"CREATE DATABASE {name}")
    return name


@pytest.fixture
def service(cluster, database):
    """Migrated, with a key in .api_key, not started; its lanes give a lost database up quickly."""
    made = lab.Service(cluster, database, intake_lanes=2, log_level="error", intake_commit_deadline_ms=3000)
    made.migrate()
    made.api_key = made.key("write")
    cluster.sql("UPDATE accounts SET event_mask = 3", database=database)  # assert_exactly_once looks at what was told
    yield made
    if made.process and made.process.poll() is None:
        made.stop()
    said = made.log_path.read_text(errors="replace") if made.log_path.exists() else ""
    reports = [line for line in said.splitlines() if "Sanitizer" in line or "runtime error" in line]
    assert not reports, said[-6000:]
