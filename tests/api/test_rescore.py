"""understood rescore: estimates made anew after another model, beside a service that runs, and after whatever ended it."""
import contextlib
import itertools
import signal
import subprocess

import pytest

from support.service import STOP_LIMIT_S, binary

ANSWERS = [{"csat": 1}, {"csat": 5}, {"ces": 3}, {"csat": 3, "comment": "I am still waiting for my refund, this is awful."},
           {"understood": "yes", "comment": "Thanks, lovely people."}]
COUNT = 2000  # four steps
WAIT_S = 60
accounts = itertools.count(1)


@pytest.fixture
def old(service):
    """An account whose answers were estimated before, by another model or by none."""
    account = service.account(f"old {next(accounts)}")
    for first in range(0, COUNT, 1000):
        rows = [{"survey": "understood", "contact": {"ref": f"c-{i}", "team": f"t-{i % 3}", "language": "en"}, "answers": ANSWERS[i % 5]}
                for i in range(first, first + 1000)]
        assert service.post("/v1/responses", service.key("write", account), json=rows).status_code == 207
    service.sql("CREATE TABLE IF NOT EXISTS right_ones AS SELECT * FROM responses WHERE false")
    service.sql("INSERT INTO right_ones SELECT * FROM responses WHERE account_id = %s", account)
    service.sql("UPDATE responses SET polarity = NULL, frustration = NULLIF(get_byte(uuid_send(id), 15) %% 3, 2), sentiment_model = 'en-0'"
                " WHERE account_id = %s AND contact_ref < 'c-5'", account)
    service.sql("UPDATE responses SET polarity = NULL, frustration = NULL, sentiment_model = NULL WHERE account_id = %s AND contact_ref >= 'c-5'", account)
    service.cli("verify", "--rebuild", "--account", account, check=True)
    return account


def wrong(service, account):
    """Answers that are not estimated as they were at first."""
    return service.sql("SELECT count(*) FROM responses NOW JOIN right_ones THEN USING (account_id, id) WHERE account_id = %s AND"
                       " (NOW.polarity, NOW.frustration, NOW.sentiment_model) IS DISTINCT FROM (THEN.polarity, THEN.frustration, THEN.sentiment_model)"
                       .replace("NOW", "is_now").replace("THEN", "was_then"), account)[0][0]


def check_right(service, account):
    assert wrong(service, account) == 0
    assert service.sql("SELECT count(*) FROM job_progress WHERE account_id = %s AND job LIKE 'rescore%%'", account) == [(0,)]
    done = service.cli("verify", "--account", account)
    assert done.returncode == 0, done.stdout


