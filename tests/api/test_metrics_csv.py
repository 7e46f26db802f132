"""GET /v1/metrics as CSV: the same numbers as in JSON, one row each."""
import csv
import io

import pytest

from api.test_metrics_choices import with_choices
from support import scores
from support.metrics import Filled, instant

JUNE = {"from": "2026-06-08", "to": "2026-06-14"}
CSV = {"Accept": "text/csv"}


@pytest.fixture(scope="module")
def chosen(service):
    return Filled(service, "Europe/Berlin", *with_choices(*scores.make_rows(
        8, 400, instant("2026-06-01T00:00:00+00:00"), instant("2026-06-15T00:00:00+00:00"))))


def ask(filled, **parameters):
    answer = filled.service.get("/v1/metrics", filled.key, headers=CSV, params={"survey": "understood", **parameters})
    assert answer.status_code == 200, answer.text
    return answer


def table(answer):
    assert answer.text.endswith("\r\n") and "\n" not in answer.text.replace("\r\n", "")
    header, *rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert len(set(header)) == len(header) and all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row)) for row in rows]


def text_of(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else f"{value}"


def contact_cells(repeats, coverage):
    row = {"repeat_thin": False, "repeat_withheld": False}
    row |= {f"repeat_{name}": value for name, value in repeats.items() if name != "same_reason"}
    row |= {f"repeat_same_reason_{name}": value for name, value in repeats["same_reason"].items()}
    row |= {f"coverage_{name}": value for name, value in coverage.items() if name != "skipped"}
    return row | {f"coverage_skipped_{reason}": count for reason, count in coverage["skipped"].items()}


def cells(kind, made, start, end, questions):
    """The row that an object of the JSON answer should be."""
    row = {"row": kind, "value": made.get("value"), "start": start, "end": end, "thin": False, "withheld": False}
    row |= {name: made[name] for name in ("n", "provisional", "invited", "answered", "response_rate")}
    row |= {name: made[name] for name in ("thin", "withheld") if name in made}
    for question in scores.QUESTIONS:
        for name, value in made[question].items():
            if name == "counts":
                length = {"csat": 5, "ces": 7}[question]
                row |= {f"{question}_{index + 1}": value and value[index] for index in range(length)}
            else:
                row[f"{question}_{name}"] = value
    row |= contact_cells(made["repeat_rate"], made["coverage"])
    for compared in (*scores.QUESTIONS, "repeat_rate"):
        for name in ("difference", "low", "high", "p", "p_adjusted"):
            row[f"change_{compared}_{name}"] = ((made.get("change") or {}).get(compared) or {}).get(name)
    for rate in ("understood", "csat", "ces", "frustrated"):
        for name in ("estimate", "low", "high", "band"):
            row[f"fair_{rate}_{name}"] = ((made.get("fair") or {}).get(rate) or {}).get(name)
        row |= {f"fair_{rate}_mean": None, f"fair_{rate}_detectable": None}
    row["groups_truncated"] = None
    for question, choices in questions.items():
        answered = made.get("choices", {}).get(question, {"n": 0, "counts": {}}) if "choices" in made else None
        row[f"choices.{question}"] = answered and answered["n"]
        withheld = made.get("withheld") or answered is None
        row |= {f"choices.{question}.{choice}": None if withheld else (answered["counts"] or {}).get(choice, 0)
                for choice in choices["counts"] or {}}
    return row


def expected_rows(got):
    questions = got["total"].get("choices", {})
    total = cells("total", got["total"], got["from"], got["to"], questions)
    total["groups_truncated"] = got.get("groups_truncated", False)
    for rate, told in got.get("fairness", {}).items():
        total |= {f"fair_{rate}_mean": told["mean"], f"fair_{rate}_detectable": told["detectable"]}
    yield total
    if "previous" in got:
        yield cells("previous", got["previous"]["total"], got["previous"]["from"], got["previous"]["to"], questions)
    ends = [*[point["start"] for point in got["series"]][1:], got["to"]]
    for point, end in zip(got["series"], ends):
        yield cells("series", point, point["start"], end, questions)
    for group in got["groups"]:
        yield cells("group", group, got["from"], got["to"], questions)


def same(cell, value):
    if isinstance(value, float):
        return abs(float(cell) - value) < 1e-9
    return cell == text_of(value)


@pytest.mark.parametrize("parameters", [
    {}, {"by": "agent"}, {"by": "team", "compare": "previous"}, {"interval": "week", "compare": "previous", "by": "source"},
    {"interval": "all", "team": "red", "by": "team"}, {"interval": "hour", "from": "2026-06-08", "to": "2026-06-08"},
    {"team": "red", "source": "page", "agent": "agent-2", "by": "language", "compare": "previous"},
    {"from": "2026-01-01", "to": "2026-01-02", "by": "team", "compare": "previous"}])
def test_every_number_of_the_json_is_in_the_table(chosen, parameters):
    parameters = JUNE | parameters
    rows, expected = table(ask(chosen, **parameters)), list(expected_rows(chosen.get(**parameters)))
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected):
        assert set(row) == set(wanted)
        wrong = {name: (row[name], value) for name, value in wanted.items() if not same(row[name], value)}
        assert not wrong


