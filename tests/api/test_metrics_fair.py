"""Fair groups: an estimate with its range and a band in place of a rank."""
import csv

import pytest

from support import scores
from support.metrics import Filled, check, days, instant

JULY = {"from": "2026-07-01", "to": "2026-07-01"}


def teams(service, sizes, **columns):
    """sizes: team to (how many said yes, how many answered)."""
    at = instant("2026-07-01T12:00:00+00:00")
    return Filled(service, "UTC", [], [
        scores.response(f"{team}-{index}", at, team=team, understood="yes" if index < yes else "no", **columns)
        for team, (yes, n) in sizes.items() for index in range(n)])


def bands(got):
    return {group["value"]: group["fair"]["understood"]["band"] for group in got["groups"] if group["fair"]}


def fair_groups(filled, **parameters):
    return check(filled, days(filled, "2026-07-01", "2026-07-01"), by="team", **JULY, **parameters)


def test_only_what_is_all_but_certain_leaves_the_middle(service):
    got = fair_groups(teams(service, {"a": (6, 6), "b": (19, 40), "c": (330, 400), "d": (395, 400), "e": (80, 100), "f": (6, 8)}))
    assert got["fairness"]["understood"]["detectable"] is True
    assert bands(got) == {"a": "typical", "b": "below", "c": "typical", "d": "above", "e": "typical", "f": "typical"}
    # All of a said yes, and yet a is not the best: six answers say little.
    estimates = {group["value"]: group["fair"]["understood"]["estimate"] for group in got["groups"]}
    assert estimates["a"] < estimates["d"] < 395 / 400


def test_where_nothing_differs_all_are_typical_and_the_answer_says_so(service):
    got = fair_groups(teams(service, {"a": (14, 20), "b": (28, 40), "c": (66, 100), "d": (6, 8)}))
    assert got["fairness"]["understood"] == {"groups": 4, "detectable": False, "mean": .678571}
    assert set(bands(got).values()) == {"typical"}
    fair = [group["fair"]["understood"] for group in got["groups"]]
    assert all(each == fair[0] for each in fair) and fair[0]["estimate"] == .678571
    assert fair[0]["low"] < .678571 < fair[0]["high"]


def test_withheld_groups_show_nothing_fair_but_count(service):
    sizes = {"a": (50, 60), "b": (20, 60), "c": (40, 60), "d": (0, 4), "e": (3, 3)}
    got = fair_groups(teams(service, sizes))
    assert [group["value"] for group in got["groups"] if group["fair"] is None] == ["d", "e"]
    assert got["fairness"]["understood"]["groups"] == 5
    del sizes["d"]
    del sizes["e"]
    assert fair_groups(teams(service, sizes))["fairness"]["understood"]["mean"] != got["fairness"]["understood"]["mean"]


def test_what_the_total_withholds_the_groups_mean_does_not_tell(service):
    filled = teams(service, {"a": (3, 4), "b": (5, 5)}, agents=["ann"])
    small = filled.get(by="agent", team="a", **JULY)
    assert small["total"]["withheld"] and small["fairness"]["understood"] == {"groups": 1, "detectable": False, "mean": None}
    assert filled.get(by="agent", team="b", **JULY)["fairness"]["understood"]["mean"] == 1
    row = service.get("/v1/metrics", filled.key, headers={"Accept": "text/csv"},
                      params={"survey": "understood", "by": "agent", "team": "a", **JULY}).text
    total = next(csv.DictReader(row.splitlines()))
    assert total["fair_understood_mean"] == "" and total["understood_rate"] == ""


def test_a_question_nobody_answered_is_null(service):
    got = fair_groups(teams(service, {"a": (5, 10), "b": (5, 10)}))
    assert got["fairness"]["csat"] == {"groups": 0, "detectable": False, "mean": None}
    assert len(got["groups"]) == 2
    assert all(group["fair"]["csat"] is None and group["fair"]["ces"] is None for group in got["groups"])


@pytest.mark.parametrize("question, top, rest", [("csat", 4, 3), ("ces", 5, 4)])
def test_stars_and_effort_are_fair_by_the_share_of_good_answers(service, question, top, rest):
    at = instant("2026-07-01T12:00:00+00:00")
    filled = Filled(service, "UTC", [], [
        scores.response(f"{team}-{index}", at, team=team, understood=None, **{question: top if index < good else rest})
        for team, good in {"a": 10, "b": 50, "c": 90}.items() for index in range(100)])
    got = fair_groups(filled)
    assert {group["value"]: group["fair"][question]["band"] for group in got["groups"]} == {
        "a": "below", "b": "typical", "c": "above"}


def test_without_groups_there_is_no_fairness(service):
    got = teams(service, {"a": (5, 10)}).get(**JULY)
    assert "fairness" not in got


def test_no_group_at_all_is_fair_too(service):
    got = Filled(service).get(by="team", **JULY)
    assert got["groups"] == [] and got["fairness"]["understood"] == {"groups": 0, "detectable": False, "mean": None}


def test_no_group_has_a_rank(service):
    got = teams(service, {"a": (5, 10), "b": (9, 10), "c": (2, 10)}).get(by="team", **JULY)
    assert [group["value"] for group in got["groups"]] == ["a", "b", "c"]
    assert not any("rank" in name for group in got["groups"] for name in (*group, *group["fair"], *group["fair"]["understood"]))
