"""GET /v1/metrics against the same scores counted from the rows in Python."""
import datetime
import re

import pytest

from support import scores
from support.metrics import Filled, check, days, hours, instant
from support.scores import UTC


@pytest.fixture(scope="module")
def varied(service):
    """Twenty days of every kind of row."""
    return Filled(service, "UTC", *scores.make_rows(1, 500, instant("2026-06-01T00:00:00+00:00"),
                                                   instant("2026-06-21T00:00:00+00:00")))


@pytest.mark.parametrize("by", [None, *scores.VALUES])
def test_every_field_is_what_the_rows_say(varied, by):
    got = check(varied, days(varied, "2026-05-30", "2026-06-22"), by=by, **{"from": "2026-05-30", "to": "2026-06-22"})
    assert got["interval"] == "day"
    assert "groups_truncated" not in got


@pytest.mark.parametrize("interval", ["day", "all"])
@pytest.mark.parametrize("by", [None, "agent", "team", "source"])
@pytest.mark.parametrize("filters", [
    {"team": "red"}, {"agent": "agent-3"}, {"source": "page"}, {"team": "red", "channel": "chat"},
    {"agent": "agent-1", "language": "de", "reason": "complaint"},
    {"agent": "agent-2", "team": "blue", "channel": "phone", "reason": "technical", "language": "en", "source": "api"},
    {"team": "nobody"}], ids=lambda filters: "+".join(filters))
def test_filters_and_groups_are_what_the_rows_say(varied, filters, by, interval):
    check(varied, days(varied, "2026-06-01", "2026-06-20"), filters, by, interval=interval,
          **{"from": "2026-06-01", "to": "2026-06-20"})


@pytest.mark.parametrize("by", [None, "agent", "channel"])
@pytest.mark.parametrize("filters", [{}, {"team": "green"}, {"agent": "agent-0", "source": "page"}],
                         ids=lambda filters: "+".join(filters))
def test_hours_are_what_the_rows_say(varied, filters, by):
    check(varied, list(hours(varied, "2026-06-05", "2026-06-06")), filters, by, interval="hour",
          **{"from": "2026-06-05", "to": "2026-06-06"})


DST = [("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25),
       ("America/New_York", "2026-03-08", 23), ("America/New_York", "2026-11-01", 25),
       ("America/Havana", "2026-11-01", 25), ("Asia/Kolkata", "2026-03-29", 24)]


@pytest.fixture(scope="module", params=DST, ids=lambda change: f"{change[0]} {change[1]}")
def changing(request, service):
    """Rows of the days round a change of the clocks."""
    zone, date, length = request.param
    noon = instant(f"{date}T12:00:00+00:00")
    two_days = datetime.timedelta(days=2)
    filled = Filled(service, zone, *scores.make_rows(2, 400, noon - two_days, noon + two_days))
    filled.date, filled.length = date, length
    return filled


def around(date, distance):
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=distance)).isoformat()


def test_days_are_the_accounts_own_when_the_clocks_change(changing):
    first, last = around(changing.date, -2), around(changing.date, 2)
    got = check(changing, days(changing, first, last), by="team", **{"from": first, "to": last})
    starts = [instant(point["start"]) for point in got["series"]]
    assert starts[3] - starts[2] == datetime.timedelta(hours=changing.length)


def test_hours_are_hours_when_the_clocks_change(changing):
    got = check(changing, list(hours(changing, changing.date, changing.date)), by="team", interval="hour",
                **{"from": changing.date, "to": changing.date})
    assert len(got["series"]) == changing.length


def test_several_filters_find_the_same_days_when_the_clocks_change(changing):
    first, last = around(changing.date, -1), around(changing.date, 1)
    check(changing, days(changing, first, last), {"team": "red", "source": "page"}, "language",
          **{"from": first, "to": last})


def test_another_time_zone_counts_everything_again(service):
    filled = Filled(service, "UTC", *scores.make_rows(3, 200, instant("2026-03-28T00:00:00+00:00"),
                                                     instant("2026-03-31T00:00:00+00:00")))
    service.cli("account", "set", filled.account, "--time-zone", "Asia/Tokyo", check=True)
    filled.time_zone = "Asia/Tokyo"
    check(filled, days(filled, "2026-03-27", "2026-04-01"), by="agent", **{"from": "2026-03-27", "to": "2026-04-01"})
    assert service.cli("verify", "--account", filled.account).returncode == 0