def start(service, *words):
    return subprocess.Popen([binary(), "rescore", *map(str, words)], env=service.environment, cwd=service.folder,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextlib.contextmanager
def held_half_way(service, account, *words):
    """A rescore that waits for a row of its third step, which a transaction of ours has locked."""
    holder = service.connect()
    cursor = holder.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT FROM responses WHERE account_id = %s AND id = (SELECT id FROM responses WHERE account_id = %s"
                   " ORDER BY id OFFSET 1200 LIMIT 1) FOR UPDATE", (account, account))
    process = start(service, "--account", account, *words)
    try:
        service.wait_for(lambda: process.poll() is not None or service.sql(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"), WAIT_S)
        assert process.poll() is None
        yield process, lambda: cursor.execute("ROLLBACK")
    finally:
        holder.close()
        process.kill()
        process.wait()


def test_what_another_model_estimated_is_estimated_anew_and_the_sums_follow(service, old):
    assert wrong(service, old) > COUNT / 2
    before = service.sql("SELECT id, revision, answered_at, received_at, votes FROM responses WHERE account_id = %s ORDER BY id", old)
    done = service.cli("rescore", "--account", old, check=True)
    model = service.sql("SELECT max(sentiment_model) FROM right_ones")[0][0]
    assert done.stdout.startswith(f"{COUNT} responses of 1 account(s) looked at, {COUNT} estimated anew by {model}, ")
    check_right(service, old)
    assert service.sql("SELECT id, revision, answered_at, received_at, votes FROM responses WHERE account_id = %s ORDER BY id", old) == before
    again = service.cli("rescore", "--account", old, check=True)
    assert again.stdout.startswith(f"{COUNT} responses of 1 account(s) looked at, 0 estimated anew by {model}, 0 of them differently")


def test_all_estimates_again_what_this_model_has_estimated(service, old):
    service.cli("rescore", "--account", old, check=True)
    service.sql("UPDATE responses SET frustration = 0.123 WHERE account_id = %s AND frustration IS NOT NULL", old)
    service.cli("verify", "--rebuild", "--account", old, check=True)
    assert service.cli("rescore", "--account", old, check=True).returncode == 0 and wrong(service, old) == COUNT * 4 / 5
    done = service.cli("rescore", "--account", old, "--all", check=True)
    assert f"{COUNT} estimated anew" in done.stdout and f" {COUNT * 4 // 5} of them differently" in done.stdout
    check_right(service, old)


def test_killed_half_way_it_goes_on_where_it_was(service, old):
    with held_half_way(service, old) as (process, _):
        process.kill()
        process.wait()
        left = wrong(service, old)
        assert 0 < left
        assert service.sql("SELECT count(*) FROM responses WHERE account_id = %s AND sentiment_model IS NOT NULL AND sentiment_model <> 'en-0'", old) == [(1000,)]
        assert service.cli("verify", "--account", old).returncode == 0
    service.wait_for(lambda: not service.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"), WAIT_S)
    done = service.cli("rescore", "--account", old, check=True)
    assert done.stdout.startswith(f"{COUNT - 1000} responses of 1 account(s) looked at, {COUNT - 1000} estimated anew")
    check_right(service, old)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_the_step_it_is_at(service, old, number):
    with held_half_way(service, old) as (process, let_go):
        process.send_signal(number)
        let_go()
        out, err = process.communicate(timeout=STOP_LIMIT_S + WAIT_S)
        assert process.returncode == 1 and out.startswith("1500 responses") and "stopped before the end" in err
    assert service.cli("verify", "--account", old).returncode == 0
    assert service.cli("rescore", "--account", old, check=True).stdout.startswith(f"{COUNT - 1500} responses")
    check_right(service, old)


def test_answers_come_and_change_while_it_waits(service, old):
    key = service.key("write", old)
    with held_half_way(service, old) as (process, let_go):
        new = service.post("/v1/responses", key, json={"survey": "understood", "contact": {"ref": "new"}, "answers": {"csat": 1}})
        changed = service.post("/v1/responses", key, json={"survey": "understood", "contact": {"ref": "c-0"}, "answers": {"csat": 5}})
        assert (new.status_code, changed.status_code) == (201, 200)
        assert changed.json()["sentiment"]["frustration"] == .05
        let_go()
        out, _ = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0 and f"{COUNT} estimated anew" in out
    assert wrong(service, old) == 1  # the changed one
    service.verify()


def test_two_at_once_share_the_work(service, old):
    both = [start(service, "--account", old) for _ in range(2)]
    outs = [process.communicate(timeout=WAIT_S * 2) for process in both]
    assert [process.returncode for process in both] == [0, 0], outs
    assert sum(int(out.split(" looked at, ")[1].split()[0]) for out, _ in outs) == COUNT
    check_right(service, old)


def test_without_an_account_all_are_done_and_one_that_is_not_there_is_told(service, old):
    done = service.cli("rescore", check=True)
    assert f" of {service.sql('SELECT count(*) FROM accounts')[0][0]} account(s) looked at, " in done.stdout
    check_right(service, old)
    missing = service.cli("rescore", "--account", 999999)
    assert missing.returncode == 1 and "there is no such account" in missing.stderr
    assert service.cli("rescore", "--account", "x").returncode == 2


def test_what_spikes_are_measured_against_is_made_anew(service, old):
    service.sql("INSERT INTO frustration_hours VALUES (%s, '', '2999-01-01T10:00:00Z', 5, 5), (1, '', '2999-01-01T10:00:00Z', 5, 5)", old)
    service.cli("rescore", "--account", old, check=True)
    assert service.sql("SELECT count(*) FROM frustration_hours WHERE account_id = %s AND hour > '2900-01-01'", old) == [(0,)]
    assert service.sql("SELECT count(*) FROM frustration_hours WHERE account_id = 1 AND hour > '2900-01-01'") == [(1,)]


def test_whoever_counts_the_hours_at_its_end_is_waited_for(service, old):
    service.wait_for(lambda: service.sql("SELECT 1 FROM job_progress WHERE account_id = %s AND job = 'frustration_hours'", old), WAIT_S)
    service.sql("INSERT INTO frustration_hours VALUES (%s, '', '2026-01-01', 1, 0)", old)
    holder = service.connect()
    cursor = holder.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT FROM job_progress WHERE account_id = %s AND job = 'frustration_hours' FOR UPDATE", (old,))
    process = start(service, "--account", old)
    service.wait_for(lambda: service.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), WAIT_S)
    cursor.execute("DELETE FROM frustration_hours WHERE account_id = %s", (old,))  # what it counts again, no deadlock
    cursor.execute("COMMIT")
    holder.close()
    assert process.wait(STOP_LIMIT_S) == 0, process.stderr.read()
    check_right(service, old)


def test_the_service_says_at_its_start_that_there_is_something_to_rescore(service, old):
    assert service.stop() == 0
    service.start()
    assert "understood rescore" in service.log()
    service.cli("rescore", check=True)
    assert service.stop() == 0
    told = service.log().count("understood rescore")
    service.start()
    assert service.log().count("understood rescore") == told
