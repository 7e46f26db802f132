"""compare=previous: the window before, and whether what changed is more than chance."""
import datetime
import zoneinfo

import pytest

from api.test_metrics_periods import periods
from support import scores
from support.metrics import Filled, check, days, hours, instant
from support.scores import UTC, assert_close

JULY = {"from": "2026-07-08", "to": "2026-07-14"}
COMPARED = (*scores.QUESTIONS, "repeat_rate")


@pytest.fixture(scope="module", params=["UTC", "Europe/Berlin", "America/New_York"])
def spring(request, service):
    """Ten weeks in which the clocks change."""
    return Filled(service, request.param, *scores.make_rows(
        6, 900, instant("2026-02-01T00:00:00+00:00"), instant("2026-04-12T00:00:00+00:00")))


def day_start(zone, text):
    return datetime.datetime.combine(datetime.date.fromisoformat(text), datetime.time(), zoneinfo.ZoneInfo(zone))


CASES = [({}, None), ({}, "agent"), ({}, "source"), ({"team": "red"}, "team"), ({"channel": "chat"}, "agent"),
         ({"team": "blue", "source": "api"}, "reason")]


@pytest.mark.parametrize("filters, by", CASES)
@pytest.mark.parametrize("interval", ["day", "all"])
def test_days_are_compared_with_as_many_before(spring, interval, filters, by):
    zone = spring.time_zone
    before = day_start(zone, "2026-03-01"), day_start(zone, "2026-03-21")
    check(spring, days(spring, "2026-03-21", "2026-04-09"), filters, by, before, interval=interval,
          **{"from": "2026-03-21", "to": "2026-04-09"})


@pytest.mark.parametrize("filters, by", CASES)
def test_weeks_are_compared_with_as_many_before(spring, filters, by):
    bounds = periods(spring.time_zone, "week", "2026-03-16", "2026-04-05")
    before = day_start(spring.time_zone, "2026-02-23"), day_start(spring.time_zone, "2026-03-16")
    check(spring, bounds, filters, by, before, interval="week", **{"from": "2026-03-18", "to": "2026-04-04"})


@pytest.mark.parametrize("filters, by", CASES)
def test_months_are_compared_with_as_many_before_whatever_their_length(spring, filters, by):
    bounds = periods(spring.time_zone, "month", "2026-03-01", "2026-03-31")
    before = day_start(spring.time_zone, "2026-02-01"), day_start(spring.time_zone, "2026-03-01")
    check(spring, bounds, filters, by, before, interval="month", **{"from": "2026-03-31", "to": "2026-03-31"})


@pytest.mark.parametrize("filters, by", [({}, None), ({}, "team"), ({"team": "green"}, "channel")])
def test_hours_are_compared_with_as_many_before(spring, filters, by):
    bounds = list(hours(spring, "2026-03-28", "2026-03-30"))
    start = bounds[0][0].astimezone(UTC) - len(bounds) * datetime.timedelta(hours=1)
    before = start.astimezone(bounds[0][0].tzinfo), bounds[0][0]
    check(spring, bounds, filters, by, before, interval="hour", **{"from": "2026-03-28", "to": "2026-03-30"})


def rows(day, team, n, understood="yes", **columns):
    return [scores.response(f"{team}-{day}-{understood}-{index}", instant(f"2026-07-{day:02}T12:00:00+00:00"), team=team,
                            understood=understood, **columns) for index in range(n)]


def filled_with(service, *lists):
    return Filled(service, "UTC", [], [row for rows in lists for row in rows])


def test_the_change_is_newcombes_and_the_nps_packages(service):
    def nps(day, detractors, passives, promoters):
        return [row for score, n in ((3, detractors), (7, passives), (10, promoters))
                for row in rows(day, f"nps-{score}", n, None, nps=score)]

    filled = filled_with(service, rows(10, "a", 56), rows(10, "a", 14, "no"), rows(3, "a", 48), rows(3, "a", 32, "partly"),
                         nps(10, 10, 20, 70), nps(3, 15, 30, 55))
    change = filled.get(compare="previous", **JULY)["total"]["change"]
    assert_close(change["understood"], {"difference": .2, "low": change["understood"]["low"],
                                        "high": change["understood"]["high"], "p": .008045})
    assert (round(change["understood"]["low"], 4), round(change["understood"]["high"], 4)) == (.0524, .3339)
    assert change["nps"] == {"difference": 20, "low": .150939, "high": 38.684012, "p": .048232}
    assert change["csat"] is None and change["ces"] is None


def test_nothing_before_is_no_change(service):
    got = filled_with(service, rows(10, "a", 20, csat=5), rows(3, "b", 20)).get(compare="previous", by="team", **JULY)
    assert got["previous"]["total"]["n"] == 20 and got["total"]["change"]["csat"] is None
    assert got["total"]["change"]["understood"]["difference"] == 0 and got["total"]["change"]["understood"]["p"] == 1
    [group] = got["groups"]
    assert group["value"] == "a" and group["change"] == dict.fromkeys(COMPARED)


