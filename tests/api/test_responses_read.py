"""GET /v1/responses, as pages and as exports, and GET /v1/responses/{id}."""
import base64
import csv
import datetime
import io
import itertools
import json
import random
import re
import threading
import uuid

import pytest

SEED = 20261123
COUNT = 240
BASE = datetime.datetime(2026, 3, 28, 12, tzinfo=datetime.timezone.utc)
SERVICE_ENVIRONMENT = {"UNDERSTOOD_HTTP_WORKERS": "2"}
COLUMNS = ("account_id, id, survey, contact_ref, agents, team, channel, reason, language, solved_at, understood, csat,"
           " nps, comment, answered_at, received_at, confirmed_at, trust, source")


def make_rows(account, count, seed=SEED, start=BASE, **fixed):
    """Responses with few different values, many of them at the very same instant."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        answered = start + datetime.timedelta(minutes=chance.randrange(3 * 24 * 60) // 7 * 7)
        rows.append({
            "account_id": account, "id": str(uuid.UUID(int=chance.getrandbits(128))),
            "survey": chance.choice(["understood", "after_call"]), "contact_ref": f"C-{seed}-{number}",
            "agents": chance.sample(["anna", "ben", "cleo"], chance.randrange(3)),
            "team": chance.choice(["cards", "loans", None]), "channel": chance.choice(["chat", "call"]),
            "reason": chance.choice(["complaint", None]), "language": chance.choice(["de", "en"]),
            "solved_at": answered, "understood": chance.choice(["yes", "partly", "no", None]),
            "csat": chance.choice([1, 3, 5, None]), "nps": chance.choice([0, 7, 10]),
            "comment": chance.choice([None, None, "Danke!"]), "answered_at": answered, "received_at": answered,
            "confirmed_at": answered, "trust": chance.choice(["confirmed"] * 8 + ["provisional", "discarded"]),
            "source": ["import", "page", "link_unverified"][number % 3], **fixed})
    return rows


def insert(service, rows):
    names = COLUMNS.split(", ")
    connection = service.connect()
    with connection.cursor() as cursor:
        for some in [rows[at:at + 500] for at in range(0, len(rows), 500)]:
            places = ",".join(["(" + ",".join(["%s"] * len(names)) + ")"] * len(some))
            cursor.execute(f"INSERT INTO responses ({COLUMNS}) VALUES {places}",
                           [row[name.strip()] for row in some for name in names])
    connection.close()


@pytest.fixture(scope="module")
def rows(service):
    """Account 1's rows; account 2 has some as well."""
    service.sql("INSERT INTO surveys SELECT 1, 'after_call', definition, 1, created_at, updated_at FROM surveys")
    service.cli("account", "set", "1", "--time-zone", "Europe/Berlin", check=True)
    made = make_rows(1, COUNT)
    insert(service, made)
    insert(service, make_rows(service.account(), 50, seed=7))
    service.cli("verify", "--rebuild", check=True)
    return made


