"""/v1/sources: how a helpdesk's webhooks are verified and read; presets, secrets, tests, deliveries."""
import datetime
import itertools
import json
import pathlib
import uuid

import pytest

from support.helpdesks import BODIES, HEADERS, SECRET, Source, secret_of, zendesk, zendesk_headers
from support.service import ROOT

PRESETS = ["chatwoot", "freshdesk", "helpscout", "intercom", "standard-webhooks", "zammad", "zendesk"]
OWN = {"verify": {"scheme": "header", "header": "X-Secret"}, "solved": [[]], "fields": {"ref": "/id"}}
names = (f"s{number}" for number in itertools.count(1))


def put(service, name, body, **options):
    return service.put(f"/v1/sources/{name}", options.pop("key", "admin"), json=body, **options)


def pointers(answer):
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body"), answer.text
    return sorted(mistake["pointer"] for mistake in answer.json()["errors"])


# ---- presets ----

def test_the_presets_are_the_files_that_are_shipped(service):
    shown = service.get("/v1/sources/presets", "read").json()["data"]
    assert [preset["preset"] for preset in shown] == PRESETS
    for preset in shown:
        assert preset == json.loads((ROOT / "config" / "presets" / f"{preset['preset']}.json").read_text())
        assert preset["setup"]


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_makes_a_whole_source(service, preset):
    made = put(service, next(names), {"preset": preset, "secret": secret_of(preset)})
    assert made.status_code == 201, made.text
    definition = json.loads((ROOT / "config" / "presets" / f"{preset}.json").read_text())["definition"]
    assert {name: made.json()[name] for name in ("solved", "reopened", "fields", "provider")} == \
        {name: definition[name] for name in ("solved", "reopened", "fields", "provider")}
    assert definition["verify"].items() <= made.json()["verify"].items()


@pytest.mark.parametrize("preset", ["zendesk", "freshdesk", "zammad", "standard-webhooks"])
def test_the_templates_to_paste_are_read_by_their_preset(service, preset):
    """Each template, with its placeholders as they are, finds a contact."""
    name = next(names)
    put(service, name, {"preset": preset, "secret": secret_of(preset)})
    templates = json.loads((ROOT / "config" / "presets" / f"{preset}.json").read_text())["templates"]
    events = []
    for template in templates:
        body = json.loads(json.dumps(template["body"]).replace("#{ticket.state.name}", "closed"))
        answer = service.post(f"/v1/sources/{name}/test", "admin", json={"body": body}).json()
        events.append(answer["event"])
    assert events == ["solved", "reopened"][:len(events)] and events


def test_what_the_body_says_takes_the_place_of_the_presets(service):
    name = next(names)
    made = put(service, name, {"preset": "zendesk", "provider": "our desk", "verify": {"max_skew_s": 60},
                               "fields": {"team": {"literal": "all"}, "reason": None, "customer": {"name": None}},
                               "delivery_id": {"pointer": "/id"}, "solved": [[{"pointer": "/done", "equals": True}]]}).json()
    assert made["provider"] == "our desk" and made["verify"]["max_skew_s"] == 60
    assert made["verify"]["header"] == "X-Zendesk-Webhook-Signature"
    assert made["fields"]["team"] == {"literal": "all"} and "reason" not in made["fields"]
    assert set(made["fields"]["customer"]) == {"ref", "email"} and made["fields"]["ref"]
    assert made["delivery_id"] == {"pointer": "/id"} and made["solved"] == [[{"pointer": "/done", "equals": True}]]


def test_another_scheme_takes_nothing_from_the_presets(service):
    made = put(service, next(names), {"preset": "zendesk", "verify": {"scheme": "path"}}).json()
    assert made["verify"] == {"scheme": "path"} and made["url"].endswith("/" + made["secret"])


def test_defaults_are_shown(service):
    made = put(service, next(names), {**OWN, "verify": {"scheme": "hmac", "header": "X-Sig"}}).json()
    assert made["verify"] == {"scheme": "hmac", "hash": "sha256", "encoding": "hex", "header": "X-Sig", "prefix": "", "signed": "{body}",
                              "key": "utf8"}
    assert (made["provider"], made["reopened"], made["send"]) == ("custom", [], False) and "survey" not in made


# ---- mistakes ----

