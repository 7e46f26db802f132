"""/v1/alerts: what a supervisor reads of a spike, and says about it."""
import datetime
import uuid

import pytest

from support.alerts import fall_back, raised, touch

SERVICE_ENVIRONMENT = {"UNDERSTOOD_ALERTS_ENABLED": "false"}  # or its watcher would end those that are old
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def fresh(service):
    service.sql("DELETE FROM alerts")
    return service


def ago(**time):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**time)).isoformat()


def one(service, id, key="read"):
    answer = service.get(f"/v1/alerts/{id}", key)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(service, query="", key="read"):
    answer = service.get(f"/v1/alerts{query}", key)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def acknowledge(service, id, body=None, key="write"):
    return service.post(f"/v1/alerts/{id}/acknowledge", key, json=body or {})


def resolve(service, id, body=None, key="write"):
    return service.post(f"/v1/alerts/{id}/resolve", key, json=body or {})


def answer_with(service, comment, team="Billing"):
    """A response's id."""
    body = {"survey": "understood", "contact": {"ref": str(uuid.uuid4()), "team": team},
            "answers": {"understood": "no", "comment": comment}}
    return service.post("/v1/responses", "write", json=body).json()["id"]


def named_key(service, name, account=1):
    return service.cli("key", "create", "--account", account, "--scope", "write", "--name", name, check=True).stdout.strip()


# ---- reading ----

def test_an_alert_says_what_happened_in_figures_and_words(fresh):
    at = "2026-11-20T10:05:00Z"
    id = raised(fresh, raised_at=at, frustrated=9, n=20, baseline=[150, 1000], responses=[NOBODY])
    shown = listed(fresh)[0]
    baseline = shown.pop("baseline")
    assert shown == {
        "id": id, "team": "Billing", "status": "open", "revision": 1, "raised_at": at, "exceeded_at": at,
        "text": "Billing: 9 of 20 answers in the last hour were frustrated; usually 15 %",
        "window": {"from": "2026-11-20T09:05:00Z", "to": at}, "frustrated": 9, "n": 20,
        "p": 0.0001234567890123, "alpha": 0.0014,
        "responses": [{"id": NOBODY, "url": f"{fresh.url}/v1/responses/{NOBODY}"}]}
    assert (baseline["frustrated"], baseline["n"], baseline["rate"]) == (150, 1000, 0.15)
    assert 0.12 < baseline["low"] < 0.15 < baseline["high"] < 0.18


def test_the_whole_account_is_no_team(fresh):
    raised(fresh, team="", baseline=[0, 0])
    shown = listed(fresh)[0]
    assert shown["team"] is None and shown["text"].startswith("All teams together: 9 of 20")
    assert shown["baseline"] == {"frustrated": 0, "n": 0, "rate": None, "low": None, "high": None}


def test_one_alert_comes_with_what_its_customers_said(fresh):
    newer, older = [answer_with(fresh, comment) for comment in ("I asked three times.", "Nobody listens.")]
    whole = one(fresh, raised(fresh, responses=[newer, older]))["responses"]
    assert [each["id"] for each in whole] == [newer, older]
    assert [each["response"]["answers"]["comment"] for each in whole] == ["I asked three times.", "Nobody listens."]
    assert fresh.get(whole[0]["url"], "read").json()["id"] == newer


def test_what_was_erased_is_not_shown_and_what_is_gone_is_left_out(fresh):
    erased, gone, stays = [answer_with(fresh, comment) for comment in ("My name is Kim.", "Delete me.", "Still here.")]
    id = raised(fresh, responses=[erased, gone, stays])
    fresh.sql("UPDATE responses SET comment = NULL, customer_email = NULL WHERE id = %s", erased)
    fresh.sql("UPDATE responses SET account_id = 99 WHERE id = %s", gone)
    try:
        whole = one(fresh, id)["responses"]
    finally:
        fresh.sql("UPDATE responses SET account_id = 1 WHERE id = %s", gone)
    assert [each["id"] for each in whole] == [erased, stays]
    assert "comment" not in whole[0]["response"]["answers"] and "Kim" not in str(whole)
    assert whole[1]["response"]["answers"]["comment"] == "Still here."