def get(service, **query):
    response = service.get("/v1/responses", "read", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def all_ids(service, **query):
    """Every id of the list, page by page, following the Link header."""
    found, pages = [], 0
    response = service.get("/v1/responses", "read", params=query)
    while True:
        assert response.status_code == 200, response.text
        page = response.json()
        found += [item["id"] for item in page["data"]]
        pages += 1
        if not page["has_more"]:
            assert page["next"] is None and "Link" not in response.headers
            return found, pages
        link = re.fullmatch(r'<(http://[^>,]+)>; rel="next"', response.headers["Link"]).group(1)
        assert page["next"] in link
        response = service.get(link.partition(service.url)[2], "read")


def expected_ids(rows, keep, order="newest"):
    chosen = [row for row in rows if keep(row)]
    chosen.sort(key=lambda row: (row["answered_at"], uuid.UUID(row["id"]).bytes), reverse=order == "newest")
    return [row["id"] for row in chosen]


def berlin_day(text):
    """Midnight of a day in Berlin, which goes from +01:00 to +02:00 on 2026-03-29."""
    hours = 1 if text <= "2026-03-29" else 2
    return datetime.datetime.fromisoformat(f"{text}T00:00:00+00:00") - datetime.timedelta(hours=hours)


MIDDLE = BASE + datetime.timedelta(hours=30)
FILTERS = {
    "survey": [("understood", lambda r: r["survey"] == "understood"), ("none_such", lambda r: False)],
    "agent": [("anna", lambda r: "anna" in r["agents"])],
    "team": [("cards", lambda r: r["team"] == "cards")],
    "channel": [("chat", lambda r: r["channel"] == "chat")],
    "reason": [("complaint", lambda r: r["reason"] == "complaint")],
    "language": [("de", lambda r: r["language"] == "de")],
    "source": [("link_unverified", lambda r: r["source"] == "link_unverified")],
    "understood": [(word, lambda r, word=word: r["understood"] == word) for word in ("yes", "partly", "no")],
    "has_comment": [("true", lambda r: r["comment"] is not None), ("false", lambda r: r["comment"] is None)],
    "from": [(MIDDLE.isoformat().replace("+00:00", "Z"), lambda r: r["answered_at"] >= MIDDLE),
             ("2026-03-30", lambda r: r["answered_at"] >= berlin_day("2026-03-30"))],
    "to": [(MIDDLE.isoformat(), lambda r: r["answered_at"] < MIDDLE),
           ("2026-03-29", lambda r: r["answered_at"] < berlin_day("2026-03-30"))],
    "trust": [(word, lambda r, word=word: r["trust"] == word) for word in ("confirmed", "provisional", "discarded")]
             + [("any", lambda r: True)],
}


def confirmed(row):
    return row["trust"] == "confirmed"


@pytest.mark.parametrize("name,value,keep", [(name, value, keep) for name, cases in FILTERS.items()
                                             for value, keep in cases])
def test_each_filter_finds_what_a_walk_over_all_rows_finds(service, rows, name, value, keep):
    found, _ = all_ids(service, limit=200, **{name: value})
    assert found == expected_ids(rows, lambda row: keep(row) and (name == "trust" or confirmed(row)))


def test_filters_combine(service, rows):
    chance = random.Random(SEED)
    for _ in range(25):
        names = chance.sample(sorted(FILTERS), 3)
        chosen = {name: chance.choice(FILTERS[name]) for name in names}
        order = chance.choice(["newest", "oldest"])
        found, _ = all_ids(service, order=order, limit=200, **{name: value for name, (value, _) in chosen.items()})
        assert found == expected_ids(
            rows, lambda row: all(keep(row) for _, keep in chosen.values())
            and ("trust" in chosen or confirmed(row)), order), (names, order)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [7, 50])
