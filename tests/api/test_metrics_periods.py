"""GET /v1/metrics by week and by month: the account's own, whole."""
import datetime
import zoneinfo

import pytest

from support import scores
from support.metrics import Filled, check, instant
from support.scores import UTC

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Havana"]


def following(interval, day):
    if interval == "week":
        return day + datetime.timedelta(days=7)
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def first_of(interval, day):
    return day - datetime.timedelta(days=day.weekday()) if interval == "week" else day.replace(day=1)


def periods(zone, interval, first, last):
    """(start, end) of each week or month that the days from first to last touch."""
    zone = zoneinfo.ZoneInfo(zone)
    day, last = first_of(interval, datetime.date.fromisoformat(first)), datetime.date.fromisoformat(last)
    made = []
    while day <= last:
        made.append(tuple(datetime.datetime.combine(date, datetime.time(), zone) for date in (day, following(interval, day))))
        day = following(interval, day)
    return made


@pytest.fixture(scope="module", params=ZONES)
def long_time(request, service):
    """Rows from before a New Year in the middle of a week until after the clocks have changed, leap day included."""
    return Filled(service, request.param, *scores.make_rows(
        4, 700, instant("2027-11-20T00:00:00+00:00"), instant("2028-04-10T00:00:00+00:00")))


@pytest.mark.parametrize("interval", ["week", "month"])
@pytest.mark.parametrize("filters, by", [({}, None), ({}, "agent"), ({"team": "red"}, "team"), ({"agent": "agent-2"}, "channel"),
                                         ({"team": "red", "source": "page"}, "language")],
                         ids=["all", "agents", "team", "agent+by", "facts"])
def test_weeks_and_months_are_what_the_rows_say(long_time, interval, filters, by):
    got = check(long_time, periods(long_time.time_zone, interval, "2027-11-25", "2028-04-05"), filters, by, interval=interval,
                **{"from": "2027-11-25", "to": "2028-04-05"})
    assert got["interval"] == interval
    assert len(got["series"]) == {"week": 20, "month": 6}[interval]


def test_a_week_over_new_year_is_one_week(service):
    days = ["2026-12-27", "2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03", "2027-01-04"]
    filled = Filled(service, "Europe/Berlin", [], [
        scores.response(f"at {day}", instant(f"{day}T{hour}+01:00")) for day in days for hour in ("00:00:00",)])
    got = check(filled, periods("Europe/Berlin", "week", "2026-12-27", "2027-01-04"), interval="week",
                **{"from": "2026-12-27", "to": "2027-01-04"})
    assert [(point["start"][:10], point["n"]) for point in got["series"]] == [
        ("2026-12-21", 1), ("2026-12-28", 4), ("2027-01-04", 1)]
    got = filled.get(interval="month", **{"from": "2026-12-27", "to": "2027-01-04"})
    assert [(point["start"][:10], point["n"]) for point in got["series"]] == [("2026-12-01", 3), ("2027-01-01", 3)]


@pytest.mark.parametrize("interval, hours", [("week", 7 * 24 - 1), ("month", 31 * 24 - 1)])
def test_the_week_and_month_when_the_clocks_change_are_whole(service, interval, hours):
    filled = Filled(service, "Europe/Berlin", *scores.make_rows(
        5, 200, instant("2026-03-20T00:00:00+00:00"), instant("2026-04-03T00:00:00+00:00")))
    bounds = periods("Europe/Berlin", interval, "2026-03-29", "2026-03-29")
    assert bounds[0][1].astimezone(UTC) - bounds[0][0].astimezone(UTC) == datetime.timedelta(hours=hours)
    check(filled, bounds, by="team", interval=interval, **{"from": "2026-03-29", "to": "2026-03-29"})


@pytest.mark.parametrize("interval, bounds", [
    ("week", ("2026-06-01T00:00:00+02:00", "2026-06-15T00:00:00+02:00")),
    ("month", ("2026-06-01T00:00:00+02:00", "2026-07-01T00:00:00+02:00"))])
def test_instants_ask_for_every_week_and_month_they_touch(service, interval, bounds):
    filled = Filled(service, "Europe/Berlin")
    got = filled.get(interval=interval, **{"from": "2026-06-04T10:00:00Z", "to": "2026-06-07T22:00:01Z"})
    assert (got["from"], got["to"]) == bounds
    got = filled.get(interval=interval, **{"from": "2026-06-04T10:00:00Z", "to": "2026-06-07T22:00:00Z"})
    assert got["to"] == (bounds[1] if interval == "month" else "2026-06-08T00:00:00+02:00")


@pytest.mark.parametrize("interval, count", [("week", 26), ("month", 12)])
def test_by_default_half_a_year_of_weeks_and_a_year_of_months(service, interval, count):
    now = datetime.datetime.now(UTC)
    filled = Filled(service, "Asia/Tokyo", [], [scores.response("now", now)])
    got = filled.get(interval=interval)
    today = now.astimezone(zoneinfo.ZoneInfo("Asia/Tokyo")).date()
    assert len(got["series"]) == count and got["series"][-1]["n"] == 1
    assert got["series"][-1]["start"][:10] == first_of(interval, today).isoformat()


@pytest.mark.parametrize("to", ["2026-03-31", "2024-02-29", "2026-12-31", "2026-01-01"])
def test_twelve_months_end_with_the_last_one_whatever_its_length(service, to):
    got = Filled(service).get(interval="month", to=to)
    last = datetime.date.fromisoformat(to)
    assert got["series"][-1]["start"][:10] == last.replace(day=1).isoformat()
    assert got["from"][:10] == (last.replace(day=1) - datetime.timedelta(days=330)).replace(day=1).isoformat()
    assert len({point["start"] for point in got["series"]}) == 12


@pytest.mark.parametrize("interval, longest, longer", [
    ("week", ("2016-01-04", "2025-12-21"), ("2016-01-03", "2025-12-21")),
    ("month", ("2016-01-31", "2025-12-01"), ("2016-01-31", "2026-01-01"))])
def test_ten_years_of_weeks_and_months_are_the_most(service, interval, longest, longer):
    filled = Filled(service)
    got = filled.get(interval=interval, **dict(zip(("from", "to"), longest)))
    assert len(got["series"]) == {"week": 520, "month": 120}[interval]
    refused = filled.get(422, interval=interval, **dict(zip(("from", "to"), longer)))
    assert refused["code"] == "invalid_query" and refused["errors"][0]["parameter"] == "interval"
    assert f"{len(got['series'])} {interval}s at most" in refused["errors"][0]["detail"]


@pytest.mark.parametrize("interval", ["week", "month"])
def test_a_window_that_ends_before_it_begins_is_refused_also_inside_one_week(service, interval):
    refused = Filled(service).get(422, interval=interval, **{"from": "2026-06-04", "to": "2026-06-03"})
    assert [error["parameter"] for error in refused["errors"]] == ["from"]
