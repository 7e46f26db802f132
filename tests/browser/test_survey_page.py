"""The survey page in Chromium: with the keyboard alone, without scripts, small, large, dark, in every language."""
import itertools
import urllib.parse

import pytest

from support.locales import LANGUAGES
from support.survey_page import answer_as_person, counted, invite

SCHEMES = ("light", "dark")
WIDTHS = (320, 1280)
EVERYTHING = ["understood-partly", "csat-4", "nps-9"]
THINK_MS = 1700


def link(service, **contact):
    return service.url + invite(service, **contact)[0]


@pytest.fixture(scope="module")
def links(service):
    """One link for each language, of a survey with a name."""
    made = service.request("PUT", "/v1/surveys/named", key="admin", json={"display_name": "Harbour Coffee"})
    assert made.status_code in (200, 201), made.text
    return {language: link(service, survey="named", language=language) for language in LANGUAGES}


# ---- answering ----

def test_it_is_answered_by_keyboard_alone_without_scripts(service, browser):
    before = counted(service)[0]
    done = browser.run("keys", link(service), screenshot="thanks-by-keyboard", keys=[
        "Tab", "focus", "Space", "ArrowRight", "focus", "Tab", "focus", "Space", "ArrowRight", "ArrowRight", "focus",
        "Tab", "focus", "ArrowLeft", "focus", "Tab", "focus", "type Thank you, Kim!", f"wait {THINK_MS}",
        "Tab", "focus", "Enter", "wait 300"])
    assert done["notes"] == ["understood-yes", "understood-partly", "csat-1", "csat-3", "nps-0", "nps-10", "comment",
                             "button"]
    assert done["title"] == "Thank you" and done["url"].endswith("/thanks")
    assert counted(service)[0] == before + 1


def test_it_is_answered_on_a_phone_and_the_score_changes(service, browser):
    before = counted(service)[0]
    done = browser.run("open", link(service) + "?understood=partly", choose=["csat-4", "nps-9"], wait_ms=THINK_MS, send=True)
    assert done["title"] == "Thank you" and counted(service)[0] == before + 1


def test_the_browser_itself_refuses_a_bare_click_on_send(service, browser):
    before = counted(service)
    url = link(service) + "?understood=yes"
    done = browser.run("open", url, wait_ms=100, send=True)
    assert done["url"] == url and len(done["requests"]) == 1
    assert counted(service) == before


def test_the_thank_you_page_leads_back_to_the_filled_in_form(service, browser):
    path, _ = invite(service)
    assert answer_as_person(service, path).status == 303
    done = browser.run("keys", f"{service.url}{path}/thanks", keys=["Tab", "Enter", "wait 300", "Tab", "focus"])
    assert done["notes"] == ["understood-yes"] and done["url"].endswith(path)


def test_the_page_is_one_request_and_breaks_no_policy_of_its_own(service, browser, links):
    done = browser.run("open", links["en"], scripts=True)
    assert done["requests"] == [links["en"].removeprefix(service.url)] and done["complaints"] == []


def test_a_mistake_moves_the_focus_to_the_summary_and_on_to_the_question(service, browser):
    url = survey_with_optional_questions(service)
    done = browser.run("keys", url, screenshot="errors-en-light-390", scripts=True, keys=[
        "Tab", "Tab", "Tab", "Tab", "Enter", "wait 400", "focus", "Tab", "focus", "Enter", "wait 100", "focus"])
    assert done["title"].startswith("Error: ")
    assert done["notes"][0] == "errors" and done["notes"][2] == "understood-yes"


def survey_with_optional_questions(service, **contact):
    """The browser lets it go empty; we do not."""
    asked = [{"question": name, "required": False} for name in ("understood", "csat", "comment")]
    made = service.request("PUT", "/v1/surveys/optional", key="admin", json={"questions": asked})
    assert made.status_code in (200, 201), made.text
    return link(service, survey="optional", **contact)


# ---- the mail ----

