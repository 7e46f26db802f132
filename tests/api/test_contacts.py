"""POST and GET /v1/contacts: snapshots, marks, and what became of the wish to ask."""
import threading
from urllib.parse import quote

import pytest

KIM = {"ref": "kim", "email": "kim@example.org", "name": "Kim"}
WHOLE = {"ref": "whole", "agents": ["anna", "bo"], "team": "cards", "channel": "chat", "reason": "complaint",
         "language": "de", "customer": {"ref": "w", "email": "w@example.org", "name": "W"},
         "solved_at": "2026-01-05T10:00:00Z", "opened_at": "2026-01-05T09:00:00Z", "handled_s": 60, "credit_amount": 12.5}


def report(service, contact, **query):
    return service.post("/v1/contacts", "write", json=contact, params=query)


def kept(service, ref):
    return service.get("/v1/contacts/" + quote(ref, safe=""), "read").json()


def counted(service, counter, where="dimension = 'all'"):
    rows = service.sql(f"SELECT COALESCE(sum({counter}), 0)::int FROM rollups WHERE survey = '' AND {where}")
    return rows[0][0]


def solved(ref, day, customer, **more):
    return {"ref": ref, "customer": customer, "solved_at": f"2026-03-{day:02}T12:00:00Z", **more}


# ---- recording ----

def test_a_reported_contact_is_recorded_whole(service):
    answer = report(service, WHOLE)
    assert answer.status_code == 201 and answer.headers["Location"] == "/v1/contacts/whole"
    made = answer.json()
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert made["source"] == "api" and made["recorded_at"] and "repeat" not in made
    assert kept(service, "whole") == {**made, "invitations": []}


def test_the_first_report_is_the_snapshot(service):
    first = report(service, {"ref": "frozen", "agents": ["anna"], "team": "cards"})
    again = report(service, {"ref": "frozen", "agents": ["anna"], "team": "loans"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Content-Location"] == "/v1/contacts/frozen"
    assert again.json() == first.json()


def test_a_contact_is_counted_under_all_it_was_solved_by(service):
    before = counted(service, "contacts")
    report(service, {"ref": "counted", "agents": ["cleo", "dan"], "team": "counts", "reason": "r"})
    assert counted(service, "contacts") == before + 1
    for dimension, value in (("agent", "cleo"), ("agent", "dan"), ("team", "counts")):
        assert counted(service, "contacts", f"dimension = '{dimension}' AND value = '{value}'") == 1


def test_an_array_has_one_result_each_and_mistakes_stop_nobody_else(service):
    answer = report(service, [{"ref": "many-1"}, {"team": "x"}, {"ref": "many-1"}, {"ref": "unknown", "event": "changed"}])
    assert answer.status_code == 207
    results = answer.json()["data"]
    assert [result["status"] for result in results] == [201, 422, 200, 404]
    assert results[1]["problem"]["errors"] == [{"pointer": "/1/ref", "detail": "required"}]
    assert results[3]["problem"]["code"] == "not_found"


def test_a_thousand_go_at_once(service):
    answer = report(service, [{"ref": f"bulk-{i}", "customer": {"ref": f"c{i % 10}"}} for i in range(1000)])
    assert {result["status"] for result in answer.json()["data"]} == {201}
    too_many = report(service, [{"ref": "x"}] * 1001)
    assert too_many.status_code == 422


def test_a_dry_run_tells_and_does_nothing(service):
    report(service, solved("dry-1", 1, {"ref": "dry"}))
    answer = report(service, solved("dry-2", 2, {"ref": "dry"}), dry_run="true")
    assert answer.status_code == 200 and answer.json()["ref"] == "dry-2"
    assert service.get("/v1/contacts/dry-2", "read").status_code == 404
    assert "repeat" not in kept(service, "dry-1")


@pytest.mark.parametrize("body, pointer", [
    ({"ref": "x" * 201}, "/ref"),
    ({"ref": "x", "event": "closed"}, "/event"),
    ({"ref": "x", "solved_at": "2999-01-01T00:00:00Z"}, "/solved_at"),
    ({"ref": "x", "customer": {"email": "nobody"}}, "/customer/email"),
    ({"ref": "x", "survey": "understood"}, "/survey"),
    ({"ref": "x", "opened_at": "2026-01-02T00:00:00Z", "solved_at": "2026-01-01T00:00:00Z"}, "/opened_at"),
])
def test_what_cannot_be_used_is_named(service, body, pointer):
    answer = report(service, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("event", ["reopened", "changed"])
def test_a_contact_that_nobody_solved_is_not_made_known_by_other_events(service, event):
    answer = report(service, {"ref": f"never-{event}", "event": event})
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"
    assert service.get(f"/v1/contacts/never-{event}", "read").status_code == 404


# ---- reopened, reassigned ----

def test_solved_again_before_anybody_was_asked_the_snapshot_is_new(service):
    report(service, {"ref": "again", "agents": ["anna"], "team": "first", "solved_at": "2026-02-01T10:00:00Z"})
    opened = report(service, {"ref": "again", "event": "reopened"}).json()
    assert opened["reopened_at"] and opened["agents"] == ["anna"]
    solved_again = report(service, {"ref": "again", "agents": ["bo"], "team": "second", "solved_at": "2026-02-03T10:00:00Z"})
    assert solved_again.status_code == 200
    now = solved_again.json()
    assert now["agents"] == ["bo"] and now["solved_at"] == "2026-02-03T10:00:00Z"
    assert "reopened_at" not in now and "reassigned_at" not in now
    assert counted(service, "contacts", "dimension = 'team' AND value = 'first'") == 0
    assert counted(service, "contacts", "dimension = 'team' AND value = 'second' AND day = '2026-02-03'") == 1


def test_solved_again_after_somebody_was_asked_the_snapshot_stays(service):
    contact = {"ref": "asked", "agents": ["anna"]}
    service.post("/v1/invitations", "write", json={"survey": "understood", "contact": contact})
    report(service, {"ref": "asked", "event": "reopened"})
    now = report(service, {"ref": "asked", "agents": ["bo"]}).json()
    assert now["agents"] == ["anna"] and now["reassigned_at"] and "reopened_at" not in now


def test_another_agent_before_the_answer_is_a_reassignment_once(service):
    report(service, {"ref": "passed", "agents": ["anna"], "team": "passing"})
    first = report(service, {"ref": "passed", "event": "changed", "agents": ["bo"]}).json()
    second = report(service, {"ref": "passed", "event": "changed", "agents": ["cy"]}).json()
    assert first["reassigned_at"] == second["reassigned_at"] and second["agents"] == ["anna"]
    assert counted(service, "reassigned", "dimension = 'team' AND value = 'passing'") == 1


def test_after_the_answer_it_is_none(service):
    report(service, {"ref": "answered", "agents": ["anna"]})
    service.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "answered"},
                                                 "answers": {"understood": "yes"}})
    assert "reassigned_at" not in report(service, {"ref": "answered", "event": "changed", "agents": ["bo"]}).json()


