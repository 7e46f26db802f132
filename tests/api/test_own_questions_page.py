"""The survey page with a survey's own questions, as a browser without scripts sees and sends it."""
import re
import time

import pytest

from support.survey_page import PERSON_WAIT_S, counted, invite, open_page, send

QUESTIONS = [
    {"question": "understood"}, {"question": "ces"},
    {"question": "topic", "kind": "choice", "many": True, "when": ["partly", "no"], "required": True,
     "choices": [{"choice": "billing"}, {"choice": "delivery"}]},
    {"question": "website", "kind": "choice", "choices": [{"choice": "good"}, {"choice": "bad"}]},
    {"question": "improve", "kind": "text", "when": ["no"]}]
TEXTS = {"en": {"questions": {"topic": "What was it <about>?", "improve": "What could we have done better?"},
                "choices": {"topic": {"billing": "My \"bill\""}}},
         "de": {"questions": {"website": "Wie war die Website?"}}}
WHOLE = {"understood": "no", "ces": "2", "x-topic": ["billing", "delivery"], "x-website": "bad", "x-improve": "Call\r\nback "}
STORED = {"understood": "no", "ces": 2, "choices": {"topic": ["billing", "delivery"], "website": ["bad"]},
          "texts": {"improve": "Call\nback"}}


@pytest.fixture(scope="module", autouse=True)
def survey(service):
    made = service.put("/v1/surveys/own-form", "admin", json={"questions": QUESTIONS, "texts": TEXTS})
    assert made.status_code in (200, 201), made.text


def opened(service, wait_s=PERSON_WAIT_S, query="", survey="own-form", **contact):
    path, invitation = invite(service, survey=survey, **contact)
    page = open_page(service, path + query)
    time.sleep(wait_s)
    return page, invitation


def answers_of(service, invitation):
    listed = service.get(f"/v1/responses?survey={invitation['survey']}&trust=any", "read").json()["data"]
    return next((each["answers"] for each in listed if each.get("invitation") == invitation["id"]), None)


def test_the_form_has_a_field_for_each_choice_and_text(service):
    page, _ = opened(service, wait_s=0)
    assert page.boxes == {"x-topic": ["billing", "delivery"]} and page.radios["x-website"] == ["good", "bad"]
    assert page.radios["ces"] == list("1234567") and "x-improve" in page.textareas
    # What may be hidden must not be required of the browser: it could not show where an answer is missing.
    assert page.required == {"understood", "ces"}
    assert "What was it &lt;about&gt;?" in page.response.text and "My &quot;bill&quot;" in page.response.text
    assert "<bdi lang=\"de\">Wie war die Website?</bdi>" in page.response.text
    assert "website</legend>" not in page.response.text


def test_the_style_hides_what_does_not_apply_and_is_the_policys(service):
    page, _ = opened(service, wait_s=0)
    assert "form:not(:has(#understood-partly:checked,#understood-no:checked)) .w" in page.response.text
    assert "Only if you chose: Partly / No" in page.response.text
    assert page.response.headers["Content-Security-Policy"].count("sha256-") == 2
    assert "unsafe" not in page.response.headers["Content-Security-Policy"]


def test_all_answers_arrive(service):
    page, invitation = opened(service)
    assert send(service, page, **WHOLE).status == 303
    assert answers_of(service, invitation) == STORED


def test_answers_to_what_does_not_apply_are_dropped(service):
    page, invitation = opened(service)
    assert send(service, page, **{**WHOLE, "understood": "partly"}).status == 303
    assert answers_of(service, invitation) == {**{k: v for k, v in STORED.items() if k != "texts"}, "understood": "partly"}


def test_a_later_answer_without_the_condition_drops_the_earlier_texts(service):
    page, invitation = opened(service)
    send(service, page, **WHOLE)
    again = open_page(service, page.action)
    assert again.fields["x-topic"] == ["billing", "delivery"] and again.fields["x-website"] == "bad"
    assert again.fields["x-improve"] == "Call\nback"
    time.sleep(PERSON_WAIT_S)
    assert send(service, again, understood="yes").status == 303
    assert answers_of(service, invitation) == {"understood": "yes", "ces": 2, "choices": {"website": ["bad"]}}


@pytest.mark.parametrize("changes, links", [
    ({"x-topic": None}, ["#x-topic.billing"]), ({"x-topic": ["billing", "nope"]}, ["#x-topic.billing"]),
    ({"x-website": ["good", "bad"]}, ["#x-website.good"]), ({"x-website": "nope"}, ["#x-website.good"]),
    ({"x-improve": "ä" * 2001}, ["#x-improve"]), ({"ces": "8"}, ["#ces-1"]), ({"ces": None}, ["#ces-1"]),
    ({"understood": None}, ["#understood-yes"]),
    ({"ces": None, "x-topic": None, "x-improve": "ä" * 2001}, ["#ces-1", "#x-topic.billing", "#x-improve"]),
])
def test_mistakes_are_shown_and_everything_else_is_kept(service, changes, links):
    page, invitation = opened(service)
    again = send(service, page, **{**WHOLE, **changes})
    assert again.status == 422 and again.title.startswith("Error:") and again.links == links
    kept = {name: value for name, value in WHOLE.items() if name not in changes and name != "x-improve"}
    assert {name: again.fields.get(name) for name in kept} == kept
    assert again.fields["x-improve"] == changes.get("x-improve", "Call\nback")
    assert answers_of(service, invitation) is None