# ---- windows ----

def test_the_default_is_ninety_days_up_to_and_including_today(service):
    now = datetime.datetime.now(UTC)
    filled = Filled(service, "Europe/Berlin", [], [scores.response("now", now)])
    got = filled.get()
    today = now.astimezone(scores.zoneinfo.ZoneInfo("Europe/Berlin")).date()
    check(filled, days(filled, around(today.isoformat(), -89), today.isoformat()))
    assert len(got["series"]) == 90 and got["series"][-1]["n"] == got["total"]["n"] == 1


def test_by_hour_the_default_is_fourteen_days(service):
    filled = Filled(service, "Asia/Kolkata", [], [scores.response("now", datetime.datetime.now(UTC))])
    got = filled.get(interval="hour")
    assert len(got["series"]) == 14 * 24
    assert got["series"][-1]["n"] == 1 and got["series"][-1]["start"].endswith(":00:00+05:30")


@pytest.mark.parametrize("interval", ["day", "all"])
def test_instants_ask_for_every_day_they_touch(varied, interval):
    bounds = days(varied, "2026-06-03", "2026-06-05")
    check(varied, bounds, interval=interval, **{"from": "2026-06-03T17:00:00Z", "to": "2026-06-05T00:00:01Z"})
    check(varied, bounds, interval=interval, **{"from": "2026-06-03T23:59:59.999999Z", "to": "2026-06-06T00:00:00Z"})
    check(varied, bounds, interval=interval, **{"from": "2026-06-03", "to": "2026-06-06T02:00:00+02:00"})


def test_instants_ask_for_every_hour_they_touch(varied):
    got = varied.get(interval="hour", **{"from": "2026-06-03T17:59:00Z", "to": "2026-06-03T19:00:01Z"})
    assert (got["from"], got["to"]) == ("2026-06-03T17:00:00+00:00", "2026-06-03T20:00:00+00:00")
    assert len(got["series"]) == 3


def test_a_last_date_brings_ninety_days_before_it(varied):
    got = varied.get(to="2026-06-20")
    assert got["from"] == "2026-03-23T00:00:00+00:00" and len(got["series"]) == 90


def test_the_whole_window_at_once_may_be_long(varied):
    got = varied.get(interval="all", **{"from": "1970-01-01", "to": "2999-12-31"})
    assert got["series"] == [] and got["total"]["n"] == sum(row["trust"] == "confirmed" for row in varied.responses)


def test_fourteen_days_by_hour_are_allowed_also_when_one_is_longer(changing):
    first = around(changing.date, -6)
    got = changing.get(interval="hour", **{"from": first, "to": around(first, 13)})
    assert len(got["series"]) == 13 * 24 + changing.length


# ---- small groups ----

def sized(service, sizes):
    at = instant("2026-07-01T12:00:00+00:00")
    return Filled(service, "UTC", [], [scores.response(f"{team}-{index}", at, team=team, csat=4, nps=9)
                                       for team, size in sizes.items() for index in range(size)])


JULY = {"from": "2026-07-01", "to": "2026-07-01"}


@pytest.mark.parametrize("sizes, withheld, thin", [
    ({"a": 1, "b": 4, "c": 5, "d": 9, "e": 10}, "ab", "abcd"),
    ({"a": 4, "b": 30, "c": 31}, "ab", "a"),
    ({"a": 20, "b": 20, "c": 2}, "ac", "c"),
    ({"a": 3}, "a", "a"),
    ({"a": 5, "b": 10}, "", "a")])
def test_small_groups_are_withheld_and_never_alone(service, sizes, withheld, thin):
    filled = sized(service, sizes)
    got = check(filled, days(filled, "2026-07-01", "2026-07-01"), by="team", **JULY)
    assert "".join(group["value"] for group in got["groups"] if group.get("withheld")) == withheld
    assert "".join(group["value"] for group in got["groups"] if group.get("thin")) == thin
    for group in got["groups"]:
        assert group["n"] == sizes[group["value"]]
        assert (group["understood"]["rate"] is None) == (group["value"] in withheld)


def test_the_whole_account_is_never_withheld(service):
    got = sized(service, {"a": 2}).get(**JULY)
    assert got["total"]["understood"]["rate"] == 1 and "thin" not in got["total"]
    assert got["series"][0]["nps"]["score"] == 100 and "withheld" not in got["series"][0]


