"""POST /v1/responses/{id}/reclassify and what housekeeping does by itself; the scores always follow."""
import concurrent.futures
import datetime
import itertools
import time
import uuid

import pytest

from support.survey_page import ANSWERS, answer_as_person, counted, invite, open_page, send

surveys = itertools.count(1)


@pytest.fixture
def survey(service):
    name = f"overruled-{next(surveys)}"
    assert service.put(f"/v1/surveys/{name}", key="admin", json={}).status_code in (200, 201)
    return name


def answer(service, survey, ref, **answers):
    done = service.post("/v1/responses", key="write",
                        json={"survey": survey, "contact": {"ref": ref, "team": "T", "agents": ["A", "B"]}, "answers": answers})
    assert done.status_code in (200, 201), done.text
    return done.json()["id"]


def held(service, survey, **changes):
    """The path and the response's id of an answer that is held."""
    path, invitation = invite(service, survey=survey)
    assert send(service, open_page(service, path), **{**ANSWERS, **changes}).status == 200
    return path, service.sql("SELECT id FROM responses WHERE invitation_id = %s", invitation["id"])[0][0]


def shown(service, response):
    return service.get(f"/v1/responses/{response}", key="read").json()


def reclassify(service, response, vote, trust, reason="because", key="write"):
    return service.post(f"/v1/responses/{response}/reclassify", key=key,
                        json={"vote": vote, "trust": trust, "reason": reason})


def total(service, survey):
    return service.get(f"/v1/metrics?survey={survey}&interval=all", key="read").json()["total"]


def test_a_held_first_vote_is_confirmed_and_counts(service, survey):
    path, response = held(service, survey, comment="first")
    assert counted(service, survey) == (0, 1)
    done = reclassify(service, response, response, "confirmed", "The customer wrote back.")
    assert done.status_code == 200 and done.json()["trust"] == "confirmed" and done.json()["revision"] == 2
    assert counted(service, survey) == (1, 0)
    assert total(service, survey)["response_rate"] == 1
    value = shown(service, response)
    audit = value["reclassifications"]
    assert [(row["vote"], row["trust_before"], row["trust_after"], row["reason"]) for row in audit] == [
        (response, "provisional", "confirmed", "The customer wrote back.")]
    assert uuid.UUID(audit[0]["made_by"])
    assert open_page(service, path).fields["comment"] == "first"
    service.verify()


def test_a_first_vote_without_a_row_of_its_own_is_discarded_and_counts_no_more(service, survey):
    response = answer(service, survey, "only", understood="yes", nps=10)
    assert service.sql("SELECT count(*) FROM votes WHERE response_id = %s", response) == [(0,)]
    done = reclassify(service, response, response, "discarded")
    assert done.json()["trust"] == "discarded" and counted(service, survey) == (0, 0)
    assert [vote["trust"] for vote in shown(service, response)["votes"]] == ["discarded"]
    assert reclassify(service, response, response, "confirmed").json()["trust"] == "confirmed"
    assert counted(service, survey) == (1, 0)
    service.verify()


def test_discarding_the_latest_vote_brings_the_one_before_back(service, survey):
    response = answer(service, survey, "twice", understood="yes", csat=5)
    answer(service, survey, "twice", understood="no", csat=1)
    latest = shown(service, response)["votes"][-1]["id"]
    assert total(service, survey)["understood"]["no"] == 1
    done = reclassify(service, response, latest, "discarded").json()
    assert done["answers"] == {"understood": "yes", "csat": 5} and done["revision"] == 3
    assert total(service, survey)["understood"]["yes"] == 1 and total(service, survey)["n"] == 1
    back = reclassify(service, response, latest, "confirmed").json()
    assert back["answers"] == {"understood": "no", "csat": 1}
    service.verify()


def test_overruling_a_vote_that_does_not_count_changes_no_score(service, survey):
    path, invitation = invite(service, survey=survey)
    assert answer_as_person(service, path).status == 303
    assert send(service, open_page(service, path), understood="no").status == 200
    response = service.sql("SELECT id FROM responses WHERE invitation_id = %s", invitation["id"])[0][0]
    suspicious = shown(service, response)["votes"][-1]
    assert suspicious["trust"] == "provisional"
    assert reclassify(service, response, suspicious["id"], "discarded").json()["answers"]["understood"] == "yes"
    assert counted(service, survey) == (1, 0)
    service.verify()


def test_saying_the_same_again_changes_and_audits_nothing(service, survey):
    response = answer(service, survey, "same", csat=3)
    done = reclassify(service, response, response, "confirmed")
    assert done.status_code == 200 and done.json()["revision"] == 1
    assert shown(service, response)["reclassifications"] == []


def test_the_invitation_counts_as_answered_only_while_its_answer_does(service, survey):
    path, response = held(service, survey)
    for trust, rate in (("confirmed", 1), ("provisional", 0), ("confirmed", 1), ("discarded", 0)):
        assert reclassify(service, response, response, trust).json()["trust"] == trust
        assert total(service, survey)["response_rate"] == rate
        service.verify()
    time.sleep(0.1)
    assert answer_as_person(service, path).status == 303
    assert total(service, survey)["response_rate"] == 1