# ---- repeat contacts ----

@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
@pytest.mark.parametrize("at_once", [False, True])
def test_in_any_order_of_arrival_the_earlier_is_marked(service, order, at_once):
    name = f"order-{''.join(map(str, order))}-{at_once}"
    customer = {"email": f"{name}@example.org"}
    contacts = [solved(f"{name}/0", 1, customer, reason="pin"), solved(f"{name}/1", 3, customer, reason="fee"),
                solved(f"{name}/2", 5, customer, reason="pin")]
    arriving = [contacts[i] for i in order]
    for batch in [arriving] if at_once else [[contact] for contact in arriving]:
        report(service, batch)
    assert kept(service, f"{name}/0")["repeat"] == {"ref": f"{name}/1", "at": "2026-03-03T12:00:00Z", "same_reason": True}
    assert kept(service, f"{name}/1")["repeat"] == {"ref": f"{name}/2", "at": "2026-03-05T12:00:00Z", "same_reason": False}
    assert "repeat" not in kept(service, f"{name}/2")


def test_a_customer_is_known_by_ref_or_by_address_however_it_is_written(service):
    report(service, [solved("who-1", 1, {"ref": "who", "email": "Who@Example.org"}),
                     solved("who-2", 2, {"email": "wHO@example.ORG"}), solved("who-3", 3, {"ref": "who"})])
    assert kept(service, "who-1")["repeat"]["ref"] == "who-2"
    assert "repeat" not in kept(service, "who-2")


def test_a_contact_that_began_before_the_other_was_solved_repeats_nothing(service):
    customer = {"ref": "beside"}
    report(service, [solved("beside-1", 2, customer), solved("beside-2", 4, customer, opened_at="2026-03-01T00:00:00Z")])
    assert "repeat" not in kept(service, "beside-1")


