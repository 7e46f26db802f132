"""Who is asked by mail, when, and why not: POST /v1/invitations with "send", dry runs, and the races."""
import datetime
import threading

import pytest
import requests

from support.service import Service

ALWAYS = {"delay_s": 0, "window": {"from": "00:00", "to": "24:00"}}
DAY = datetime.timedelta(days=1)


def survey(service, name="understood", account_key="admin", **invite):
    answer = service.put(f"/v1/surveys/{name}", account_key, json={"invite": {**ALWAYS, **invite}})
    assert answer.status_code in (200, 201), answer.text
    return name


def wish(ref, email="kim@example.org", name="understood", **contact):
    customer = {key: value for key, value in (("email", email), ("ref", contact.pop("customer", None))) if value}
    return {"survey": name, "send": True, "contact": {"ref": ref, **contact, **({"customer": customer} if customer else {})}}


def ask(service, *args, key="write", query="", **contact):
    return service.post(f"/v1/invitations{query}", key, json=wish(*args, **contact))


def time_of(text):
    return datetime.datetime.fromisoformat(text)


def verdict(answer):
    body = answer.json()
    return body["verdict"], body.get("reason")


@pytest.fixture
def fresh(make_service):
    """A service whose survey asks at once, round the clock."""
    service = make_service()
    survey(service)
    return service


# ---- one contact ----

def test_a_contact_to_be_sent_is_scheduled_with_its_link_and_time(fresh):
    answer = ask(fresh, "T-1", agents=["anna"])
    made = answer.json()
    assert (answer.status_code, made["verdict"]) == (201, "scheduled")
    assert made["due_at"] == made["created_at"] and "/s/" in made["url"] and made["email"]["subject"]
    read = fresh.get(f"/v1/invitations/{made['id']}", "admin").json()
    assert read == {key: value for key, value in made.items() if key != "email"}
    assert fresh.sql("SELECT verdict, address_key FROM invitations") == [("scheduled", "kim@example.org")]


def test_mail_is_due_after_the_delay_counted_from_the_solving(fresh):
    survey(fresh, delay_s=7200)
    solved = time_of(ask(fresh, "T-0").json()["created_at"]) - datetime.timedelta(hours=1)
    made = ask(fresh, "T-1", "bo@example.org", solved_at=solved.isoformat()).json()
    assert time_of(made["due_at"]) == solved + datetime.timedelta(hours=2)
    long_ago = ask(fresh, "T-2", "jo@example.org", solved_at=(solved - DAY).isoformat()).json()
    assert long_ago["due_at"] == long_ago["created_at"]


def test_quiet_hours_only_delay(fresh):
    """Whatever the time is, a window of one weekday, not today nor tomorrow, is closed."""
    account = fresh.account("Auckland", "Pacific/Auckland")
    key = fresh.key("admin", account)
    now = datetime.datetime.now(datetime.timezone.utc)
    day = (now + 4 * DAY).strftime("%a").lower()
    survey(fresh, account_key=key, window={"from": "09:30", "to": "10:00", "weekdays": [day]})
    made = ask(fresh, "T-1", key=key).json()
    local = fresh.sql("SELECT timezone('Pacific/Auckland', %s::timestamptz)", made["due_at"])[0][0]
    assert (made["verdict"], local.strftime("%a %H:%M:%S").lower()) == ("scheduled", f"{day} 09:30:00")
    assert 2 * DAY < time_of(made["due_at"]) - now < 6 * DAY


def test_without_an_address_nobody_is_asked(fresh):
    answer = ask(fresh, "T-1", None, customer="c-1")
    assert (answer.status_code, verdict(answer)) == (201, ("skipped", "no_address"))
    assert not {"url", "email", "due_at", "eligible_at"} & set(answer.json())
    read = fresh.get(f"/v1/invitations/{answer.json()['id']}", "admin").json()
    assert (read["verdict"], read["reason"]) == ("skipped", "no_address") and "url" not in read