@pytest.mark.parametrize("body, pointers", [
    ({}, ["/reason", "/trust", "/vote"]),
    ({"vote": "x", "trust": "maybe", "reason": ""}, ["/reason", "/trust", "/vote"]),
    ({"vote": 1, "trust": 2, "reason": 3}, ["/reason", "/trust", "/vote"]),
    ({"vote": "019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01", "trust": "confirmed", "reason": "r" * 1001}, ["/reason"]),
    ({"vote": "019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01", "trust": "confirmed", "reason": "r", "more": 1}, ["/more"]),
    ([], [""]),
])
def test_bodies_with_mistakes_are_refused_with_all_of_them(service, survey, body, pointers):
    response = answer(service, survey, "mistakes", csat=3)
    done = service.post(f"/v1/responses/{response}/reclassify", key="write", json=body)
    assert done.status_code == 422 and done.json()["code"] == "invalid_body"
    assert sorted(error["pointer"] for error in done.json()["errors"]) == pointers


def test_what_is_not_there_is_not_found(service, survey):
    response = answer(service, survey, "here", csat=3)
    other = answer(service, survey, "elsewhere", csat=3)
    nobody = str(uuid.uuid4())
    for of, vote in ((nobody, nobody), ("x", nobody), (response, nobody), (response, other)):
        done = reclassify(service, of, vote, "discarded")
        assert (done.status_code, done.json()["code"]) == (404, "not_found")
    assert counted(service, survey) == (2, 0)


def test_only_keys_that_may_write_overrule_and_only_in_their_own_account(service, survey):
    response = answer(service, survey, "mine", csat=3)
    assert reclassify(service, response, response, "discarded", key=None).status_code == 401
    assert reclassify(service, response, response, "discarded", key="read").status_code == 403
    stranger = service.key("admin", service.account())
    assert reclassify(service, response, response, "discarded", key=stranger).status_code == 404
    assert reclassify(service, response, response, "discarded", key="admin").status_code == 200


def test_overruling_while_answers_change_leaves_nothing_miscounted(service, survey):
    refs = [f"race {n}" for n in range(4)]
    responses = [answer(service, survey, ref, csat=3, understood="yes") for ref in refs]

    def change(round_):
        ref = refs[round_ % len(refs)]
        return answer(service, survey, ref, csat=1 + round_ % 5, understood=("yes", "partly", "no")[round_ % 3])

    def overrule(round_):
        response = responses[round_ % len(responses)]
        return reclassify(service, response, response, ("discarded", "provisional", "confirmed")[round_ % 3]).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        changes = [pool.submit(change, n) for n in range(120)]
        overrulings = [pool.submit(overrule, n) for n in range(120)]
        assert all(change.result() in responses for change in changes)
        assert {overruling.result() for overruling in overrulings} <= {200, 503}
    service.verify()


# ---- housekeeping: its first round comes a second after the start ----

def test_what_was_held_for_a_month_is_discarded_by_itself(service, survey):
    old_path, old = held(service, survey)
    _, young = held(service, survey)
    service.sql("UPDATE votes SET received_at = received_at - interval '31 days' WHERE response_id = %s", old)
    service.restart()
    service.wait_for(lambda: shown(service, old)["trust"] == "discarded")
    assert shown(service, old)["reclassifications"][0]["made_by"] == "housekeeping"
    assert shown(service, young)["trust"] == "provisional" and counted(service, survey) == (0, 1)
    service.verify()
    assert answer_as_person(service, old_path).status == 303
    assert counted(service, survey) == (1, 1)


def test_old_page_views_are_removed_by_themselves(service, survey):
    (old_path, old), (young_path, young) = invite(service, survey=survey), invite(service, survey=survey)
    for path in (old_path, young_path):
        for _ in range(3):
            open_page(service, path)
    service.stop()
    service.sql("UPDATE page_views SET viewed_at = viewed_at - interval '31 days' WHERE invitation_id = %s", old["id"])
    service.start()
    service.wait_for(lambda: service.sql("SELECT count(*) FROM page_views WHERE invitation_id = %s", old["id"]) == [(0,)])
    assert service.sql("SELECT count(*) FROM page_views WHERE invitation_id = %s", young["id"]) == [(3,)]


def old_id():
    """An id as it was made eight days ago (RFC 9562 5.7)."""
    made = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=8)
    value = int(made.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def test_idempotency_keys_are_forgotten_after_a_week(service, survey):
    def post(ref, key):
        done = service.post("/v1/responses", key="write", headers={"Idempotency-Key": key},
                            json={"survey": survey, "contact": {"ref": ref}, "answers": {"csat": 3}})
        return done.json()["id"]
    old, young = post("old", f"{survey}-old"), post("young", f"{survey}-young")
    aged = old_id()
    service.sql("UPDATE responses SET id = %s WHERE id = %s", aged, old)
    def has_key(response):
        return service.sql("SELECT idempotency_hash IS NOT NULL FROM responses WHERE id = %s", response) == [(True,)]
    assert has_key(aged)
    service.restart()
    service.wait_for(lambda: not has_key(aged))
    assert has_key(young)
    again = service.post("/v1/responses", key="write", headers={"Idempotency-Key": f"{survey}-old"},
                         json={"survey": survey, "contact": {"ref": "another"}, "answers": {"csat": 4}})
    assert again.status_code == 201 and "Idempotency-Replayed" not in again.headers
