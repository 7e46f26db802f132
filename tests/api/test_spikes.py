"""Spikes of frustration become alerts: from answers that come in, against the four weeks before."""
import pytest
from support import importing
from support.service import Service
from support.spikes import (WAIT_S, ago, alerts, answer, closed, four_weeks, is_counted, plant, wait_for_alert,
                            with_baselines)

LEAST = 4  # of four answers to a team that has ten an hour, day and night, and 15 % frustrated: fewer may be chance


@pytest.fixture
def service(make_service):
    return make_service()


def looked(service, marker):
    """All that was answered before is seen: the teams of an account are looked at together."""
    for _ in range(2 * LEAST):
        answer(service, marker)
    wait_for_alert(service, marker)


def hour_counts(service, team):
    """(n, frustrated) of its closed hours."""
    return service.sql("SELECT sum(n)::int, sum(frustrated)::int FROM frustration_hours WHERE team = %s", team)[0]


def changed(rows, more):
    """What the hours of rows say by now, and so many frustrated answers more."""
    n, frustrated = closed(rows)
    return n + more, frustrated + more


def reclassify(service, response, trust):
    done = service.post(f"/v1/responses/{response}/reclassify", "write", json={"vote": response, "trust": trust, "reason": "a test"})
    assert done.status_code == 200, done.text


# ---- raising ----

def test_a_burst_of_frustration_raises_one_alert_for_its_team_and_one_for_the_account(service):
    rows = with_baselines(service, "Billing")
    before = closed(rows)
    posted = [answer(service, "Billing") for _ in range(10)]
    alert, whole = wait_for_alert(service, "Billing"), wait_for_alert(service, None)
    assert LEAST <= alert["frustrated"] == alert["n"] <= 10
    assert {each["id"] for each in alert["responses"]} <= set(posted) and len(alert["responses"]) == alert["frustrated"]
    assert (alert["baseline"]["n"], alert["baseline"]["frustrated"]) in (before, closed(rows))
    assert 0 < alert["p"] <= alert["alpha"] < 0.001 and alert["status"] == "open"
    assert alert["text"].startswith(f"Billing: {alert['n']} of {alert['n']} answers") and alert["text"].endswith("usually 15 %")
    for _ in range(10):
        answer(service, "Billing")
    answer(service, "Sales")
    assert [each["id"] for each in alerts(service, "Billing") + alerts(service, None)] == [alert["id"], whole["id"]]


def test_several_instances_raise_it_once(service):
    with_baselines(service, "Billing")
    other = Service({**service.environment, "UNDERSTOOD_INTAKE_INSTANCE": "2"}, service.connect)
    try:
        other.start()
        other.keys = service.keys
        for _ in range(10):
            answer(service, "Billing"), answer(other, "Billing")
        for instance in (service, other):
            wait_for_alert(instance, "Billing")
            wait_for_alert(instance, None)
        for _ in range(5):
            answer(service, "Billing"), answer(other, "Billing")
    finally:
        assert other.stop() == 0
        other.remove()
    assert service.sql("SELECT team, count(*) FROM alerts GROUP BY team ORDER BY team") == [("", 1), ("Billing", 1)]


def test_an_ordinary_hour_raises_none(service):
    with_baselines(service, "Billing", "Sales")
    for index in range(20):
        answer(service, "Billing", "no" if index % 7 == 3 else "yes")
    looked(service, "Sales")
    assert alerts(service, "Billing") == []


def test_a_team_without_four_weeks_raises_none(service):
    with_baselines(service, "Sales")
    for _ in range(10):
        answer(service, "New")
    looked(service, "Sales")
    assert alerts(service, "New") == []


def test_what_happened_while_no_service_ran_is_seen_at_the_start(service):
    assert service.stop() == 0
    plant(service, four_weeks("Billing") + [("Billing", ago(minutes=20), True)] * 9)
    service.start()
    assert wait_for_alert(service, "Billing")["frustrated"] >= 9


def test_of_very_many_teams_none_is_passed_over(service):
    assert service.stop() == 0
    others = [(f"Team {index}", ago(days=5), False) for index in range(1100)]
    plant(service, four_weeks("Zebra") + others + [("Zebra", ago(minutes=20), True)] * 9)
    service.start()
    assert wait_for_alert(service, "Zebra")["frustrated"] >= 9


def test_a_database_that_was_lost_for_a_moment_holds_none_up(service):
    with_baselines(service, "Billing")
    service.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()")
    for _ in range(10):
        answer(service, "Billing")
    assert wait_for_alert(service, "Billing")["frustrated"] >= LEAST


def test_an_account_in_trouble_holds_no_other_up(make_service):
    service = make_service(UNDERSTOOD_DATABASE_STATEMENT_TIMEOUT_MS="1000")
    other = service.account("Other")
    key = service.key("read", other)
    assert service.stop() == 0
    plant(service, four_weeks("Billing") + [("Billing", ago(minutes=20), True)] * 9, other)
    service.sql("INSERT INTO frustration_hours VALUES (1, '', '2026-01-01', 1, 0)")
    holder = service.connect()
    try:
        cursor = holder.cursor()
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM frustration_hours WHERE account_id = 1 FOR UPDATE")  # what counting removes
        service.start()
        found = service.wait_for(lambda: service.get("/v1/alerts?team=Billing", key).json()["data"], WAIT_S)
        assert found[0]["frustrated"] >= 9
    finally:
        holder.close()


