"""A new language is one file: config/locales/xx.json, and it is spoken wherever the others are.

The program is linked once more, its embedded files being made from a tree with one language more.
"""
import json
import pathlib
import shlex
import subprocess
import sys

import pytest

from support.locales import LOCALES, cldr_rules
from support.service import ROOT, binary
from support.survey_page import answer_as_person, invite, open_page

LANGUAGE = "yi"  # CLDR knows its plurals, and it runs from right to left
MARK = "\u05f2 "
EMBEDDED = ["migrations", "src", "openapi.yaml"]  # next to config/


def translated(value):
    return {plural: MARK + text for plural, text in value.items()} if isinstance(value, dict) else MARK + value


def new_language():
    texts = {key: translated(value) for key, value in LOCALES["en"].items()}
    rules = {name: condition for name, (condition, _) in cldr_rules(LANGUAGE).items() if name != "other"}
    return {**texts, "language": LANGUAGE, "name": "\u05d9\u05d9\u05b4\u05d3\u05d9\u05e9", "direction": "rtl",
            "number_1234": "1.234", "plurals": rules}


def make_tree(folder, texts):
    """What src/embed.py reads, with one more file."""
    for name in EMBEDDED:
        (folder / name).symlink_to(ROOT / name)
    for path in [*(ROOT / "config").glob("*.ini"), *(ROOT / "config").glob("*/*")]:
        link = folder / path.relative_to(ROOT)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    (folder / "config" / "locales" / f"{LANGUAGE}.json").write_text(json.dumps(texts))


def embed(folder, texts):
    tree, source, depfile = folder / "tree", folder / "embedded_files.c", folder / "depfile"
    tree.mkdir()
    make_tree(tree, texts)
    subprocess.run([sys.executable, ROOT / "src" / "embed.py", source, depfile, tree], check=True)
    assert str(tree / "config" / "locales") in depfile.read_text()  # so that a build sees a new file
    return source


def link_with(folder, texts):
    """With the command that linked the program, the embedded files taking the place of the library's own."""
    source, program = embed(folder, texts), folder / "understood"
    build = pathlib.Path(binary()).parent
    asked = subprocess.run(["ninja", "-C", build, "-t", "commands", "understood"], capture_output=True, text=True, check=True)
    compiler, *arguments = shlex.split(asked.stdout.splitlines()[-1])
    arguments[arguments.index("-o") + 1] = program
    subprocess.run([compiler, "-I", ROOT / "src", source, *arguments], cwd=build, check=True, timeout=300)
    return program


@pytest.fixture
def service(tmp_path, make_service, monkeypatch):
    monkeypatch.setenv("UNDERSTOOD_BINARY", str(link_with(tmp_path, new_language())))
    return make_service()


def test_one_file_is_enough_for_pages_mails_negotiation_direction_and_plurals(service):
    path, invitation = invite(service, language=f"{LANGUAGE}-001")
    page = open_page(service, path, Accept_Language="de")
    assert (page.root["lang"], page.root["dir"]) == (LANGUAGE, "rtl")
    assert page.title.startswith(MARK) and page.text.count(MARK) > 10
    mail = invitation["email"]
    assert mail["subject"].startswith(MARK) and f'lang="{LANGUAGE}" dir="rtl"' in mail["html"]
    assert f"{MARK}The link works for 30\u00a0days." in mail["text"]
    assert answer_as_person(service, path).status == 303
    thanks = open_page(service, path + "/thanks").text
    assert f"{MARK}You can change your answer for 7\u00a0more days." in thanks
    negotiated = open_page(service, invite(service)[0], Accept_Language=f"de;q=0.8, {LANGUAGE};q=0.9")
    assert negotiated.root["lang"] == LANGUAGE


@pytest.mark.parametrize("key, value, said", [("csat_low", "", "csat_low"), ("more", "text", "more"),
                                              ("language", "ab", "says it is ab")])
def test_a_file_that_is_not_whole_keeps_the_program_from_starting(tmp_path, key, value, said):
    program = link_with(tmp_path, {**new_language(), key: value})
    done = subprocess.run([program, "serve", "--config", ROOT / "config" / "understood.ini"], capture_output=True,
                          text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 1 and f"config/locales/{LANGUAGE}.json" in done.stderr and said in done.stderr