def test_what_a_filter_leaves_is_withheld_when_small(service):
    got = sized(service, {"a": 2, "b": 7}).get(team="a", **JULY)
    for score in (got["total"], got["series"][0]):
        assert score["withheld"] and score["thin"] and score["n"] == 2 and score["csat"]["counts"] is None
    got = sized(service, {"a": 2, "b": 7}).get(team="b", **JULY)
    assert got["total"]["thin"] and "withheld" not in got["total"] and got["total"]["csat"]["mean"] == 4


def test_a_day_without_answers_has_nulls_and_no_marks(varied):
    score = varied.get(team="red", **{"from": "2026-01-01", "to": "2026-01-01"})["total"]
    assert score["n"] == 0 and score["response_rate"] is None and "thin" not in score
    assert all(score[question][name] is None for question, names in
               {"understood": ("rate", "low", "high"), "csat": ("mean", "top_two_rate", "low", "high"),
                "nps": ("score", "low", "high"), "ces": ("mean", "top_three_rate", "low", "high"),
                "frustrated": ("rate", "low", "high")}.items() for name in names)


def test_more_than_a_thousand_groups_are_cut_and_say_so(service):
    at = instant("2026-07-01T12:00:00+00:00")
    agents = [f"a{index:04}" for index in range(1003)]
    responses = [scores.response(f"r{index}", at, agents=agents[index * 8:index * 8 + 8]) for index in range(126)]
    responses += [scores.response(f"s{index}", at, agents=agents[-8:]) for index in range(11)]
    filled = Filled(service, "UTC", [], responses)
    for parameters in ({}, {"source": "api"}):
        got = filled.get(by="agent", **parameters, **JULY)
        assert got["groups_truncated"] is True and len(got["groups"]) == 1000
        values = [group["value"] for group in got["groups"]]
        assert values == sorted(values) and set(agents[-8:]) <= set(values)


def test_a_group_whose_answers_are_all_gone_is_not_shown(service):
    filled = sized(service, {"a": 6})
    service.sql("INSERT INTO rollups SELECT account_id, survey, dimension, 'gone', day, slot, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,"
                " 0, 0, 0, 0, 0, 0 FROM rollups WHERE account_id = %s AND dimension = 'team'", filled.account)
    assert [group["value"] for group in filled.get(by="team", **JULY)["groups"]] == ["a"]
    assert service.cli("verify", "--account", filled.account).returncode == 0


# ---- refusals ----

@pytest.mark.parametrize("query, parameters", [
    ("", ["survey"]), ("survey=", ["survey"]), ("survey=understood&interval=year", ["interval"]),
    ("survey=understood&by=survey", ["by"]), ("survey=understood&by=customer", ["by"]),
    ("survey=understood&from=yesterday", ["from"]), ("survey=understood&from=2026-02-30", ["from"]),
    ("survey=understood&to=2026-11-23T10:00:00", ["to"]), ("survey=understood&from=1969-12-31", ["from"]),
    ("survey=understood&to=3000-01-01", ["to"]), ("survey=understood&customer=1", ["customer"]),
    ("survey=understood&team=a&team=b", ["team"]), ("survey=understood&team=" + "x" * 101, ["team"]),
    ("survey=understood&from=2026-03-02&to=2026-03-01", ["from"]), ("survey=understood&from=2999-01-01", ["from"]),
    ("survey=understood&from=2026-03-01T10:00:00Z&to=2026-03-01T10:00:00Z", ["from"]),
    ("survey=understood&interval=hour&from=2026-03-01&to=2026-03-15", ["interval"]),
    ("survey=understood&interval=day&from=2000-01-01&to=2026-01-01", ["interval"]),
    ("survey=understood&interval=hour&from=2026-03-01T00:30:00Z&to=2026-03-15T02:30:00Z", ["interval"]),
    ("interval=x&by=y&from=z&colour=red", ["by", "colour", "from", "interval", "survey"]),
])
def test_what_cannot_be_asked_is_refused_with_all_mistakes(service, query, parameters):
    answer = service.get(f"/v1/metrics?{query}", "read")
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "invalid_query"
    assert sorted(mistake["parameter"] for mistake in answer.json()["errors"]) == parameters
    assert all(mistake["detail"] for mistake in answer.json()["errors"])


def test_an_unknown_survey_is_not_found(service):
    answer = service.get("/v1/metrics?survey=nothing", "read")
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"