def test_a_suppressed_address_is_not_asked_however_it_is_spelt(fresh):
    fresh.sql("INSERT INTO suppressions (account_id, address, id, email, reason, created_at)"
              " VALUES (1, 'm\u00fcller@example.org', gen_random_uuid(), 'x', 'manual', now())")
    assert verdict(ask(fresh, "T-1", "Mu\u0308LLER@EXAMPLE.org")) == ("skipped", "suppressed")
    assert verdict(ask(fresh, "T-2", "muller@example.org")) == ("scheduled", None)


def test_a_customer_who_answered_before_is_not_asked(fresh):
    fresh.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "T-1"},
                                               "answers": {"understood": "yes"}})
    assert verdict(ask(fresh, "T-1")) == ("skipped", "answered")


def test_an_answer_that_nobody_vouches_for_keeps_nobody_from_being_asked(fresh):
    fresh.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "T-1"},
                                               "answers": {"understood": "yes"}})
    fresh.sql("UPDATE responses SET source = 'link_unverified'")
    assert verdict(ask(fresh, "T-1")) == ("scheduled", None)
    fresh.sql("UPDATE responses SET source = 'api'")


def test_an_archived_survey_asks_nobody(fresh):
    fresh.put("/v1/surveys/understood", "admin", json={"archived": True, "invite": ALWAYS})
    assert verdict(ask(fresh, "T-1")) == ("skipped", "archived")
    unsent = fresh.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": "T-2"}})
    assert (unsent.status_code, unsent.json()["code"]) == (409, "survey_archived")


def test_mail_that_would_come_after_its_link_expired_is_not_sent(fresh):
    fresh.put("/v1/surveys/understood", "admin",
              json={"expires_after_days": 1, "invite": {**ALWAYS, "delay_s": 86400}})
    assert verdict(ask(fresh, "T-1")) == ("skipped", "expired")


def test_a_sample_asks_a_share_and_always_the_same_contacts(fresh):
    survey(fresh, sample=0.3)
    wishes = [wish(f"T-{n}", f"kim{n}@example.org") for n in range(300)]
    first = fresh.post("/v1/invitations?dry_run=true", "write", json=wishes).json()["data"]
    again = fresh.post("/v1/invitations", "write", json=wishes[::-1]).json()["data"][::-1]
    verdicts = [each["invitation"]["verdict"] for each in first]
    assert verdicts == [each["invitation"]["verdict"] for each in again]
    assert {each["invitation"].get("reason") for each in again} == {None, "sampled_out"}
    assert 60 <= verdicts.count("scheduled") <= 120


# ---- again ----

def test_a_contact_that_has_its_verdict_is_a_duplicate(fresh):
    first = ask(fresh, "T-1").json()
    answer = ask(fresh, "T-1", "other@example.org")
    again = answer.json()
    assert (answer.status_code, verdict(answer)) == (200, ("skipped", "duplicate"))
    assert answer.headers["Content-Location"] == f"/v1/invitations/{first['id']}"
    assert (again["id"], again["invitation_verdict"]) == (first["id"], "scheduled")
    assert "email" not in again and "url" not in again and "invitation_reason" not in again
    ask(fresh, "T-2", None)
    assert ask(fresh, "T-2").json()["invitation_reason"] == "no_address"
    assert fresh.sql("SELECT count(*) FROM invitations") == [(2,)]


def test_an_answered_invitation_stays_answered(fresh):
    fresh.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": "T-1"}})
    fresh.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "T-1"},
                                               "answers": {"understood": "yes"}})
    answer = ask(fresh, "T-1")
    assert verdict(answer) == ("skipped", "duplicate") and answer.json()["invitation_verdict"] == "answered"


def test_a_link_made_before_is_decided_on_when_it_is_to_be_sent(fresh):
    customer = {"email": "kim@example.org"}
    made = fresh.post("/v1/invitations", "write", json={"survey": "understood", "contact": {
        "ref": "T-1", "customer": customer, "agents": ["anna"]}}).json()
    sent = ask(fresh, "T-1", agents=["bo"])
    assert (sent.status_code, verdict(sent)) == (200, ("scheduled", None))
    assert (sent.json()["id"], sent.json()["url"], sent.json()["contact"]) == (
        made["id"], made["url"], made["contact"])
    assert sent.json()["expires_at"] > made["expires_at"]
    fresh.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": "T-2"}})
    assert verdict(ask(fresh, "T-2", None)) == ("skipped", "no_address")
    assert fresh.sql("SELECT sum(invited)::int, sum(skipped_no_address)::int FROM rollups"
                     " WHERE dimension = 'all' AND survey = 'understood'") == [(1, 1)]


