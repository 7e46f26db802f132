"""POST and GET /v1/invitations, and the command `link`."""
import re
import threading

import pytest
import requests

TOKEN = re.compile(r"[A-Za-z0-9_-]{56}")
WHOLE_CONTACT = {"ref": "T-1", "agents": ["anna", "bo"], "team": "cards", "channel": "chat", "reason": "complaint",
                 "language": "de", "customer": {"ref": "c1", "email": "kim@example.org", "name": "Kim"},
                 "solved_at": "2026-01-05T10:00:00Z", "opened_at": "2026-01-05T09:00:00Z", "handled_s": 60,
                 "credit_amount": 12.5}


def invite(service, contact, survey="understood", key="write"):
    return service.post("/v1/invitations", key, json={"survey": survey, "contact": contact})


def invited(service, where="true"):
    return service.sql("SELECT dimension, value, sum(invited)::int FROM rollups"
                       f" WHERE {where} GROUP BY 1, 2 HAVING sum(invited) <> 0 ORDER BY 1, 2")


def test_a_new_invitation_has_its_link_and_its_mail_block(service):
    answer = invite(service, WHOLE_CONTACT)
    made = answer.json()
    assert (answer.status_code, made["verdict"]) == (201, "created")
    assert answer.headers["Location"] == f"/v1/invitations/{made['id']}"
    assert made["contact"] == WHOLE_CONTACT and made["survey"] == "understood"
    base, _, token = made["url"].rpartition("/s/")
    assert base == service.url and TOKEN.fullmatch(token)
    assert made["email"]["subject"] == "Haben Sie sich heute verstanden gefühlt?"
    for answered in ("yes", "partly", "no"):
        link = f"{made['url']}?understood={answered}"
        assert f'href="{link}"' in made["email"]["html"] and link in made["email"]["text"]
    assert service.sql("SELECT expires_at - created_at = '30 days' FROM invitations WHERE id = %s",
                       made["id"]) == [(True,)]


def test_asking_again_answers_the_first_one(service):
    first = invite(service, {"ref": "again", "team": "cards"})
    again = invite(service, {"ref": "again", "team": "other"})
    assert (again.status_code, again.json()["verdict"]) == (200, "existing")
    assert again.json() == {**first.json(), "verdict": "existing"}


def test_the_same_contact_may_be_asked_another_survey(service):
    service.put("/v1/surveys/second", "admin", json={})
    ids = {invite(service, {"ref": "both"}, survey).json()["id"] for survey in ("understood", "second")}
    assert len(ids) == 2


def test_many_at_once_asked_at_the_same_time_are_one(service):
    answers = []
    ask = lambda: answers.append(invite(service, {"ref": "raced"}))
    service.key("write")
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["url"] for answer in answers}) == 1


def test_an_array_has_one_result_each_in_its_order(service):
    invite(service, {"ref": "array-old"})
    answer = service.post("/v1/invitations", "write", json=[
        {"survey": "understood", "contact": {"ref": "array-1"}},
        {"survey": "understood", "contact": {}},
        {"survey": "nowhere", "contact": {"ref": "array-2"}},
        {"survey": "understood", "contact": {"ref": "array-old"}},
        {"survey": "understood", "contact": {"ref": "array-1"}},
        7,
    ])
    results = answer.json()["data"]
    assert answer.status_code == 207
    assert [result["status"] for result in results] == [201, 422, 422, 200, 200, 422]
    assert [result.get("invitation", {}).get("verdict") for result in results] == [
        "created", None, None, "existing", "existing", None]
    assert results[0]["invitation"]["id"] == results[4]["invitation"]["id"]
    assert [mistake["pointer"] for result in results if "problem" in result
            for mistake in result["problem"]["errors"]] == ["/1/contact/ref", "/2/survey", "/5"]
    assert {result["problem"]["code"] for result in results if "problem" in result} == {"invalid_body"}


def test_a_thousand_go_in_at_once_and_not_one_more(make_service):
    service = make_service()
    contacts = [{"survey": "understood", "contact": {"ref": f"bulk {n}", "agents": [f"agent {n % 7}"]}}
                for n in range(1001)]
    assert service.post("/v1/invitations", "write", json=contacts).status_code == 422
    answer = service.post("/v1/invitations", "write", json=contacts[:1000])
    assert {result["status"] for result in answer.json()["data"]} == {201}
    again = service.post("/v1/invitations", "write", json=contacts[:1000])
    assert [result["invitation"]["id"] for result in again.json()["data"]] == [
        result["invitation"]["id"] for result in answer.json()["data"]]
    assert ("all", "", 1000) in invited(service) and ("agent", "agent 0", 143) in invited(service)


