"""A survey's own questions: in its definition, in answers to the API, in what is read back."""
import itertools
import json
import re

import pytest

from support.service import ROOT

QUESTIONS = [
    {"question": "understood"}, {"question": "ces"},
    {"question": "topic", "kind": "choice", "many": True, "choices": [{"choice": "billing"}, {"choice": "delivery"}]},
    {"question": "again", "kind": "choice", "choices": [{"choice": "yes"}, {"choice": "no"}], "when": ["partly", "no"]},
    {"question": "improve", "kind": "text", "when": ["no"]}, {"question": "comment", "when": ["yes"]}]
TEXTS = {"en": {"questions": {"topic": "What was it about?", "improve": "What could we have done better?"},
                "choices": {"topic": {"billing": "My bill"}}},
         "de": {"questions": {"topic": "Worum ging es?"}}}
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def survey(service):
    made = service.put("/v1/surveys/own", "admin", json={"questions": QUESTIONS, "texts": TEXTS})
    assert made.status_code in (200, 201), made.text
    return "own"


def body(answers, survey="own", ref=None):
    return {"survey": survey, "contact": {"ref": ref or f"q {next(numbers)}"}, "answers": answers}


def post(service, answers, **options):
    return service.post("/v1/responses", "write", json=body(answers, **options))


def test_a_definition_is_read_back_with_its_defaults(service, survey):
    read = service.get(f"/v1/surveys/{survey}", "read").json()
    assert read["texts"] == TEXTS
    assert read["questions"] == [
        {"question": "understood", "required": True}, {"question": "ces", "required": True},
        {**QUESTIONS[2], "required": False}, {**QUESTIONS[3], "many": False, "required": False},
        {**QUESTIONS[4], "required": False}, {**QUESTIONS[5], "required": False}]
    assert service.put(f"/v1/surveys/{survey}", "admin", json=read).status_code == 200


@pytest.mark.parametrize("answers, stored", [
    ({"ces": 7}, {"ces": 7}),
    ({"choices": {"topic": "billing"}}, {"choices": {"topic": ["billing"]}}),
    ({"choices": {"topic": ["delivery", "billing"]}}, {"choices": {"topic": ["billing", "delivery"]}}),
    ({"understood": "no", "choices": {"again": ["no"]}, "texts": {"improve": "Ö\nmore"}},
     {"understood": "no", "choices": {"again": ["no"]}, "texts": {"improve": "Ö\nmore"}}),
    ({"understood": "no", "texts": {"improve": " "}, "choices": {"topic": [], "again": None}}, {"understood": "no"}),
    ({"understood": "yes", "comment": "c", "csat": 2, "nps": 0, "ces": 1},
     {"understood": "yes", "csat": 2, "nps": 0, "ces": 1, "comment": "c"}),
    ({"understood": "no", "texts": {"improve": "ä" * 2000}}, {"understood": "no", "texts": {"improve": "ä" * 2000}}),
])
def test_answers_are_stored_and_shown_everywhere(service, survey, answers, stored):
    made = post(service, answers)
    assert made.status_code == 201, made.text
    assert made.json()["answers"] == stored
    read = service.get(f"/v1/responses/{made.json()['id']}", "read").json()
    assert read["answers"] == stored and read["votes"][0]["answers"] == stored
    listed = service.get("/v1/responses?survey=own&limit=1", "read").json()["data"][0]
    assert listed == made.json()