def test_pages_join_without_gap_or_repeat(service, rows, order, limit):
    found, pages = all_ids(service, order=order, limit=limit)
    wanted = expected_ids(rows, confirmed, order)
    assert found == wanted
    assert pages == -(-len(wanted) // limit)


def test_without_parameters_the_newest_fifty_confirmed_are_listed(service, rows):
    page = get(service)
    assert [item["id"] for item in page["data"]] == expected_ids(rows, confirmed)[:50]
    assert page["has_more"] is True


def test_a_last_page_that_is_just_full_has_no_next(service, rows):
    count = len(expected_ids(rows, lambda r: confirmed(r) and r["survey"] == "understood" and "anna" in r["agents"]))
    assert 0 < count <= 200
    page = get(service, survey="understood", agent="anna", limit=count)
    assert len(page["data"]) == count and page["has_more"] is False


def test_rows_that_come_in_meanwhile_neither_repeat_nor_hide_others(make_service):
    service = make_service()
    first = make_rows(1, 600, seed=1, trust="confirmed")
    insert(service, first)
    late = iter(make_rows(1, 2000, seed=2, trust="confirmed"))
    ended = threading.Event()

    def keep_inserting():
        while not ended.is_set():
            insert(service, list(itertools.islice(late, 5)))

    thread = service.in_background(keep_inserting)
    for order in ("newest", "oldest"):
        found, _ = all_ids(service, order=order, limit=20)
        assert len(found) == len(set(found))
        assert {row["id"] for row in first} <= set(found)
    ended.set()
    thread.join()
    service.cli("verify", "--rebuild", check=True)


def test_rows_deleted_meanwhile_hide_no_others(make_service):
    service = make_service()
    made = make_rows(1, 300, seed=3, trust="confirmed")
    insert(service, made)
    page = get(service, limit=100)
    gone = [item["id"] for item in page["data"]][50:]
    service.sql("DELETE FROM responses WHERE id = ANY (%s::uuid[])", gone)
    rest, _ = all_ids(service, limit=100, cursor=page["next"])
    assert rest == expected_ids(made, lambda row: True)[100:]
    service.cli("verify", "--rebuild", check=True)


# ---- cursors ----

def refused_cursor(service, key="read", **query):
    response = service.get("/v1/responses", key, params=query)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor"), query


def test_a_cursor_with_any_changed_character_is_refused(service, rows):
    cursor = get(service, limit=5)["next"]
    for at in range(0, len(cursor), 3):
        other = "A" if cursor[at] != "A" else "B"
        refused_cursor(service, cursor=cursor[:at] + other + cursor[at + 1:])


@pytest.mark.parametrize("cursor", ["x", "0", "AAAA", "=" * 20, "é", "a b", "%", "A" * 200,
                                    base64.urlsafe_b64encode(bytes(66)).decode()])
def test_what_is_no_cursor_is_refused(service, rows, cursor):
    refused_cursor(service, cursor=cursor)


def test_a_cursor_is_bound_to_its_filters_its_order_and_its_account(service, rows):
    cursor = get(service, limit=5, team="cards")["next"]
    assert get(service, limit=9, team="cards", cursor=cursor)["data"]
    refused_cursor(service, cursor=cursor)
    refused_cursor(service, cursor=cursor, team="loans")
    refused_cursor(service, cursor=cursor, team="cards", order="oldest")
    refused_cursor(service, cursor=cursor, team="cards", trust="any")
    refused_cursor(service, service.key("read", service.account()), cursor=cursor, team="cards")


# ---- refusals ----

@pytest.mark.parametrize("query,parameter", [
    ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("limit=1.5", "limit"),
    ("from=yesterday", "from"), ("to=2026-02-30", "to"), ("from=2026-03-28T10:00:00", "from"),
    ("understood=maybe", "understood"), ("trust=all", "trust"), ("order=up", "order"),
    ("has_comment=yes", "has_comment"), ("colour=red", "colour"), ("team=a&team=b", "team"),
    ("team=" + "x" * 101, "team"), ("survey=" + "x" * 65, "survey"), ("agent=%07", "agent"),
])
def test_each_wrong_parameter_is_named(service, query, parameter):
    response = service.get(f"/v1/responses?{query}", "read")
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid_query")
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


def test_all_wrong_parameters_are_named_at_once(service):
    problem = service.get("/v1/responses?limit=0&trust=x&a=1&order=y", "read").json()
    assert [error["parameter"] for error in problem["errors"]] == ["limit", "trust", "a", "order"]


def test_an_empty_parameter_is_as_if_absent(service, rows):
    assert get(service, team="", limit="") == get(service)


def test_other_types_are_not_acceptable(service):
    for accept in ("text/html", "application/xml", "application/json;q=0"):
        response = service.get("/v1/responses", "read", headers={"Accept": accept})
        assert (response.status_code, response.json()["code"]) == (406, "not_acceptable"), accept


def test_it_needs_a_key(service):
    assert service.get("/v1/responses").status_code == 401
    assert service.get(f"/v1/responses/{uuid.uuid4()}").status_code == 401


# ---- exports ----

def export(service, accept, key="read", **query):
    response = service.request("GET", "/v1/responses", key, headers={"Accept": accept}, params=query, stream=True)
    assert response.status_code == 200, response.text
    return response


def test_ndjson_has_the_same_items_as_the_list(service, rows):
    response = export(service, "application/x-ndjson", team="cards", order="oldest")
    assert response.headers["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in response.content.splitlines()]
    assert lines == get(service, team="cards", order="oldest", limit=200)["data"]


def test_an_export_of_nothing_is_empty(service, rows):
    assert export(service, "application/x-ndjson", survey="none").content == b""
    assert len(export(service, "text/csv", survey="none").content.splitlines()) == 1


def test_exports_refuse_pages(service):
    response = service.get("/v1/responses?limit=5&cursor=x", "read", headers={"Accept": "text/csv"})
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == ["limit", "cursor"]


def test_an_export_can_be_asked_for_its_head(service, rows):
    response = service.head("/v1/responses", "read", headers={"Accept": "text/csv"})
    assert response.status_code == 200 and response.content == b""
    assert response.headers["Content-Type"].startswith("text/csv")


@pytest.fixture(scope="module")
def many(service):
    """The key of an account with 20,000 responses, all of whose comments are long and hostile."""
    account = service.account("Many")
    service.sql("""
        INSERT INTO responses (account_id, id, survey, contact_ref, agents, solved_at, nps, comment, answered_at,
                               received_at, confirmed_at, trust, source)
        SELECT %s, gen_random_uuid(), 'understood', 'C' || n, ARRAY['=a', 'b'], t, n %% 11,
               chr(ascii(substr('=+-@x', n %% 5 + 1, 1))) || repeat('x"y,' || chr(10), 400), t, t, t, 'confirmed', 'import'
        FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n / 7 * interval '1 second' AS t) AS time""",
                account)
    service.cli("verify", "--rebuild", check=True)
    return service.key("read", account)


def resident_kib(service):
    with open(f"/proc/{service.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/csv"])
def test_a_large_export_is_whole_and_needs_little_memory(service, many, accept):
    before = resident_kib(service)
    response = export(service, accept, many)
    most, refs, size = 0, [], 0
    if accept == "text/csv":
        response.raw.auto_close = False  # so that the wrapper sees the end
        lines = csv.reader(io.TextIOWrapper(response.raw, "utf-8", newline=""))
        header = next(lines)
        for row in lines:
            refs.append(row[header.index("contact_ref")])
            size += sum(map(len, row))
            most = max(most, resident_kib(service)) if len(refs) % 500 == 0 else most
    else:
        for line in response.iter_lines():
            refs.append(json.loads(line)["contact"]["ref"])
            size += len(line)
            most = max(most, resident_kib(service)) if len(refs) % 500 == 0 else most
    assert len(refs) == 20000 and len(set(refs)) == 20000
    assert size > 30 << 20
    assert most - before < 30 << 10, f"{before} -> {most} KiB for {size >> 20} MiB"


def test_others_are_served_while_an_export_is_slow(service, many):
    slow = [export(service, "application/x-ndjson", many) for _ in range(4)]
    for _ in range(5):
        assert service.get("/v1/responses?limit=1", "read", timeout=5).status_code == 200
    for response in slow:
        response.close()


FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]


