"""Accounts with planted rows, and what GET /v1/metrics should say of them."""
import copy
import datetime
import itertools
import zoneinfo

from support import fair, scores
from support.scores import UTC, assert_close

numbers = itertools.count(1)


def instant(text):
    return datetime.datetime.fromisoformat(text)


class Filled:
    """An account of its own, with rows planted and rollups made from them."""

    def __init__(self, service, time_zone="UTC", invitations=(), responses=(), contacts=()):
        self.service = service
        self.time_zone = time_zone
        self.account = service.account(f"metrics {next(numbers)}", time_zone)
        self.key = service.key("read", self.account)
        self.invitations, self.responses, self.contacts = [], [], []
        self.plant(invitations, responses, contacts)

    def plant(self, invitations, responses, contacts=()):
        self.invitations += invitations
        self.responses += responses
        self.contacts += contacts
        connection = self.service.connect()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            scores.plant(cursor, self.account, invitations, responses, contacts=contacts)
            cursor.execute("COMMIT")
        connection.close()
        self.service.cli("verify", "--rebuild", "--account", self.account, check=True)

    def recent(self):
        """From when on contacts may still repeat: where the day begins that was seven times 24 hours ago."""
        zone = zoneinfo.ZoneInfo(self.time_zone)
        day = (datetime.datetime.now(UTC) - datetime.timedelta(days=7)).astimezone(zone).date()
        return datetime.datetime.combine(day, datetime.time(), zone)

    def get(self, status=200, headers=None, **parameters):
        answer = self.service.get("/v1/metrics", self.key, headers=headers,
                                  params={"survey": "understood", **parameters})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else answer

    def expected(self, bounds, filters, by=None, before=None):
        """What the window [bounds[0][0], bounds[-1][1]) should answer, bounds being its points; compared with the window
        before, when its bounds are given."""
        narrowed = [[row for row in rows if scores.matches(row, filters)]
                    for rows in (self.invitations, self.responses, self.contacts)]
        recent = self.recent()

        def score_of(start, end):
            return scores.score(*[scores.within(rows, start, end) for rows in narrowed], self.responses, recent,
                                mark=bool(filters))

        first, last = bounds[0][0], bounds[-1][1]
        expected = {
            "total": score_of(first, last),
            "series": [{"start": start.isoformat(), **score_of(start, end)} for start, end in bounds],
            "groups": [],
        }
        for point in expected["series"]:
            point.pop("choices", None)
        if by:
            expected |= self.grouped(narrowed, (first, last), by, filters, before)
            for told in expected["fairness"].values() if expected["total"].get("withheld") else ():
                told["mean"] = None
        if any(row.get("choices") for row in self.responses):
            for made in (expected["total"], *expected["groups"]):
                made.setdefault("choices", {})
        if before:
            total = score_of(*before)
            total.pop("choices", None)
            expected["total"]["change"] = scores.change(expected["total"], total)
            expected["previous"] = {"from": before[0].isoformat(), "to": before[1].isoformat(), "total": total}
        return expected

    def grouped(self, narrowed, window, by, filters, before):
        def groups_of(start, end):
            return scores.unmarked_groups(*[scores.within(rows, start, end) for rows in narrowed], self.responses,
                                          self.recent(), by, filters.get(by))

        groups = groups_of(*window)
        fairness = fair.add(groups)
        scores.mark_groups(groups)
        if before:
            empty = scores.score([], [], [], [], self.recent())
            earlier = {group["value"]: group for group in groups_of(*before)}
            matched = [copy.deepcopy(earlier.get(group["value"], empty)) for group in groups]
            scores.mark_groups(matched)
            for group, other in zip(groups, matched):
                group["change"] = scores.change(group, other)
            cells = [group["change"][question] for group in groups for question in (*scores.QUESTIONS, "repeat_rate")
                     if group["change"][question]]
            for cell, adjusted in zip(cells, scores.benjamini_hochberg([cell["p"] for cell in cells])):
                cell["p_adjusted"] = adjusted
        return {"groups": groups, "fairness": fairness}


def check(filled, bounds, filters=None, by=None, before=None, **parameters):
    filters = filters or {}
    if before:
        parameters["compare"] = "previous"
    got = filled.get(**parameters, **filters, **({"by": by} if by else {}))
    expected = filled.expected(bounds, filters, by, before)
    if parameters.get("interval") == "all":
        expected["series"] = []
    optional = {"previous", "fairness"} & set(got)
    assert optional == {"previous", "fairness"} & set(expected)
    assert_close({name: got[name] for name in expected}, expected)
    assert got["from"] == bounds[0][0].isoformat() and got["to"] == bounds[-1][1].isoformat()
    assert got["timezone"] == filled.time_zone and got["survey"] == "understood"
    return got


def days(filled, first, last):
    return list(scores.local_days(filled.time_zone, datetime.date.fromisoformat(first),
                                  datetime.date.fromisoformat(last)))


def hours(filled, first, last):
    """The hours of whole local days, each as long as an hour is."""
    bounds = days(filled, first, last)
    zone = bounds[0][0].tzinfo
    start, end = bounds[0][0].astimezone(UTC), bounds[-1][1].astimezone(UTC)
    hour = datetime.timedelta(hours=1)
    while start < end:
        yield start.astimezone(zone), (start + hour).astimezone(zone)
        start += hour
