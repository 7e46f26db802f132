"""GET and PUT /v1/surveys."""
import threading

import pytest

DEFAULT_QUESTIONS = [{"question": "understood", "required": True}, {"question": "csat", "required": True},
                     {"question": "nps", "required": True}, {"question": "comment", "required": False}]

DEFAULT_INVITE = {"delay_s": 3600, "fatigue_days": 30, "reminder_days": [3], "sample": 1,
                  "window": {"from": "08:00", "to": "20:00",
                             "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}


def put(service, name, definition, **options):
    return service.put(f"/v1/surveys/{name}", options.pop("key", "admin"), json=definition, **options)


def pointers(answer):
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_body"
    return [mistake["pointer"] for mistake in answer.json()["errors"]]


def test_account_1_has_the_survey_understood_after_migration(service):
    survey = service.get("/v1/surveys/understood", "read").json()
    assert survey.pop("created_at") == survey.pop("updated_at")
    assert survey == {"survey": "understood", "revision": 1, "accent_color": "#1d4ed8",
                      "questions": DEFAULT_QUESTIONS, "expires_after_days": 30, "edit_window_days": 7,
                      "unsigned_links": False, "archived": False, "invite": DEFAULT_INVITE, "texts": {}}


def test_a_new_survey_is_made_and_read_back(service):
    definition = {"display_name": "Acme", "accent_color": "#0F766E",
                  "questions": [{"question": "csat"}, {"question": "comment", "required": True}],
                  "expires_after_days": 14, "edit_window_days": 0,
                  "texts": {"de": {"csat": "Wie war es?", "thank_you": "Danke!\nBis bald.", "subject": "Ihr Anliegen"},
                            "pt-BR": {}}}
    made = put(service, "after-chat", definition)
    assert made.status_code == 201
    assert made.json()["revision"] == 1 and made.headers["ETag"] == '"1"'
    read = service.get("/v1/surveys/after-chat", "read")
    assert read.json() == made.json()
    assert read.json()["questions"] == [{"question": "csat", "required": True},
                                        {"question": "comment", "required": True}]
    assert read.json()["texts"] == definition["texts"]
    assert read.json()["accent_color"] == "#0f766e"


def test_rules_of_inviting_are_kept_and_those_not_given_have_their_default(service):
    invite = {"delay_s": 0, "window": {"from": "09:30", "to": "24:00", "weekdays": ["sun", "mon"]}, "reminder_days": [],
              "sample": 0.1}
    kept = put(service, "invites", {"invite": invite}).json()["invite"]
    assert kept == {**DEFAULT_INVITE, **invite, "window": {**invite["window"], "weekdays": ["mon", "sun"]}}
    read = service.get("/v1/surveys/invites", "read")
    assert read.json()["invite"] == kept and '"sample":0.1}' in read.text


def test_what_get_gave_can_be_sent_back_changed(service):
    put(service, "round", {"expires_after_days": 3})
    survey = service.get("/v1/surveys/round", "read").json()
    survey["edit_window_days"] = 1
    replaced = put(service, "round", survey)
    assert replaced.status_code == 200
    assert (replaced.json()["revision"], replaced.json()["expires_after_days"]) == (2, 3)
    assert replaced.json()["created_at"] == survey["created_at"]


def test_a_replaced_survey_keeps_nothing_of_the_one_before(service):
    put(service, "whole", {"display_name": "Old", "texts": {"de": {"intro": "alt"}}})
    assert "display_name" not in put(service, "whole", {}).json()
    assert service.get("/v1/surveys/whole", "read").json()["texts"] == {}


def test_if_match_keeps_two_editors_apart(service):
    tag = put(service, "shared", {}).headers["ETag"]
    assert put(service, "shared", {}, headers={"If-Match": tag}).status_code == 200
    for other in (tag, '"9"', "1", '""', '"x"', 'W/"2"', '"2147483648"'):
        refused = put(service, "shared", {}, headers={"If-Match": other})
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed"), other
    assert put(service, "shared", {}, headers={"If-Match": "*"}).json()["revision"] == 3
    assert put(service, "not-yet", {}, headers={"If-Match": '"1"'}).status_code == 412
    assert service.get("/v1/surveys/not-yet", "read").status_code == 404


def test_edits_at_the_same_time_each_count(service):
    put(service, "busy", {})
    threads = [threading.Thread(target=lambda: service.sql(
        "UPDATE surveys SET revision = revision + 1 WHERE survey = 'busy'")) for _ in range(2)]
    edits = [service.in_background(put, service, "busy", {}) for _ in range(1)]
    for thread in threads:
        thread.start()
    for thread in threads + edits:
        thread.join()
    assert service.get("/v1/surveys/busy", "read").json()["revision"] == 4


def test_all_mistakes_are_told_at_once(service):
    answer = put(service, "wrong", {
        "colour": 1, "accent_color": "#ffd700", "display_name": "", "expires_after_days": 366,
        "edit_window_days": -1, "questions": [{"question": "nps"}, {"question": "nps"}, {"question": "joy"}],
        "texts": {"de": {"csat": 1, "a/b": "x"}, "no_tag": {}}})
    assert pointers(answer) == ["/display_name", "/accent_color", "/questions/1/question", "/questions/2/question",
                                "/expires_after_days", "/edit_window_days", "/texts/de/csat", "/texts/de/a~1b",
                                "/texts/no_tag", "/colour"]
    assert "4.5:1" in next(each["detail"] for each in answer.json()["errors"]
                           if each["pointer"] == "/accent_color")
    assert service.get("/v1/surveys/wrong", "read").status_code == 404


@pytest.mark.parametrize("body, pointer", [
    ([], ""), ({"questions": []}, "/questions"), ({"questions": [1]}, "/questions/0"),
    ({"questions": [{"question": "nps", "required": "yes"}]}, "/questions/0/required"),
    ({"questions": [{"question": "nps", "order": 1}]}, "/questions/0/order"),
    ({"accent_color": "gold"}, "/accent_color"), ({"accent_color": "#777777"}, "/accent_color"),
    ({"display_name": "x" * 101}, "/display_name"), ({"display_name": "a\u0007b"}, "/display_name"),
    ({"expires_after_days": "30"}, "/expires_after_days"), ({"expires_after_days": 0}, "/expires_after_days"),
    ({"texts": {"de": {"subject": "Two\nlines"}}}, "/texts/de/subject"),
    ({"texts": {"de": {"intro": "x" * 1001}}}, "/texts/de/intro"), ({"texts": {"de": "x"}}, "/texts/de"),
    ({"invite": {"delay_s": 30 * 86400 + 1}}, "/invite/delay_s"), ({"invite": {"sample": "half"}}, "/invite/sample"),
    ({"invite": {"window": {"from": "8:00"}}}, "/invite/window/from"),
    ({"invite": {"window": {"from": "20:00", "to": "08:00"}}}, "/invite/window/to"),
    ({"invite": {"window": {"weekdays": ["mon", "mon"]}}}, "/invite/window/weekdays/1"),
    ({"invite": {"reminder_days": [3, 7]}}, "/invite/reminder_days"), ({"invite": {"remind": []}}, "/invite/remind"),
    ({"texts": {f"{a}{b}": {} for a in "abcdefghi" for b in "abcdefgh"}}, "/texts"),
])
def test_a_definition_that_makes_no_sense_is_refused(service, body, pointer):
    assert pointers(put(service, "senseless", body)) == [pointer]


@pytest.mark.parametrize("name", ["Upper", "-dash", "_under", "a.b", "a%20b", "%C3%A4", "x" * 65])
def test_a_name_that_is_no_name_is_refused(service, name):
    answer = put(service, name, {})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_survey_name")
    assert service.get(f"/v1/surveys/{name}", "read").status_code == 404


def test_the_list_goes_by_name_in_pages(make_service):
    service = make_service()
    for number in range(5):
        put(service, f"s{number}", {})
    names, path = [], "/v1/surveys?limit=2"
    while path:
        page = service.get(path, "read")
        names += [survey["survey"] for survey in page.json()["data"]]
        assert page.json()["has_more"] == (page.json()["next"] is not None) == ("Link" in page.headers)
        path = page.links["next"]["url"] if page.json()["has_more"] else None
    assert names == ["s0", "s1", "s2", "s3", "s4", "understood"]


@pytest.mark.parametrize("query, status, code", [
    ("limit=0", 422, "invalid_query"), ("limit=201", 422, "invalid_query"), ("limit=x", 422, "invalid_query"),
    ("nope=1", 422, "invalid_query"), ("cursor=%2F", 400, "invalid_cursor"),
])
def test_a_list_query_that_makes_no_sense_is_refused(service, query, status, code):
    answer = service.get(f"/v1/surveys?{query}", "read")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_each_route_asks_for_its_scope(service):
    for method, path in (("GET", "/v1/surveys"), ("GET", "/v1/surveys/understood"),
                         ("PUT", "/v1/surveys/understood")):
        assert service.request(method, path, json={}).status_code == 401
    for scope in ("read", "write"):
        assert put(service, "understood", {}, key=scope).status_code == 403
    for path in ("/v1/surveys", "/v1/surveys/understood"):
        assert [service.get(path, scope).status_code for scope in ("admin", "read", "write")] == [200, 200, 403]


@pytest.mark.parametrize("method, path", [("GET", "/v1/surveys"), ("GET", "/v1/surveys/understood"),
                                          ("PUT", "/v1/surveys/understood")])
def test_nothing_but_json_is_given(service, method, path):
    answer = service.request(method, path, "admin", headers={"Accept": "text/html"}, json={})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("data, content_type, status, code", [
    ("{", "application/json", 400, "invalid_json"), ("{}", "text/plain", 415, "unsupported_media_type"),
    (" " * (1 << 20) + "{}", "application/json", 413, "body_too_large"),
    ('{"edit_window_days":1,"edit_window_days":2}', "application/json", 400, "invalid_json"),
])
def test_a_body_that_is_no_json_is_refused(service, data, content_type, status, code):
    answer = service.put("/v1/surveys/understood", "admin", data=data, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_two_accounts_do_not_see_each_others_surveys(service):
    put(service, "mine", {"display_name": "Mine"})
    other = service.key("admin", service.account())
    assert service.get("/v1/surveys/mine", other).status_code == 404
    assert "mine" not in [each["survey"] for each in service.get("/v1/surveys", other).json()["data"]]
    assert put(service, "mine", {"display_name": "Other"}, key=other).status_code == 201
    assert service.get("/v1/surveys/mine", "read").json()["display_name"] == "Mine"


def test_a_replaced_survey_counts_at_once(service):
    """The cache of this instance forgets it, well before its time."""
    def days():
        contact = {"ref": f"at-once-{days.count}"}
        days.count += 1
        made = service.post("/v1/invitations", "write", json={"survey": "at-once", "contact": contact})
        return service.sql("SELECT extract(day FROM expires_at - created_at)::int FROM invitations"
                           " WHERE id = %s", made.json()["id"])[0][0]
    days.count = 0
    for expected in (5, 9, 1):
        put(service, "at-once", {"expires_after_days": expected})
        assert days() == expected


def test_a_made_survey_is_found_although_it_was_missed_before(service):
    invitation = {"survey": "later", "contact": {"ref": "1"}}
    assert service.post("/v1/invitations", "write", json=invitation).status_code == 422
    put(service, "later", {})
    assert service.post("/v1/invitations", "write", json=invitation).status_code == 201


def test_without_the_database_it_answers_503(make_service, postgres):
    service = make_service()
    assert service.get("/v1/surveys", "admin").status_code == 200
    postgres.stop("immediate")
    try:
        for answer in (service.get("/v1/surveys", "admin"), service.get("/v1/surveys/understood", "admin"),
                       put(service, "understood", {})):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
    finally:
        postgres.start()
    assert service.get("/v1/surveys", "admin").status_code == 200
