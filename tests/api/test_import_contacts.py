"""understood import contacts."""
import datetime

import pytest
from support import importing
from support.importing import csv_of, ends, ndjson_of, rejects_of

WHOLE = {
    "contact_ref": "whole-1", "agents": "agent-1; agent-2", "team": "red", "channel": "phone", "reason": "complaint",
    "language": "de-AT", "customer_ref": "c-1", "customer_email": "Eva@Example.org", "customer_name": "Eva",
    "solved_at": "2026-03-29T00:30:00Z", "opened_at": "2026-03-28T10:00:00Z", "handled_s": "600", "credit_amount": "-12.345"}
LEAST = {"contact_ref": "least", "solved_at": "2026-05-01T10:00:00Z"}


def run(service, tmp_path, text, *words, account=1, name="in.csv"):
    return importing.run(service, "contacts", tmp_path / name, text, *words, account=account)


def imported(service, tmp_path, text, *words, **more):
    done = run(service, tmp_path, text, *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return ends(done)


@pytest.fixture
def account(service, request):
    return service.account(request.node.name[:60])


def test_a_contact_is_recorded_with_all_that_is_told_of_it(service, account, tmp_path):
    assert imported(service, tmp_path, csv_of([WHOLE, LEAST]), account=account) == (2, 2, 0, 0, 0)
    [least, whole] = service.sql("SELECT contact_ref, agents, team, channel, reason, language, customer_ref, customer_email,"
                                 " customer_name, solved_at, opened_at, handled_s, credit_amount::text, source FROM contacts"
                                 " WHERE account_id = %s ORDER BY contact_ref", account)
    assert whole[:9] == ("whole-1", ["agent-1", "agent-2"], "red", "phone", "complaint", "de-AT", "c-1", "Eva@Example.org", "Eva")
    assert whole[9] == datetime.datetime(2026, 3, 29, 0, 30, tzinfo=datetime.timezone.utc)
    assert whole[11:] == (600, "-12.345", "import") and least[1:9] == ([], *[None] * 7)
    service.verify()


def test_a_second_run_records_nothing_new(service, account, tmp_path):
    text = csv_of([LEAST | {"contact_ref": f"c-{number}", "team": f"team-{number % 3}"} for number in range(2500)])
    assert imported(service, tmp_path, text, account=account) == (2500, 2500, 0, 0, 0)
    assert imported(service, tmp_path, text, account=account) == (2500, 0, 0, 2500, 0)
    assert imported(service, tmp_path, text.replace("team-0", "team-9"), account=account)[3] == 2500
    assert service.sql("SELECT count(*) FROM contacts WHERE account_id = %s AND team = 'team-9'", account) == [(0,)]
    service.verify()


def test_customers_who_came_back_are_found(service, account, tmp_path):
    rows = [LEAST | {"contact_ref": f"r-{day}", "customer_ref": "eva", "solved_at": f"2026-05-{day:02}T10:00:00Z"}
            for day in (1, 4, 20)]
    assert imported(service, tmp_path, csv_of(rows), account=account) == (3, 3, 0, 0, 0)
    assert service.sql("SELECT contact_ref, repeat_ref FROM contacts WHERE account_id = %s ORDER BY contact_ref", account) == [
        ("r-1", "r-4"), ("r-20", None), ("r-4", None)]
    service.verify()


def test_an_object_a_line_is_read_as_the_api_reads_it(service, account, tmp_path):
    text = ndjson_of([{"ref": "n-1", "solved_at": "2026-05-01", "agents": ["anna"], "source": "old_desk"}])
    assert imported(service, tmp_path, text, account=account, name="in.ndjson") == (1, 1, 0, 0, 0)
    assert service.sql("SELECT source FROM contacts WHERE account_id = %s", account) == [("old_desk",)]


def test_what_the_list_of_contacts_tells_is_imported_again(service, tmp_path):
    source, target = service.account("listed"), service.account("listed again")
    rows = [WHOLE] + [LEAST | {"contact_ref": f"l-{day}", "customer_ref": "eva", "solved_at": f"2026-05-{day:02}T10:00:00Z"}
                      for day in (1, 4)]
    imported(service, tmp_path, csv_of(rows), "--source", "old_desk", account=source)

    def listed(account):
        return service.get("/v1/contacts", service.key("read", account)).json()["data"]

    assert imported(service, tmp_path, ndjson_of(listed(source)), account=target) == (3, 3, 0, 0, 0)
    kept = [{name: value for name, value in contact.items() if name != "recorded_at"} for contact in listed(source)]
    assert [{name: value for name, value in contact.items() if name != "recorded_at"} for contact in listed(target)] == kept
    assert sum("repeat" in contact for contact in kept) == 1
    service.verify()


def test_a_contact_that_was_opened_again_is_marked(service, account, tmp_path):
    rows = [LEAST, {"contact_ref": "least", "event": "reopened"}, {"contact_ref": "other", "event": "reopened"}]
    done = run(service, tmp_path, csv_of(rows), account=account)
    assert done.returncode == 2 and ends(done) == (3, 1, 0, 1, 1)
    assert done.stderr == "line 4: is of a contact that was never reported as solved\n"
    assert service.sql("SELECT contact_ref, reopened_at IS NOT NULL FROM contacts WHERE account_id = %s", account) == [("least", True)]
    service.verify()


REFUSED = [
    ({"contact_ref": ""}, "contact_ref", "required"),
    ({"solved_at": ""}, "solved_at", "required"),
    ({"event": "gone"}, "event", "expected one of solved, reopened, changed"),
    ({"solved_at": "yesterday"}, "solved_at", "expected a time like"),
    ({"solved_at": "2999-01-01"}, "solved_at", "lies in the future"),
    ({"opened_at": "2026-06-01"}, "opened_at", "lies after solved_at"),
    ({"customer_email": "nobody"}, "customer_email", "is not an email address"),
    ({"handled_s": "ten"}, "handled_s", 'expected an integer, got "ten"'),
]


def test_every_row_that_is_refused_says_where_and_why(service, account, tmp_path):
    rejects = tmp_path / "rejects.csv"
    rows = [LEAST | change for change, _, _ in REFUSED]
    done = run(service, tmp_path, csv_of([*rows, LEAST]), "--rejects", rejects, account=account)
    assert done.returncode == 2 and ends(done) == (len(rows) + 1, 1, 0, 0, len(rows))
    for rejected, (change, column, reason) in zip(rejects_of(rejects), REFUSED, strict=True):
        assert (rejected["rejected_column"], reason in rejected["rejected_reason"]) == (column, True), (change, rejected)


def test_a_file_without_the_times_of_solving_is_refused(service, account, tmp_path):
    done = run(service, tmp_path, "contact_ref\nx\n", account=account)
    assert done.returncode == 1 and 'column "solved_at" is missing' in done.stderr


def test_a_dry_run_stores_nothing(service, account, tmp_path):
    done = run(service, tmp_path, csv_of([LEAST]), "--dry-run", account=account)
    assert done.returncode == 0 and "1 rows read, 1 of them good, 0 rejected" in done.stdout
    assert service.sql("SELECT count(*) FROM contacts WHERE account_id = %s", account) == [(0,)]


@pytest.mark.parametrize("name, begin, tail, after", [
    ("in.csv", "contact_ref,solved_at\n", "tail,2026-05-01T10:00:00Z\n", "next,2026-05-01T10:00:00Z\n"),
    ("in.ndjson", "{", '{"ref": "tail", "solved_at": "2026-05-01"}\n', '{"ref": "next", "solved_at": "2026-05-01"}\n')])
def test_the_end_of_a_line_that_is_too_long_is_no_row(service, account, tmp_path, name, begin, tail, after):
    """1.25 MiB is what is read of it at once."""
    done = run(service, tmp_path, begin.ljust(5 << 18, "a") + tail + after, account=account, name=name)
    assert done.returncode == 2 and ends(done) == (2, 1, 0, 0, 1), done.stderr
    assert service.sql("SELECT contact_ref FROM contacts WHERE account_id = %s", account) == [("next",)]