def test_asked_for_without_send_all_is_as_it_was(fresh):
    ask(fresh, "T-1")
    answer = fresh.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": "T-1"}})
    assert (answer.status_code, verdict(answer)) == (200, ("existing", None))
    plain = fresh.post("/v1/invitations", "write", json={"survey": "understood", "send": False, "contact": {
        "ref": "T-2", "customer": {"email": "kim@example.org"}}})
    assert verdict(plain) == ("created", None)


# ---- fatigue ----

def test_a_customer_is_asked_a_survey_once_in_its_days(fresh):
    survey(fresh, fatigue_days=30)
    due = time_of(ask(fresh, "T-1").json()["due_at"])
    tired = ask(fresh, "T-2")
    assert verdict(tired) == ("skipped", "fatigue")
    assert time_of(tired.json()["eligible_at"]) == due + 30 * DAY
    fresh.sql("UPDATE invitations SET due_at = due_at - interval '30 days' WHERE contact_ref = 'T-1'")
    assert verdict(ask(fresh, "T-3")) == ("scheduled", None)


def test_over_all_surveys_the_account_has_its_own_days(fresh):
    for name in ("second", "third"):
        survey(fresh, name, fatigue_days=0)
    due = time_of(ask(fresh, "T-1").json()["due_at"])
    tired = ask(fresh, "T-2", name="second")
    assert verdict(tired) == ("skipped", "fatigue")
    assert time_of(tired.json()["eligible_at"]) == due + 7 * DAY
    fresh.sql("UPDATE accounts SET fatigue_days = 0")
    assert verdict(ask(fresh, "T-3", name="third")) == ("scheduled", None)
    assert verdict(ask(fresh, "T-4", name="third")) == ("scheduled", None)
    assert verdict(ask(fresh, "T-5")) == ("skipped", "fatigue")


@pytest.mark.parametrize("first, second", [
    ({"email": "kim@example.org"}, {"email": "KIM@Example.ORG"}),
    ({"email": "kim@b\u00fccher.example"}, {"email": "kim@xn--bcher-kva.example"}),
    ({"email": "kim@example.org", "customer": "c-1"}, {"email": "kim@example.net", "customer": "c-1"}),
])
def test_a_customer_is_known_by_address_or_reference(fresh, first, second):
    assert verdict(ask(fresh, "T-1", **first)) == ("scheduled", None)
    assert verdict(ask(fresh, "T-2", **second)) == ("skipped", "fatigue")
    assert verdict(ask(fresh, "T-3", "another@example.org", customer="c-2")) == ("scheduled", None)


def test_what_was_skipped_or_came_back_tires_nobody_but_a_link_handed_out_does(fresh):
    survey(fresh, "second")
    assert verdict(ask(fresh, "T-1", None, customer="c-1")) == ("skipped", "no_address")
    assert verdict(ask(fresh, "T-2", customer="c-1")) == ("scheduled", None)
    fresh.sql("UPDATE invitations SET verdict = 'bounced', due_at = NULL WHERE contact_ref = 'T-2';"
              " UPDATE rollups SET bounced = 1 WHERE invited > 0")
    fresh.post("/v1/invitations", "write", json={"survey": "second", "contact": {
        "ref": "T-3", "customer": {"email": "kim@example.org"}}})
    tired = ask(fresh, "T-4")
    made = fresh.get("/v1/invitations?contact=T-3", "read").json()["data"][0]["created_at"]
    assert verdict(tired) == ("skipped", "fatigue")
    assert time_of(tired.json()["eligible_at"]) == time_of(made) + 7 * DAY
    assert verdict(ask(fresh, "T-5", "bo@example.org", customer="c-1")) == ("scheduled", None)


def test_a_rested_customer_is_asked_although_another_survey_waits_longer(fresh):
    """Fatigue is measured when the mail would go, not when it is decided."""
    survey(fresh, "later", delay_s=3 * 86400, fatigue_days=0)
    fresh.sql("UPDATE accounts SET fatigue_days = 2")
    assert verdict(ask(fresh, "T-1")) == ("scheduled", None)
    assert verdict(ask(fresh, "T-2", name="later")) == ("scheduled", None)