def test_who_may_ask(service):
    path = "/v1/metrics?survey=understood"
    assert service.get(path).status_code == 401
    assert "WWW-Authenticate" in service.get(path).headers
    assert service.get(path, "write").status_code == 403
    assert service.get(path, "admin").status_code == 200
    answer = service.post(path, "read")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert service.get(path, "read", headers={"Accept": "text/html"}).status_code == 406


def test_two_accounts_never_see_each_other(service, varied):
    other = Filled(service, "UTC", [], [scores.response("other", instant("2026-06-05T12:00:00+00:00"), team="red")])
    window = {"from": "2026-06-01", "to": "2026-06-20"}
    for parameters in ({}, {"by": "team"}, {"team": "red", "source": "api"}, {"interval": "all", "by": "agent"}):
        assert other.get(**parameters, **window)["total"]["n"] == 1
    service.sql("INSERT INTO surveys (account_id, survey, created_at, updated_at) VALUES (%s, 'theirs', now(), now())",
                other.account)
    assert varied.get(status=404, survey="theirs")["code"] == "not_found"


def test_surveys_are_kept_apart(service, varied):
    service.sql("INSERT INTO surveys (account_id, survey, created_at, updated_at) VALUES (%s, 'second', now(), now())",
                varied.account)
    got = varied.get(survey="second", by="team", **{"from": "2026-06-01", "to": "2026-06-20"})
    assert got["total"]["n"] == got["total"]["coverage"]["invited"] == 0
    assert all(group["n"] == 0 and group["coverage"]["contacts"] for group in got["groups"])


# ---- ETag ----

def test_an_unchanged_answer_is_not_sent_again(service, varied):
    path = "/v1/metrics?survey=understood&by=team"
    first = service.get(path, varied.key)
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["ETag"])
    assert first.headers["Cache-Control"] == "private, no-cache"
    tag = first.headers["ETag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = service.get(path, varied.key, headers={"If-None-Match": header})
        assert again.status_code == 304 and again.content == b"", header
        assert again.headers["ETag"] == tag and again.headers["Cache-Control"] == "private, no-cache"
    assert service.get(path, varied.key, headers={"If-None-Match": '"other"'}).status_code == 200
    head = service.head(path, varied.key)
    assert head.status_code == 200 and head.headers["ETag"] == tag and head.content == b""


def test_an_answer_changes_the_score_and_the_etag_at_once(service):
    filled = Filled(service)
    path = "/v1/metrics?survey=understood"
    before = service.get(path, filled.key)
    posted = service.post("/v1/responses", service.key("write", filled.account), json={
        "survey": "understood", "contact": {"ref": "T-1", "agents": ["ann", "bob"], "team": "red"},
        "answers": {"understood": "partly", "csat": 3, "nps": 7}})
    assert posted.status_code == 201, posted.text
    after = service.get(path, filled.key, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and after.headers["ETag"] != before.headers["ETag"]
    assert after.json()["total"]["understood"] | {"low": 0, "high": 0} == {
        "n": 1, "yes": 0, "partly": 1, "no": 0, "rate": 0, "low": 0, "high": 0}
    groups = filled.get(by="agent")["groups"]
    assert [(group["value"], group["n"]) for group in groups] == [("ann", 1), ("bob", 1)]


def test_total_and_groups_are_of_one_moment(service):
    filled = Filled(service)
    key = service.key("write", filled.account)

    def answer_many():
        for number in range(150):
            service.post("/v1/responses", key, json={
                "survey": "understood", "contact": {"ref": f"m-{number}", "team": "red"}, "answers": {"nps": 9}})

    thread = service.in_background(answer_many)
    seen = set()
    while thread.is_alive():
        got = filled.get(by="team")
        assert sum(group["n"] for group in got["groups"]) == got["total"]["n"]
        seen.add(got["total"]["n"])
    assert len(seen) > 3 and filled.get()["total"]["n"] == 150


def test_names_are_told_back_as_they_were_given(service):
    strange = ['quote" and \\', "línea 日本 😀", "a&b=c+d%"]
    at = instant("2026-07-01T12:00:00+00:00")
    filled = Filled(service, "UTC", [], [scores.response(f"r{index}", at, team=team)
                                         for index, team in enumerate(strange)])
    assert [group["value"] for group in filled.get(by="team", **JULY)["groups"]] == sorted(strange)
    for team in strange:
        assert filled.get(team=team, **JULY)["total"]["n"] == 1
        assert filled.get(team=team, source="api", **JULY)["total"]["n"] == 1
