"""The mail as it is sent, in Chromium: on a phone and wide, light and dark, in every language."""
import pathlib
import subprocess
import urllib.parse

import pytest

from support.locales import LANGUAGES
from support.service import binary

PROGRAM = pathlib.Path(binary()).parent / "tests" / "mail_document"
QUESTIONS = ("understood", "csat", "nps", "ces", "comment")


def mail_url(*arguments):
    document = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout
    return "data:text/html;charset=utf-8," + urllib.parse.quote(document)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800])
def test_axe_finds_nothing_to_mend(browser, language, scheme, width):
    found = browser.run("axe", mail_url(language), scheme=scheme, width=width, mail=True,
                        screenshot=f"whole-mail-{language}-{scheme}-{width}")
    assert found["violations"] == [] and found["passes"] > 5


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_reminder_of_any_question_fits_a_narrow_phone(browser, language, question):
    url = mail_url(language, question, "reminder")
    assert browser.run("layout", url, width=320, screenshot=f"reminder-{language}-{question}-320")["overflow"] <= 0
    assert browser.run("axe", url, mail=True)["violations"] == []