# ---- arrays and dry runs ----

def test_two_contacts_of_a_customer_in_one_array_make_one_mail(fresh):
    survey(fresh, "second")
    answer = fresh.post("/v1/invitations", "write", json=[
        wish("T-1", "kim@example.org"), wish("T-2", "Kim@Example.org"), wish("T-3", "bo@example.org", customer="b"),
        wish("T-4", "bo@example.net", name="second", customer="b"), wish("T-1", "kim@example.org"),
        wish("T-5", None), {**wish("T-6"), "send": 1}])
    results = answer.json()["data"]
    assert [each["status"] for each in results] == [201, 201, 201, 201, 200, 201, 422]
    assert [(each["invitation"]["verdict"], each["invitation"].get("reason")) for each in results[:6]] == [
        ("scheduled", None), ("skipped", "fatigue"), ("scheduled", None), ("skipped", "fatigue"),
        ("skipped", "duplicate"), ("skipped", "no_address")]
    assert results[4]["invitation"]["id"] == results[0]["invitation"]["id"]
    assert results[6]["problem"]["errors"][0]["pointer"] == "/6/send"


def test_a_thousand_are_decided_at_once(fresh):
    """Every customer has two contacts: of each pair the first is asked."""
    wishes = [wish(f"T-{n}", f"kim{n // 2}@example.org", customer=f"c-{n // 2}") for n in range(1000)]
    results = fresh.post("/v1/invitations", "write", json=wishes).json()["data"]
    assert [each["invitation"]["verdict"] for each in results] == ["scheduled", "skipped"] * 500
    assert {each["invitation"].get("reason") for each in results[1::2]} == {"fatigue"}


def test_a_dry_run_tells_the_verdict_and_does_nothing(fresh):
    answer = ask(fresh, "T-1", query="?dry_run=true")
    told = answer.json()
    assert (answer.status_code, told["verdict"]) == (200, "scheduled") and "due_at" in told
    assert not {"id", "url", "email"} & set(told) and "Location" not in answer.headers
    many = fresh.post("/v1/invitations?dry_run=true", "write", json=[wish("T-1"), wish("T-2"), wish("T-1")])
    assert [each["status"] for each in many.json()["data"]] == [200, 200, 200]
    assert [each["invitation"].get("reason") for each in many.json()["data"]] == [None, "fatigue", "duplicate"]
    plain = fresh.post("/v1/invitations?dry_run=true", "write", json={"survey": "understood", "contact": {"ref": "x"}})
    assert (plain.status_code, plain.json()["verdict"]) == (200, "created")
    for table in ("invitations", "contacts", "customer_locks", "rollups"):
        assert fresh.sql(f"SELECT count(*) FROM {table}") == [(0,)], table
    first = ask(fresh, "T-1").json()
    duplicate = ask(fresh, "T-1", query="?dry_run=true").json()
    assert (duplicate["reason"], duplicate["id"]) == ("duplicate", first["id"])


