"""A survey's end, and changes by several hands: DELETE, archive, preconditions."""
import itertools
import threading

import pytest

from support.survey_page import answer_as_person, counted, invite, open_page

numbers = itertools.count(1)


def put(service, name, definition=None, **headers):
    return service.put(f"/v1/surveys/{name}", "admin", json=definition or {},
                       headers={key.replace("_", "-"): value for key, value in headers.items()})


def delete(service, name, key="admin", **headers):
    return service.request("DELETE", f"/v1/surveys/{name}", key,
                           headers={key.replace("_", "-"): value for key, value in headers.items()})


def answer(service, survey):
    return service.post("/v1/responses", "write", json={
        "survey": survey, "contact": {"ref": f"life {next(numbers)}"}, "answers": {"understood": "yes"}})


def problem(answered):
    return answered.status_code, answered.json()["code"]


# ---- DELETE ----

def test_a_survey_that_was_never_used_is_deleted(service):
    put(service, "unused")
    deleted = delete(service, "unused")
    assert deleted.status_code == 204 and deleted.content == b""
    assert service.get("/v1/surveys/unused", "read").status_code == 404
    assert delete(service, "unused").status_code == 404
    assert answer(service, "unused").json()["errors"][0]["pointer"] == "/survey"
    assert put(service, "unused").status_code == 201


def test_a_survey_with_answers_stays(service):
    put(service, "answered")
    answer(service, "answered")
    refused = delete(service, "answered")
    assert problem(refused) == (409, "survey_has_answers") and "\"archived\": true" in refused.json()["detail"]
    assert service.get("/v1/surveys/answered", "read").status_code == 200


def test_a_survey_with_invitations_stays(service):
    put(service, "asked")
    invite(service, survey="asked")
    assert problem(delete(service, "asked")) == (409, "survey_has_answers")


def test_only_an_admin_of_the_account_deletes(service):
    put(service, "guarded")
    assert delete(service, "guarded", key=None).status_code == 401
    for scope in ("read", "write"):
        assert delete(service, "guarded", key=scope).status_code == 403
    assert delete(service, "guarded", key=service.key("admin", service.account())).status_code == 404
    assert delete(service, "Not%20a%20name").status_code == 404
    assert delete(service, "guarded").status_code == 204


def test_its_link_secrets_go_with_it(service):
    put(service, "linked")
    assert service.post("/v1/surveys/linked/link-secret", "admin", json={}).status_code in (200, 201)
    assert delete(service, "linked").status_code == 204
    assert service.sql("SELECT count(*) FROM link_secrets WHERE survey = 'linked'")[0][0] == 0


@pytest.mark.parametrize("round", range(8))
def test_an_answer_that_races_with_the_deletion_is_kept_or_refused_never_lost(service, round):
    name = f"race-{round}"
    put(service, name)
    answer(service, name)  # known to the cache, on every thread
    service.sql("DELETE FROM responses WHERE survey = %s", name)
    answered = []
    threads = [threading.Thread(target=lambda: answered.append(answer(service, name))) for _ in range(6)]
    for thread in threads[:3]:
        thread.start()
    deleted = delete(service, name)
    for thread in threads[3:]:
        thread.start()
    for thread in threads:
        thread.join()
    stored = service.sql("SELECT count(*) FROM responses WHERE survey = %s", name)[0][0]
    assert stored == sum(each.status_code == 201 for each in answered)
    assert {each.status_code for each in answered} <= {201, 422}
    assert deleted.status_code == (409 if stored else 204)
    service.sql("DELETE FROM rollups WHERE survey = %s", name)
    service.sql("DELETE FROM responses WHERE survey = %s", name)


def test_an_instance_that_still_knows_a_deleted_survey_stores_nothing_for_it(make_service):
    first = make_service()
    put(first, "gone")
    assert answer(first, "gone").status_code == 201
    path, _ = invite(first, survey="gone")
    page = open_page(first, path)
    first.sql("DELETE FROM responses; DELETE FROM contacts; DELETE FROM rollups; DELETE FROM surveys WHERE survey = 'gone'")  # as another would
    assert problem(answer(first, "gone")) == (422, "survey_deleted")
    refused = first.post("/v1/responses", "write", json=[
        {"survey": name, "contact": {"ref": f"gone {name}"}, "answers": {"csat": 1}} for name in ("understood", "gone")])
    assert [each["status"] for each in refused.json()["data"]] == [201, 422]
    assert problem(first.post("/v1/invitations", "write", json={"survey": "gone", "contact": {"ref": "x"}})) == (422, "survey_deleted")
    assert page.status == 200 and answer_as_person(first, path).status == 404
    assert first.sql("SELECT count(*) FROM responses WHERE survey = 'gone'")[0][0] == 0
    first.sql("DELETE FROM invitations WHERE survey = 'gone'")


