"""A survey's own questions in Chromium: shown when they apply, also without scripts; small, in both directions."""
import itertools

import pytest

from support.locales import LANGUAGES
from support.survey_page import invite

QUESTIONS = [
    {"question": "understood"}, {"question": "ces"},
    {"question": "topic", "kind": "choice", "many": True, "when": ["partly", "no"], "required": True,
     "choices": [{"choice": "billing"}, {"choice": "delivery"}, {"choice": "else"}]},
    {"question": "again", "kind": "choice", "choices": [{"choice": "yes"}, {"choice": "no"}]},
    {"question": "improve", "kind": "text", "when": ["no"]}, {"question": "comment", "when": ["yes"]}]
TEXTS = {
    "en": {"questions": {"topic": "What was it about?", "again": "Would you contact us this way again?",
                         "improve": "What could we have done better?"},
           "choices": {"topic": {"billing": "My bill or a payment", "delivery": "A delivery that came late or not at all, or was damaged",
                                 "else": "Something else"}, "again": {"yes": "Yes", "no": "No"}}},
    "ar": {"questions": {"topic": "ما موضوع تواصلك؟", "again": "هل ستتواصل معنا بهذه الطريقة مرة أخرى؟",
                         "improve": "ما الذي كان يمكننا فعله بشكل أفضل؟"},
           "choices": {"topic": {"billing": "الفاتورة أو الدفع", "delivery": "التوصيل"}, "again": {"yes": "نعم", "no": "لا"}}}}
THINK_MS = 1700


@pytest.fixture(scope="module")
def links(service):
    made = service.request("PUT", "/v1/surveys/own-page", key="admin",
                           json={"display_name": "Harbour Coffee", "questions": QUESTIONS, "texts": TEXTS})
    assert made.status_code in (200, 201), made.text
    return {language: service.url + invite(service, survey="own-page", language=language)[0] for language in LANGUAGES}


@pytest.mark.parametrize("chosen, shown", [
    ([], []), (["understood-yes"], ["comment"]), (["understood-partly"], ["x-topic"]),
    (["understood-no"], ["x-topic", "x-improve"])])
def test_a_question_is_shown_when_it_applies(browser, links, chosen, shown):
    found = browser.run("layout", links["en"], choose=chosen)
    always = ["understood", "ces", "x-again"]
    assert sorted(found["shown"]) == sorted(always + shown) and found["conditions"] == 0


def test_a_browser_that_cannot_hide_shows_all_and_says_when(browser, links):
    found = browser.run("layout", links["en"], withoutHas=True, choose=["understood-yes"], screenshot="own-en-light-390-without-has")
    assert len(found["shown"]) == 6 and found["conditions"] == 3


def test_it_is_answered_without_scripts(service, browser, links):
    done = browser.run("open", links["en"], wait_ms=THINK_MS, send=True, texts={"x-improve": "Call back"}, choose=[
        "understood-no", "ces-2", "x-topic.billing", "x-topic.else", "x-again.no"])
    assert done["title"].startswith("Thank you"), done
    answers = service.get("/v1/responses?survey=own-page&limit=1", "read").json()["data"][0]["answers"]
    assert answers == {"understood": "no", "ces": 2, "choices": {"again": ["no"], "topic": ["billing", "else"]},
                       "texts": {"improve": "Call back"}}


def test_what_was_hidden_again_is_not_sent(service, browser):
    url = service.url + invite(service, survey="own-page")[0]
    done = browser.run("open", url, wait_ms=THINK_MS, send=True, texts={"comment": "Fine"}, choose=[
        "understood-no", "ces-7", "x-topic.billing", "understood-yes"])
    assert done["title"].startswith("Thank you"), done
    answers = service.get("/v1/responses?survey=own-page&limit=1", "read").json()["data"][0]["answers"]
    assert answers == {"understood": "yes", "ces": 7, "comment": "Fine"}


@pytest.mark.parametrize("language, scheme, width", [*((each, "light", 390) for each in LANGUAGES),
                                                     *itertools.product(("en", "ar"), ("light", "dark"), (320, 1280))])
def test_axe_finds_nothing_to_mend(browser, links, language, width, scheme):
    found = browser.run("axe", links[language], width=width, scheme=scheme, screenshot=f"own-{language}-{scheme}-{width}",
                        choose=["understood-no", "ces-3", "x-topic.billing", "x-again.no"])
    assert found["violations"] == [] and found["passes"] > 15


def test_axe_finds_nothing_where_answers_are_missing(service, browser):
    url = service.url + invite(service, survey="own-page")[0]
    found = browser.run("axe", url, choose=["understood-no", "ces-3"], send=True, screenshot="own-errors-en-light-390")
    assert found["violations"] == []


@pytest.mark.parametrize("language", ("en", "ar"))
def test_axe_finds_nothing_where_answers_are_shown_once_more(service, browser, links, language):
    url = service.url + invite(service, survey="own-page", language=language)[0]
    found = browser.run("axe", url, send=True, screenshot=f"own-confirm-{language}-light-390", texts={"x-improve": "Call back"},
                        choose=["understood-no", "ces-3", "x-topic.billing", "x-topic.else", "x-again.no"])
    assert found["violations"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_and_every_target_is_large_enough_at_320_pixels(browser, links, language):
    found = browser.run("layout", links[language], width=320, choose=["understood-no", "ces-3", "x-topic.delivery"])
    assert found["overflow"] <= 0 and found["clipped"] == [] and found["spill"] == []
    targets = [target for target in found["targets"] if target["width"]]  # those that are shown
    assert len(targets) == 3 + 7 + 3 + 2 + 2
    assert [target for target in targets if target["width"] < 44 or target["height"] < 48] == []


def test_forced_colours_keep_the_native_boxes(browser, links):
    found = browser.run("axe", links["en"], forcedColors="active", choose=["understood-no", "x-topic.billing"],
                        screenshot="own-en-forced-390")
    assert found["violations"] == []


def test_the_page_breaks_no_policy_of_its_own(browser, links):
    done = browser.run("open", links["en"], scripts=True)
    assert len(done["requests"]) == 1 and done["complaints"] == []