@pytest.mark.parametrize("query", ["?dry_run=yes", "?dryrun=true", "?dry_run=true&dry_run=true"])
def test_a_dry_run_that_is_misspelt_is_none(fresh, query):
    answer = ask(fresh, "T-1", query=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert fresh.sql("SELECT count(*) FROM invitations") == [(0,)]


# ---- the race ----

def ask_everywhere(services, wishes):
    """All at once, over connections of their own, each to one instance after the other."""
    answers, start = [], threading.Barrier(len(wishes))

    def send(service, body):
        with requests.Session() as session:
            start.wait()
            answers.append(session.post(service.url + "/v1/invitations", json=body, timeout=60,
                                        headers={"Authorization": f"Bearer {services[0].key('write')}"}))

    services[0].key("write")
    threads = [threading.Thread(target=send, args=(services[n % len(services)], body)) for n, body in enumerate(wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    return answers


@pytest.fixture
def two_instances(fresh):
    other = Service({**fresh.environment, "UNDERSTOOD_INTAKE_INSTANCE": "1"}, connect=fresh.connect).start()
    yield [fresh, other]
    assert other.stop() == 0, other.log()
    other.remove()


SPELLINGS = ["kim@example.org", "Kim@Example.org", "KIM@EXAMPLE.ORG", "kim@example.ORG", "kIM@eXample.org"]


@pytest.mark.parametrize("customer_of", [
    lambda n: {"email": SPELLINGS[n % len(SPELLINGS)]},
    lambda n: {"email": f"kim{n}@example.org", "customer": "c-1"},
    # a chain: each shares the address of one neighbour and the reference of another
    lambda n: {"email": "kim@example.org" if n % 2 else "bo@example.org", "customer": "c-1"},
], ids=["one address in many spellings", "one reference with many addresses", "both"])
def test_contacts_solved_in_the_same_second_make_one_mail(two_instances, customer_of):
    for race in range(5):
        two_instances[0].sql("DELETE FROM invitations; DELETE FROM contacts; DELETE FROM rollups")
        answers = ask_everywhere(two_instances, [wish(f"T-{n}", **customer_of(n)) for n in range(24)])
        verdicts = sorted(verdict(answer) for answer in answers)
        assert verdicts == [("scheduled", None)] + [("skipped", "fatigue")] * 23, race
        assert two_instances[0].sql("SELECT count(*) FROM invitations WHERE due_at IS NOT NULL") == [(1,)]


def test_batches_that_cross_neither_hang_nor_ask_anybody_twice(two_instances):
    """The same customers from two sides, in opposite orders."""
    def batch(name, order):
        return [wish(f"{name}-{n}", f"kim{n}@example.org", customer=f"c-{n}") for n in order]

    wishes = [batch(name, range(50) if name % 2 else range(49, -1, -1)) for name in range(8)]
    statuses, start = [], threading.Barrier(len(wishes))

    def send(service, body):
        start.wait()
        answer = requests.post(service.url + "/v1/invitations", json=body, timeout=60,
                               headers={"Authorization": f"Bearer {two_instances[0].key('write')}"})
        statuses.append(answer.status_code)

    two_instances[0].key("write")
    threads = [threading.Thread(target=send, args=(two_instances[n % 2], body)) for n, body in enumerate(wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [207] * 8
    assert two_instances[0].sql("SELECT verdict, count(*), count(DISTINCT address_key) FROM invitations"
                                " GROUP BY 1 ORDER BY 1") == [("scheduled", 50, 50), ("skipped", 350, 50)]


def test_locks_of_customers_are_forgotten_after_a_day(fresh):
    ask(fresh, "T-1", customer="c-1")
    fresh.stop()
    fresh.sql("UPDATE customer_locks SET used_at = used_at - interval '25 hours'")
    fresh.start()
    fresh.wait_for(lambda: fresh.sql("SELECT count(*) FROM customer_locks") == [(0,)])
    assert verdict(ask(fresh, "T-2")) == ("skipped", "fatigue")
    assert fresh.sql("SELECT count(*) FROM customer_locks") == [(1,)]


# ---- the list ----

def refs(service, query):
    answer = service.get(f"/v1/invitations?{query}", "read")
    assert answer.status_code == 200, answer.text
    return [each["contact"]["ref"] for each in answer.json()["data"]]


def test_invitations_are_found_by_what_became_of_them(fresh):
    bare = [{"survey": "understood", "contact": {"ref": ref}} for ref in ("made", "late", "done")]
    fresh.post("/v1/invitations", "write", json=bare)
    fresh.post("/v1/responses", "write", json={**bare[2], "answers": {"understood": "yes"}})
    fresh.post("/v1/invitations", "write", json=[
        wish("due"), wish("tired"), wish("nobody", None), wish("mailed", "m@example.org"),
        wish("mailed late", "l@example.org"), wish("refused", "r@example.org")])
    fresh.sql("UPDATE invitations SET expires_at = created_at WHERE contact_ref IN ('late', 'mailed late', 'done', 'due');"
              " UPDATE invitations SET verdict = 'sent', sent_at = now(), due_at = NULL WHERE contact_ref ~ 'mailed';"
              " UPDATE invitations SET verdict = 'bounced', due_at = NULL, mail_error = '550 no' WHERE contact_ref = 'refused';"
              " UPDATE rollups SET bounced = 1 WHERE invited > 0 AND dimension IN ('all', 'source')")
    found = {verdict: refs(fresh, f"verdict={verdict}") for verdict in (
        "created", "scheduled", "sent", "skipped", "bounced", "answered", "expired")}
    assert found == {"created": ["made"], "scheduled": ["due"], "sent": ["mailed"], "skipped": ["nobody", "tired"],
                     "bounced": ["refused"], "answered": ["done"], "expired": ["mailed late", "late"]}
    assert refs(fresh, "reason=fatigue") == ["tired"] and refs(fresh, "verdict=skipped&reason=no_address") == ["nobody"]
    assert refs(fresh, "reason=suppressed") == [] and refs(fresh, "verdict=sent&reason=fatigue") == []
    for verdict, listed in found.items():
        for ref in listed:
            assert fresh.get("/v1/invitations", "read", params={"contact": ref}).json()["data"][0]["verdict"] == verdict
    bounced = fresh.get("/v1/invitations?verdict=bounced", "read").json()["data"][0]
    assert bounced["mail_error"] == "550 no"


@pytest.mark.parametrize("query", ["verdict=duplicate", "verdict=", "reason=duplicate", "reason=none", "verdict=sent&verdict=sent"])
def test_a_verdict_that_is_none_is_refused(fresh, query):
    answer = fresh.get(f"/v1/invitations?{query}", "read")
    assert (answer.status_code, answer.json().get("code")) == ((200, None) if query == "verdict=" else (422, "invalid_query"))


def test_a_list_by_verdict_pages_and_its_cursor_is_its_own(fresh):
    survey(fresh, "second")
    fresh.post("/v1/invitations", "write", json=[wish(f"T-{n}", None, name="second" if n % 2 else "understood") for n in range(9)])
    ask(fresh, "due")
    seen, path = [], "/v1/invitations?verdict=skipped&reason=no_address&limit=4"
    cursors = []
    while path:
        page = fresh.get(path, "read")
        seen += [each["contact"]["ref"] for each in page.json()["data"]]
        cursors.append(page.json()["next"])
        path = page.links["next"]["url"] if page.json()["has_more"] else None
    assert seen == [f"T-{n}" for n in range(8, -1, -1)]
    assert refs(fresh, "verdict=skipped&survey=second") == ["T-7", "T-5", "T-3", "T-1"]
    assert refs(fresh, "verdict=skipped&contact=T-7&survey=second") == ["T-7"]
    for other in ("verdict=skipped", "reason=no_address", "verdict=scheduled&reason=no_address"):
        answer = fresh.get(f"/v1/invitations?{other}&cursor={cursors[0]}", "read")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_a_list_by_verdict_reads_an_index(fresh):
    """Of 20,000, each way to ask reads a few: counted by PostgreSQL itself."""
    fresh.sql("INSERT INTO invitations (account_id, id, survey, contact_ref, solved_at, source, created_at, expires_at,"
              " verdict, skip_reason, customer_email)"
              " SELECT 1, gen_random_uuid(), 'understood', n::text, now(), 'api', now() - n * interval '1 minute',"
              " now() + interval '30 days', CASE WHEN n % 1000 = 0 THEN 'bounced' WHEN n % 997 = 0 THEN 'skipped'"
              " ELSE 'sent' END, CASE WHEN n % 997 = 0 AND n % 1000 > 0 THEN 'fatigue' END, 'x@example.org'"
              " FROM generate_series(1, 20000) AS n")
    fresh.sql("ANALYZE invitations")
    queries = ["verdict=bounced", "verdict=skipped", "reason=fatigue", "verdict=sent", "verdict=bounced&survey=understood"]
    before = fresh.sql("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'invitations'")[0][0]
    for query in queries:
        assert len(refs(fresh, f"{query}&limit=20")) == 20
    assert fresh.stop() == 0 and fresh.start()  # what its connections counted is written when they close
    after = fresh.sql("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'invitations'")[0][0]
    assert len(queries) * 20 <= after - before <= len(queries) * 60
    fresh.sql("DELETE FROM invitations")