def test_after_the_account_s_days_it_is_no_repeat(service):
    customer = {"ref": "late"}
    report(service, [solved("late-1", 1, customer), solved("late-2", 20, customer, opened_at="2026-03-08T12:00:00Z"),
                     solved("late-3", 28, customer, opened_at="2026-03-27T12:00:01Z")])
    assert kept(service, "late-1")["repeat"]["ref"] == "late-2"
    assert "repeat" not in kept(service, "late-2")


def test_a_new_snapshot_takes_its_marks_along(service):
    report(service, [solved("moved-1", 1, {"ref": "old"}), solved("moved-2", 2, {"ref": "old"}), solved("moved-3", 9, {"ref": "new"})])
    assert kept(service, "moved-1")["repeat"]["ref"] == "moved-2"
    report(service, {"ref": "moved-2", "event": "reopened"})
    report(service, solved("moved-2", 10, {"ref": "new"}))
    assert "repeat" not in kept(service, "moved-1")
    assert kept(service, "moved-3")["repeat"]["ref"] == "moved-2"


def test_contacts_of_one_customer_reported_at_once_all_find_each_other(make_service):
    service = make_service()
    service.key("write")
    refused = []

    def report_some(worker):
        for i in range(20):
            day = 1 + (7 * worker + 3 * i) % 28
            answer = report(service, solved(f"race-{worker}-{i}", day, {"ref": "crowd", "email": f"{i % 3}@example.org"}))
            if answer.status_code != 201:
                refused.append(answer.text)

    threads = [threading.Thread(target=report_some, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert service.sql("SELECT count(*) FROM contacts earlier WHERE repeat_at IS DISTINCT FROM ("
                       "SELECT min(later.solved_at) FROM contacts later WHERE later.solved_at > earlier.solved_at"
                       " AND later.solved_at <= earlier.solved_at + interval '7 days')") == [(0,)]
    assert counted(service, "repeated") == service.sql("SELECT count(repeat_ref) FROM contacts")[0][0]


def test_a_deadlock_is_settled_once_more_as_if_nothing_had_been(make_service):
    service = make_service()
    report(service, {"ref": "held"})
    service.sql(f"ALTER DATABASE {service.database} SET deadlock_timeout = '3s'")  # the service finds it, not we
    service.restart()
    answers = []
    circle = [{"ref": "circle", "agents": ["x"]}, {"ref": "circle", "agents": ["y"]},
              {"ref": "circle", "event": "reopened"}, {"ref": "held", "event": "reopened"}]
    other = service.connect()
    with other.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '1min'; BEGIN; SELECT FROM contacts WHERE contact_ref = 'held' FOR UPDATE")
        thread = service.in_background(lambda: answers.append(report(service, circle)))
        service.wait_for(lambda: service.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        cursor.execute("INSERT INTO contacts (account_id, contact_ref, solved_at, source, recorded_at)"
                       " VALUES (1, 'circle', now(), 'x', now()); ROLLBACK")
    thread.join()
    other.close()
    assert "deadlock detected" in service.log()
    assert [each["status"] for each in answers[0].json()["data"]] == [201, 200, 200, 200]
    assert kept(service, "circle")["agents"] == ["x"] and kept(service, "circle")["reassigned_at"]
    assert (counted(service, "contacts"), counted(service, "reassigned")) == (2, 1)


# ---- reading ----

def test_one_look_says_why_nobody_was_asked(service):
    contact = {"ref": "no mail", "agents": ["anna"]}
    service.post("/v1/invitations", "write", json={"survey": "understood", "contact": contact, "send": True})
    seen = kept(service, "no mail")
    assert [(made["survey"], made["verdict"], made["reason"]) for made in seen["invitations"]] == [
        ("understood", "skipped", "no_address")]
    assert "contact" not in seen["invitations"][0] and "url" not in seen["invitations"][0]


@pytest.mark.parametrize("ref", ["a/b", "Ü" * 100, "50 % + 1?&=#", "%2F"])
def test_any_ref_may_stand_in_the_path(service, ref):
    made = report(service, {"ref": ref})
    assert made.status_code == 201
    assert service.get(made.headers["Location"], "read").json()["ref"] == ref


def test_lists_are_filtered(service):
    report(service, [
        solved("list-1", 11, {"ref": "l", "email": "l@example.org"}, agents=["eva", "finn"], team="lists"),
        solved("list-2", 12, {"ref": "l"}, agents=["finn"], team="lists"), solved("list-3", 13, {"email": "m@example.org"}, team="lists")])
    report(service, {"ref": "list-3", "event": "reopened"})

    def listed(**query):
        page = service.get("/v1/contacts", "read", params={"team": "lists", **query}).json()
        return [contact["ref"] for contact in page["data"]]

    assert listed() == ["list-3", "list-2", "list-1"]
    assert listed(ref="list-2") == ["list-2"]
    assert listed(customer="l") == ["list-2", "list-1"]
    assert listed(email="M@EXAMPLE.org") == ["list-3"]
    assert listed(agent="finn") == ["list-2", "list-1"] and listed(agent="eva") == ["list-1"]
    assert listed(repeated="true") == ["list-1"] and listed(repeated="false") == ["list-3", "list-2"]
    assert listed(reopened="true") == ["list-3"] and listed(reopened="false") == ["list-2", "list-1"]


def test_pages_leave_nothing_out_also_where_all_were_solved_at_one_instant(service):
    report(service, [{"ref": f"page-{i}", "team": "paged", "solved_at": "2026-02-02T00:00:00Z"} for i in range(7)])
    url, seen = "/v1/contacts?team=paged&limit=3", []
    while url:
        answer = service.get(url, "read")
        seen += [contact["ref"] for contact in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "").replace(service.url, "")
    assert sorted(seen) == [f"page-{i}" for i in range(7)]


@pytest.mark.parametrize("query", ["repeated=maybe", "limit=0", "color=red", "agent=" + "x" * 101])
def test_a_list_says_which_parameter_it_cannot_use(service, query):
    answer = service.get(f"/v1/contacts?{query}", "read")
    assert answer.status_code == 422 and answer.json()["code"] == "invalid_query"


def test_a_cursor_is_bound_to_its_filters(service):
    report(service, [{"ref": f"bound-{i}", "team": "bound"} for i in range(3)])
    cursor = service.get("/v1/contacts?team=bound&limit=1", "read").json()["next"]
    assert service.get(f"/v1/contacts?limit=1&cursor={cursor}", "read").json()["code"] == "invalid_cursor"


def test_another_account_sees_nothing_of_it(make_service):
    service = make_service()
    report(service, {"ref": "ours"})
    other = service.key("read", service.account("Other", "UTC"))
    assert service.get("/v1/contacts/ours", other).status_code == 404
    assert service.get("/v1/contacts", other).json()["data"] == []


# ---- answers ----

def answer(service, contact, survey="understood"):
    return service.post("/v1/responses", "write", json={"survey": survey, "contact": contact, "answers": {"understood": "yes"}})


@pytest.mark.parametrize("many", [False, True])
def test_an_answer_takes_the_snapshot_and_adds_what_it_left_open(service, many):
    ref = f"snapshot-{many}"
    report(service, {"ref": ref, "agents": ["anna"], "team": "cards", "solved_at": "2026-03-01T00:00:00Z"})
    contact = {"ref": ref, "agents": ["bo"], "team": "loans", "channel": "chat", "solved_at": "2026-03-05T00:00:00Z"}
    given = {"survey": "understood", "contact": contact, "answers": {"understood": "yes"}}
    body = service.post("/v1/responses", "write", json=[given] if many else given).json()
    made = body["data"][0]["response"] if many else body
    assert made["contact"]["agents"] == ["anna"] and made["contact"]["team"] == "cards"
    assert made["contact"]["channel"] == "chat" and made["contact"]["solved_at"] == "2026-03-01T00:00:00Z"
    assert "invitation" not in made


def test_an_answer_to_a_contact_that_nobody_asked_takes_its_snapshot_too(service):
    contact = {"ref": "skipped", "agents": ["anna"], "customer": {"ref": "s"}}
    skipped = service.post("/v1/invitations", "write", json={"survey": "understood", "contact": contact, "send": True}).json()
    assert skipped["verdict"] == "skipped"
    made = answer(service, {"ref": "skipped", "agents": ["bo"]}).json()
    assert made["contact"]["agents"] == ["anna"] and "invitation" not in made
    assert kept(service, "skipped")["invitations"][0]["verdict"] == "skipped"


def test_an_invited_contact_s_answer_joins_both(service):
    contact = {"ref": "joined", "agents": ["anna"]}
    report(service, contact)
    invitation = service.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": "joined", "agents": ["bo"]}}).json()
    assert invitation["contact"]["agents"] == ["anna"]
    made = answer(service, {"ref": "joined", "agents": ["cy"]}).json()
    assert made["contact"]["agents"] == ["anna"] and made["invitation"] == invitation["id"]


def test_after_all_of_this_every_mark_is_what_its_customer_s_contacts_say(service):
    done = service.cli("verify", "--repeats")
    assert done.returncode == 0, done.stdout