def mail_url(service, **contact):
    """The block in a page of its own, under its subject."""
    mail = invite(service, **contact)[1]["email"]
    page = f"<!doctype html><html lang=en><meta name=viewport content=width=device-width><title>Mail</title><main><h1>Mail</h1>{mail['html']}</main>"
    return "data:text/html;charset=utf-8," + urllib.parse.quote(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_block_fits_a_phone_and_axe_finds_nothing_to_mend(service, browser, language):
    url = mail_url(service, language=language, customer={"ref": "1", "name": "Kim"})
    assert browser.run("layout", url, width=320)["overflow"] <= 0
    assert browser.run("axe", url, screenshot=f"mail-{language}-390")["violations"] == []


# ---- looks ----

@pytest.mark.parametrize("language, scheme, width", [*((each, "light", 390) for each in LANGUAGES),
                                                     *itertools.product(("en", "ar"), SCHEMES, WIDTHS)])
def test_axe_finds_nothing_to_mend(browser, links, language, scheme, width):
    found = browser.run("axe", links[language] + "?understood=partly", scheme=scheme, width=width, choose=["nps-9"],
                        screenshot=f"survey-{language}-{scheme}-{width}")
    assert found["violations"] == [] and found["passes"] > 15


def answered_link(service, **contact):
    path, invitation = invite(service, **contact)
    made = service.request("POST", "/v1/responses", key="admin", json={
        "survey": invitation["survey"], "contact": {"ref": invitation["contact"]["ref"]}, "answers": {"csat": 5}})
    assert made.status_code == 201, made.text
    return service.url + path


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_thank_you_page(service, browser, language):
    found = browser.run("axe", answered_link(service, language=language) + "/thanks", screenshot=f"thanks-{language}-light-390")
    assert found["violations"] == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", ("en", "ar"))
def test_axe_finds_nothing_on_the_other_pages(service, browser, language, scheme):
    path, _ = invite(service, language=language)
    pages = {"thanks-unanswered": (f"{service.url}{path}/thanks", {}), "unknown": (f"{service.url}/s/x", {}),
             "confirm": (service.url + path, {"choose": EVERYTHING, "comment": "Quick", "send": True}),
             "errors": (survey_with_optional_questions(service, language=language), {"send": True})}
    for name, (url, more) in pages.items():
        found = browser.run("axe", url, scheme=scheme, screenshot=f"{name}-{language}-{scheme}-390", **more)
        assert found["violations"] == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_at_320_pixels(browser, links, language):
    found = browser.run("layout", links[language], width=320, choose=EVERYTHING)
    assert found["overflow"] <= 0 and found["clipped"] == [] and found["spill"] == []


@pytest.mark.parametrize("width", (320, 390, 768, 1280))
def test_every_target_is_large_enough_for_a_thumb(browser, links, width):
    found = browser.run("layout", links["en"], width=width)
    assert len(found["targets"]) == 3 + 5 + 11 + 2
    small = [target for target in found["targets"] if target["width"] < 44 or target["height"] < 48]
    assert small == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_at_200_percent_stays_readable(browser, links, language):
    found = browser.run("layout", links[language], width=320, style=":root{font-size:200%}",
                        screenshot=f"survey-{language}-200percent-320")
    assert found["overflow"] <= 0 and found["clipped"] == [] and found["spill"] == []


def test_wider_text_spacing_loses_nothing(browser, links):
    found = browser.run("layout", links["en"], width=320, style=(
        "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}"))
    assert found["overflow"] <= 0 and found["clipped"] == [] and found["spill"] == []


def test_forced_colours_still_show_what_is_chosen(browser, links):
    found = browser.run("layout", links["en"], forcedColors="active", choose=EVERYTHING, screenshot="survey-en-forced-390")
    chosen = {option["background"] for option in found["options"] if option["checked"]}
    others = {option["background"] for option in found["options"] if not option["checked"]}
    assert len(chosen) == 1 and not chosen & others


def test_a_scale_runs_from_right_to_left_where_the_language_does(browser, links):
    def numbers(language):
        found = browser.run("layout", links[language], width=1280)
        return [target for target in found["targets"] if target["text"].isdigit()][:5]
    left_to_right, right_to_left = numbers("en"), numbers("he")
    assert left_to_right[0]["left"] < left_to_right[4]["left"]
    assert right_to_left[0]["left"] > right_to_left[4]["left"]
