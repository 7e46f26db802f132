"""Contacts that are opened again after they were solved: what is called back, and what is decided anew."""
import datetime
import json
import random
import subprocess

import pytest

from support.service import ROOT
from support.survey_page import ANSWERS, open_page, send

ALWAYS = {"delay_s": 0, "window": {"from": "00:00", "to": "24:00"}}
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(days=8)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def fresh(make_service):
    service = make_service()
    service.put("/v1/surveys/understood", "admin", json={"invite": ALWAYS})
    return service


def settle(service, *reports):
    """Settled together, in one transaction."""
    done = subprocess.run([ROOT / "build" / "tests" / "settle", json.dumps(reports)], env=service.environment,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def solved(ref="T-1", at=NOW, to_send=True, survey="understood", email="kim@example.org", agent="anna"):
    contact = {"ref": ref, "agents": [agent], "solved_at": at.isoformat()}
    report = {"event": "solved", "send": to_send, "reported_at": at.isoformat(),
              "contact": {**contact, "customer": {"email": email}} if email else contact}
    return {**report, "survey": survey} if survey else report


def reopened(ref="T-1", at=NOW + HOUR, event="reopened"):
    return {"event": event, "contact": {"ref": ref, "solved_at": at.isoformat()}, "reported_at": at.isoformat()}


def told(result):
    return result["verdict"], result["reason"]


def stored(service, ref="T-1"):
    return service.sql("SELECT verdict, skip_reason, agents[1], due_at IS NOT NULL FROM invitations"
                       " WHERE contact_ref = %s ORDER BY survey", ref)


def sums(service, dimension="all"):
    return service.sql("SELECT value, sum(invited)::int, coalesce(sum(skipped_reopened), 0)::int FROM rollups"
                       " WHERE dimension = %s AND survey = 'understood' GROUP BY 1"
                       " HAVING sum(invited) <> 0 OR sum(skipped_reopened) <> 0 ORDER BY 1", dimension)


def test_what_is_scheduled_is_called_back(fresh):
    settle(fresh, solved())
    assert sums(fresh) == [("", 1, 0)]
    result = settle(fresh, reopened())[0]
    assert (told(result), result["decided"], result["due_at"]) == (("skipped", "reopened"), True, None)
    assert stored(fresh) == [("skipped", "reopened", "anna", False)]
    assert sums(fresh) == [("", 0, 1)] and sums(fresh, "agent") == [("anna", 0, 1)]
    shown = fresh.get("/v1/invitations?contact=T-1", "admin").json()["data"][0]
    assert (shown["verdict"], shown["reason"]) == ("skipped", "reopened") and "url" not in shown


def test_a_customer_who_was_asked_is_not_reminded(fresh):
    settle(fresh, solved())
    fresh.sql("UPDATE invitations SET verdict = 'sent', sent_at = due_at, due_at = due_at + interval '3 days'")
    assert told(settle(fresh, reopened())[0]) == ("sent", None)
    assert stored(fresh) == [("sent", None, "anna", False)]
    assert told(settle(fresh, solved(at=NOW + 2 * HOUR))[0]) == ("skipped", "duplicate")


def test_solved_again_before_anybody_was_asked_it_is_decided_anew(fresh):
    settle(fresh, solved())
    settle(fresh, reopened())
    result = settle(fresh, solved(at=NOW + 2 * HOUR, agent="bo"))[0]
    assert (told(result), result["solved_again"], result["made"]) == (("scheduled", None), True, False)
    assert datetime.datetime.fromisoformat(result["due_at"]) == NOW + 2 * HOUR
    assert datetime.datetime.fromisoformat(result["expires_at"]) == NOW + 2 * HOUR + datetime.timedelta(days=30)
    assert stored(fresh) == [("scheduled", None, "bo", True)]
    assert sums(fresh, "agent") == [("bo", 1, 0)]
    assert told(settle(fresh, solved(at=NOW + 3 * HOUR))[0]) == ("skipped", "duplicate")


def test_what_was_skipped_for_another_reason_stays_skipped(fresh):
    settle(fresh, solved("T-0"), solved())
    assert stored(fresh) == [("skipped", "fatigue", "anna", False)]
    settle(fresh, reopened())
    assert told(settle(fresh, solved(at=NOW + 2 * HOUR))[0]) == ("skipped", "duplicate")
    assert stored(fresh) == [("skipped", "fatigue", "anna", False)]


def test_each_survey_of_the_contact_is_called_back(fresh):
    fresh.put("/v1/surveys/second", "admin", json={"invite": {**ALWAYS, "fatigue_days": 0}})
    fresh.sql("UPDATE accounts SET fatigue_days = 0")
    settle(fresh, solved(), solved(survey="second"), solved("T-2"))
    settle(fresh, reopened())
    assert stored(fresh) == [("skipped", "reopened", "anna", False)] * 2
    assert stored(fresh, "T-2") == [("skipped", "fatigue", "anna", False)]


def test_events_of_one_contact_at_once_count_in_their_order(fresh):
    results = settle(fresh, solved(), reopened(), solved(at=NOW + 2 * HOUR, agent="bo"), solved("T-2", NOW + 2 * HOUR),
                     reopened(at=NOW + 3 * HOUR), solved("T-3", NOW + 3 * HOUR))
    assert [told(result) for result in results] == [
        ("scheduled", None), ("skipped", "reopened"), ("scheduled", None), ("skipped", "fatigue"),
        ("skipped", "reopened"), ("scheduled", None)]
    assert stored(fresh) == [("skipped", "reopened", "bo", False)]
    assert sums(fresh) == [("", 1, 1)]


def test_what_nobody_knows_can_be_reopened_without_effect(fresh):
    result = settle(fresh, reopened("T-9"), reopened("T-8", event="changed"))
    assert [each["decided"] for each in result] == [False, False]
    assert fresh.sql("SELECT count(*) FROM invitations") == [(0,)]


def test_an_answer_ends_what_is_due(fresh):
    settle(fresh, solved())
    fresh.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "T-1"},
                                               "answers": {"understood": "yes"}})
    assert stored(fresh) == [("scheduled", None, "anna", False)]
    assert told(settle(fresh, solved(at=NOW + HOUR))[0]) == ("skipped", "duplicate")


