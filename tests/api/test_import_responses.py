"""understood import responses."""
import csv
import datetime
import io
import json
import os
import pty
import re
import subprocess

import pytest
from support import importing, scores
from support.importing import SUMMARY, csv_of, ends, ndjson_of, rejects_of
from support.service import ROOT, binary

WHOLE = {
    "contact_ref": "whole-1", "agents": "agent-1; agent-2", "team": "red", "channel": "phone", "reason": "complaint",
    "language": "de-AT", "customer_ref": "c-1", "customer_email": "eva@example.org", "customer_name": "Eva, \"die\" Ä",
    "solved_at": "2026-03-29T00:30:00Z", "opened_at": "2026-03-28T10:00:00.250000Z", "handled_s": "600",
    "credit_amount": "-12.345", "understood": "partly", "csat": "4", "nps": "0", "ces": "7",
    "comment": "two\nlines; \"quoted\"", "answered_at": "2026-03-29T04:05:06.789000Z"}
LEAST = {"survey": "understood", "contact_ref": "least", "csat": "5", "answered_at": "2026-05-01T10:00:00Z"}


def run(service, tmp_path, text, *words, account=1, name="in.csv"):
    return importing.run(service, "responses", tmp_path / name, text, *words, account=account)


def imported(service, tmp_path, text, *words, **more):
    done = run(service, tmp_path, text, *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return ends(done)


@pytest.fixture
def account(service, request):
    return service.account(request.node.name[:60])


def export(service, account, accept, **query):
    answer = service.get("/v1/responses", service.key("read", account), headers={"Accept": accept}, params=query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_row_is_stored_with_all_it_says(service, account, tmp_path):
    assert imported(service, tmp_path, csv_of([WHOLE]), "--survey", "understood", account=account) == (1, 1, 0, 0, 0)
    [row] = csv.DictReader(io.StringIO(export(service, account, "text/csv"), newline=""))
    assert {name: row[name] for name in WHOLE} == WHOLE
    assert row["trust"] == "confirmed" and row["source"] == "import" and row["revision"] == "1"
    [times] = service.sql("SELECT received_at, confirmed_at, answered_at FROM responses WHERE account_id = %s", account)
    assert times[0] == times[1] == times[2]
    service.verify()


def test_what_a_row_does_not_say_is_left_open(service, account, tmp_path):
    imported(service, tmp_path, csv_of([LEAST]), "--source", "old_tool", account=account)
    [row] = csv.DictReader(io.StringIO(export(service, account, "text/csv"), newline=""))
    told = {name: value for name, value in row.items() if value and name not in ("id", "revision", "trust", "sentiment_model")}
    assert told == LEAST | {"solved_at": LEAST["answered_at"], "source": "old_tool", "frustration": "0.05"}


def test_the_time_of_solving_stands_for_the_time_of_the_answer(service, account, tmp_path):
    row = {**LEAST, "solved_at": LEAST["answered_at"], "answered_at": ""}
    imported(service, tmp_path, csv_of([row]), account=account)
    assert imported(service, tmp_path, csv_of([row]), account=account) == (1, 0, 0, 1, 0)


def test_a_second_run_stores_nothing_new(service, account, tmp_path):
    text = csv_of([LEAST | {"contact_ref": f"c-{number}", "csat": number % 5 + 1} for number in range(1000)])
    assert imported(service, tmp_path, text, account=account) == (1000, 1000, 0, 0, 0)
    before = service.sql("SELECT * FROM responses WHERE account_id = %s ORDER BY id", account)
    assert imported(service, tmp_path, text, account=account) == (1000, 0, 0, 1000, 0)
    assert service.sql("SELECT * FROM responses WHERE account_id = %s ORDER BY id", account) == before
    service.verify()


def test_a_row_that_is_there_twice_counts_once(service, account, tmp_path):
    assert imported(service, tmp_path, csv_of([LEAST] * 3), account=account) == (3, 1, 0, 2, 0)


# ---- the round trip ----

def filled(service, name):
    account = service.account(name)
    now = datetime.datetime.now(scores.UTC).replace(microsecond=0)
    invitations, responses, _ = scores.make_rows(9, 300, now - datetime.timedelta(days=20), now)
    connection = service.connect()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        scores.plant(cursor, account, invitations, responses)
        cursor.execute("COMMIT")
    connection.close()
    service.cli("verify", "--rebuild", "--account", account, check=True)
    return account


def without(text, *names):
    return [{name: value for name, value in row.items() if name not in names}
            for row in csv.DictReader(io.StringIO(text, newline=""))]


@pytest.mark.parametrize("accept, name", [("text/csv", "in.csv"), ("application/x-ndjson", "in.ndjson")])
def test_an_export_imports_again(service, tmp_path, accept, name):
    source, target = filled(service, f"from {name}"), service.account(f"to {name}")
    # A held or discarded answer stays what it is, and is no answer to an invitation that was not imported.
    text = export(service, source, accept)
    read, stored, *rest = imported(service, tmp_path, text, account=target, name=name)
    assert read == stored > 100 and rest == [0, 0, 0]
    # The planted ones have no estimate; what is imported is estimated anew.
    there, here = (without(export(service, account, "text/csv"), "invitation", "polarity", "frustration", "sentiment_model")
                   for account in (target, source))
    assert there == here
    service.verify()
    assert imported(service, tmp_path, text, account=source, name=name) == (read, 0, 0, read, 0)
    assert export(service, source, accept) == text
    service.verify()


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
@pytest.mark.parametrize("one_survey", [False, True])
def test_answers_to_own_questions_and_texts_like_formulas_survive_the_round_trip(service, tmp_path, accept, one_survey):
    source, target = (service.account(f"{which} {accept} {one_survey}") for which in ("own from", "own to"))
    for account in (source, target):
        answer = service.put("/v1/surveys/own", service.key("admin", account), json={"questions": [
            {"question": "csat"}, {"question": "wish", "kind": "text"}, {"question": "comment"},
            {"question": "topics", "kind": "choice", "many": True, "choices": [{"choice": "delivery"}, {"choice": "price"}]}]})
        assert answer.status_code in (200, 201), answer.text
    for number, text in enumerate(["=1+1", "'=1", "+49; -1", "'t is", "a; b", "line\n\"two\"", "@x", "＝1", "-"]):
        service.post("/v1/responses", service.key("write", source), json={
            "survey": "own", "contact": {"ref": f"{text.splitlines()[0]}-{number}", "agents": [f"={number}", "-b"], "team": "-red"},
            "answers": {"csat": 3, "comment": text, "choices": {"topics": ["price", "delivery"][:number % 3]},
                        "texts": {"wish": text}}}).raise_for_status()
    query = {"survey": "own"} if one_survey else {}
    text = export(service, source, accept, **query)
    assert ("choices.topics" in text) == (one_survey and accept == "text/csv")
    assert imported(service, tmp_path, text, account=target) == (9, 9, 0, 0, 0)
    assert export(service, target, accept, **query) == text
    service.verify()


# ---- ways a file may be written ----

@pytest.mark.parametrize("name, change", [
    ("with a byte order mark", lambda text: b"\xef\xbb\xbf" + text.encode()),
    ("with line feeds alone", lambda text: text.replace("\r\n", "\n")),
    ("without a last line end", lambda text: text[:-2]),
    ("with empty lines", lambda text: "\r\n" + text.replace("\r\n", "\r\n\r\n")),
    ("with names in capitals", lambda text: text.replace("contact_ref", " Contact_Ref ")),
    ("with all in quotes", lambda text: "".join(
        ",".join(f'"{field}"' for field in line.split(",")) + "\n" for line in text.splitlines())),
])
def test_a_file_may_be_written_in_many_ways(service, tmp_path, name, change):
    account = service.account(name)
    text = csv_of([LEAST | {"contact_ref": f"c-{number}"} for number in range(3)])
    assert imported(service, tmp_path, change(text), account=account) == (3, 3, 0, 0, 0)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_in_the_header(service, account, tmp_path, separator):
    rows = [LEAST | {"contact_ref": "a", "comment": "one, two; three\tfour"}]
    assert imported(service, tmp_path, csv_of(rows, separator), account=account) == (1, 1, 0, 0, 0)
    assert service.sql("SELECT comment FROM responses WHERE account_id = %s", account) == [(rows[0]["comment"],)]


def test_a_separator_may_be_named(service, account, tmp_path):
    assert imported(service, tmp_path, csv_of([LEAST], "|"), "--separator", "|", account=account) == (1, 1, 0, 0, 0)


def test_standard_input_is_read(service, account):
    done = service.cli("import", "responses", "-", "--account", account, input=csv_of([LEAST]))
    assert ends(done) == (1, 1, 0, 0, 0)


def test_an_object_a_line_is_read_as_the_api_reads_it(service, account, tmp_path):
    rows = [{"contact": {"ref": f"n-{number}", "agents": ["anna"], "customer": {"email": "eva@example.org"}},
             "answers": {"nps": 9, "comment": "fine"}, "answered_at": "2026-05-01T10:00:00+02:00"} for number in range(3)]
    text = ndjson_of(rows).replace("\n", "\r\n\n")
    assert imported(service, tmp_path, text, "--survey", "understood", account=account) == (3, 3, 0, 0, 0)
    assert imported(service, tmp_path, text, "--survey", "understood", "--format", "ndjson", account=account)[3] == 3
    service.verify()


def test_columns_of_no_use_are_passed_over_when_asked(service, account, tmp_path):
    text = csv_of([LEAST | {"mood": "x", "mood2": "y"}])
    done = run(service, tmp_path, text, account=account)
    assert done.returncode == 1 and 'column "mood" is not known; known are id, survey, contact_ref,' in done.stderr
    assert imported(service, tmp_path, text, "--ignore-unknown", account=account) == (1, 1, 0, 0, 0)


def readme_examples(language):
    text = (ROOT / "README.md").read_text().partition("## Importing what you have")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_examples_of_the_readme_are_imported(service, account, tmp_path):
    answers, contacts, suppressions = readme_examples("csv")
    [line] = readme_examples("json")
    for kind, text, rows in (("responses", answers, 2), ("contacts", contacts, 1), ("suppressions", suppressions, 1),
                             ("responses", line.replace("ticket-17", "ticket-19"), 1)):
        done = importing.run(service, kind, tmp_path / "readme", text, account=account)
        assert done.returncode == 0 and ends(done)[0] == rows, done.stderr
    service.verify()


# ---- refusals ----

@pytest.mark.parametrize("text, reason", [
    ("", "it has no header"),
    ("\n\n", "it has no header"),
    ("survey,csat\nunderstood,5\n", 'column "contact_ref" is missing'),
    ("contact_ref,csat,csat\nx,5,5\n", 'column "csat" is there twice'),
    ("contact_ref,csat,CSAT\nx,5,5\n", 'column "CSAT" is there twice'),
    ("contact_ref,choices.\nx,5\n", 'column "choices." is not known'),
    ('contact_ref,"csat\n', "the header has a quote that is not closed"),
    ("contact_ref|csat\nx|5\n", 'column "contact_ref|csat" is not known'),
    ("[{}]", "it is one JSON array"),
    ("contact_ref,csat\n".encode("utf-16"), "it is UTF-16 or binary"),
])
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(service, account, tmp_path, text, reason):
    done = run(service, tmp_path, text, account=account)
    assert done.returncode == 1 and reason in done.stderr and done.stdout == ""


@pytest.mark.parametrize("words, status, reason", [
    (["no-such-file.csv"], 1, "No such file"),
    (["/"], 1, "it is a folder"),
    ([], 2, "FILE: is missing"),
    (["-", "--format", "xml"], 2, "--format should be csv or ndjson"),
    (["-", "--separator", "ab"], 2, "--separator should be"),
    (["-", "--source", "page"], 2, "--source should be"),
    (["-", "--source", "Other Tool"], 2, "--source should be"),
    (["-", "--account", "0"], 2, "--account should be"),
    (["-", "--account", "99999"], 1, "there is no such account"),
    (["-", "--survey", "nope"], 1, "account 1 has no survey nope"),
    (["-", "--rejects", "/nowhere/x"], 1, "cannot write /nowhere/x"),
])
def test_what_cannot_be_done_is_refused_with_the_reason(service, words, status, reason):
    done = service.cli("import", "responses", *words, input=csv_of([LEAST]))
    assert done.returncode == status and reason in done.stderr and done.stdout == ""


REFUSED = [
    ({"contact_ref": ""}, "contact_ref", "required"),
    ({"contact_ref": "x" * 201}, "contact_ref", "expected 1 to 200 bytes, got 201"),
    ({"survey": ""}, "survey", "required"),
    ({"survey": "other"}, "survey", "names a survey that account"),
    ({"csat": "6"}, "csat", "expected an integer from 1 to 5, got 6"),
    ({"csat": "5,0"}, "csat", 'expected an integer, got "5,0"'),
    ({"csat": "good"}, "csat", 'expected an integer, got "good"'),
    ({"csat": "4.5"}, "csat", "expected an integer, got 4.5"),
    ({"csat": ""}, "", "is empty; expected at least one of"),
    ({"nps": "11"}, "nps", "expected an integer from 0 to 10"),
    ({"ces": "0"}, "ces", "expected an integer from 1 to 7"),
    ({"understood": "maybe"}, "understood", 'expected one of yes, partly, no; got "maybe"'),
    ({"comment": "x" * 5001}, "comment", "characters, got 5001"),
    ({"agents": "a; a"}, "agents", "expected each text once"),
    ({"agents": "; ".join("abcdefghi")}, "agents", "expected at most 8 texts, got 9"),
    ({"team": "\x01"}, "team", "control characters"),
    ({"language": "d"}, "language", "expected 2 to"),
    ({"customer_email": "nobody"}, "customer_email", "is not an email address"),
    ({"handled_s": "-1"}, "handled_s", "expected an integer from 0"),
    ({"credit_amount": "1.2345"}, "credit_amount", "at most three decimals"),
    ({"credit_amount": "inf"}, "credit_amount", 'expected a number, got "inf"'),
    ({"answered_at": ""}, "answered_at", "required, unless"),
    ({"answered_at": "01.05.2026"}, "answered_at", "expected a time like"),
    ({"answered_at": "2999-01-01T00:00:00Z"}, "solved_at", "lies in the future"),
    ({"opened_at": "2026-06-01T00:00:00Z"}, "opened_at", "lies after solved_at"),
    ({"id": "1"}, "id", "expected 36 to 36 bytes, got 1"),
    ({"id": "x" * 36}, "id", "is not a UUID"),
    ({"trust": "full"}, "trust", "expected one of confirmed, provisional, discarded"),
    ({"source": "The Tool"}, "source", "may have only a-z"),
    ({"extras": "[]"}, "extras", "expected a JSON object"),
    ({"extras": '{"texts":{"other":"x"}}'}, "extras", 'is no question of kind "text" of this survey'),
    ({"texts.wish": "x"}, "texts.wish", 'is no question of kind "text" of this survey'),
    ({"choices.topic": "x"}, "choices.topic", 'is no question of kind "choice" of this survey'),
]


def test_every_row_that_is_refused_says_where_and_why(service, account, tmp_path):
    rejects = tmp_path / "rejects.csv"
    rows = [LEAST | change for change, _, _ in REFUSED]
    done = run(service, tmp_path, csv_of([LEAST, *rows, LEAST | {"contact_ref": "last"}]), "--rejects", rejects, account=account)
    assert done.returncode == 2 and ends(done) == (len(rows) + 2, 2, 0, 0, len(rows))
    for line, (rejected, row, (change, column, reason)) in enumerate(zip(rejects_of(rejects), rows, REFUSED), 3):
        assert rejected["rejected_line"] == str(line)
        assert (rejected["rejected_column"], reason in rejected["rejected_reason"]) == (column, True), (change, rejected)
        assert all(rejected[name] == value for name, value in row.items())
    assert len(rejects_of(rejects)) == len(rows)
    service.verify()


def test_all_mistakes_of_a_row_are_told_at_once(service, account, tmp_path):
    done = run(service, tmp_path, csv_of([LEAST | {"csat": "6", "nps": "11", "handled_s": "x"}]), account=account)
    assert done.returncode == 2
    assert done.stderr == ('line 2, handled_s: expected an integer, got "x"; csat: expected an integer from 1 to 5, got 6; '
                           "nps: expected an integer from 0 to 10, got 11\n")


def test_rejects_are_mended_and_imported_again(service, account, tmp_path):
    rejects = tmp_path / "rejects.csv"
    rows = [LEAST | {"contact_ref": f"m-{number}", "csat": "6" if number % 3 == 0 else "5", "comment": 'a "b", c'}
            for number in range(10)]
    assert run(service, tmp_path, csv_of(rows, ";"), "--rejects", rejects, account=account).returncode == 2
    assert run(service, tmp_path, rejects.read_text(), "--rejects", tmp_path / "again.csv", account=account).returncode == 2
    mended = (tmp_path / "again.csv").read_text().replace(";6;", ";1;")
    assert imported(service, tmp_path, mended, account=account) == (4, 4, 0, 0, 0)
    assert service.sql("SELECT count(*) FROM responses WHERE account_id = %s AND comment = %s", account, rows[0]["comment"]) == [(10,)]


def test_a_row_that_is_no_record_is_kept_whole_and_does_not_hide_the_next(service, account, tmp_path):
    rejects = tmp_path / "rejects.csv"
    head = "survey,contact_ref,csat,comment,answered_at\n"
    good = "understood,g-{},5,,2026-05-01T10:00:00Z\n"
    bad = ["understood,b-1,5", "understood,b-2,5,,2026-05-01,more", 'understood,b-3,5,"a"b,2026-05-01',
           "understood,b-4,5,\0,2026-05-01", 'understood,b-5,5,"lost,2026-05-01T10:00:00Z']
    text = head + "".join(good.format(number) + line + "\n" for number, line in enumerate(bad)) + good.format("last")
    done = run(service, tmp_path, text, "--rejects", rejects, account=account)
    assert done.returncode == 2 and ends(done)[1] == 6, done.stdout
    kept = [line for line in csv.reader(open(rejects, encoding="utf-8", newline=""))][1:]
    assert [(int(line[0]), line[3]) for line in kept if len(line) == 4] == [(3 + 2 * number, line) for number, line in enumerate(bad)]
    reasons = " ".join(line[2] for line in kept)
    for reason in ("fewer fields", "more fields", "quote that is not closed", "behind a closing quote", "NUL"):
        assert reason in reasons


def test_a_row_that_is_not_utf_8_is_refused(service, account, tmp_path):
    text = csv_of([LEAST | {"comment": "Grüße"}, LEAST | {"contact_ref": "b"}]).encode("latin-1")
    done = run(service, tmp_path, text, account=account)
    assert done.returncode == 2 and ends(done) == (2, 1, 0, 0, 1)
    assert "line 2, comment: is not valid UTF-8" in done.stderr


def test_only_the_first_rejects_are_shown(service, account, tmp_path):
    done = run(service, tmp_path, csv_of([LEAST | {"csat": "9"}] * 25), account=account)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 11
    assert done.stderr.endswith("and 15 more; --rejects FILE keeps them all\n")


NDJSON_REFUSED = [
    ('{"contact": {}}', ["/contact/ref", "/answers"]),
    ('{"contact": {"ref": "a"}, "answers": {"csat": "5"}, "answered_at": "2026-05-01"}', ["/answers/csat"]),
    ('{"contact": {"ref": "a", "x": 1}, "answers": {"csat": 5}, "answered_at": 5}', ["/contact/x", "/answered_at"]),
    ('{"contact": {"ref": "a"}, "answers": {"csat": 5}}', ["/answered_at"]),
    ("[]", [""]), ("5", [""]), ('{"a": 1, "a": 2}', [""]), ("{", [""]), ("Grüße", [""]), ('{"a": "\\ud800"}', [""]),
]


def test_every_object_that_is_refused_says_where_and_why(service, account, tmp_path):
    rejects = tmp_path / "rejects.ndjson"
    text = "".join(line + "\n" for line, _ in NDJSON_REFUSED)
    words = ["--survey", "understood", "--format", "ndjson"]
    done = run(service, tmp_path, text, "--rejects", rejects, *words, account=account)
    assert done.returncode == 2 and ends(done)[4] == len(NDJSON_REFUSED)
    for number, (line, (row, pointers)) in enumerate(zip(rejects.read_text().splitlines(), NDJSON_REFUSED), 1):
        kept = json.loads(line)
        told = kept.pop("rejected")
        assert told["line"] == number and [error["pointer"] for error in told["errors"]] == pointers, line
        assert all(error["detail"] for error in told["errors"])
        assert kept == (json.loads(row) if row.startswith('{"contact') else {"text": row}) or '"a": 1' in row
    mended = rejects.read_text().splitlines()[1].replace('"5"', "5")
    assert imported(service, tmp_path, mended, *words, account=account) == (1, 1, 0, 0, 0)


def test_the_file_is_not_written_over(service, account, tmp_path):
    done = run(service, tmp_path, csv_of([LEAST]), "--rejects", tmp_path / "in.csv", account=account)
    assert done.returncode == 1 and "is the file that is to be imported" in done.stderr
    assert (tmp_path / "in.csv").read_text() == csv_of([LEAST]).replace("\r\n", "\n")


# ---- rules ----

def test_a_dry_run_checks_all_and_stores_nothing(service, account, tmp_path):
    done = run(service, tmp_path, csv_of([LEAST, LEAST | {"csat": "6"}]), "--dry-run", account=account)
    assert done.returncode == 2 and "2 rows read, 1 of them good, 1 rejected; a dry run stores nothing" in done.stdout
    assert "line 3, csat" in done.stderr
    assert service.sql("SELECT count(*) FROM responses WHERE account_id = %s", account) == [(0,)]
    assert run(service, tmp_path, csv_of([LEAST]), "--dry-run", account=account).returncode == 0


def test_the_rules_of_changing_an_answer_hold(service, account, tmp_path):
    def row(at, csat, ref="r"):
        return LEAST | {"contact_ref": ref, "answered_at": at, "csat": csat}

    text = csv_of([row("2026-05-01T10:00:00Z", 1), row("2026-05-02T10:00:00Z", 2), row("2026-05-01T09:00:00Z", 3),
                   row("2026-09-01T10:00:00Z", 4)])
    for expected in ((4, 1, 2, 0, 1), (4, 0, 0, 3, 1)):
        done = run(service, tmp_path, text, account=account)
        assert done.returncode == 2 and ends(done) == expected
        assert "line 5: this contact was answered before, and the time to change the answer was over" in done.stderr
    assert service.sql("SELECT csat, revision, answered_at::text FROM responses WHERE account_id = %s", account) == [
        (2, 3, "2026-05-02 10:00:00+00")]
    older = csv_of([row("2026-05-01T08:00:00Z", 3)])
    done = run(service, tmp_path, older, account=account)
    assert done.returncode == 2 and done.stderr == "line 2: a newer answer of this contact is stored\n"
    service.verify()


def test_an_answer_that_came_live_is_not_replaced_by_an_older_one(service, account, tmp_path):
    service.post("/v1/responses", service.key("write", account), json={
        "survey": "understood", "contact": {"ref": "least"}, "answers": {"csat": 1}}).raise_for_status()
    done = run(service, tmp_path, csv_of([LEAST]), account=account)
    assert ends(done) == (1, 0, 0, 0, 1) and "a newer answer of this contact is stored" in done.stderr


def test_an_id_that_is_anothers_is_refused_alone(service, account, tmp_path):
    same = "0199aaaa-bbbb-7ccc-8ddd-000000000001"
    rows = [LEAST | {"id": f"0199aaaa-bbbb-7ccc-8ddd-1000000000{number:02}", "contact_ref": f"i-{number}"} for number in range(20)]
    rows[3]["id"] = rows[11]["id"] = same
    done = run(service, tmp_path, csv_of(rows), account=account)
    assert done.returncode == 2 and ends(done) == (20, 19, 0, 0, 1)
    assert re.match(r"line (5|13): its id is that of another contact's answer\n", done.stderr)
    done = run(service, tmp_path, csv_of(rows), account=account)
    assert done.returncode == 2 and ends(done) == (20, 0, 0, 19, 1)
    service.verify()


def test_an_imported_answer_is_joined_to_its_invitation(service, account, tmp_path):
    invited = service.post("/v1/invitations", service.key("write", account), json={
        "survey": "understood", "contact": {"ref": "least", "team": "blue"}})
    assert invited.status_code == 201
    imported(service, tmp_path, csv_of([LEAST | {"team": "red"}]), account=account)
    [row] = csv.DictReader(io.StringIO(export(service, account, "text/csv"), newline=""))
    assert row["invitation"] == invited.json()["id"] and row["team"] == "blue"
    service.verify()


# ---- at work ----

def test_two_imports_of_one_file_at_once_store_it_once(service, account, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(csv_of([LEAST | {"contact_ref": f"t-{number}", "team": f"team-{number % 7}"} for number in range(4000)]))
    both = [subprocess.Popen([binary(), "import", "responses", path, "--account", str(account)], env=service.environment,
                             cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    totals = [SUMMARY.fullmatch(each.communicate(timeout=120)[0]) for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sum(int(total[2]) for total in totals) == 4000 == sum(int(total[4]) for total in totals)
    assert service.sql("SELECT count(*) FROM responses WHERE account_id = %s", account) == [(4000,)]
    service.verify()


def test_a_killed_import_is_completed_by_the_next(service, account, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(csv_of([LEAST | {"contact_ref": f"k-{number}", "team": f"team-{number % 7}"} for number in range(20000)]))
    command = [binary(), "import", "responses", path, "--account", str(account)]

    def count():
        return service.sql("SELECT count(*) FROM responses WHERE account_id = %s", account)[0][0]

    kills = 0
    for _ in range(5):
        before = count()
        process = subprocess.Popen(command, env=service.environment, cwd=tmp_path, stdout=subprocess.DEVNULL)
        while process.poll() is None and count() < before + 1500:
            pass
        kills += process.poll() is None
        process.kill()
        process.wait()
        service.verify()
    before = count()
    assert kills >= 3 and 0 < before
    done = service.cli("import", "responses", path, "--account", account, check=True)
    read, stored, changed, known, rejected = ends(done)
    assert (read, changed, rejected) == (20000, 0, 0) and stored + known == 20000 and known >= before
    assert count() == 20000
    service.verify()


def test_a_terminal_shows_how_far_it_is(service, account, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(csv_of([LEAST | {"contact_ref": f"p-{number}"} for number in range(200)]))
    child, terminal = pty.fork()
    if child == 0:
        os.execve(binary(), [binary(), "import", "responses", str(path), "--account", str(account)],
                  {name: str(value) for name, value in service.environment.items()})
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    assert os.waitpid(child, 0)[1] == 0
    assert re.search(rb"\r\[#{24}\] 100 %  200 rows, 0 rejected, \d+ a second", shown), shown


def test_no_progress_is_shown_elsewhere(service, account, tmp_path):
    assert run(service, tmp_path, csv_of([LEAST]), account=account).stderr == ""


def test_without_its_database_it_fails_and_says_so(service, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(csv_of([LEAST]))
    environment = service.environment | {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "UNDERSTOOD_DATABASE_CONNECT_TIMEOUT_MS": "500"}
    done = subprocess.run([binary(), "import", "responses", path], env=environment, cwd=tmp_path, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 1 and "could not connect to the database" in done.stderr


def test_the_database_of_a_running_service_is_used(make_embedded):
    here = make_embedded()
    path = here.programs / "in.csv"
    path.write_text(csv_of([LEAST]))
    here.serve()
    for known in (0, 1):
        done = here.cli("import", "responses", path)
        assert done.returncode == 0 and ends(done) == (1, 1 - known, 0, known, 0), done.stderr
    assert here.sql("SELECT count(*) FROM responses") == [(1,)]
    assert here.cli("verify").returncode == 0