def test_invitations_are_counted_in_each_dimension_once(make_service):
    service = make_service()
    invite(service, WHOLE_CONTACT)
    invite(service, WHOLE_CONTACT)
    assert invited(service) == [("agent", "anna", 1), ("agent", "bo", 1), ("all", "", 1), ("channel", "chat", 1),
                                ("language", "de", 1), ("reason", "complaint", 1), ("source", "api", 1),
                                ("team", "cards", 1)]


def test_a_day_is_the_accounts_own(make_service):
    service = make_service()
    account = service.account("Auckland", "Pacific/Auckland")
    key = service.key("admin", account)
    service.put("/v1/surveys/understood", key, json={})
    invite(service, {"ref": "1"}, key=key)
    assert service.sql("SELECT DISTINCT day = (created_at AT TIME ZONE 'Pacific/Auckland')::date FROM rollups"
                       " JOIN invitations USING (account_id) WHERE dimension = 'all'") == [(True,)]


def test_invitations_and_answers_of_the_same_contacts_at_once_keep_the_sums_right(make_service):
    """Some answers come before their invitation, some after: verify, at the service's end, sees it."""
    service = make_service()
    service.key("write")
    contacts = [{"ref": f"crossed {n}", "agents": [f"agent {n % 3}"]} for n in range(300)]
    statuses = []

    def send(path, bodies):
        with requests.Session() as session:
            headers = {"Authorization": f"Bearer {service.key('write')}"}
            for at in range(0, len(bodies), 20):
                answer = session.post(service.url + path, json=bodies[at:at + 20], headers=headers, timeout=30)
                statuses.extend(result["status"] for result in answer.json()["data"])

    invitations = [{"survey": "understood", "contact": contact} for contact in contacts]
    answers = [{**each, "answers": {"understood": "yes"}} for each in invitations]
    threads = [service.in_background(send, "/v1/invitations", invitations),
               service.in_background(send, "/v1/invitations", invitations[::-1]),
               service.in_background(send, "/v1/responses", answers),
               service.in_background(send, "/v1/responses", answers[::-1])]
    for thread in threads:
        thread.join()
    assert len(statuses) == 1200 and set(statuses) == {200, 201}
    assert service.sql("SELECT count(*) FROM invitations") == [(300,)]
    assert service.sql("SELECT bool_and((invitations.answered_at IS NULL) = (responses.id IS NULL))"
                       " FROM invitations LEFT JOIN responses ON responses.invitation_id = invitations.id"
                       " AND responses.account_id = invitations.account_id") == [(True,)]