def test_the_newest_are_first_and_filters_narrow_down(fresh):
    billing = raised(fresh, raised_at=ago(hours=5))
    fall_back(fresh, billing)
    returns = raised(fresh, team="Returns", raised_at=ago(hours=4))
    acknowledge(fresh, returns)
    again = raised(fresh, raised_at=ago(hours=2))
    whole = raised(fresh, team="", raised_at=ago(hours=1))
    for query, expected in (
            ("", [whole, again, returns, billing]), ("?team=Billing", [again, billing]), ("?status=open", [whole, again]),
            ("?status=acknowledged", [returns]), ("?status=resolved", [billing]), ("?status=unresolved", [whole, again, returns]),
            ("?team=Billing&status=resolved", [billing]), ("?team=Nobody", []), ("?team=&status=", [whole, again, returns, billing])):
        assert [each["id"] for each in listed(fresh, query)] == expected, query


def test_pages_go_on_where_they_were_while_new_ones_come(fresh):
    ids = [raised(fresh, team=f"team {i}", raised_at=ago(minutes=i)) for i in range(5)]
    found, path, new = [], "/v1/alerts?limit=2", 0
    while path:
        page = fresh.get(path, "read")
        found += [each["id"] for each in page.json()["data"]]
        assert page.json()["has_more"] == ("next" in page.links) == (page.json()["next"] is not None)
        path = page.links.get("next", {}).get("url")
        raised(fresh, team=f"new {new}")
        new += 1
    assert found == ids and new == 3
    assert len(listed(fresh, "?limit=200")) == 8


def test_a_cursor_belongs_to_its_list_and_account(fresh):
    for i in range(3):
        raised(fresh, team=f"team {i}")
    other = fresh.key("read", fresh.account())
    cursor = fresh.get("/v1/alerts?limit=1", "read").json()["next"]
    assert listed(fresh, f"?limit=1&cursor={cursor}")[0]["team"] == "team 1"
    for query, key in ((f"?status=open&cursor={cursor}", "read"), (f"?cursor={cursor}", other),
                       (f"?cursor={cursor[:-1]}", "read"), ("?cursor=x", "read")):
        answer = fresh.get(f"/v1/alerts{query}", key)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), query


@pytest.mark.parametrize("query", ["status=closed", "status=open&status=open", "team=" + "x" * 101, "limit=0", "limit=201",
                                   "limit=ten", "cursor=" + "x" * 201, "since=2026-11-23", "team=a%07"])
def test_a_query_that_makes_no_sense_is_refused(service, query):
    answer = service.get(f"/v1/alerts?{query}", "read")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")


# ---- what is done about them ----

def test_it_is_acknowledged_by_whoever_was_first(fresh):
    id = raised(fresh)
    first = acknowledge(fresh, id, {"note": "I look."}, named_key(fresh, "Mara"))
    assert first.status_code == 200
    assert {name: first.json()[name] for name in ("status", "acknowledged_by", "note", "revision")} == \
        {"status": "acknowledged", "acknowledged_by": "Mara", "note": "I look.", "revision": 2}
    assert acknowledge(fresh, id, key=named_key(fresh, "Kim")).json() == first.json()
    noted = acknowledge(fresh, id, {"note": "A strike."}, named_key(fresh, "Kim")).json()
    assert noted == {**first.json(), "note": "A strike.", "revision": 3}
    assert listed(fresh, "?status=acknowledged") == [noted]


def test_a_key_without_a_name_is_known_by_its_id(fresh):
    key = named_key(fresh, "")
    by = acknowledge(fresh, raised(fresh), key=key).json()["acknowledged_by"]
    assert str(uuid.UUID(by)) == by and fresh.sql("SELECT name FROM api_keys WHERE id = %s", by) == [("",)]


