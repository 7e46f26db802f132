"""Four weeks of answers before now, planted straight into the tables, and bursts that come in over HTTP."""
import datetime
import random
import uuid

from support.scores import UTC, later_id

WAIT_S = 120  # a look may be due only after the next tick, on a machine that does much else
PER_HOUR = 10
DAYS = 28


def ago(**time):
    return datetime.datetime.now(UTC) - datetime.timedelta(**time)


def plant(service, rows, account=1):
    """rows: (team, at, frustrated); confirmed and scored. The sums are counted anew."""
    draw = random.Random(len(rows))
    columns = list(zip(*rows))
    service.sql(
        "INSERT INTO responses (account_id, id, survey, contact_ref, team, solved_at, source, answered_at, received_at,"
        " confirmed_at, trust, understood, frustration, sentiment_model)"
        " SELECT %s, id::uuid, 'understood', 'planted ' || id, team, at, 'api', at, at, at, 'confirmed',"
        " CASE WHEN frustrated THEN 'no' ELSE 'yes' END, CASE WHEN frustrated THEN 0.8 ELSE 0.05 END, 'planted'"
        " FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::boolean[]) planted (id, team, at, frustrated)",
        account, [later_id(draw) for _ in rows], *map(list, columns))
    service.sql("DELETE FROM job_progress WHERE job = 'frustration_hours'")  # as the answers' writers see to
    service.cli("verify", "--rebuild", check=True)


def four_weeks(team, per_hour=PER_HOUR):
    """15 of 100 frustrated, in every hour but the last."""
    begin = ago(days=DAYS, minutes=-5)
    count = (DAYS * 24 - 1) * per_hour
    step = datetime.timedelta(hours=1) / per_hour
    return [(team, begin + index * step, index * 15 % 100 < 15) for index in range(count)]


def closed(rows):
    """Those of hours that are in baselines by now, (n, frustrated)."""
    hour = ago(hours=3).replace(minute=0, second=0, microsecond=0)
    counted = [frustrated for _, at, frustrated in rows if at < hour]
    return len(counted), sum(counted)


def is_counted(service, rows, account=1):
    """Once the baselines hold all of rows that they can."""
    n, = service.sql("SELECT COALESCE(sum(n), 0) FROM frustration_hours WHERE account_id = %s AND team = ''", account)[0]
    return n >= closed(rows)[0]


def with_baselines(service, *teams):
    """The service restarted on four weeks of these teams, all counted."""
    assert service.stop() == 0
    rows = [row for team in teams for row in four_weeks(team)]
    plant(service, rows)
    service.start()
    service.wait_for(lambda: is_counted(service, rows), WAIT_S)
    return rows


def answer(service, team, understood="no", key="write"):
    """The response's id."""
    body = {"survey": "understood", "contact": {"ref": str(uuid.uuid4()), "team": team}, "answers": {"understood": understood}}
    done = service.post("/v1/responses", key, json=body)
    assert done.status_code == 201, done.text
    return done.json()["id"]


def alerts(service, team, query=""):
    """The newest first. team None: those of the whole account."""
    done = service.get(f"/v1/alerts{query}", "read")
    assert done.status_code == 200, done.text
    return [each for each in done.json()["data"] if each["team"] == team]


def wait_for_alert(service, team, query=""):
    return service.wait_for(lambda: alerts(service, team, query), WAIT_S)[0]
