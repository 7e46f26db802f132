"""understood import suppressions."""
import pytest
from support import importing
from support.importing import csv_of, ends, ndjson_of, rejects_of


def run(service, tmp_path, text, *words, account=1, name="in.csv"):
    return importing.run(service, "suppressions", tmp_path / name, text, *words, account=account)


def imported(service, tmp_path, text, *words, **more):
    done = run(service, tmp_path, text, *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return ends(done)


@pytest.fixture
def account(service, request):
    return service.account(request.node.name[:60])


def stored(service, account):
    return service.sql("SELECT email, reason, note, created_at::text FROM suppressions WHERE account_id = %s ORDER BY address", account)


def test_an_address_is_stored_with_its_reason_and_time(service, account, tmp_path):
    rows = [{"email": "Ann@Example.org", "reason": "complaint", "note": "said \"stop\"", "created_at": "2026-03-01T10:00:00Z"},
            {"email": "ben@example.org", "reason": "unsubscribed", "note": "", "created_at": "2026-03-02"}]
    assert imported(service, tmp_path, csv_of(rows), account=account) == (2, 2, 0, 0, 0)
    assert stored(service, account) == [("Ann@Example.org", "complaint", 'said "stop"', "2026-03-01 10:00:00+00"),
                                        ("ben@example.org", "unsubscribed", None, "2026-03-02 00:00:00+00")]


def test_a_list_of_addresses_alone_will_do(service, account, tmp_path):
    text = "email\n" + "".join(f"customer-{number}@example.org\n" for number in range(2500))
    assert imported(service, tmp_path, text, account=account) == (2500, 2500, 0, 0, 0)
    assert imported(service, tmp_path, text, account=account) == (2500, 0, 0, 2500, 0)
    assert {row[1] for row in stored(service, account)} == {"manual"}


def test_the_first_reason_of_an_address_stays_however_it_is_written(service, account, tmp_path):
    rows = [{"email": "ann@example.org", "reason": "unsubscribed"}, {"email": "ANN@EXAMPLE.ORG", "reason": "complaint"}]
    assert imported(service, tmp_path, csv_of(rows), account=account) == (2, 1, 0, 1, 0)
    assert [row[:2] for row in stored(service, account)] == [("ann@example.org", "unsubscribed")]


def test_a_bounce_gives_way_to_what_a_person_asked_for(service, account, tmp_path):
    rows = [{"email": "ann@example.org", "reason": "bounced"}, {"email": "ANN@EXAMPLE.ORG", "reason": "complaint"}]
    assert imported(service, tmp_path, csv_of(rows), account=account) == (2, 1, 0, 1, 0)
    assert [row[:2] for row in stored(service, account)] == [("ANN@EXAMPLE.ORG", "complaint")]


def test_an_object_a_line_is_read_as_the_api_reads_it(service, account, tmp_path):
    text = ndjson_of([{"email": "ann@example.org", "reason": "manual", "note": "asked by phone"}, {"email": "x"}])
    done = run(service, tmp_path, text, account=account, name="in.ndjson")
    assert done.returncode == 2 and ends(done) == (2, 1, 0, 0, 1)
    assert "line 2, /email: is not an email address" in done.stderr


REFUSED = [
    ({"email": ""}, "email", "required"),
    ({"email": "nobody"}, "email", "is not an email address"),
    ({"email": "a@example.org", "reason": "angry"}, "reason", "expected one of unsubscribed, bounced, complaint, manual"),
    ({"email": "a@example.org", "created_at": "then"}, "created_at", "expected a time like"),
    ({"email": "a@example.org", "created_at": "2999-01-01"}, "created_at", "lies in the future"),
    ({"email": "a@example.org", "note": "x" * 1001}, "note", "characters, got 1001"),
]


def test_every_row_that_is_refused_says_where_and_why(service, account, tmp_path):
    rejects = tmp_path / "rejects.csv"
    done = run(service, tmp_path, csv_of([row for row, _, _ in REFUSED]), "--rejects", rejects, account=account)
    assert done.returncode == 2 and ends(done)[4] == len(REFUSED)
    for rejected, (row, column, reason) in zip(rejects_of(rejects), REFUSED, strict=True):
        assert (rejected["rejected_column"], reason in rejected["rejected_reason"]) == (column, True), (row, rejected)
    assert stored(service, account) == []


def test_a_file_without_addresses_is_refused(service, account, tmp_path):
    done = run(service, tmp_path, "mail\nann@example.org\n", account=account)
    assert done.returncode == 1 and 'column "mail" is not known; known are email, reason, note, created_at' in done.stderr


def test_where_rows_come_from_is_not_asked(service):
    done = service.cli("import", "suppressions", "-", "--source", "x", input="")
    assert done.returncode == 2 and "--source: no such option" in done.stderr