def test_it_is_resolved_from_any_state_and_may_be_told_so_again(fresh):
    mara = named_key(fresh, "Mara")
    for before in (lambda id: None, lambda id: acknowledge(fresh, id, {"note": "I look."})):
        id = raised(fresh, cool_down_s=0)
        before(id)
        over = resolve(fresh, id, {"note": "The strike is over."}, mara)
        assert over.status_code == 200
        assert (over.json()["status"], over.json()["resolved_by"], over.json()["note"]) == \
            ("resolved", "Mara", "The strike is over.")
        assert resolve(fresh, id).json() == over.json()
        assert resolve(fresh, id, {"note": "The strike is over."}).json() == over.json()


def test_what_fell_back_by_itself_names_nobody_and_takes_a_note_afterwards(fresh):
    id = raised(fresh)
    fall_back(fresh, id)
    shown = listed(fresh)[0]
    assert shown["status"] == "resolved" and "resolved_at" in shown and "resolved_by" not in shown
    noted = resolve(fresh, id, {"note": "It was the strike."}, named_key(fresh, "Mara"))
    assert noted.json() == {**shown, "note": "It was the strike.", "revision": 3}


def test_what_is_over_cannot_be_acknowledged(fresh):
    id = raised(fresh)
    before = resolve(fresh, id, {"note": "Done."}).json()
    answer = acknowledge(fresh, id, {"note": "I look."})
    assert (answer.status_code, answer.json()["code"]) == (409, "alert_resolved")
    assert listed(fresh) == [before]


def test_once_resolved_the_team_may_have_another_after_the_pause(fresh):
    resolve(fresh, raised(fresh, raised_at=ago(minutes=61)))
    assert raised(fresh)
    assert len(listed(fresh, "?status=unresolved")) == 1


def test_seen_again_it_says_when(fresh):
    id = raised(fresh, raised_at=ago(minutes=30))
    touch(fresh, id, at="2999-01-01T00:00:00Z")
    assert (listed(fresh)[0]["exceeded_at"], listed(fresh)[0]["revision"]) == ("2999-01-01T00:00:00Z", 2)


@pytest.mark.parametrize("body, pointer", [
    ({"note": 1}, "/note"), ({"note": "x" * 1001}, "/note"), ({"note": "a\u0007"}, "/note"), ({"by": "Mara"}, "/by"),
    ({"note": ["a"]}, "/note"), ([], ""),
])
@pytest.mark.parametrize("deed", ["acknowledge", "resolve"])
def test_a_body_that_makes_no_sense_changes_nothing(fresh, deed, body, pointer):
    id = raised(fresh)
    answer = fresh.post(f"/v1/alerts/{id}/{deed}", "write", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert listed(fresh)[0]["status"] == "open"


@pytest.mark.parametrize("note, kept", [("  \n ", None), (None, None), ("two\nlines, \U0001f621 \u05e9\u05dc\u05d5\u05dd",) * 2])
def test_a_note_is_kept_as_it_was_written_unless_it_is_blank(fresh, note, kept):
    assert acknowledge(fresh, raised(fresh), {"note": note}).json().get("note") == kept


@pytest.mark.parametrize("id", [NOBODY, "x", "1"])
def test_there_is_no_such_alert(service, id):
    answers = (service.get(f"/v1/alerts/{id}", "read"), acknowledge(service, id), resolve(service, id))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3


def test_another_accounts_alerts_do_not_exist(fresh):
    id, account = raised(fresh), fresh.account()
    theirs = fresh.key("admin", account)
    answers = (fresh.get(f"/v1/alerts/{id}", theirs), acknowledge(fresh, id, key=theirs), resolve(fresh, id, key=theirs))
    assert [answer.status_code for answer in answers] == [404] * 3 and listed(fresh, key=theirs) == []
    assert listed(fresh)[0]["revision"] == 1


def test_whoever_may_only_read_changes_nothing(fresh):
    id = raised(fresh)
    assert acknowledge(fresh, id, key="read").status_code == resolve(fresh, id, key="read").status_code == 403
    assert listed(fresh)[0]["status"] == "open"
