"""A survey's own questions in lists and exports of responses, and as filters."""
import csv
import io
import json

import pytest

QUESTIONS = [
    {"question": "understood"}, {"question": "ces"},
    {"question": "topic", "kind": "choice", "many": True, "choices": [{"choice": "billing"}, {"choice": "delivery"}]},
    {"question": "again", "kind": "choice", "choices": [{"choice": "yes"}, {"choice": "no"}], "when": ["partly", "no"]},
    {"question": "improve", "kind": "text", "when": ["no"]}, {"question": "comment", "when": ["yes"]}]
ANSWERS = [
    {"understood": "yes", "ces": 7, "csat": 5, "nps": 10}, {"understood": "no", "ces": 1, "nps": 0,
     "choices": {"topic": ["billing", "delivery"]}, "texts": {"improve": "=1+1; \"x\""}},
    {"understood": "no", "csat": 1, "choices": {"topic": ["delivery"], "again": ["no"]}}]
COLUMNS = ["extras", "choices.topic", "choices.again", "texts.improve"]


def store(service, survey, ref, answers):
    made = service.post("/v1/responses", "write", json={"survey": survey, "contact": {"ref": ref}, "answers": answers})
    assert made.status_code == 201, made.text


@pytest.fixture(scope="module")
def filled(service):
    for name in ("listed", "other"):
        service.put(f"/v1/surveys/{name}", "admin", json={"questions": QUESTIONS})
    for index, answers in enumerate(ANSWERS):
        store(service, "listed", f"l{index}", answers)
    store(service, "other", "o", {"choices": {"topic": "billing"}})
    return service


def export(service, query="", accept="text/csv"):
    answered = service.get(f"/v1/responses{query}", "read", headers={"Accept": accept})
    assert answered.status_code == 200
    text = answered.content.decode()
    if accept != "text/csv":
        return [json.loads(line) for line in text.splitlines()]
    return {row["contact_ref"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_the_csv_of_one_survey_has_a_column_for_each_of_its_questions(filled):
    rows = export(filled, "?survey=listed")
    assert list(rows["l0"])[-4:] == COLUMNS and list(rows["l0"])[15:19] == ["understood", "csat", "nps", "ces"]
    assert [rows["l1"][name] for name in ["ces", *COLUMNS]] == ["1", "", "billing; delivery", "", "'=1+1; \"x\""]
    assert [rows["l2"][name] for name in ["ces", *COLUMNS]] == ["", "", "delivery", "no", ""]
    assert [rows["l0"][name] for name in ["ces", *COLUMNS]] == ["7", "", "", "", ""]


def test_the_csv_of_all_surveys_has_them_in_one_column(filled):
    rows = export(filled)
    assert list(rows["l0"])[-1] == "extras" and rows["l0"]["extras"] == ""
    assert json.loads(rows["l2"]["extras"]) == {"choices": {"again": ["no"], "topic": ["delivery"]}}
    assert json.loads(rows["o"]["extras"]) == {"choices": {"topic": ["billing"]}}


def test_ndjson_has_answers_as_they_are(filled):
    by_ref = {each["contact"]["ref"]: each["answers"] for each in export(filled, "?survey=listed", "application/x-ndjson")}
    assert by_ref == {f"l{index}": answers for index, answers in enumerate(ANSWERS)}


def test_what_is_no_longer_asked_has_its_place_in_the_csv(filled):
    filled.put("/v1/surveys/listed", "admin", json={"questions": [QUESTIONS[0], QUESTIONS[2]]})
    rows = export(filled, "?survey=listed")
    assert list(rows["l2"])[-2:] == ["extras", "choices.topic"]
    assert json.loads(rows["l2"]["extras"]) == {"choices": {"again": ["no"]}} and rows["l2"]["choices.topic"] == "delivery"
    filled.put("/v1/surveys/listed", "admin", json={"questions": QUESTIONS})


@pytest.mark.parametrize("query, refs", [
    ("ces=7", ["l0"]), ("ces=4", []), ("csat=1", ["l2"]), ("nps=0", ["l1"]), ("choice=topic:delivery", ["l2", "l1"]),
    ("choice=topic", ["o", "l2", "l1"]), ("choice=topic&survey=listed", ["l2", "l1"]), ("choice=again:no", ["l2"]),
    ("choice=again:yes", []), ("choice=improve", []), ("choice=topic:billing&ces=1", ["l1"])])
def test_lists_are_filtered_by_answers(filled, query, refs):
    listed = filled.get(f"/v1/responses?{query}", "read").json()["data"]
    assert [each["contact"]["ref"] for each in listed] == refs


@pytest.mark.parametrize("query, parameter", [
    ("ces=8", "ces"), ("ces=x", "ces"), ("csat=0", "csat"), ("nps=11", "nps"), ("choice=Topic", "choice"),
    ("choice=topic:", "choice"), ("choice=:billing", "choice"), ("choice=a:b:c", "choice"), ("choice=" + "a" * 65, "choice")])
def test_filters_that_make_no_sense_are_refused(filled, query, parameter):
    refused = filled.get(f"/v1/responses?{query}", "read")
    assert refused.status_code == 422 and [each["parameter"] for each in refused.json()["errors"]] == [parameter]


def test_a_cursor_is_bound_to_the_filter(filled):
    page = filled.get("/v1/responses?choice=topic&limit=1", "read").json()
    assert page["has_more"]
    assert filled.get(f"/v1/responses?choice=topic&limit=1&cursor={page['next']}", "read").status_code == 200
    for other in ("choice=topic:billing", "choice=topic&ces=1"):
        assert filled.get(f"/v1/responses?{other}&limit=1&cursor={page['next']}", "read").status_code == 400


def test_the_demo_answers_what_a_survey_asks(make_service):
    service = make_service()
    service.put("/v1/surveys/shown", "admin", json={"questions": QUESTIONS})
    service.cli("demo", "--survey", "shown", "--answers", "400", check=True)
    answers = [each["answers"] for each in export(service, "?survey=shown", "application/x-ndjson")]
    topics = [topic for each in answers for topic in each.get("choices", {}).get("topic", [])]
    assert topics.count("billing") > topics.count("delivery") > 20
    assert sum("ces" in each for each in answers) > len(answers) / 2
    assert {each["understood"] for each in answers if "improve" in each.get("texts", {})} == {"no"}
    assert not any("comment" in each for each in answers if each["understood"] != "yes")
