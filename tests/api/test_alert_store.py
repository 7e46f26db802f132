"""Alerts in the database: raised once, whoever tries; told where somebody wants to hear of it; resolved once."""
import datetime

import pytest

from support.alerts import NOT_FOUND, OK, begin, end, fall_back, raise_alert, raised, touch

SERVICE_ENVIRONMENT = {"UNDERSTOOD_ALERTS_ENABLED": "false"}  # or its watcher would end those that are old
ALERT_RAISED, ALERT_RESOLVED = 7, 8
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def clean(service):
    service.sql("DELETE FROM alerts")
    service.sql("DELETE FROM events")
    service.sql("UPDATE accounts SET event_mask = %s", 1 << ALERT_RAISED | 1 << ALERT_RESOLVED)


def ago(**time):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**time)).isoformat()


def alerts(service, columns="team, status, revision"):
    return service.sql(f"SELECT {columns} FROM alerts ORDER BY account_id, team, raised_at")


def events(service):
    return service.sql("SELECT type, object_id FROM events ORDER BY transaction, id")


def test_of_many_that_raise_at_once_one_does(service):
    tries = [begin(service, do="raise", team="Billing") for _ in range(12)]
    done = [end(one) for one in tries]
    assert [one["outcome"] for one in done] == [OK] * 12
    assert sum(one["raised"] for one in done) == 1
    assert alerts(service) == [("Billing", "open", 1)]
    winner = next(one["id"] for one in done if one["raised"])
    assert events(service) == [(ALERT_RAISED, winner)]


def test_teams_accounts_and_the_whole_account_have_alerts_of_their_own(service):
    other = service.account()
    assert all(raise_alert(service, **where)["raised"] for where in (
        {"team": "Billing"}, {"team": "Returns"}, {"team": ""}, {"team": "Billing", "account": other}))
    assert [team for team, _, _ in alerts(service)] == ["", "Billing", "Returns", "Billing"]


def test_none_is_raised_while_one_goes_on_however_old(service):
    raised(service, raised_at=ago(days=3))
    assert not raise_alert(service)["raised"]


def test_none_is_raised_within_the_cool_down_even_when_the_last_is_resolved(service):
    assert fall_back(service, raised(service, raised_at=ago(minutes=50))) == OK
    assert not raise_alert(service, cool_down_s=3600)["raised"]
    assert raise_alert(service, cool_down_s=2400)["raised"]


def test_the_cool_down_is_the_teams_own(service):
    fall_back(service, raised(service))
    assert raise_alert(service, team="Returns")["raised"]


def test_a_passing_again_is_noted_and_never_goes_back(service):
    id = raised(service, raised_at=ago(minutes=30))
    assert touch(service, id) == OK
    noted = alerts(service, "exceeded_at, revision")
    assert noted[0][1] == 2
    assert touch(service, id, at=ago(minutes=10)) == OK
    assert alerts(service, "exceeded_at, revision") == noted


def test_a_resolved_alert_is_not_touched_any_more(service):
    id = raised(service, raised_at=ago(minutes=30))
    fall_back(service, id)
    before = alerts(service, "exceeded_at, revision")
    assert touch(service, id) == OK
    assert alerts(service, "exceeded_at, revision") == before


def test_resolved_once_told_once(service):
    id = raised(service)
    assert fall_back(service, id) == OK
    assert fall_back(service, id) == OK
    assert alerts(service, "status, resolved_by, revision") == [("resolved", None, 2)]
    assert events(service) == [(ALERT_RAISED, id), (ALERT_RESOLVED, id)]


def test_what_is_none_cannot_be_resolved(service):
    assert fall_back(service, NOBODY) == NOT_FOUND
    id = raised(service)
    assert fall_back(service, id, account=service.account()) == NOT_FOUND
    assert alerts(service) == [("Billing", "open", 1)]


def test_nobody_who_listens_no_event(service):
    service.sql("UPDATE accounts SET event_mask = 0")
    fall_back(service, raised(service))
    assert events(service) == []


def test_what_was_given_is_what_is_kept(service):
    ids = [f"0190f3f0-0000-7000-8000-{i:012}" for i in range(30)]
    raised(service, team="Zürich, \"süd\"", frustrated=31, n=44, baseline=[0, 1], responses=ids, window_s=1800)
    assert alerts(service, "team, frustrated, n, baseline_frustrated, baseline_n, p, alpha, response_ids::text[],"
                           " extract(epoch FROM raised_at - window_from)::int") == \
        [("Zürich, \"süd\"", 31, 44, 0, 1, 0.0001234567890123, 0.0014, ids, 1800)]
