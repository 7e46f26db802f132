"""POST /v1/responses: what is stored, what a repetition answers, what is refused."""
import concurrent.futures
import datetime
import itertools
import json

import pytest

numbers = itertools.count(1)


def new_ref():
    return f"ticket {next(numbers)}"


def answer(ref=None, **changes):
    body = {"survey": "understood", "contact": {"ref": ref or new_ref()},
            "answers": {"understood": "yes", "csat": 4, "nps": 9}}
    return {**body, **changes}


def post(service, body, **options):
    return service.post("/v1/responses", key="write", json=body, **options)


def hours_from_now(hours):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(hours=hours)).isoformat()


def test_an_answer_is_stored_whole_and_can_be_read_back(service):
    body = answer(contact={
        "ref": "whole", "agents": ["Ann \"A\" O'Hara", "Bob\\"], "team": "Billing, EU", "channel": "chat",
        "reason": "complaint", "language": "pt-BR",
        "customer": {"ref": "c-1", "email": "josé@example.com", "name": "José {ñ}"},
        "solved_at": "2026-11-20T10:00:00.25+01:00", "opened_at": "2026-11-20T08:00:00Z",
        "handled_s": 360, "credit_amount": -12.5})
    body["answers"]["comment"] = "Line one\n\"two\" 😀"
    body["answered_at"] = "2026-11-20T11:00:00Z"
    body["source"] = "kiosk_2"
    stored = post(service, body)
    assert stored.status_code == 201
    value = stored.json()
    assert stored.headers["Location"] == f"/v1/responses/{value['id']}"
    assert value["contact"] == {**body["contact"], "solved_at": "2026-11-20T09:00:00.250000Z"}
    assert value["answers"] == body["answers"]
    assert {name: value[name] for name in ("survey", "answered_at", "trust", "source", "revision")} == {
        "survey": "understood", "answered_at": "2026-11-20T11:00:00Z", "trust": "confirmed",
        "source": "kiosk_2", "revision": 1}
    read = service.get(stored.headers["Location"], key="read").json()
    assert {name: read[name] for name in value} == value


def test_one_answer_alone_is_enough_and_times_default_to_now(service):
    for answers in ({"understood": "partly"}, {"csat": 1}, {"nps": 0}, {"comment": "only words"}):
        stored = post(service, answer(answers=answers))
        assert stored.status_code == 201 and stored.json()["answers"] == answers
        age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(
            stored.json()["answered_at"].replace("Z", "+00:00"))
        assert abs(age.total_seconds()) < 60


REFUSED = [
    ({}, "/survey", "/contact", "/answers"),
    ([], ""),
    ("text", ""),
    (answer(survey=5), "/survey"),
    (answer(survey="none"), "/survey"),
    (answer(contact={}), "/contact/ref"),
    (answer(contact={"ref": ""}), "/contact/ref"),
    (answer(contact={"ref": "x" * 201}), "/contact/ref"),
    (answer(contact={"ref": "a\tb"}), "/contact/ref"),
    (answer(contact={"ref": 7}), "/contact/ref"),
    (answer(contact={"ref": "r", "agents": "ann"}), "/contact/agents"),
    (answer(contact={"ref": "r", "agents": ["a", "a"]}), "/contact/agents/1"),
    (answer(contact={"ref": "r", "agents": list("abcdefghi")}), "/contact/agents"),
    (answer(contact={"ref": "r", "team": "x" * 101}), "/contact/team"),
    (answer(contact={"ref": "r", "language": "english please"}), "/contact/language"),
    (answer(contact={"ref": "r", "customer": {"email": "nobody"}}), "/contact/customer/email"),
    (answer(contact={"ref": "r", "handled_s": -1}), "/contact/handled_s"),
    (answer(contact={"ref": "r", "credit_amount": "5"}), "/contact/credit_amount"),
    (answer(contact={"ref": "r", "solved_at": "yesterday"}), "/contact/solved_at"),
    (answer(contact={"ref": "r", "solved_at": "2099-01-01"}), "/contact/solved_at"),
    (answer(contact={"ref": "r", "opened_at": "2026-11-02", "solved_at": "2026-11-01"}),
     "/contact/opened_at"),
    (answer(contact={"ref": "r", "colour": "red"}), "/contact/colour"),
    (answer(answers={}), "/answers"),
    (answer(answers={"comment": ""}), "/answers"),
    (answer(answers={"understood": "maybe"}), "/answers/understood"),
    (answer(answers={"csat": 0}), "/answers/csat"),
    (answer(answers={"csat": 6}), "/answers/csat"),
    (answer(answers={"csat": 4.5}), "/answers/csat"),
    (answer(answers={"nps": 11}), "/answers/nps"),
    (answer(answers={"nps": True}), "/answers/nps"),
    (answer(answers={"comment": "x" * 4001}), "/answers/comment"),
    (answer(answered_at=hours_from_now(0.2)), "/answered_at"),
    (answer(source="page"), "/source"),
    (answer(source="Not A Word"), "/source"),
    (answer(more=1), "/more"),
]


