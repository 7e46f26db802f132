"""GET /v1/alerts/outlook: of which teams a spike could be told, and why not of others."""
import datetime

import pytest

from support.spikes import WAIT_S, ago, four_weeks, is_counted, plant

BUSY, SLOW = 12, 2  # answers an hour


def days_of(team, days, per_hour):
    step = datetime.timedelta(hours=1) / per_hour
    return [(team, ago(days=days) + index * step, index % 10 == 0) for index in range((days * 24 - 5) * per_hour)]


@pytest.fixture(scope="module")
def filled(service):
    rows = four_weeks("Busy", BUSY) + four_weeks("Slow", SLOW) + days_of("Young", 3, 4) + days_of("New", 1, 3)
    assert service.stop() == 0
    plant(service, rows)
    service.start()
    service.wait_for(lambda: is_counted(service, rows), WAIT_S)
    return service


def outlook(service, key="read"):
    answer = service.get("/v1/alerts/outlook", key)
    assert answer.status_code == 200, answer.text
    assert not answer.json()["has_more"]
    return answer.json()["data"]


def test_of_whom_nothing_is_known_it_says_so(service):
    [whole] = outlook(service, service.key("read", service.account("Empty")))
    assert whole["team"] is None and not whole["can_tell"] and whole["reason"] == "few_before" and whole["text"]
    assert whole["baseline"]["n"] == 0 and whole["baseline"]["rate"] is None and whole["baseline"]["high"] is None
    assert (whole["alpha"], whole["least"]) == (0, None)


def test_the_whole_account_is_first_then_its_teams_by_name(filled):
    assert [each["team"] for each in outlook(filled)] == [None, "Busy", "New", "Slow", "Young"]


def test_a_team_with_enough_answers_can_be_told(filled):
    busy = next(each for each in outlook(filled) if each["team"] == "Busy")
    assert busy["can_tell"] and "reason" not in busy and "text" not in busy
    assert busy["baseline"]["rate"] == pytest.approx(0.15, abs=0.01)
    assert busy["baseline"]["low"] < busy["baseline"]["rate"] < busy["baseline"]["high"]
    assert busy["baseline"]["answers_per_hour"] == pytest.approx(BUSY, abs=0.5)
    assert busy["baseline"]["open_hours_per_week"] == 168
    assert 0 < busy["alpha"] < 0.05 and busy["least"]["n"] == BUSY and 3 <= busy["least"]["frustrated"] <= BUSY


@pytest.mark.parametrize("team, reason, words", [("Slow", "few_answers", "2.0 answers an hour"),
                                                 ("Young", "short_before", "days old"), ("New", "few_before", "it takes 100")])
def test_of_others_it_says_why_not(filled, team, reason, words):
    found = next(each for each in outlook(filled) if each["team"] == team)
    assert not found["can_tell"] and found["reason"] == reason and words in found["text"], found
    assert (found["alpha"] > 0) == (reason == "few_answers")


def test_another_account_has_an_outlook_of_its_own(filled):
    theirs = outlook(filled, filled.key("admin", filled.account("Other")))
    assert [each["team"] for each in theirs] == [None]


def hour_now():
    """The hour that has most of the last 60 minutes, as UTC has it."""
    return ago(minutes=30).replace(minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])  # where hours begin at half past
def test_the_last_hour_is_held_against_the_hour_of_the_week_that_it_lies_in(service, zone):
    account = service.account(f"Mondays in {zone}")
    service.sql("UPDATE accounts SET time_zone = %s WHERE account_id = %s", zone, account)
    key = service.key("read", account)
    for _ in range(3):  # until no hour ends meanwhile
        hour = hour_now()
        bad = [("Bad", hour - week * datetime.timedelta(days=7), True) for week in range(1, 5) for _ in range(60)]
        rows = days_of("Bad", 27, 3) + bad
        service.sql("DELETE FROM responses WHERE account_id = %s", account)
        service.sql("DELETE FROM frustration_hours WHERE account_id = %s", account)
        plant(service, rows, account)
        service.wait_for(lambda: is_counted(service, rows, account), WAIT_S)
        found = next(each for each in outlook(service, key) if each["team"] == "Bad")
        if hour == hour_now():
            break
    assert found["baseline"]["rate"] > 0.8 and found["baseline"]["n"] < 300, found