def test_the_columns_are_the_same_for_all_answers(service, chosen):
    headers = {ask(Filled(service), **parameters, **JUNE).text.split("\r\n")[0]
               for parameters in ({}, {"by": "team"}, {"compare": "previous", "interval": "all"})}
    assert len(headers) == 1
    [header] = headers
    assert ask(chosen, **JUNE).text.startswith(header + ",choices.")


def test_a_name_that_is_a_formula_is_disarmed(service):
    names = ["=1+1", "+49", "-2", "@sum", "a,b", 'quote "this"', "plain"]
    at = instant("2026-06-10T12:00:00+00:00")
    filled = Filled(service, "UTC", [], [scores.response(f"{name}-{index}", at, team=name)
                                         for name in names for index in range(6)])
    values = {row["value"] for row in table(ask(filled, by="team", **JUNE)) if row["row"] == "group"}
    assert values == {"'=1+1", "'+49", "'-2", "'@sum", "a,b", 'quote "this"', "plain"}
    plain = ask(filled, by="team", **JUNE).text
    assert "\"'=1+1\"" in plain


def test_what_is_withheld_stays_withheld(service):
    at = instant("2026-06-10T12:00:00+00:00")
    filled = Filled(service, "UTC", [], [scores.response(f"{team}-{index}", at, team=team, csat=5, nps=9, ces=6,
                                                         choices={"topic": ["billing"]})
                                         for team, n in {"a": 3, "b": 8, "c": 30}.items() for index in range(n)])
    shown = {row["value"]: {name for name, cell in row.items() if cell not in ("", "false")}
             for row in table(ask(filled, by="team", compare="previous", **JUNE)) if row["row"] == "group"}
    counts = {f"{question}_n" for question in scores.QUESTIONS} | {"choices.topic"}
    head = {name for name in shown["a"] if name.startswith(("repeat_", "coverage_"))} | {"row", "value", "start", "end", "n", "provisional", "invited", "answered", "withheld"}
    assert shown["a"] == head | counts | {"thin"} and shown["b"] == head | counts | {"thin"}
    assert "understood_rate" in shown["c"] and "fair_understood_estimate" in shown["c"]


def test_csv_has_a_name_a_type_and_its_own_etag(chosen):
    answer = ask(chosen, **JUNE)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="metrics.csv"'
    get = chosen.service.get
    path = "/v1/metrics?survey=understood&from=2026-06-08&to=2026-06-14"
    json_tag = get(path, chosen.key).headers["ETag"]
    assert answer.headers["ETag"] != json_tag
    assert get(path, chosen.key, headers=CSV | {"If-None-Match": json_tag}).status_code == 200
    again = get(path, chosen.key, headers=CSV | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""


@pytest.mark.parametrize("accept, status, kind", [
    ("text/csv", 200, "text/csv"), ("application/json, text/csv;q=0.5", 200, "application/json"),
    ("text/*", 200, "text/csv"), ("*/*", 200, "application/json"), ("text/html", 406, "application/problem+json"),
    ("application/x-ndjson", 406, "application/problem+json")])
def test_the_client_chooses_the_format(chosen, accept, status, kind):
    answer = chosen.service.get("/v1/metrics?survey=understood", chosen.key, headers={"Accept": accept})
    assert answer.status_code == status and answer.headers["Content-Type"].split(";")[0] == kind


def test_a_refusal_is_a_problem_whatever_was_asked_for(chosen):
    answer = chosen.service.get("/v1/metrics?survey=understood&interval=year", chosen.key, headers=CSV)
    assert answer.status_code == 422 and answer.json()["code"] == "invalid_query"