@pytest.mark.parametrize("body, pointers", [(case[0], case[1:]) for case in REFUSED])
def test_a_mistake_is_named_by_its_pointer_and_nothing_is_stored(service, body, pointers):
    before = service.sql("SELECT count(*) FROM responses")
    refused = post(service, body)
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["code"] == "invalid_body"
    assert {error["pointer"] for error in problem["errors"]} == set(pointers)
    assert all(error["detail"] for error in problem["errors"])
    assert service.sql("SELECT count(*) FROM responses") == before


def test_all_mistakes_are_named_at_once(service):
    body = answer(contact={"ref": "", "handled_s": "x"}, answers={"csat": 9, "nps": -1}, other=1)
    pointers = {error["pointer"] for error in post(service, body).json()["errors"]}
    assert pointers == {"/contact/ref", "/contact/handled_s", "/answers/csat", "/answers/nps", "/other"}


def test_a_comment_of_4000_characters_fits_whatever_its_bytes(service):
    stored = post(service, answer(answers={"comment": "€" * 4000}))
    assert stored.status_code == 201 and stored.json()["answers"]["comment"] == "€" * 4000


def test_an_answer_up_to_five_minutes_ahead_is_a_clock_apart_and_accepted(service):
    assert post(service, answer(answered_at=hours_from_now(4 / 60))).status_code == 201


