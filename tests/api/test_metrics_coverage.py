"""Repeat contacts and coverage in GET /v1/metrics: what counts when, for whom, and what is not told."""
import datetime

import pytest

from support import scores
from support.metrics import Filled, check, days, hours, instant
from support.scores import UTC, assert_close

AT = instant("2026-07-01T12:00:00+00:00")
JULY = {"from": "2026-07-01", "to": "2026-07-01"}
KEPT = {"repeated": True, "repeated_same_reason": True}


def contacts(count, at=AT, prefix="", **columns):
    return [scores.contact(f"{prefix}{columns.get('team', '')}-{index}", at, **columns) for index in range(count)]


def lately(service, time_zone="UTC"):
    """Contacts round the day from which on they may still repeat, and yesterday's; half of all repeated."""
    filled = Filled(service, time_zone)
    recent = filled.recent()
    moments = [recent - datetime.timedelta(days=20), recent - datetime.timedelta(microseconds=1), recent,
               datetime.datetime.now(UTC) - datetime.timedelta(days=1)]
    filled.plant([], [], [row for index, at in enumerate(moments) for half, marks in enumerate(({}, KEPT))
                          for row in contacts(3 + index, at, f"{index}-{half}", team="red", channel="chat", **marks)])
    return filled


@pytest.mark.parametrize("time_zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_contacts_that_may_still_repeat_are_pending_and_in_no_rate(service, time_zone):
    filled = lately(service, time_zone)
    total = filled.get(interval="all")["total"]
    low, high = scores.wilson(7, 14)
    share = {"repeated": 7, "rate": .5, "low": low, "high": high}
    assert_close(total["repeat_rate"], {"n": 14, **share, "same_reason": share, "pending": 22, "no_customer": 0})
    assert total["coverage"]["contacts"] == 36


@pytest.mark.parametrize("interval", ["day", "week", "month", "all"])
@pytest.mark.parametrize("filters, by", [({}, "team"), ({"team": "red"}, "channel"), ({"team": "red", "channel": "chat"}, "source")])
def test_every_way_of_asking_draws_the_line_at_the_same_instant(service, interval, filters, by):
    got = lately(service, "Europe/Berlin").get(interval=interval, by=by, **filters)
    assert [score["repeat_rate"]["pending"] for score in (got["total"], *got["groups"])] == [22, 22]
    assert [score["repeat_rate"]["repeated"] for score in (got["total"], *got["groups"])] == [7, 7]
    if interval != "all":
        assert sum(point["repeat_rate"]["n"] for point in got["series"]) == 14
        assert sum(point["repeat_rate"]["pending"] for point in got["series"]) == 22
    if interval != "all" and not filters:
        assert sum(point["repeat_rate"]["repeated"] for point in got["series"]) == 7


def test_hours_draw_the_line_there_too(service):
    filled = lately(service, "Europe/Berlin")
    recent = filled.recent()
    first, last = [(recent.date() + datetime.timedelta(days=by)).isoformat() for by in (-1, 0)]
    got = check(filled, list(hours(filled, first, last)), interval="hour", by="team", **{"from": first, "to": last})
    assert got["total"]["repeat_rate"]["n"] == 8 and got["total"]["repeat_rate"]["pending"] == 10
    assert [index for index, point in enumerate(got["series"]) if point["repeat_rate"]["n"]] == [len(got["series"]) // 2 - 1]


def test_an_account_says_for_itself_how_long_a_contact_may_repeat(service):
    filled = Filled(service, "UTC", [], [], contacts(6, datetime.datetime.now(UTC) - datetime.timedelta(days=20)))
    assert filled.get()["total"]["repeat_rate"]["n"] == 6
    service.sql("UPDATE accounts SET repeat_days = 30 WHERE account_id = %s", filled.account)
    told = filled.get()["total"]["repeat_rate"]
    assert told["n"] == 0 and told["pending"] == 6 and told["rate"] is None and told["same_reason"]["rate"] is None


def test_of_contacts_without_a_customer_nobody_can_tell(service):
    filled = Filled(service, "UTC", [], [], contacts(8, **KEPT) + contacts(5, prefix="unknown", customer_ref=None))
    told = filled.get(**JULY)["total"]["repeat_rate"]
    assert (told["n"], told["repeated"], told["rate"], told["no_customer"]) == (8, 8, 1, 5)


def test_without_contacts_the_rate_is_unknown_not_zero(service):
    told = Filled(service).get(**JULY)["total"]
    assert told["repeat_rate"] == {
        "n": 0, "repeated": 0, "rate": None, "low": None, "high": None, "pending": 0, "no_customer": 0,
        "same_reason": {"repeated": 0, "rate": None, "low": None, "high": None}}
    assert told["coverage"] == {
        "contacts": 0, "eligible": 0, "invited": 0, "bounced": 0, "skipped": dict.fromkeys(scores.SKIP_REASONS, 0),
        "answered": 0, "reassigned": 0}


def test_small_groups_keep_their_repeats_to_themselves_by_their_own_n(service):
    planted = [row for team, count in {"a": 4, "b": 7, "c": 30, "d": 0}.items() for row in contacts(count, team=team, **KEPT)]
    answers = [scores.response(f"answer-{team}-{index}", AT, team=team)
               for team, count in {"a": 20, "b": 20, "c": 3, "d": 2}.items() for index in range(count)]
    filled = Filled(service, "UTC", [], answers, planted)
    got = check(filled, days(filled, "2026-07-01", "2026-07-01"), by="team", **JULY)
    groups = {group["value"]: group for group in got["groups"]}
    assert {value for value, group in groups.items() if group["repeat_rate"].get("withheld")} == {"a", "b"}
    assert {value for value, group in groups.items() if group["repeat_rate"].get("thin")} == {"a", "b"}
    assert {value for value, group in groups.items() if group.get("withheld")} == {"c", "d"}
    assert groups["a"]["repeat_rate"] == {
        "n": 4, "repeated": None, "rate": None, "low": None, "high": None, "pending": 0, "no_customer": 0, "thin": True,
        "same_reason": {"repeated": None, "rate": None, "low": None, "high": None}, "withheld": True}
    assert groups["c"]["repeat_rate"]["rate"] == 1 and groups["c"]["understood"]["rate"] is None
    narrowed = filled.get(team="a", **JULY)
    assert narrowed["total"]["repeat_rate"]["withheld"] and "withheld" not in narrowed["total"]
    assert filled.get(**JULY)["total"]["repeat_rate"]["rate"] == 1


def test_whoever_only_had_contacts_or_skipped_invitations_is_a_group_too(service):
    filled = Filled(service, "UTC",
                    [scores.invitation("i", AT, team="skipped", verdict="skipped", skip_reason="fatigue")], [],
                    contacts(1, team="contacts"))
    for interval in ("day", "hour"):
        got = filled.get(by="team", interval=interval, **JULY)
        assert [(group["value"], group["coverage"]["contacts"], group["coverage"]["skipped"]["fatigue"])
                for group in got["groups"]] == [("contacts", 1, 0), ("skipped", 0, 1)]


def test_coverage_says_who_was_asked_and_why_the_others_were_not(service):
    fates = [("created", None, 3), ("sent", None, 5), ("bounced", None, 2),
             *(("skipped", reason, count) for count, reason in enumerate(scores.SKIP_REASONS, 1))]
    invitations = [scores.invitation(f"{verdict}-{reason}-{index}", AT, verdict=verdict, skip_reason=reason)
                   for verdict, reason, count in fates for index in range(count)]
    answers = [scores.response(row["contact_ref"], AT, invitation_id=row["id"]) for row in invitations[:4]]
    filled = Filled(service, "UTC", invitations, answers, contacts(50) + contacts(2, prefix="moved", reassigned=True))
    told = filled.get(**JULY)["total"]
    assert told["coverage"] == {
        "contacts": 52, "eligible": 10 + 36 - 2 - 3, "invited": 10, "bounced": 2,
        "skipped": {reason: count for count, reason in enumerate(scores.SKIP_REASONS, 1)}, "answered": 4, "reassigned": 2}
    assert told["invited"] == 10 and told["response_rate"] == .4


def test_contacts_are_the_accounts_and_invitations_the_surveys(service):
    filled = Filled(service, "UTC", [scores.invitation("i", AT, team="red")], [], contacts(9, team="red"))
    service.sql("INSERT INTO surveys (account_id, survey, created_at, updated_at) VALUES (%s, 'other', now(), now())",
                filled.account)
    for parameters in ({}, {"team": "red"}, {"team": "red", "source": "api"}, {"interval": "hour"}):
        one, other = [filled.get(survey=survey, **parameters, **JULY)["total"] for survey in ("understood", "other")]
        assert one["repeat_rate"] == other["repeat_rate"] and one["coverage"]["contacts"] == other["coverage"]["contacts"] == 9
        assert (one["coverage"]["invited"], other["coverage"]["invited"]) == (1, 0)


def test_a_changed_rate_of_repeats_is_compared_like_any_other(service):
    before = AT - datetime.timedelta(days=1)
    filled = Filled(service, "UTC", [], [],
                    contacts(56, team="a", **KEPT) + contacts(14, prefix="no", team="a")
                    + contacts(48, before, "before", team="a", **KEPT) + contacts(32, before, "before-no", team="a"))
    got = filled.get(by="team", compare="previous", **JULY)
    changed = got["total"]["change"]["repeat_rate"]
    for name, published in {"difference": .2, "low": .0524, "high": .3339}.items():  # Newcombe 1998
        assert abs(changed[name] - published) < 5e-5
    assert abs(changed["p"] - 0.0080450813682) < 1e-6 and "p_adjusted" not in changed
    assert got["groups"][0]["change"]["repeat_rate"] == changed | {"p_adjusted": changed["p"]}
    assert got["total"]["change"]["understood"] is None


def test_a_withheld_rate_of_repeats_has_no_change(service):
    filled = Filled(service, "UTC", [], [], contacts(4, team="a") + contacts(9, AT - datetime.timedelta(days=1), "old", team="a"))
    got = filled.get(team="a", compare="previous", **JULY)
    assert got["total"]["change"] == dict.fromkeys((*scores.QUESTIONS, "repeat_rate"))
    assert "withheld" not in got["previous"]["total"]["repeat_rate"]


def test_a_contact_changes_the_etag(service):
    filled = Filled(service)
    path = "/v1/metrics?survey=understood&from=2026-07-01&to=2026-07-01"
    tag = service.get(path, filled.key).headers["ETag"]
    assert service.get(path, filled.key, headers={"If-None-Match": tag}).status_code == 304
    filled.plant([], [], contacts(1))
    assert service.get(path, filled.key, headers={"If-None-Match": tag}).status_code == 200


def test_what_is_reported_counts_at_once(service):
    filled = Filled(service)
    key = service.key("write", filled.account)
    solved = datetime.datetime.now(UTC) - datetime.timedelta(days=20)

    def reported(ref, at, **more):
        return {"ref": ref, "team": "red", "agents": ["ann"], "reason": "billing", "customer": {"ref": "c-1"},
                "solved_at": at.isoformat().replace("+00:00", "Z"), **more}

    later = solved + datetime.timedelta(days=3)
    posted = service.post("/v1/contacts", key, json=[reported("first", solved), reported("again", later)])
    assert [result["status"] for result in posted.json()["data"]] == [201, 201]
    changed = service.post("/v1/contacts", key, json=reported("first", solved, agents=["bob"], event="changed"))
    assert changed.status_code == 200, changed.text
    invited = service.post("/v1/invitations", key, json={
        "survey": "understood", "contact": reported("again", later), "send": True})
    assert invited.json()["reason"] == "no_address", invited.text
    for parameters in ({}, {"by": "agent"}, {"team": "red", "agent": "ann"}):
        got = filled.get(interval="all", **parameters)
        for made in (got["total"], *got["groups"]):
            told = made["repeat_rate"]
            assert (told["n"], told["pending"], made["coverage"]["contacts"], made["coverage"]["reassigned"]) == (2, 0, 2, 1)
            shown = None if made in got["groups"] or "team" in parameters else 1  # two are too few
            assert (told["repeated"], told["same_reason"]["repeated"]) == (shown, shown)
            assert made["coverage"]["skipped"]["no_address"] == 1 and made["coverage"]["eligible"] == 0
    assert service.cli("verify", "--account", filled.account).returncode == 0
