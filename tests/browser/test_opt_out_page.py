"""The page that unsubscribes, in Chromium: with the keyboard alone, without scripts, in every language."""
import itertools

import pytest

from support.locales import LANGUAGES
from support.opt_out import mailed, suppressions_of

numbers = itertools.count(1)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module", autouse=True)
def named(service):
    made = service.put("/v1/surveys/named", "admin", json={"display_name": "Harbour Coffee", "accent_color": "#0f766e"})
    assert made.status_code == 201


def fresh(service, **contact):
    """The URL in a mail, and the address it was sent to."""
    email = f"kim.{next(numbers)}@example.org"
    return service.url + mailed(service, email, survey="named", **contact)[0], email


def test_one_unsubscribes_and_undoes_it_by_keyboard_alone_without_scripts(service, browser):
    url, email = fresh(service)
    done = browser.run("keys", url, keys=["Tab", "focus", "Enter", "wait 400"])
    assert done["notes"] == ["button"] and done["url"] == url
    assert done["title"].startswith("You are unsubscribed") and len(suppressions_of(service, email)) == 1
    undone = browser.run("keys", url, keys=["Tab", "focus", "Space", "wait 400"])
    assert undone["title"].startswith("You are subscribed again") and suppressions_of(service, email) == []


def test_opening_it_with_scripts_is_one_request_and_changes_nothing(service, browser):
    url, email = fresh(service)
    done = browser.run("open", url, scripts=True, wait_ms=1500)
    assert done["requests"] == [url.removeprefix(service.url)] and done["complaints"] == []
    assert suppressions_of(service, email) == []


def pages(service, language):
    """(name, URL, options) of the page in each of its states."""
    asked, (done, done_email), (other, other_email) = (fresh(service, language=language) for _ in range(3))
    service.post("/v1/suppressions", "write", json={"email": other_email, "reason": "bounced"})
    return [("asked", asked[0], {}), ("done", done, {"send": True}), ("undone", done, {"send": True}),
            ("bounced", other, {}), ("unknown", service.url + "/u/x", {})]


@pytest.mark.parametrize("language, scheme", [*((each, "light") for each in LANGUAGES), ("en", "dark"), ("ar", "dark")])
def test_axe_finds_nothing_to_mend(service, browser, language, scheme):
    for name, url, more in pages(service, language):
        found = browser.run("axe", url, scheme=scheme, screenshot=f"opt-out-{name}-{language}-{scheme}-390", **more)
        assert found["violations"] == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_and_the_button_is_large_enough(service, browser, language):
    for name, url, _ in pages(service, language)[:2]:
        found = browser.run("layout", url, width=320)
        assert found["overflow"] <= 0 and found["clipped"] == [] and found["spill"] == [], name
        assert [target for target in found["targets"] if target["width"] < 44 or target["height"] < 48] == []


def test_it_can_be_read_in_forced_colours(service, browser):
    url, _ = fresh(service)
    assert browser.run("axe", url, forcedColors="active", screenshot="opt-out-forced-colours")["violations"] == []