def test_no_answers_at_all_are_no_change(service):
    got = Filled(service).get(compare="previous", by="team", **JULY)
    assert got["total"]["change"] == dict.fromkeys(COMPARED) and got["groups"] == []


def test_without_compare_nothing_is_compared(service):
    got = filled_with(service, rows(10, "a", 20)).get(by="team", **JULY)
    assert "previous" not in got and "change" not in got["total"] and "change" not in got["groups"][0]


@pytest.mark.parametrize("now, before, withheld", [
    ({"a": 4, "b": 20, "c": 30}, {"a": 20, "b": 20, "c": 20}, "ab"),
    ({"a": 20, "b": 20, "c": 20}, {"a": 4, "b": 20, "c": 30}, "ab"),
    ({"a": 4, "b": 20, "c": 30}, {"a": 30, "b": 20, "c": 4}, "abc"),
    ({"a": 20, "b": 20, "c": 20}, {"b": 20, "c": 30}, ""),
    ({"a": 2, "b": 3, "c": 30}, {"a": 20, "b": 20, "c": 20}, "ab")])
def test_what_is_withheld_cannot_be_had_by_comparing(service, now, before, withheld):
    filled = filled_with(service, *[rows(10, team, n) for team, n in now.items()],
                         *[rows(3, team, n) for team, n in before.items()])
    window = day_start("UTC", "2026-07-01"), day_start("UTC", "2026-07-08")
    got = check(filled, days(filled, "2026-07-08", "2026-07-14"), {}, "team", window, **JULY)
    assert "".join(group["value"] for group in got["groups"] if group["change"].get("withheld")) == withheld


@pytest.mark.parametrize("now, before", [(4, 30), (30, 4), (4, 4)])
def test_a_filtered_total_withholds_its_change(service, now, before):
    filled = filled_with(service, rows(10, "a", now), rows(3, "a", before))
    got = filled.get(compare="previous", team="a", **JULY)
    assert got["total"]["change"] == {"withheld": True} | dict.fromkeys(COMPARED)
    assert got["previous"]["total"].get("withheld", False) == (before == 4)
    assert filled.get(compare="previous", **JULY)["total"]["change"]["understood"] is not None


def test_more_cells_make_each_less_sure(service):
    lists = [rows(10, "changed", 45), rows(10, "changed", 15, "no"), rows(3, "changed", 35), rows(3, "changed", 25, "no")]
    alone = filled_with(service, *lists).get(compare="previous", by="team", **JULY)["groups"][0]["change"]["understood"]
    assert alone["p"] < .1 and alone["p_adjusted"] == alone["p"]
    for team in "bcdef":
        lists += [rows(10, team, 30), rows(10, team, 10, "no"), rows(3, team, 30), rows(3, team, 10, "no")]
    crowd = filled_with(service, *lists).get(compare="previous", by="team", **JULY)["groups"]
    changed = next(group for group in crowd if group["value"] == "changed")["change"]["understood"]
    assert changed["p"] == alone["p"] and changed["p_adjusted"] == pytest.approx(6 * alone["p"], abs=1e-5)
    assert all(group["change"]["understood"]["p_adjusted"] == 1 for group in crowd if group["value"] != "changed")


def test_the_groups_compared_are_those_listed_also_when_there_are_thousands(service):
    agents = [f"a{index:04}" for index in range(1003)]
    lists = [[scores.response(f"{day}-{index}-{time}", instant(f"2026-07-{day:02}T12:00:00+00:00"),
                              agents=agents[index * 8:index * 8 + 8], understood=understood)
              for index in range(126) for time in range(5)] for day, understood in ((10, "yes"), (3, "no"))]
    filled = filled_with(service, *lists)
    for parameters in ({}, {"source": "api"}):
        got = filled.get(by="agent", compare="previous", **parameters, **JULY)
        assert got["groups_truncated"] is True and len(got["groups"]) == 1000
        assert all(group["change"]["understood"]["difference"] == 1 for group in got["groups"])
        assert got["fairness"]["understood"] == {"groups": 1000, "detectable": False, "mean": 1}


@pytest.mark.parametrize("parameters, mistaken", [
    ({"compare": "last"}, ["compare"]), ({"compare": "true"}, ["compare"]),
    ({"compare": "previous", "from": "1970-01-01", "to": "1970-01-02"}, ["compare"]),
    ({"compare": "previous", "interval": "all", "from": "1997-01-01", "to": "2025-01-01"}, ["compare"]),
    ({"compare": "previous", "interval": "month", "from": "2010-01-01", "to": "2025-01-01"}, ["interval"])])
def test_what_cannot_be_compared_is_refused(service, parameters, mistaken):
    refused = Filled(service).get(422, **parameters)
    assert refused["code"] == "invalid_query" and [error["parameter"] for error in refused["errors"]] == mistaken


def test_the_earliest_comparison_there_is(service):
    got = Filled(service).get(compare="previous", **{"from": "1970-01-08", "to": "1970-01-14"})
    assert got["previous"]["from"] == "1970-01-01T00:00:00+00:00" and got["previous"]["to"] == got["from"]
