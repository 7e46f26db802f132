"""When mail may go, by the account's clock: against a search minute by minute with Python's zoneinfo."""
import datetime
import random
import subprocess
import zoneinfo

import pytest

from support.service import ROOT

MINUTE = datetime.timedelta(minutes=1)
EVERY_DAY = 0x7F


@pytest.fixture(scope="module")
def send_time(postgres):
    program = ROOT / "build" / "tests" / "send_time"
    sql = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    connection = postgres.connect("postgres")

    def ask(zone, at, start, end, weekdays=EVERY_DAY):
        with connection.cursor() as cursor:
            cursor.execute(sql, {"zone": zone, "at": at, "from": minutes(start), "to": minutes(end),
                                 "weekdays": weekdays})
            return cursor.fetchone()[0].astimezone(datetime.timezone.utc)

    yield ask
    connection.close()


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def instant(text):
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)


def is_open(zone, at, start, end, weekdays):
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    return bool(weekdays >> local.weekday() & 1 and minutes(start) <= local.hour * 60 + local.minute < minutes(end))


def searched(zone, at, start, end, weekdays=EVERY_DAY):
    """The first minute, from at on, at which the clock is in the window."""
    if is_open(zone, at, start, end, weekdays):
        return at
    at = at.replace(second=0, microsecond=0)
    while not is_open(zone, at, start, end, weekdays):
        at += MINUTE
    return at


@pytest.mark.parametrize("zone, at, start, end, weekdays, expected", [
    # open, before it opens, after it closed; seconds count
    ("UTC", "2026-11-25T12:00:00.5Z", "08:00", "20:00", EVERY_DAY, "2026-11-25T12:00:00.5Z"),
    ("UTC", "2026-11-25T07:59:59Z", "08:00", "20:00", EVERY_DAY, "2026-11-25T08:00:00Z"),
    ("UTC", "2026-11-25T19:59:59.999999Z", "08:00", "20:00", EVERY_DAY, "2026-11-25T19:59:59.999999Z"),
    ("UTC", "2026-11-25T20:00:00Z", "08:00", "20:00", EVERY_DAY, "2026-11-26T08:00:00Z"),
    ("UTC", "2026-11-25T23:59:59Z", "08:00", "24:00", EVERY_DAY, "2026-11-25T23:59:59Z"),
    ("UTC", "2026-11-25T00:00:00Z", "00:00", "24:00", EVERY_DAY, "2026-11-25T00:00:00Z"),
    # Friday evening waits for Monday; the only weekday has just passed
    ("UTC", "2026-11-27T20:00:00Z", "08:00", "20:00", 0x1F, "2026-11-30T08:00:00Z"),
    ("UTC", "2026-11-25T20:00:00Z", "08:00", "20:00", 0x04, "2026-12-02T08:00:00Z"),
    # the account's own evening, not ours
    ("Pacific/Auckland", "2026-11-25T06:59:00Z", "08:00", "20:00", EVERY_DAY, "2026-11-25T06:59:00Z"),
    ("Pacific/Auckland", "2026-11-25T07:00:00Z", "08:00", "20:00", EVERY_DAY, "2026-11-25T19:00:00Z"),
    # the night the clock goes back, and forward: eight in the morning is an hour later, and earlier
    ("Europe/Berlin", "2026-10-24T19:00:00Z", "08:00", "20:00", EVERY_DAY, "2026-10-25T07:00:00Z"),
    ("Europe/Berlin", "2026-03-28T20:00:00Z", "08:00", "20:00", EVERY_DAY, "2026-03-29T06:00:00Z"),
    ("Pacific/Auckland", "2026-09-26T08:00:00Z", "08:00", "20:00", EVERY_DAY, "2026-09-26T19:00:00Z"),
    ("Pacific/Auckland", "2026-04-04T07:00:00Z", "08:00", "20:00", EVERY_DAY, "2026-04-04T20:00:00Z"),
    # the clock skips the opening; it shows it twice, and the first time counts
    ("Europe/Berlin", "2026-03-29T00:00:00Z", "02:30", "20:00", EVERY_DAY, "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-24T23:00:00Z", "02:30", "20:00", EVERY_DAY, "2026-10-25T00:30:00Z"),
    ("Europe/Berlin", "2026-10-25T01:15:00Z", "02:30", "20:00", EVERY_DAY, "2026-10-25T01:30:00Z"),
    ("Europe/Berlin", "2026-03-28T23:00:00Z", "02:15", "02:45", EVERY_DAY, "2026-03-30T00:15:00Z"),
])
def test_mail_goes_when_the_window_is_open(send_time, zone, at, start, end, weekdays, expected):
    assert send_time(zone, instant(at), start, end, weekdays) == instant(expected)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu",
                                  "Australia/Lord_Howe", "Pacific/Apia"])
def test_a_search_minute_by_minute_finds_the_same(send_time, zone):
    """All year round; windows do not end where the clock may show an hour twice."""
    chance = random.Random(zone)
    for _ in range(60):
        at = instant("2026-01-01T00:00:00Z") + datetime.timedelta(seconds=chance.randrange(366 * 86400))
        start, end = f"{chance.randrange(12):02d}:{chance.randrange(0, 60, 15):02d}", f"{chance.randrange(13, 25):02d}:00"
        weekdays = chance.choice([EVERY_DAY, 0x1F, 1 << chance.randrange(7)])
        assert send_time(zone, at, start, end, weekdays) == searched(zone, at, start, end, weekdays), (
            zone, at, start, end, weekdays)