def test_who_was_skipped_and_answers_all_the_same_is_no_answer_to_an_invitation(fresh):
    """The contact's snapshot counts for the answer; the response rate knows those only who were asked."""
    settle(fresh, solved("T-0"), solved(agent="bo"))
    fresh.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "T-1", "agents": ["zoe"]},
                                               "answers": {"understood": "yes"}})
    assert fresh.sql("SELECT agents, invitation_id FROM responses") == [(["bo"], None)]
    assert fresh.sql("SELECT answered_at FROM invitations WHERE contact_ref = 'T-1'") == [(None,)]
    total = fresh.get("/v1/metrics?survey=understood&interval=all", "read").json()["total"]
    assert (total["n"], total["invited"], total["answered"]) == (1, 1, 0)


def test_an_answer_whose_hold_ends_calls_back_what_is_due(fresh):
    """Held votes are confirmed later, by an operator: then nobody is reminded either."""
    settle(fresh, solved())
    path = "/s/" + fresh.get("/v1/invitations?contact=T-1", "admin").json()["data"][0]["url"].rpartition("/s/")[2]
    assert send(fresh, open_page(fresh, path), **ANSWERS).status == 200
    held = fresh.sql("SELECT id, trust FROM responses")
    assert [trust for _, trust in held] == ["provisional"] and stored(fresh)[0][3]
    answer = fresh.post(f"/v1/responses/{held[0][0]}/reclassify", "admin",
                        json={"vote": held[0][0], "trust": "confirmed", "reason": "known customer"})
    assert answer.status_code == 200, answer.text
    assert stored(fresh) == [("scheduled", None, "anna", False)]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_the_sums_follow(fresh, seed):
    """`understood verify`, at the service's end, counts everything again."""
    chance = random.Random(seed)
    for step in range(12):
        at = NOW + step * 8 * HOUR
        reports = []
        for _ in range(chance.randrange(1, 12)):
            ref, kind = f"T-{chance.randrange(6)}", chance.random()
            if kind < 0.6:
                email = chance.choice(["kim@example.org", "bo@example.org", None])
                reports.append(solved(ref, at, chance.random() < 0.7, chance.choice(["understood", None]), email,
                                      chance.choice(["anna", "bo", "cy"])))
            else:
                reports.append(reopened(ref, at, "reopened" if kind < 0.9 else "changed"))
        settle(fresh, *reports)
        if chance.random() < 0.3:
            fresh.post("/v1/responses", "write", json={"survey": "understood", "answers": {"understood": "no"},
                                                       "contact": {"ref": f"T-{chance.randrange(6)}"}})
    asked = fresh.sql("SELECT count(*) FROM invitations WHERE verdict = 'scheduled' AND due_at IS NOT NULL")[0][0]
    assert asked <= 2 and fresh.sql("SELECT count(*) > 0 FROM invitations") == [(True,)]