def test_no_text_of_a_csv_is_taken_for_a_formula_and_all_else_survives(make_service):
    service = make_service()
    texts = FORMULAS + ['say "hi"', "a,b", "two\r\nlines", "semi;colon", "Größe 漢字 🙂", " =1", "plain"]
    made = make_rows(1, len(texts), seed=5, trust="confirmed", survey="understood", agents=["=anna", "ben"])
    for row, text in zip(made, texts):
        row.update(comment=text, team=text, contact_ref=text)
    insert(service, made)
    service.cli("verify", "--rebuild", check=True)
    content = export(service, "text/csv").content.decode()
    assert content.endswith("\r\n")
    lines = list(csv.DictReader(io.StringIO(content, newline="")))
    by_id = {line["id"]: line for line in lines}
    for row in made:
        guard = "'" if row["comment"] in FORMULAS else ""
        line = by_id[row["id"]]
        assert (line["comment"], line["team"], line["contact_ref"]) == (guard + row["comment"],) * 3
        assert line["agents"] == "'=anna; ben"
        assert line["nps"] == str(row["nps"])


# ---- one response ----

def test_a_response_without_votes_of_its_own_shows_the_one_it_is(service, rows):
    row = next(row for row in rows if confirmed(row) and row["comment"])
    body = service.get(f"/v1/responses/{row['id']}", "read").json()
    [vote] = body["votes"]
    assert (vote["id"], vote["effect"], vote["revision"]) == (row["id"], "created", 1)
    assert vote["answers"] == body["answers"] and body["reclassifications"] == []
    listed = next(item for item in get(service, limit=200, **{"from": body["answered_at"]}, order="oldest")["data"]
                  if item["id"] == row["id"])
    assert {name: value for name, value in body.items() if name not in ("votes", "reclassifications")} == listed


def test_votes_and_reclassifications_are_shown_oldest_first(service, rows):
    row = rows[0]
    second, note = uuid.uuid4(), uuid.uuid4()
    service.sql("""INSERT INTO votes (account_id, id, response_id, nps, answered_at, received_at, trust, source, effect,
                   revision, evidence) VALUES
                   (1, %s, %s, 3, %s, %s, 'provisional', 'page', 'held', 1, '{"points": 4, "reasons": ["too_fast"]}'),
                   (1, %s, %s, 9, %s, %s, 'confirmed', 'api', 'created', 1, NULL)""",
                str(second), row["id"], row["answered_at"], row["answered_at"] + datetime.timedelta(seconds=1),
                row["id"], row["id"], row["answered_at"], row["answered_at"])
    service.sql("INSERT INTO reclassifications VALUES (1, %s, %s, %s, 'provisional', 'confirmed', 'known', 'key', %s)",
                str(note), row["id"], str(second), row["answered_at"])
    body = service.get(f"/v1/responses/{row['id']}", "read").json()
    assert [vote["id"] for vote in body["votes"]] == [row["id"], str(second)]
    assert body["votes"][1]["evidence"] == {"points": 4, "reasons": ["too_fast"]}
    assert "evidence" not in body["votes"][0]
    [shown] = body["reclassifications"]
    assert (shown["id"], shown["vote"], shown["trust_after"], shown["reason"]) == \
        (str(note), str(second), "confirmed", "known")


