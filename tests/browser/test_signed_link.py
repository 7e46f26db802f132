"""The page by a signed link, clicked through in Chromium."""
import pytest

from support.links import at, make_secret, signed_link, unsigned_link
from support.survey_page import counted

THINK_MS = 1700


@pytest.fixture(scope="module")
def secret(service):
    return make_secret(service)["secret"]


def test_it_is_answered_on_a_phone_changed_and_the_score_follows(service, browser, secret):
    link = signed_link(secret, contact="T 1", understood="partly", agent=["zoe", "ann"], team="Second Line", name="Kim & Søn")
    done = browser.run("open", service.url + link, choose=["csat-4", "nps-9"], wait_ms=THINK_MS, send=True,
                       screenshot="link-thanks-en-light-390")
    assert done["title"] == "Thank you" and done["url"] == service.url + at(link, "/thanks")
    assert done["complaints"] == [] and counted(service) == (1, 0)
    keys = ["Tab", "Enter", "wait 300", "Tab", "focus", "ArrowLeft", "focus", "Tab", "Tab", "Tab", f"wait {THINK_MS}", "Tab", "Enter", "wait 400"]
    changed = browser.run("keys", done["url"], keys=keys)
    assert changed["notes"] == ["understood-partly", "understood-yes"] and changed["title"] == "Thank you"
    listed = service.get("/v1/responses?survey=understood", "read").json()["data"]
    assert [(row["revision"], row["source"], row["answers"]["understood"], row["contact"]["agents"]) for row in listed] == \
        [(2, "link", "yes", ["zoe", "ann"])]


def test_opening_it_is_one_request_and_records_nothing(service, browser, secret):
    before = counted(service)
    done = browser.run("open", service.url + signed_link(secret, understood="yes"), scripts=True)
    assert len(done["requests"]) == 1 and done["complaints"] == [] and counted(service) == before


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_that_refuse(service, browser, secret, language, scheme):
    made = service.put("/v1/surveys/unsigned", "admin", json={"unsigned_links": True})
    assert made.status_code in (200, 201)
    service.post("/v1/responses", "write", json={"survey": "unsigned", "contact": {"ref": "taken"}, "answers": {"csat": 3}})
    pages = {"faulty": signed_link(secret, exp="soon", language=language),
             "answered": unsigned_link("unsigned", contact="taken", language=language),
             "expired": signed_link(secret, exp=1, language=language)}
    for name, link in pages.items():
        found = browser.run("axe", service.url + link, scheme=scheme, screenshot=f"link-{name}-{language}-{scheme}-390")
        assert found["violations"] == [], name