@pytest.mark.parametrize("body, pointers", [
    ({}, ["/survey", "/contact"]),
    ({"survey": "understood", "contact": {}}, ["/contact/ref"]),
    ({"survey": 1, "contact": []}, ["/survey", "/contact"]),
    ({"survey": "Nope", "contact": {"ref": "x"}}, ["/survey"]),
    ({"survey": "understood", "contact": {"ref": ""}}, ["/contact/ref"]),
    ({"survey": "understood", "contact": {"ref": "x" * 201}}, ["/contact/ref"]),
    ({"survey": "understood", "contact": {"ref": "x", "language": "d_e"}}, ["/contact/language"]),
    ({"survey": "understood", "contact": {"ref": "x", "customer": {"email": "x"}}}, ["/contact/customer/email"]),
    ({"survey": "understood", "contact": {"ref": "x"}, "answers": {}}, ["/answers"]),
    ([], [""]),
])
def test_a_body_with_mistakes_is_refused_with_all_of_them(service, body, pointers):
    answer = service.post("/v1/invitations", "write", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert sorted(mistake["pointer"] for mistake in answer.json()["errors"]) == sorted(pointers)


@pytest.mark.parametrize("data, content_type, status", [
    ("{", "application/json", 400), ("7", "application/json", 422), ("null", "application/json", 422), ("{}", "text/plain", 415), ("{}", None, 415), ("", "application/json", 400),
    (" " * (1 << 20) + "{}", "application/json", 413),
])
def test_a_body_that_is_no_json_is_refused(service, data, content_type, status):
    headers = {"Content-Type": content_type} if content_type else {}
    assert service.post("/v1/invitations", "write", data=data, headers=headers).status_code == status


def test_the_mail_block_escapes_what_a_customer_is_called(service):
    name = "<img src=x onerror=alert(1)>\"'&"
    html = invite(service, {"ref": "evil", "language": "ar", "customer": {"name": name}}).json()["email"]["html"]
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;" in html
    assert 'dir="rtl"' in html


def test_the_mail_block_asks_what_the_survey_asks_first(service):
    service.put("/v1/surveys/stars", "admin", json={
        "questions": [{"question": "csat"}], "accent_color": "#0f766e",
        "texts": {"fr": {"csat": "Êtes-vous <content> ?"}}})
    made = invite(service, {"ref": "1", "language": "fr-CA"}, "stars").json()
    assert [f"{made['url']}?csat={n}" in made["email"]["html"] for n in range(7)] == [False] + [True] * 5 + [False]
    assert made["email"]["subject"] == "Êtes-vous <content> ?"
    assert "&lt;content&gt;" in made["email"]["html"] and "#0f766e" in made["email"]["html"]


def test_an_invitation_is_read_back(service):
    made = invite(service, {"ref": "read back"}).json()
    read = service.get(f"/v1/invitations/{made['id']}", "admin").json()
    assert read == {key: value for key, value in made.items() if key != "email"}


def test_a_key_that_may_only_read_sees_no_link(service):
    made = invite(service, {"ref": "secret"}).json()
    answer = service.get(f"/v1/invitations/{made['id']}", "read")
    assert answer.status_code == 200 and "url" not in answer.json()
    assert "/s/" not in service.get("/v1/invitations?limit=200", "read").text


def test_the_verdict_says_what_became_of_it(service):
    made = invite(service, {"ref": "fate"}).json()
    path = f"/v1/invitations/{made['id']}"
    service.sql("UPDATE invitations SET expires_at = now() WHERE id = %s", made["id"])
    assert service.get(path, "read").json()["verdict"] == "expired"
    service.post("/v1/responses", "write", json={"survey": "understood", "contact": {"ref": "fate"},
                                                 "answers": {"understood": "yes"}})
    answered = service.get(path, "read").json()
    assert answered["verdict"] == "answered" and "answered_at" in answered


@pytest.mark.parametrize("identity", ["0", "x", "019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a02", "%00",
                                      "019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a0"])
def test_what_is_no_invitation_is_not_found(service, identity):
    assert service.get(f"/v1/invitations/{identity}", "read").status_code in (400, 404)


def test_the_list_is_newest_first_and_pages_without_gaps(make_service):
    service = make_service()
    service.put("/v1/surveys/other", "admin", json={})
    made = []
    for n in range(7):
        made.append(invite(service, {"ref": str(n)}, "understood" if n % 2 else "other").json()["id"])
    service.sql("UPDATE invitations SET created_at = (SELECT min(created_at) FROM invitations)"
                " WHERE contact_ref IN ('0', '1', '2')")
    seen, path = [], "/v1/invitations?limit=2"
    while path:
        page = service.get(path, "read")
        assert len(page.json()["data"]) <= 2
        seen += [each["id"] for each in page.json()["data"]]
        if len(seen) == 2:
            invite(service, {"ref": "newer than the first page"})
        path = page.links["next"]["url"] if page.json()["has_more"] else None
    assert seen == made[::-1]
    listed = service.get("/v1/invitations?survey=other", "read").json()
    assert [each["contact"]["ref"] for each in listed["data"]] == ["6", "4", "2", "0"]
    assert (listed["has_more"], listed["next"]) == (False, None)
    assert [each["id"] for each in service.get("/v1/invitations?contact=3", "read").json()["data"]] == [made[3]]


def test_a_cursor_serves_its_own_list_only(service):
    for n in range(3):
        invite(service, {"ref": f"cursor {n}"})
    cursor = service.get("/v1/invitations?limit=1", "read").json()["next"]
    assert service.get(f"/v1/invitations?limit=1&cursor={cursor}", "read").status_code == 200
    other = service.key("read", service.account())
    for path, key in ((f"/v1/invitations?survey=understood&cursor={cursor}", "read"),
                      (f"/v1/invitations?cursor={cursor}", other), ("/v1/invitations?cursor=x", "read")):
        answer = service.get(path, key)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=1.5", "team=x", "survey=a&survey=b"])
def test_a_list_query_that_makes_no_sense_is_refused(service, query):
    answer = service.get(f"/v1/invitations?{query}", "read")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert answer.json()["errors"]


def test_each_route_asks_for_its_scope(service):
    body = {"survey": "understood", "contact": {"ref": "scope"}}
    for method, path in (("POST", "/v1/invitations"), ("GET", "/v1/invitations"), ("GET", "/v1/invitations/x")):
        assert service.request(method, path, json=body).status_code == 401
    assert service.post("/v1/invitations", "read", json=body).status_code == 403
    assert service.post("/v1/invitations", "admin", json=body).status_code == 201
    for path in ("/v1/invitations", "/v1/invitations/019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a02"):
        assert service.get(path, "write").status_code == 403
    refused = service.put("/v1/invitations", "admin", json=body)
    assert refused.status_code == 405 and "POST" in refused.headers["Allow"]


@pytest.mark.parametrize("method, path", [("GET", "/v1/invitations"), ("GET", "/v1/invitations/x"),
                                          ("POST", "/v1/invitations")])
def test_nothing_but_json_is_given(service, method, path):
    answer = service.request(method, path, "admin", headers={"Accept": "text/html"}, json={})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_two_accounts_do_not_see_each_others_invitations(service):
    made = invite(service, {"ref": "mine"}).json()
    other = service.key("admin", service.account())
    assert service.get(f"/v1/invitations/{made['id']}", other).status_code == 404
    assert service.get("/v1/invitations", other).json()["data"] == []
    service.put("/v1/surveys/ours", "admin", json={})
    assert invite(service, {"ref": "mine"}, "ours", key=other).status_code == 422
    theirs = invite(service, {"ref": "mine"}, key=other)
    assert theirs.status_code == 201 and theirs.json()["id"] != made["id"]


def test_no_token_is_logged(service):
    token = invite(service, {"ref": "quiet"}).json()["url"].rpartition("/")[2]
    service.get(f"/s/{token}")
    assert token not in service.log()


def test_without_the_database_nothing_is_promised(make_service, postgres):
    service = make_service()
    made = invite(service, {"ref": "before"}, key="admin").json()
    postgres.stop("immediate")
    try:
        one = {"survey": "understood", "contact": {"ref": "during"}}
        for answer in (service.post("/v1/invitations", "admin", json=one),
                       service.post("/v1/invitations", "admin", json=[one, {}]),
                       service.get("/v1/invitations", "admin"),
                       service.get(f"/v1/invitations/{made['id']}", "admin")):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    finally:
        postgres.start()
    assert invite(service, {"ref": "during"}, key="admin").status_code == 201


def test_a_restarted_database_is_not_noticed(make_service, postgres):
    """Connections that died while nobody used them are opened again before they are used."""
    service = make_service()
    service.key("write")
    for mode in ("fast", "immediate"):
        for thread in [service.in_background(invite, service, {"ref": f"{mode} {n}"}) for n in range(6)]:
            thread.join()
        postgres.restart(mode)
        assert [invite(service, {"ref": f"after {mode} {n}"}).status_code for n in range(6)] == [201] * 6


# ---- understood link ----

def test_link_prints_a_link_alone_and_the_same_one_again(service):
    done = service.cli("link", "--contact", "from the shell", check=True)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/[A-Za-z0-9_-]{56}\n", done.stdout) and done.stderr == ""
    assert service.cli("link", "--contact", "from the shell", check=True).stdout == done.stdout
    listed = service.get("/v1/invitations?contact=from%20the%20shell", "admin").json()["data"]
    assert [each["url"].rpartition("/")[2] for each in listed] == [done.stdout.strip().rpartition("/")[2]]


def test_link_without_a_contact_makes_a_new_one_each_time(service):
    links = {service.cli("link", "--language", "he", check=True).stdout for _ in range(2)}
    assert len(links) == 2


def test_link_keeps_to_the_public_url(service):
    service.environment["UNDERSTOOD_HTTP_PUBLIC_URL"] = "https://ask.example/"
    try:
        assert service.cli("link", check=True).stdout.startswith("https://ask.example/s/")
    finally:
        del service.environment["UNDERSTOOD_HTTP_PUBLIC_URL"]


@pytest.mark.parametrize("words, status, reason", [
    (["--survey", "nowhere"], 1, "no such survey"), (["--account", "77"], 1, "no such survey"),
    (["--survey", "No"], 2, "--survey should be"), (["--contact", ""], 2, "--contact should be"),
    (["--contact", "a\nb"], 2, "--contact should be"), (["--language", "x"], 2, "--language should be"),
    (["--account", "0"], 2, "--account should be"), (["extra"], 2, "unexpected argument"),
])
def test_link_says_what_is_wrong(service, words, status, reason):
    done = service.cli("link", *words)
    assert done.returncode == status and done.stdout == "" and reason in done.stderr