@pytest.mark.parametrize("text, code", [
    ('{"survey": "understood"', "invalid_json"),
    ('{"survey": "a", "survey": "b"}', "invalid_json"),
    ('{"survey": "\\u0000"}', "invalid_json"),
    ('{"a": 1e999}', "invalid_json"),
    ("", "invalid_json"),
])
def test_what_is_no_json_is_refused_with_its_place(service, text, code):
    refused = service.post("/v1/responses", key="write", data=text.encode(),
                           headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (400, code)


def test_a_read_key_may_not_answer(service):
    assert service.post("/v1/responses", key="read", json=answer()).status_code == 403
    assert service.post("/v1/responses", json=answer()).status_code == 401


# ---- changes ----

def test_a_later_answer_to_the_same_contact_changes_it(service):
    ref = new_ref()
    first = post(service, answer(ref, contact={"ref": ref, "team": "A"}))
    second = post(service, answer(ref, contact={"ref": ref, "team": "B"}, answers={"understood": "no"}))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["revision"] == 2
    assert second.json()["answers"] == {"understood": "no"}
    assert second.json()["contact"]["team"] == "A", "the snapshot is immutable"
    votes = service.get(f"/v1/responses/{first.json()['id']}", key="read").json()["votes"]
    assert [vote["effect"] for vote in votes] == ["created", "changed"]
    assert votes[0]["answers"] == first.json()["answers"]


def test_after_the_edit_window_a_change_is_refused(service):
    ref = new_ref()
    stored = post(service, answer(ref)).json()
    service.sql("UPDATE responses SET confirmed_at = confirmed_at - interval '7 days 1 second'"
                " WHERE id = %s", stored["id"])
    refused = post(service, answer(ref, answers={"nps": 0}))
    assert (refused.status_code, refused.json()["code"]) == (409, "edit_window_closed")
    assert service.get(f"/v1/responses/{stored['id']}", key="read").json()["answers"]["nps"] == 9


# ---- Idempotency-Key ----

def with_key(key):
    return {"headers": {"Idempotency-Key": key}}


def test_the_same_request_again_answers_the_first_result(service):
    body = answer()
    first = post(service, body, **with_key('"one-1"'))
    again = post(service, body, **with_key("one-1"))
    assert first.status_code == again.status_code == 201
    assert first.text == again.text
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_change_is_replayed_as_that_change(service):
    ref = new_ref()
    bodies = [answer(ref, answers={"nps": nps}) for nps in (1, 5, 9)]
    results = [post(service, body, **with_key(f"change-{number}")) for number, body in enumerate(bodies)]
    replays = [post(service, body, **with_key(f"change-{number}")) for number, body in enumerate(bodies)]
    assert [result.status_code for result in results] == [201, 200, 200]
    assert [replay.status_code for replay in replays] == [201, 200, 200]
    for result, replay in zip(results, replays):
        assert replay.json() == result.json()
        assert replay.headers["Idempotency-Replayed"] == "true"
    stored = service.get(f"/v1/responses/{results[0].json()['id']}", key="read").json()
    assert (stored["answers"], stored["revision"]) == ({"nps": 9}, 3)


@pytest.mark.parametrize("change_first", [False, True])
def test_the_same_key_with_another_body_is_refused(service, change_first):
    key = f"reused-{change_first}"
    ref = new_ref()
    if change_first:
        post(service, answer(ref))
    post(service, answer(ref, answers={"nps": 3}), **with_key(key))
    for body in (answer(ref, answers={"nps": 4}), answer()):
        refused = post(service, body, **with_key(key))
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_belongs_to_its_account(service):
    other = service.key("write", account=service.account("Keys"))
    service.put("/v1/surveys/understood", key=service.key("admin", account=service.account("Keys")), json={})
    mine = post(service, answer("mine"), **with_key("shared"))
    theirs = service.post("/v1/responses", key=other, json=answer("theirs"), **with_key("shared"))
    assert (mine.status_code, theirs.status_code) == (201, 201)


def test_a_key_belongs_to_its_account_also_within_one_batch(make_service):
    service = make_service(UNDERSTOOD_INTAKE_LANES="1")
    other = service.key("write", account=service.account("Keys"))
    body = answer()
    post(service, body, **with_key("shared"))
    service.post("/v1/responses", key=other, json=answer())

    def waiting(count):
        return lambda: f"understood_intake_waiting_votes {count}\n" in service.get("/metrics").text

    with concurrent.futures.ThreadPoolExecutor(3) as pool, service.connect() as held:
        held.cursor().execute("LOCK TABLE rollups IN SHARE ROW EXCLUSIVE MODE")
        pool.submit(post, service, answer())
        service.wait_for(lambda: service.sql(
            "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        mine = pool.submit(post, service, body, **with_key("shared"))
        service.wait_for(waiting(1))
        theirs = pool.submit(service.post, "/v1/responses", key=other, json=answer(), **with_key("shared"))
        service.wait_for(waiting(2))
        held.rollback()
        assert mine.result().headers["Idempotency-Replayed"] == "true"
        assert (theirs.result().status_code, theirs.result().headers.get("Idempotency-Replayed")) == (201, None)


def test_the_key_of_a_change_is_refused_for_another_contact(service):
    first, other = new_ref(), new_ref()
    post(service, answer(first))
    post(service, answer(first, answers={"nps": 1}), **with_key("of-a-change"))
    refused = post(service, answer(other), **with_key("of-a-change"))
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert service.sql("SELECT FROM responses WHERE contact_ref = %s", other) == []
    service.verify()


def test_an_answer_that_waits_for_a_rebuild_is_counted_in_the_zone_it_brings(service):
    number = service.account("Rebuilt")
    service.put("/v1/surveys/understood", key=service.key("admin", number), json={})
    key = service.key("write", number)
    late = {"answered_at": "2026-03-01T20:00:00Z"}
    assert service.post("/v1/responses", key=key, json=answer(**late)).status_code == 201
    with concurrent.futures.ThreadPoolExecutor(1) as pool, service.connect() as held:
        held.autocommit = False
        held.cursor().execute("LOCK TABLE rollups IN SHARE ROW EXCLUSIVE MODE")
        held.cursor().execute("UPDATE accounts SET time_zone = 'Asia/Tokyo' WHERE account_id = %s", [number])
        held.cursor().execute("UPDATE rollups SET day = '2026-03-02' WHERE account_id = %s", [number])
        waiting = pool.submit(service.post, "/v1/responses", key=key, json=answer(**late))
        service.wait_for(lambda: service.sql("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        held.commit()
        assert waiting.result().status_code == 201
    assert service.sql("SELECT day::text, sum(n) FROM rollups WHERE account_id = %s AND dimension = 'all'"
                       " GROUP BY 1", number) == [("2026-03-02", 2)]
    service.verify()


@pytest.mark.parametrize("key", ["", "two words", "\"open", "x" * 256])
def test_a_malformed_key_is_refused(service, key):
    refused = post(service, answer(), **with_key(key))
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_idempotency_key")


def test_an_error_is_not_remembered(service):
    assert post(service, answer(answers={"csat": 9}), **with_key("mend")).status_code == 422
    assert post(service, answer(answers={"csat": 5}), **with_key("mend")).status_code == 201


def test_one_key_sent_many_times_at_once_stores_one_answer(service):
    body = answer("at once")
    key = service.key("write")

    def send(_):
        return service.request("POST", "/v1/responses", key=key, json=body, **with_key("at-once")).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(40)))
    assert set(statuses) <= {201, 409} and 201 in statuses
    assert service.sql("SELECT count(*), max(votes) FROM responses WHERE contact_ref = 'at once'") == [(1, 1)]


# ---- arrays ----

def test_an_array_answers_one_result_per_element(service):
    ref = new_ref()
    result = post(service, [answer(ref), answer(answers={"nps": 12}), answer(survey="none"),
                            answer(ref, answers={"csat": 1})])
    assert result.status_code == 207
    rows = result.json()["data"]
    assert [row["status"] for row in rows] == [201, 422, 422, 200]
    assert rows[1]["problem"]["errors"][0]["pointer"] == "/1/answers/nps"
    assert rows[2]["problem"]["errors"][0]["pointer"] == "/2/survey"
    assert rows[3]["response"]["id"] == rows[0]["response"]["id"]
    assert rows[3]["response"]["revision"] == 2


def test_an_array_of_a_thousand_is_stored_once_even_when_sent_twice(service):
    team = f"thousand {next(numbers)}"
    body = [answer(contact={"ref": new_ref(), "team": team}) for _ in range(1000)]
    first = post(service, body, **with_key("thousand"))
    again = post(service, body, **with_key("thousand"))
    assert [row["status"] for row in first.json()["data"]] == [201] * 1000
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert service.sql("SELECT count(*) FROM responses WHERE team = %s", team) == [(1000,)]


def test_an_array_whose_contacts_share_nothing_is_stored(service):
    def contact(number):
        own = f"own {number} {new_ref()}"
        return {"ref": own, "team": own, "channel": own, "reason": own, "agents": [f"{own} {i}" for i in range(8)]}

    contacts = [contact(number) for number in range(600)]
    invited = [{"survey": "understood", "contact": each} for each in contacts]
    assert service.post("/v1/invitations", key="write", json=invited).status_code == 207
    stored = post(service, [answer(contact=each, answered_at=hours_from_now(-24 * (number + 1)))
                            for number, each in enumerate(contacts)])
    assert stored.status_code == 207, stored.text
    assert {row["status"] for row in stored.json()["data"]} == {201}


@pytest.mark.parametrize("count", [0, 1001])
def test_an_array_has_one_to_a_thousand_elements(service, count):
    refused = post(service, [answer() for _ in range(count)])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "")


# ---- invitations, other accounts, trouble ----

def test_an_invited_contact_keeps_its_invitations_snapshot(service):
    ref = new_ref()
    invitation = service.post("/v1/invitations", key="write", json={
        "survey": "understood", "contact": {"ref": ref, "team": "Invited", "agents": ["zoe"]}}).json()
    stored = post(service, answer(ref, contact={"ref": ref, "team": "Claimed", "channel": "call"}))
    assert stored.status_code == 201
    assert stored.json()["invitation"] == invitation["id"]
    contact = stored.json()["contact"]
    assert (contact["team"], contact["agents"], contact["channel"]) == ("Invited", ["zoe"], "call")
    assert service.sql("SELECT answered_at IS NOT NULL FROM invitations WHERE contact_ref = %s", ref) == [(True,)]


def test_who_was_invited_after_answering_and_answers_again_answered_the_invitation(service):
    ref = new_ref()
    first = post(service, answer(ref)).json()
    invitation = service.post("/v1/invitations", key="write", json={
        "survey": "understood", "contact": {"ref": ref, "team": f"late {ref}"}}).json()
    changed = post(service, answer(ref, answers={"nps": 2})).json()
    assert "invitation" not in first and changed["invitation"] == invitation["id"]
    stored = service.get(f"/v1/invitations/{invitation['id']}", key="read").json()
    assert stored["verdict"] == "answered"
    total = service.get("/v1/metrics", key="read", params={
        "survey": "understood", "team": f"late {ref}", "interval": "all"}).json()["total"]
    assert (total["invited"], total["response_rate"]) == (1, 1)
    service.verify()


def test_two_accounts_may_have_the_same_contact(service):
    account = service.account("Twin")
    key = service.key("admin", account=account)
    service.put("/v1/surveys/understood", key=key, json={})
    ref = new_ref()
    mine = post(service, answer(ref)).json()
    theirs = service.post("/v1/responses", key=key, json=answer(ref, answers={"nps": 0}))
    assert theirs.status_code == 201 and theirs.json()["id"] != mine["id"]
    assert service.get(f"/v1/responses/{mine['id']}", key=key).status_code == 404


def test_parallel_edits_of_one_contact_leave_one_row_and_every_vote(service):
    key = service.key("write")
    ref = new_ref()

    def send(number):
        body = answer(ref, answers={"nps": number % 11})
        return service.request("POST", "/v1/responses", key=key, json=body).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(60)))
    assert sorted(statuses) == [200] * 59 + [201]
    assert service.sql("SELECT revision, votes FROM responses WHERE contact_ref = %s", ref) == [(60, 60)]
    assert service.sql("SELECT count(*) FROM votes JOIN responses ON responses.id = votes.response_id"
                       " WHERE contact_ref = %s", ref) == [(60,)]