def test_what_does_not_exist_or_is_not_an_id_is_not_found(service, rows):
    for name in (str(uuid.uuid4()), "1", "null", "%27", rows[0]["id"] + "0"):
        response = service.get(f"/v1/responses/{name}", "read")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_another_account_sees_nothing_of_it(service, rows):
    other = service.key("admin", service.account())
    assert service.get(f"/v1/responses/{rows[0]['id']}", other).status_code == 404
    mine = {row["id"] for row in rows}
    listed = service.get("/v1/responses?limit=200&trust=any", other).json()["data"]
    assert len(listed) == 50 and not mine & {item["id"] for item in listed}
    lines = export(service, "application/x-ndjson", other, trust="any").content.splitlines()
    assert len(lines) == 50 and not mine & {json.loads(line)["id"] for line in lines}


# ---- what it costs, and what happens without a database ----

def plan_of(service, query):
    service.sql("ANALYZE responses")
    rows = service.sql("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) " + query)
    return "\n".join(line for (line,) in rows)


def test_a_page_reads_a_tight_range_of_the_index(service, many):
    """The shape of store/response_read.c's statement, deep in the list: no sort, and few rows are touched."""
    account = service.account("Many")
    [(time, name)] = service.sql("SELECT answered_at, id FROM responses WHERE account_id = %s"
                                 " ORDER BY answered_at DESC, id DESC OFFSET 15000 LIMIT 1", account)
    plan = plan_of(service, f"""
        SELECT * FROM responses WHERE account_id = {account} AND answered_at >= COALESCE(NULL, '-infinity'::timestamptz)
        AND answered_at < COALESCE(NULL, 'infinity'::timestamptz) AND trust = 'confirmed'
        AND (answered_at, id) < (COALESCE('{time}'::timestamptz, 'infinity'), COALESCE('{name}'::uuid, '{name}'))
        ORDER BY account_id DESC, answered_at DESC, id DESC LIMIT 51""")
    assert "Index Scan Backward using responses_by_time" in plan and "Sort" not in plan, plan
    assert not re.search(r"Rows Removed by Filter: \d{3}", plan), plan


def test_the_first_page_and_the_last_take_alike(service, many):
    """A page's time does not grow with how deep it is: offset paging would."""
    def seconds(cursor):
        took = []
        for _ in range(5):
            response = service.get("/v1/responses", many, params={"limit": 5, "cursor": cursor})
            assert response.status_code == 200
            took.append(response.elapsed.total_seconds())
        return min(took)

    page, cursor = {"has_more": True, "next": ""}, ""
    for _ in range(30):
        page = service.get("/v1/responses", many, params={"limit": 200, "cursor": cursor}).json()
        cursor = page["next"]
    assert seconds(cursor) < 5 * seconds("") + 0.02


def test_a_database_that_goes_away_breaks_an_export_off(make_service):
    service = make_service(UNDERSTOOD_DATABASE_ACQUIRE_TIMEOUT_MS="500", UNDERSTOOD_DATABASE_CONNECT_TIMEOUT_MS="500")
    service.sql("""INSERT INTO responses (account_id, id, survey, contact_ref, solved_at, nps, comment, answered_at,
                   received_at, confirmed_at, trust, source)
                   SELECT 1, gen_random_uuid(), 'understood', 'C' || n, now(), 9, repeat('x', 3000), now() - n * interval '1 s',
                          now(), now(), 'confirmed', 'import' FROM generate_series(1, 8000) AS n""")
    service.cli("verify", "--rebuild", check=True)
    response = export(service, "application/x-ndjson")
    response.raw.read(100)
    service.sql("ALTER TABLE responses RENAME TO moved")
    try:
        with pytest.raises(Exception, match="(?i)incomplete|broken|aborted|reset"):
            while response.raw.read(1 << 20):
                pass
    finally:
        service.sql("ALTER TABLE moved RENAME TO responses")
    assert service.get("/v1/responses?limit=1", "read").status_code == 200