@pytest.mark.parametrize("body, expected", [
    ({}, ["/fields", "/solved", "/verify"]),
    ({"preset": "nobody"}, ["/preset"]),
    ({"preset": 3}, ["/preset"]),
    ({**OWN, "verify": {}}, ["/verify/scheme"]),
    ({**OWN, "verify": {"scheme": "HMAC"}}, ["/verify/scheme"]),
    ({**OWN, "verify": {"scheme": "hmac", "header": "a b", "hash": "md5", "signed": "nothing", "key": "hex", "nonce": 1}},
     ["/verify/hash", "/verify/header", "/verify/key", "/verify/nonce", "/verify/signed"]),
    ({**OWN, "verify": {"scheme": "hmac", "header": "X", "signed": "{id}.{timestamp}.{body}"}},
     ["/delivery_id/header", "/verify/timestamp_header"]),
    ({**OWN, "verify": {"scheme": "hmac", "header": "X", "timestamp_header": "T"}}, ["/verify/signed"]),
    ({**OWN, "verify": {"scheme": "basic"}}, ["/verify/user"]),
    ({**OWN, "delivery_id": {}}, ["/delivery_id"]),
    ({**OWN, "delivery_id": {"header": "X", "pointer": "/id"}}, ["/delivery_id"]),
    ({**OWN, "delivery_id": {"pointer": "id"}}, ["/delivery_id/pointer"]),
    ({**OWN, "solved": {}}, ["/solved"]),
    ({**OWN, "solved": [{}]}, ["/solved/0"]),
    ({**OWN, "solved": [[{"pointer": "a", "equals": []}, {"header": "", "exists": 1}, {"pointer": "/a"}]]},
     ["/solved/0/0/equals", "/solved/0/0/pointer", "/solved/0/1/exists", "/solved/0/1/header", "/solved/0/2"]),
    ({**OWN, "reopened": [[], [{"pointer": "/a", "in": []}]]}, ["/reopened/1/0/in"]),
    ({**OWN, "fields": {}}, ["/fields/ref"]),
    ({**OWN, "fields": {"ref": "id", "teams": "/a", "customer": {"mail": "/a"}}}, ["/fields/customer/mail", "/fields/ref", "/fields/teams"]),
    ({**OWN, "fields": {"ref": ["/a~2", {"pointer": "/a", "literal": "b"}], "team": {"each": "/a", "pointer": "/b"}}},
     ["/fields/ref/0", "/fields/ref/1", "/fields/team/each"]),
    ({**OWN, "fields": {"ref": {"first": []}, "team": {"pointer": "/a", "map": {"1": []}, "with": " "}, "agents": {"wrong": 1}}},
     ["/fields/agents", "/fields/agents/wrong", "/fields/ref/first", "/fields/team/map/1", "/fields/team/with"]),
    ({**OWN, "fields": {"ref": [[[[[["/a"]]]]]]}}, ["/fields/ref/0/0/0/0/0"]),
    ({**OWN, "send": True}, ["/survey"]),
    ({**OWN, "survey": "no-such"}, ["/survey"]),
    ({**OWN, "survey": "No such"}, ["/survey"]),
    ({**OWN, "secret": "short", "previous_valid_s": -1, "rotate_secret": 1}, ["/previous_valid_s", "/rotate_secret", "/secret"]),
    ({**OWN, "secret": "long enough", "rotate_secret": True}, ["/rotate_secret"]),
    ({**OWN, "verify": {"scheme": "none"}, "secret": "long enough"}, ["/secret"]),
    ({**OWN, "verify": {"scheme": "path"}, "secret": "with/a slash"}, ["/secret"]),
    ({"preset": "standard-webhooks", "secret": "not base64 at all"}, ["/secret"]),
    ({**OWN, "solved": [[{"header": "X Event", "exists": True}]]}, ["/solved/0/0/header"]),
    ({**OWN, "more": 1}, ["/more"]),
])
def test_every_mistake_is_told_with_its_pointer(service, body, expected):
    assert pointers(put(service, "mistaken", body)) == expected
    assert service.get("/v1/sources/mistaken", "admin").status_code == 404


def test_a_member_that_is_unknown_is_told_all_that_are_known(service):
    [mistake] = put(service, "mistaken", {**OWN, "secrets": "long enough"}).json()["errors"]
    assert mistake["detail"] == ("unknown member; known are preset, secret, rotate_secret, previous_valid_s, provider, verify, delivery_id, survey,"
                                 " send, solved, reopened, fields")