@pytest.mark.parametrize("setting", [{"UNDERSTOOD_DATABASE_PREPARE": "false"}, {"UNDERSTOOD_INTAKE_TRANSACTION": "account"}])
def test_answers_alone_and_together_are_stored_with_every_setting(make_service, setting):
    service = make_service(**setting)
    ref, several = new_ref(), [answer() for _ in range(20)]
    statuses = [post(service, answer(ref), **with_key("set")).status_code for _ in range(2)]
    changed = post(service, answer(ref, answers={"nps": 1}))
    together = post(service, [*several, answer(ref, answers={"nps": 2})])
    assert (statuses, changed.status_code) == ([201, 201], 200)
    assert [result["status"] for result in together.json()["data"]] == [201] * 20 + [200]
    assert service.sql("SELECT count(*), sum(votes) FROM responses") == [(21, 23)]
    service.verify()


def test_what_the_database_cannot_store_fails_alone(service):
    """A noncharacter passes JSON; a number past numeric(15, 3) is stopped before. Neighbours are stored."""
    rows = post(service, [answer(), answer(contact={"ref": new_ref(), "credit_amount": 1e15}), answer()])
    assert [row["status"] for row in rows.json()["data"]] == [201, 422, 201]


def test_comments_and_contacts_stay_out_of_the_log(service):
    post(service, answer("canary-ref", answers={"comment": "canary-comment"}))
    post(service, answer("canary-ref-2", answers={"comment": "canary-comment", "csat": 77}))
    assert "canary" not in service.log()
    assert service.key("write") not in service.log()


def test_the_result_is_json_with_its_type(service):
    stored = post(service, answer())
    assert stored.headers["Content-Type"] == "application/json"
    assert json.loads(stored.text)["trust"] == "confirmed"