@pytest.mark.parametrize("answers, pointers", [
    ({"ces": 0}, ["/answers/ces"]), ({"ces": 8}, ["/answers/ces"]), ({"ces": "7"}, ["/answers/ces"]),
    ({"choices": ["topic"]}, ["/answers/choices"]), ({"texts": "x"}, ["/answers/texts"]),
    ({"choices": {"nope": ["a"], "a/b": "x"}}, ["/answers/choices/nope", "/answers/choices/a~1b"]),
    ({"choices": {"improve": ["a"]}, "texts": {"topic": "x"}}, ["/answers/choices/improve", "/answers/texts/topic"]),
    ({"choices": {"topic": ["nope", 3]}}, ["/answers/choices/topic/0", "/answers/choices/topic/1"]),
    ({"choices": {"topic": ["billing", "billing"]}}, ["/answers/choices/topic/1"]),
    ({"choices": {"topic": ["billing", "delivery", "x"]}}, ["/answers/choices/topic"]),
    ({"choices": {"topic": {"billing": True}}}, ["/answers/choices/topic"]),
    ({"understood": "no", "choices": {"again": ["yes", "no"]}}, ["/answers/choices/again"]),
    ({"understood": "no", "texts": {"improve": "ä" * 2001}}, ["/answers/texts/improve"]),
    ({"understood": "no", "texts": {"improve": "a\u0007b"}}, ["/answers/texts/improve"]),
    ({"understood": "no", "texts": {"improve": ["x"]}}, ["/answers/texts/improve"]),
    ({"understood": "yes", "choices": {"again": "no"}, "texts": {"improve": "x"}},
     ["/answers/choices/again", "/answers/texts/improve"]),
    ({"understood": "no", "comment": "only after yes"}, ["/answers/comment"]),
    ({"choices": {"again": "no"}}, ["/answers/choices/again"]),  # the first question was not answered
    ({"choices": {}, "texts": {"improve": " "}}, ["/answers"]), ({"choices": None}, ["/answers"]),
])
def test_answers_the_survey_does_not_allow_are_refused(service, survey, answers, pointers):
    request = body(answers)
    refused = service.post("/v1/responses", "write", json=request)
    assert refused.status_code == 422, refused.text
    assert [mistake["pointer"] for mistake in refused.json()["errors"]] == pointers
    assert service.sql("SELECT count(*) FROM responses WHERE contact_ref = %s", request["contact"]["ref"])[0][0] == 0


def test_a_survey_without_questions_of_its_own_takes_none(service):
    refused = post(service, {"understood": "yes", "texts": {"improve": "x"}}, survey="understood")
    assert refused.json()["errors"][0]["pointer"] == "/answers/texts/improve"
    assert post(service, {"ces": 3}, survey="understood").status_code == 201  # not asked, but known


def test_each_element_of_an_array_is_checked_alone(service, survey):
    results = service.post("/v1/responses", "write", json=[
        body({"choices": {"topic": "billing"}}), body({"choices": {"topic": "nope"}}),
        body({"ces": 3}, survey="missing"), body({"understood": "no", "texts": {"improve": "x"}})]).json()["data"]
    assert [each["status"] for each in results] == [201, 422, 422, 201]
    assert [each["problem"]["errors"][0]["pointer"] for each in results[1:3]] == ["/1/answers/choices/topic", "/2/survey"]


def test_all_mistakes_are_told_with_the_unknown_survey(service):
    refused = service.post("/v1/responses", "write", json={"survey": "missing", "contact": {}, "answers": {"ces": 9}})
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/contact/ref", "/answers/ces", "/survey"}


def test_a_later_answer_takes_the_place_of_the_whole_one(service, survey):
    first = post(service, {"understood": "no", "texts": {"improve": "x"}, "choices": {"topic": "billing"}}, ref="twice")
    later = post(service, {"understood": "yes", "choices": {"topic": "delivery"}}, ref="twice")
    assert later.status_code == 200
    assert later.json()["answers"] == {"understood": "yes", "choices": {"topic": ["delivery"]}}
    votes = service.get(f"/v1/responses/{first.json()['id']}", "read").json()["votes"]
    assert [vote["answers"].get("texts") for vote in votes] == [{"improve": "x"}, None]


def test_what_is_no_longer_asked_is_still_shown(service):
    service.put("/v1/surveys/changing", "admin", json={"questions": QUESTIONS})
    made = post(service, {"choices": {"topic": "billing"}, "ces": 2}, survey="changing").json()
    service.put("/v1/surveys/changing", "admin", json={"questions": [{"question": "csat"}]})
    assert service.get(f"/v1/responses/{made['id']}", "read").json()["answers"] == made["answers"]
    assert post(service, {"choices": {"topic": "billing"}}, survey="changing").status_code == 422


def test_the_definition_in_the_readme_is_taken_as_it_stands(service):
    section = (ROOT / "README.md").read_text().partition("## Questions of your own")[2]
    definition = json.loads(re.search(r"-d '(\{.*?\})'\n```", section, re.S).group(1))
    made = service.put("/v1/surveys/after-chat", "admin", json=definition)
    assert made.status_code == 201 and made.json()["texts"] == definition["texts"]
    assert post(service, {"understood": "no", "choices": {"topic": ["billing"]}, "texts": {"improve": "..."}},
                survey="after-chat").status_code == 201