# ---- archive ----

def test_an_archived_survey_takes_nothing_more_and_keeps_what_it_has(service):
    put(service, "old")
    answer(service, "old")
    assert put(service, "old", {"archived": True}).json()["archived"] is True
    assert problem(answer(service, "old")) == (409, "survey_archived")
    refused = service.post("/v1/invitations", "write", json={"survey": "old", "contact": {"ref": "x"}})
    assert problem(refused) == (409, "survey_archived")
    assert counted(service, survey="old") == (1, 0)
    assert len(service.get("/v1/responses?survey=old", "read").json()["data"]) == 1
    assert put(service, "old", {}).json()["archived"] is False
    assert answer(service, "old").status_code == 201


def test_elements_for_an_archived_survey_are_refused_alone(service):
    put(service, "closed", {"archived": True})
    for path, body in (("responses", {"answers": {"csat": 3}}), ("invitations", {})):
        results = service.post(f"/v1/{path}", "write", json=[
            {"survey": name, "contact": {"ref": f"alone {path} {name}"}, **body} for name in ("closed", "understood")])
        results = results.json()["data"]
        assert [each["status"] for each in results] == [409, 201]
        assert results[0]["problem"]["code"] == "survey_archived"


def test_mistakes_go_before_the_archive(service):
    put(service, "strict", {"archived": True})
    refused = service.post("/v1/responses", "write", json={"survey": "strict", "contact": {"ref": "x"}, "answers": {"csat": 9}})
    assert refused.status_code == 422


def test_the_list_leaves_archived_surveys_out_unless_asked(make_service):
    service = make_service()
    put(service, "archived", {"archived": True})
    put(service, "present")

    def names(query=""):
        return [each["survey"] for each in service.get(f"/v1/surveys{query}", "read").json()["data"]]
    assert names() == names("?archived=false") == ["present", "understood"]
    assert names("?archived=true") == ["archived", "present", "understood"]
    assert service.get("/v1/surveys?archived=maybe", "read").status_code == 422


def test_links_that_were_made_without_us_lead_to_the_closed_survey_too(service):
    put(service, "linked-old", {"unsigned_links": True})
    path = "/l/1/linked-old?contact=T-1"
    assert open_page(service, path).status == 200
    put(service, "linked-old", {"unsigned_links": True, "archived": True})
    closed = open_page(service, path)
    assert closed.status == 410 and closed.action is None


# ---- preconditions ----

@pytest.mark.parametrize("headers, status", [
    ({}, 200), ({"If_Match": '"1"'}, 200), ({"If_Match": '"7", "1"'}, 200), ({"If_Match": "*"}, 200),
    ({"If_Match": '"7","1" '}, 200), ({"If_Match": 'W/"1"'}, 412), ({"If_Match": '"2"'}, 412), ({"If_Match": "1"}, 412),
    ({"If_Match": '"1'}, 412), ({"If_Match": ""}, 412), ({"If_Match": '"*"'}, 412),
    ({"If_None_Match": "*"}, 412), ({"If_None_Match": '"1"'}, 412), ({"If_None_Match": 'W/"1"'}, 412),
    ({"If_None_Match": '"2"'}, 200), ({"If_Match": '"1"', "If_None_Match": '"1"'}, 412),
])
def test_preconditions_are_weighed_as_rfc_9110_has_it(service, headers, status):
    name = f"condition-{next(numbers)}"
    put(service, name)
    changed = put(service, name, {"expires_after_days": 3}, **headers)
    assert changed.status_code == status, changed.text
    assert service.get(f"/v1/surveys/{name}", "read").json()["expires_after_days"] == (3 if status == 200 else 30)
    if status == 412:
        assert changed.json()["code"] == "precondition_failed"


@pytest.mark.parametrize("headers, status", [
    ({"If_Match": "*"}, 412), ({"If_Match": '"1"'}, 412), ({"If_None_Match": "*"}, 201), ({"If_None_Match": '"1"'}, 201)])
def test_preconditions_on_what_is_not_there(service, headers, status):
    name = f"condition-{next(numbers)}"
    assert put(service, name, **headers).status_code == status
    assert service.get(f"/v1/surveys/{name}", "read").status_code == (200 if status == 201 else 404)


def test_of_several_who_make_the_same_survey_one_does(service):
    made = []
    threads = [threading.Thread(target=lambda: made.append(put(service, "once", If_None_Match="*"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in made) == [201] + [412] * 5


def test_delete_takes_preconditions(service):
    tag = put(service, "tagged").headers["ETag"]
    put(service, "tagged")
    assert problem(delete(service, "tagged", If_Match=tag)) == (412, "precondition_failed")
    assert delete(service, "tagged", If_Match='"2"').status_code == 204
    assert delete(service, "tagged", If_Match="*").status_code == 404