@pytest.mark.parametrize("understood, status", [("yes", 303), ("no", 422)])
def test_what_is_required_is_so_only_where_it_applies(service, understood, status):
    page, _ = opened(service)
    assert send(service, page, understood=understood, ces="4").status == status


def test_a_held_answer_is_shown_once_more_with_all_its_parts(service):
    page, invitation = opened(service, wait_s=0.1)
    before = counted(service, survey="own-form")[0]
    confirm = send(service, page, **WHOLE)
    assert confirm.status == 200 and counted(service, survey="own-form")[0] == before
    assert "<dd>My &quot;bill&quot;" in confirm.response.text and "<dd>delivery" in confirm.response.text
    sent_again = {name: value.replace("\r", "").strip() if isinstance(value, str) else value for name, value in WHOLE.items()}
    assert {name: confirm.fields[name] for name in WHOLE} == sent_again
    back = send(service, confirm, change="1")
    assert back.status == 200 and back.fields["x-topic"] == ["billing", "delivery"]
    time.sleep(PERSON_WAIT_S)
    assert send(service, confirm).status == 303 and answers_of(service, invitation) == STORED


def test_a_double_click_counts_once_and_another_choice_is_another_vote(service):
    page, invitation = opened(service)
    for _ in range(2):
        assert send(service, page, **WHOLE).status == 303
    send(service, page, **{**WHOLE, "x-website": "good"})
    send(service, page, **{**WHOLE, "ces": "3"})
    listed = service.get("/v1/responses?survey=own-form", "read").json()["data"]
    response = next(each for each in listed if each.get("invitation") == invitation["id"])
    assert response["revision"] == 3 and response["answers"]["ces"] == 3


def test_a_link_preselects_ces(service):
    page, _ = opened(service, wait_s=0, query="?ces=6&understood=maybe&csat=5")
    assert page.fields["ces"] == "6" and "You chose: 6" in page.text and "understood" not in page.fields


def test_a_text_that_was_typed_counts_as_a_comment(service):
    """A preselected answer sent as it stood looks like a machine's, unless something was written."""
    def points(**more):
        page, invitation = opened(service, query="?understood=no")
        send(service, page, ces="2", **{"x-topic": "billing"}, **more)
        listed = service.get("/v1/responses?survey=own-form&trust=any", "read").json()["data"]
        made = next(each for each in listed if each.get("invitation") == invitation["id"])
        return service.get(f"/v1/responses/{made['id']}", "read").json()["votes"][0]["evidence"]["reasons"]
    assert "unchanged" in points() and "unchanged" not in points(**{"x-improve": "Call back"})


@pytest.mark.parametrize("language", ("ar", "de", "en", "es", "fr", "he", "it", "ja", "nl", "pl", "pt", "zh"))
def test_an_archived_surveys_page_says_that_it_is_closed(service, language):
    name = f"closing-{language}"
    service.put(f"/v1/surveys/{name}", "admin", json={})
    path, _ = invite(service, survey=name, language=language)
    page = open_page(service, path)
    service.put(f"/v1/surveys/{name}", "admin", json={"archived": True})
    closed = open_page(service, path)
    assert closed.status == 410 and closed.root["lang"] == language and closed.action is None
    assert send(service, page, understood="yes", csat="4", nps="9").status == 410
    assert counted(service, survey=name) == (0, 0)
    service.put(f"/v1/surveys/{name}", "admin", json={})
    assert open_page(service, path).status == 200


def test_a_first_question_of_the_surveys_own_needs_no_buttons_in_the_mail(service):
    service.put("/v1/surveys/own-first", "admin", json={"questions": [QUESTIONS[3], {"question": "comment"}], "texts": {
        "de": {"questions": {"website": "Wie war die Website?"}}}})
    path, invitation = invite(service, survey="own-first", language="de")
    assert invitation["email"]["subject"] == "Wie war die Website?"
    assert not re.search(r"/s/[^\"?]*\?", invitation["email"]["html"])
    assert open_page(service, path).title.startswith("Wie war die Website?")


def test_a_mail_that_asks_how_easy_it_was_has_seven_buttons(service):
    service.put("/v1/surveys/ces-first", "admin", json={"questions": [{"question": "ces"}, {"question": "comment", "when": [1, 2]}]})
    path, invitation = invite(service, survey="ces-first", language="en")
    assert re.findall(r"\?ces=(\d)", invitation["email"]["html"]) == list("1234567")
    assert open_page(service, path + "?ces=7").fields["ces"] == "7"


NAMES = [f"q{index}" for index in range(12)]


@pytest.mark.parametrize("question, sent, kind, stored", [
    ({"kind": "choice", "many": True, "choices": [{"choice": f"c{index}"} for index in range(20)]},
     [f"c{index}" for index in range(20)], "choices", sorted(f"c{index}" for index in range(20))),
    ({"kind": "text"}, "\u3042" * 2000, "texts", "\u3042" * 2000),
])
def test_whoever_answers_all_that_a_survey_may_ask_is_not_refused(service, question, sent, kind, stored):
    questions = [{"question": "understood"}, {"question": "comment"}, *({"question": name, **question} for name in NAMES)]
    assert service.put(f"/v1/surveys/all-{kind}", "admin", json={"questions": questions}).status_code in (200, 201)
    page, invitation = opened(service, survey=f"all-{kind}")
    sent = send(service, page, understood="no", comment="\u3042" * 4000, **{f"x-{name}": sent for name in NAMES})
    assert sent.status == 303, sent.response.text
    answers = answers_of(service, invitation)
    assert answers["comment"] == "\u3042" * 4000 and answers[kind] == {name: stored for name in NAMES}