@pytest.mark.parametrize("secret", ["not base64 at all", "short", "with a control\n", 1234567890, ["not base64 at all"]])
def test_a_mistakes_words_never_quote_the_secret(service, secret):
    answer = put(service, "mistaken", {"preset": "standard-webhooks", "secret": secret})
    assert pointers(answer) == ["/secret"]
    assert not any(part in answer.text for part in ("not base64", "short", "a control", "1234567890"))


@pytest.mark.parametrize("name", ["UPPER", "-first", "a" * 33, "with.dot", "presets", "api", "page", "import"])
def test_a_name_that_cannot_be_is_refused(service, name):
    answer = put(service, name, OWN)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_source_name")


# ---- reading, changing, deleting ----

def test_a_source_is_read_back_without_its_secret(service):
    name = next(names)
    made = put(service, name, {**OWN, "secret": "known-to-both"})
    assert made.status_code == 201 and made.headers["ETag"] == '"1"'
    read = service.get(f"/v1/sources/{name}", "admin")
    assert read.json() == made.json() and read.headers["ETag"] == '"1"'
    assert "known-to-both" not in read.text and read.json()["has_secret"] is True
    assert read.json()["url"].endswith(f"/v1/hooks/1/{name}")


def test_what_get_gave_can_be_sent_back_changed(service):
    name = next(names)
    put(service, name, {"preset": "zendesk", "secret": SECRET})
    source = service.get(f"/v1/sources/{name}", "admin").json()
    again = put(service, name, {**source, "provider": "desk"})
    assert again.status_code == 200 and "secret" not in again.json()
    assert {**again.json(), "revision": 1, "updated_at": source["updated_at"], "provider": "zendesk"} == source
    assert service.sql("SELECT secret FROM sources WHERE source = %s", name) == [(SECRET,)]


def test_a_secret_that_is_made_is_shown_once(service):
    name = next(names)
    made = put(service, name, OWN)
    secret = made.json()["secret"]
    assert len(secret) == 40 and made.headers["Cache-Control"] == "no-store"
    assert secret not in service.get(f"/v1/sources/{name}", "admin").text
    assert secret not in put(service, name, OWN).text
    assert service.post(f"/v1/hooks/1/{name}", json={"id": 1}, headers={"X-Secret": secret}).status_code == 200
    rotated = put(service, name, {**OWN, "rotate_secret": True, "previous_valid_s": 3600}).json()
    assert rotated["secret"] != secret and rotated["previous_valid_until"] > rotated["updated_at"]
    for each in (secret, rotated["secret"]):
        assert service.post(f"/v1/hooks/1/{name}", json={"id": 2}, headers={"X-Secret": each}).status_code == 200
    last = put(service, name, {**OWN, "rotate_secret": True, "previous_valid_s": 0}).json()
    assert "previous_valid_until" not in last
    codes = [service.post(f"/v1/hooks/1/{name}", json={"id": 3}, headers={"X-Secret": each}).status_code
             for each in (secret, rotated["secret"], last["secret"])]
    assert codes == [401, 401, 200]


def test_standard_webhooks_get_a_secret_of_their_kind(service):
    assert put(service, next(names), {"preset": "standard-webhooks"}).json()["secret"].startswith("whsec_")


