"""Choices counted in total and in groups, from sums and from the answers themselves."""
import random

import pytest

from support import scores
from support.metrics import Filled, check, days, hours, instant

QUESTIONS = {"topic": ["billing", "delivery", "other"], "next-time": ["phone", "chat"], "a_1": ["n"]}


def with_choices(invitations, responses, contacts, seed=1):
    draw = random.Random(seed)
    for row in responses:
        asked = [question for question in QUESTIONS if draw.random() < .5]
        row["choices"] = {question: draw.sample(QUESTIONS[question], draw.randint(1, len(QUESTIONS[question])))
                          for question in asked}
    return invitations, responses, contacts


@pytest.fixture(scope="module")
def chosen(service):
    return Filled(service, "Europe/Berlin", *with_choices(*scores.make_rows(
        7, 500, instant("2026-06-01T00:00:00+00:00"), instant("2026-06-15T00:00:00+00:00"))))


@pytest.mark.parametrize("filters, by", [
    ({}, None), *[({}, by) for by in scores.VALUES], ({"team": "red"}, None), ({"team": "red"}, "team"),
    ({"agent": "agent-1"}, "agent"), ({"agent": "agent-1"}, "source"), ({"team": "red", "source": "page"}, "language"),
    ({"agent": "agent-3", "channel": "chat"}, "agent"), ({"team": "nobody"}, "team")])
@pytest.mark.parametrize("interval", ["day", "all"])
def test_choices_are_what_the_rows_say(chosen, filters, by, interval):
    got = check(chosen, days(chosen, "2026-06-02", "2026-06-13"), filters, by, interval=interval,
                **{"from": "2026-06-02", "to": "2026-06-13"})
    if not filters:
        assert set(got["total"]["choices"]) == set(QUESTIONS)


@pytest.mark.parametrize("filters, by", [({}, None), ({}, "agent"), ({"team": "green"}, "channel")])
def test_choices_by_the_hour_are_what_the_rows_say(chosen, filters, by):
    check(chosen, list(hours(chosen, "2026-06-05", "2026-06-07")), filters, by, interval="hour",
          **{"from": "2026-06-05", "to": "2026-06-07"})


def test_a_survey_without_choices_says_nothing_of_them(service):
    got = Filled(service, "UTC", [], [scores.response("one", instant("2026-06-05T12:00:00+00:00"), team="red")]).get(
        by="team", **{"from": "2026-06-05", "to": "2026-06-05"})
    assert "choices" not in got["total"] and "choices" not in got["groups"][0]


def test_a_window_in_which_nothing_was_chosen_has_no_questions(chosen):
    assert chosen.get(**{"from": "2026-05-01", "to": "2026-05-02"})["total"]["choices"] == {}


def test_several_choices_of_one_answer_are_one_answer(service):
    at = instant("2026-06-05T12:00:00+00:00")
    filled = Filled(service, "UTC", [], [
        scores.response("one", at, choices={"topic": ["billing", "delivery"]}),
        scores.response("two", at, choices={"topic": ["billing"]}),
        scores.response("three", at, choices={"topic": ["other"]}, trust="provisional"),
        scores.response("four", at)])
    assert filled.get(**{"from": "2026-06-05", "to": "2026-06-05"})["total"]["choices"] == {
        "topic": {"n": 2, "counts": {"billing": 2, "delivery": 1}}}


def test_withheld_groups_and_totals_show_no_counts_of_choices(service):
    at = instant("2026-06-05T12:00:00+00:00")
    filled = Filled(service, "UTC", [], [
        scores.response(f"{team}-{index}", at, team=team, choices={"topic": ["billing"]})
        for team, n in {"a": 3, "b": 4, "c": 9}.items() for index in range(n)])
    day = {"from": "2026-06-05", "to": "2026-06-05"}
    got = filled.get(by="team", **day)
    assert [group["choices"]["topic"]["counts"] for group in got["groups"]] == [None, None, {"billing": 9}]
    assert filled.get(team="a", **day)["total"]["choices"] == {"topic": {"n": 3, "counts": None}}


def test_too_many_counts_of_choices_are_left_out_of_the_groups(service):
    at = instant("2026-06-05T12:00:00+00:00")
    everything = {f"question-{q}": [f"choice-{c}" for c in range(20)] for q in range(12)}
    filled = Filled(service, "UTC", [], [
        scores.response(f"t{index}", at, team=f"team {index:03}", choices=everything) for index in range(80)])
    day = {"from": "2026-06-05", "to": "2026-06-05"}
    for parameters in ({}, {"source": "api"}):
        got = filled.get(by="team", **parameters, **day)
        assert got["choices_truncated"] is True and len(got["groups"]) == 80
        assert not any("choices" in group for group in got["groups"])
        assert got["total"]["choices"]["question-11"]["counts"]["choice-19"] == 80
    got = filled.get(by="source", **day)
    assert "choices_truncated" not in got and len(got["groups"][0]["choices"]) == 12