def test_hours_that_become_known_are_a_reason_to_look_again(service):
    for _ in range(10):
        answer(service, "Billing")
    plant(service, four_weeks("Billing"))
    assert wait_for_alert(service, "Billing")["frustrated"] == 10


def test_answers_that_were_reclassified_do_not_count(service):
    with_baselines(service, "Billing", "Sales")
    for _ in range(LEAST - 1):
        reclassify(service, answer(service, "Billing"), "discarded")
    for _ in range(LEAST - 1):
        answer(service, "Billing")
    looked(service, "Sales")
    assert alerts(service, "Billing") == []
    answer(service, "Billing")
    assert wait_for_alert(service, "Billing")["frustrated"] == LEAST


def test_none_is_raised_while_alerts_are_off(make_service):
    service = make_service(UNDERSTOOD_ALERTS_ENABLED="false")
    with_baselines(service, "Billing")
    for _ in range(10):
        answer(service, "Billing")
    service.restart()
    for _ in range(10):
        answer(service, "Billing")
    assert service.stop() == 0
    assert service.sql("SELECT count(*) FROM alerts") == [(0,)]
    service.start(UNDERSTOOD_ALERTS_ENABLED="true")
    assert wait_for_alert(service, "Billing")["frustrated"] == 20


# ---- lasting and ending ----

def test_after_an_alert_none_is_raised_for_an_hour(service):
    with_baselines(service, "Billing", "Sales")
    for _ in range(10):
        answer(service, "Billing")
    first = wait_for_alert(service, "Billing")
    assert service.post(f"/v1/alerts/{first['id']}/resolve", "write", json={}).status_code == 200
    for _ in range(10):
        answer(service, "Billing")
    looked(service, "Sales")
    assert len(alerts(service, "Billing")) == 1
    service.sql("UPDATE alerts SET raised_at = raised_at - interval '61 minutes' WHERE team = 'Billing'")
    answer(service, "Billing")
    service.wait_for(lambda: len(alerts(service, "Billing")) == 2, WAIT_S)


def test_an_alert_lasts_while_the_threshold_is_passed(service):
    with_baselines(service, "Billing")
    for _ in range(10):
        answer(service, "Billing")
    alert = wait_for_alert(service, "Billing")
    service.sql("UPDATE alerts SET exceeded_at = exceeded_at - interval '61 minutes'")
    service.wait_for(lambda: alerts(service, "Billing")[0]["exceeded_at"] >= alert["exceeded_at"], WAIT_S)
    assert alerts(service, "Billing")[0]["status"] == "open"


def test_an_alert_is_resolved_once_nothing_was_passed_for_an_hour(service):
    with_baselines(service, "Billing")
    for _ in range(10):
        answer(service, "Billing")
    wait_for_alert(service, "Billing")
    service.sql("UPDATE responses SET answered_at = answered_at - interval '70 minutes' WHERE contact_ref NOT LIKE 'planted %%'")
    service.cli("verify", "--rebuild", check=True)
    service.sql("UPDATE alerts SET exceeded_at = exceeded_at - interval '61 minutes' WHERE team = 'Billing'")
    resolved = wait_for_alert(service, "Billing", "?status=resolved")
    assert resolved["resolved_at"] and resolved.get("resolved_by") is None  # by itself


# ---- hours ----

def test_hours_are_counted_again_when_an_answer_of_theirs_is_reclassified(service):
    rows = with_baselines(service, "Billing")
    service.wait_for(lambda: hour_counts(service, "Billing") == closed(rows), WAIT_S)
    id, = service.sql("SELECT id FROM responses WHERE understood = 'no' AND answered_at < now() - interval '9 days' LIMIT 1")[0]
    reclassify(service, id, "discarded")
    service.wait_for(lambda: hour_counts(service, "Billing") == changed(rows, -1), WAIT_S)


def test_hours_are_counted_again_after_an_import(service, tmp_path):
    rows = with_baselines(service, "Billing")
    row = {"survey": "understood", "contact_ref": "imported", "team": "Billing", "understood": "no",
           "answered_at": ago(days=3).strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert importing.run(service, "responses", tmp_path / "in.csv", importing.csv_of([row])).returncode == 0
    service.wait_for(lambda: hour_counts(service, "Billing") == changed(rows, 1), WAIT_S)


def test_hours_of_each_account_are_its_own(service):
    other = service.account()
    rows = four_weeks("Billing", per_hour=1)
    plant(service, rows, account=other)
    service.restart()
    service.wait_for(lambda: is_counted(service, rows, account=other), WAIT_S)
    assert service.sql("SELECT count(*) FROM frustration_hours WHERE account_id = 1") == [(0,)]