def test_if_match_keeps_two_editors_apart(service):
    name = next(names)
    tag = put(service, name, OWN, headers={"If-None-Match": "*"}).headers["ETag"]
    for headers in ({"If-None-Match": "*"}, {"If-Match": '"9"'}, {"If-Match": "1"}):
        refused = put(service, name, OWN, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert put(service, name, OWN, headers={"If-Match": tag}).json()["revision"] == 2
    assert service.request("DELETE", f"/v1/sources/{name}", "admin", headers={"If-Match": tag}).status_code == 412
    assert service.request("DELETE", f"/v1/sources/{name}", "admin", headers={"If-Match": '"2"'}).status_code == 204
    assert service.request("DELETE", f"/v1/sources/{name}", "admin").status_code == 404
    assert put(service, "never-made", OWN, headers={"If-Match": "*"}).status_code == 412


def test_a_deleted_source_takes_its_deliveries_along_and_leaves_its_contacts(service):
    source = Source(service, next(names), "freshdesk", survey=None, send=False)
    source.sent(BODIES["freshdesk"]("del-1", "ada@example.com"))
    assert service.request("DELETE", f"/v1/sources/{source.name}", "admin").status_code == 204
    assert source.send(BODIES["freshdesk"]("del-2", "ada@example.com")).status_code == 404
    assert source.get("/deliveries").status_code == 404
    assert service.sql("SELECT count(*) FROM deliveries WHERE source = %s", source.name) == [(0,)]
    assert service.sql("SELECT count(*) FROM contacts WHERE contact_ref = 'del-1'") == [(1,)]


def test_sources_are_listed_by_name_a_page_at_a_time(service):
    for name in ("list-c", "list-a", "list-b"):
        put(service, name, OWN)
    seen, params = [], {"limit": 2}
    while True:
        page = service.get("/v1/sources", "admin", params=params)
        seen += [source["source"] for source in page.json()["data"]]
        assert page.json()["has_more"] == ("next" in page.links)
        if not page.json()["has_more"]:
            break
        params = {"limit": 2, "cursor": page.json()["next"]}
    assert seen == sorted(seen) and {"list-a", "list-b", "list-c"} <= set(seen)
    assert service.get("/v1/sources", "admin", params={"cursor": "UPPER"}).status_code == 400


# ---- a test that does nothing ----

@pytest.fixture(scope="module")
def desk(service):
    return Source(service, "tested")


def test_a_test_says_step_by_step_what_would_happen_and_does_nothing(service, desk):
    before = service.sql("SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM invitations), (SELECT count(*) FROM deliveries)")
    answer = desk.test(zendesk("test-1", "tested@example.com"))
    assert (answer["outcome"], answer["event"], answer["survey"]) == ("scheduled", "solved", "understood") and answer["due_at"]
    assert [(step["step"], step["ok"]) for step in answer["steps"]] == \
        [("parse", True), ("conditions", True), ("fields", True), ("report", True)]
    fields = {field["field"]: field for field in answer["steps"][2]["fields"]}
    assert fields["/fields/ref"] == {"field": "/fields/ref", "pointers": ["/ticket/id"], "value": "test-1"}
    assert fields["/fields/agents"]["value"] == ["mara@example.net"]
    assert fields["/fields/customer/email"]["pointers"] == ["/ticket/requester/email"]
    assert fields["/fields/opened_at"]["value"] == "2026-09-12T04:35:00Z"
    assert service.sql("SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM invitations), (SELECT count(*) FROM deliveries)") == before


def test_a_test_verifies_a_raw_body_when_it_is_asked_to(desk):
    raw = json.dumps(zendesk("test-2", "tested@example.com"))
    good = desk.test(raw, headers=zendesk_headers(raw.encode()), verify=True)
    assert good["steps"][0] == {"step": "verify", "ok": True, "detail": "hmac: sha256, base64, over {timestamp}{body}"}
    assert good["outcome"] == "scheduled"
    bad = desk.test(raw + " ", headers=zendesk_headers(raw.encode()), verify=True)
    assert bad["outcome"] == "refused" and [step["step"] for step in bad["steps"]] == ["verify"]


def test_a_test_says_why_nothing_would_happen(desk):
    other = desk.test({"event": "assigned", "type": "zen:event-type:ticket.status_changed", "event2": 1})
    assert other["outcome"] == "ignored"
    conditions = other["steps"][1]
    assert conditions["solved_fails_at"] == ["/event", "/event/current"] and conditions["reopened_fails_at"] == ["/event", "/event/previous"]
    lost = desk.test({"event": "solved", "ticket": {}})
    assert lost["outcome"] == "unmapped"
    assert {"field": "/fields/ref", "tried": ["/ticket/id", "/detail/id"]} in lost["steps"][2]["fields"]
    assert desk.test("{")["steps"][0]["ok"] is False


@pytest.mark.parametrize("sample, expected", [({}, ["/body"]), ({"body": 1, "headers": []}, ["/headers"]),
                                              ({"body": 1, "headers": {"a": 1}}, ["/headers"]), ({"body": "x" * 262145}, ["/body"]),
                                              ({"body": 1, "verify": "yes", "more": 1}, ["/more", "/verify"])])
def test_a_tests_own_mistakes_are_told(service, desk, sample, expected):
    assert pointers(service.post("/v1/sources/tested/test", "admin", json=sample)) == expected


# ---- deliveries ----

@pytest.fixture(scope="module")
def busy(service):
    source = Source(service, "busy", "zendesk", survey=None, send=False)
    for number in range(5):
        source.sent(zendesk(f"busy-{number}", "busy@example.com", seconds_ago=0))
    source.sent({"type": "ping"})
    source.send(b"{}", {})
    return source


def test_deliveries_are_listed_newest_first_a_page_at_a_time(service, busy):
    seen, params = [], {"limit": 3}
    while True:
        page = busy.get("/deliveries", params=params)
        seen += page.json()["data"]
        if not page.json()["has_more"]:
            break
        assert page.links["next"]["url"]
        params = {"limit": 3, "cursor": page.json()["next"]}
    assert [one["outcome"] for one in seen] == ["refused", "ignored"] + ["recorded"] * 5
    assert [one.get("contact") for one in seen[2:]] == [f"busy-{number}" for number in range(4, -1, -1)]
    assert all("steps" not in one and "body" not in one for one in seen)
    assert busy.get("/deliveries", params={"cursor": params["cursor"], "outcome": "recorded"}).status_code == 400
    assert service.get("/v1/sources/busy/deliveries", "read").status_code == 200
    assert service.get(f"/v1/sources/busy/deliveries/{seen[0]['id']}", "read").status_code == 403


def test_deliveries_are_filtered_by_outcome_and_contact(busy):
    assert len(busy.deliveries(outcome="recorded")) == 5 and len(busy.deliveries(outcome="ignored")) == 1
    [one] = busy.deliveries(contact="busy-3")
    assert one["contact"] == "busy-3" and busy.deliveries(contact="busy-3", outcome="refused") == []
    assert busy.get("/deliveries", params={"outcome": "lost"}).status_code == 422


@pytest.mark.parametrize("path", [str(uuid.uuid4()), "no-id"])
def test_an_unknown_delivery_is_not_found(busy, path):
    assert busy.get(f"/deliveries/{path}").status_code == 404


def test_a_delivery_of_another_source_is_not_found(service, busy):
    Source(service, "beside", "zendesk", survey=None, send=False)
    some = busy.deliveries()[0]["id"]
    assert service.get(f"/v1/sources/beside/deliveries/{some}", "admin").status_code == 404


def old_deliveries(service, source, count, days):
    """Rows as they would be after so many days; ids begin with their time."""
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    stamp = f"{int(when.timestamp() * 1000):012x}"
    service.sql("INSERT INTO deliveries (account_id, id, source, delivery_hash, received_at, outcome, body)"
                " SELECT 1, (%s || '7' || lpad(to_hex(n), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid, %s, sha256((%s || n)::bytea), %s,"
                " 'recorded', '\\x7b7d' FROM generate_series(1, %s) AS n", stamp, source, f"{source}{days}", when, count)


def test_a_source_goes_with_more_deliveries_than_one_statement_can_remove(make_service):
    service = make_service()
    Source(service, "large", "freshdesk", survey=None, send=False)
    old_deliveries(service, "large", 2000, 1)
    service.sql("CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF (SELECT count(*) FROM gone) > 500 THEN RAISE 'that many whole bodies take too long' USING ERRCODE = '57014'; END IF;"
                " RETURN NULL; END $$;"
                " CREATE TRIGGER no_more AFTER DELETE ON deliveries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION no_more()")
    assert service.request("DELETE", "/v1/sources/large", "admin").status_code == 204
    assert service.sql("SELECT count(*) FROM deliveries") == [(0,)]


def test_deliveries_go_after_their_days_and_beyond_their_number(make_service):
    service = make_service(UNDERSTOOD_HOOKS_KEEP_DAYS="20", UNDERSTOOD_HOOKS_KEEP_ROWS="1000")
    kept = Source(service, "kept", "freshdesk", survey=None, send=False)
    old_deliveries(service, "kept", 700, 21)
    old_deliveries(service, "kept", 5, 19)
    old_deliveries(service, "many", 3, 21)
    Source(service, "many", "freshdesk", survey=None, send=False)
    old_deliveries(service, "many", 1700, 1)
    kept.sent(BODIES["freshdesk"]("kept-1", "ada@example.com"))
    service.restart()
    service.wait_for(lambda: service.sql("SELECT source, count(*) FROM deliveries GROUP BY 1 ORDER BY 1") == [("kept", 6), ("many", 1000)])
    assert service.sql("SELECT min(received_at) > now() - interval '2 days' FROM deliveries WHERE source = 'many'") == [(True,)]
