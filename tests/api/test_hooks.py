"""POST /v1/hooks/{account}/{source}: what helpdesks send becomes contacts and invitations, once."""
import concurrent.futures
import itertools
import json
import time

import pytest

from support.helpdesks import BODIES, HEADERS, SECRET, Source, chatwoot, iso, secret_of, standard, zendesk, zendesk_event, zendesk_headers

numbers = itertools.count(5000)


def fresh():
    """A contact's ref, and the address of a customer nobody has asked yet."""
    number = next(numbers)
    return str(number), f"customer{number}@example.com"


@pytest.fixture(scope="module")
def desks(service):
    """A source for each preset."""
    return {preset: Source(service, preset, preset) for preset in BODIES}


@pytest.fixture(scope="module")
def desk(desks):
    return desks["zendesk"]


def invitation_of(service, ref):
    [found] = service.get("/v1/invitations", "admin", params={"contact": ref}).json()["data"]
    return found


@pytest.mark.parametrize("preset", BODIES)
def test_a_solved_ticket_of_each_helpdesk_becomes_a_scheduled_invitation(service, desks, preset):
    ref, email = fresh()
    answer = desks[preset].sent(BODIES[preset](ref, email))
    assert answer["outcome"] == "scheduled" and answer["repeats"] == 0
    invitation = invitation_of(service, ref)
    contact = invitation["contact"]
    assert (invitation["id"], invitation["verdict"], invitation["source"]) == (answer["invitation"], "scheduled", preset)
    assert contact["customer"]["email"] == email and contact["customer"]["name"].startswith("Ada")
    assert contact["agents"][0] == ("814860" if preset == "intercom" else "mara@example.net")
    assert contact.get("team") == {"intercom": None, "helpscout": "85"}.get(preset, "Returns")
    assert time.time() - 120 < time.mktime(time.strptime(contact["solved_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone <= time.time()


def test_what_each_helpdesk_tells_of_a_contact_is_kept(service, desks):
    seen = {}
    for preset, body in BODIES.items():
        ref, email = fresh()
        desks[preset].sent(body(ref, email))
        contact = invitation_of(service, ref)["contact"]
        customer = contact["customer"].get("ref")
        seen[preset] = (contact.get("channel"), contact.get("reason"), contact.get("language"), customer and customer.endswith(ref[-3:]))
    assert seen == {"zendesk": ("Mail", "Question", "de-AT", True), "freshdesk": ("portal", "Problem", None, None),
                    "intercom": ("email", None, None, True), "helpscout": ("email", "refund", None, True),
                    "chatwoot": ("chat", "billing", "fr", True), "zammad": ("email", None, "de-de", True),
                    "standard-webhooks": ("phone", "complaint", "nl", True)}


def test_the_answer_and_the_list_tell_nothing_of_the_customer(desk):
    ref, email = fresh()
    answer = desk.send(zendesk(ref, email))
    assert email not in answer.text and set(answer.json()) == {"delivery", "outcome", "invitation", "repeats"}
    assert email not in json.dumps(desk.deliveries())


def test_zendesks_events_name_no_address_so_nobody_is_asked(desk):
    answer = desk.sent(zendesk_event("35436"))
    assert (answer["outcome"], answer["reason"]) == ("skipped", "no_address")


# ---- who sent it ----

def refused(answer, words):
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook_not_verified"), answer.text
    assert words in answer.json()["detail"] and answer.headers["WWW-Authenticate"]
    assert SECRET not in answer.text


@pytest.mark.parametrize("preset", BODIES)
def test_another_secret_is_refused(desks, preset):
    body = json.dumps(BODIES[preset](*fresh())).encode()
    other = "whsec_" + "A" * 32 if preset == "standard-webhooks" else "somebody-elses"
    refused(desks[preset].send(body, HEADERS[preset](body, other)), "secret")


@pytest.mark.parametrize("preset", BODIES)
def test_without_its_headers_it_is_refused(desks, preset):
    refused(desks[preset].send(BODIES[preset](*fresh()), {}), "is missing")


@pytest.mark.parametrize("preset", [preset for preset in BODIES if preset != "freshdesk"])
def test_a_body_changed_on_its_way_is_refused(desks, preset):
    body = json.dumps(BODIES[preset](*fresh())).encode()
    refused(desks[preset].send(body + b" ", HEADERS[preset](body)), "changed on its way")


def test_an_old_request_is_refused_also_when_it_was_signed(desk):
    body = json.dumps(zendesk(*fresh())).encode()
    refused(desk.send(body, zendesk_headers(body, timestamp=iso(400))), "before now; at most 300 s are allowed")


def test_what_is_refused_leaves_a_trace_without_its_body(service, desk):
    body = json.dumps(zendesk(*fresh())).encode()
    desk.send(body, zendesk_headers(body, "somebody-elses"))
    newest = desk.deliveries(outcome="refused")[0]
    whole = desk.get(f"/deliveries/{newest['id']}").json()
    [step] = whole["steps"]
    assert (step["step"], step["ok"]) == ("verify", False) and "another secret" in step["detail"]
    assert "body" not in whole and "contact" not in whole
    assert service.sql("SELECT count(*) FROM deliveries WHERE outcome = 'refused' AND body IS NOT NULL") == [(0,)]


def test_of_a_flood_of_refused_ones_few_are_kept(service, desks):
    desk = desks["freshdesk"]
    service.sql("UPDATE deliveries SET received_at = received_at - interval '1 hour' WHERE source = 'freshdesk' AND outcome = 'refused'")
    for _ in range(70):
        desk.send(b"{}", {})
    kept = service.sql("SELECT count(*) FROM deliveries WHERE source = 'freshdesk' AND outcome = 'refused'"
                       " AND received_at > now() - interval '1 minute'")[0][0]
    assert kept == 60
    service.sql("UPDATE deliveries SET received_at = received_at - interval '1 hour' WHERE source = 'freshdesk' AND outcome = 'refused'")
    for _ in range(50):
        desk.send(b"{}", {})
    assert service.sql("SELECT count(*) FROM deliveries WHERE source = 'freshdesk' AND outcome = 'refused'") == [(100,)]


@pytest.mark.parametrize("path", ["/v1/hooks/1/nobody", "/v1/hooks/2/zendesk", "/v1/hooks/x/zendesk", "/v1/hooks/0/zendesk",
                                  "/v1/hooks/99999999999999999999/zendesk", "/v1/hooks/1/zendesk/whatever/else"])
def test_an_unknown_source_is_not_found(service, desk, path):
    body = json.dumps(zendesk(*fresh())).encode()
    answer = service.post(path, data=body, headers=zendesk_headers(body))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_source_of_another_account_is_another(service, desk):
    other = Source(service, "zendesk", account=service.account(), secret="of-the-other-one")
    body = json.dumps(zendesk(*fresh())).encode()
    refused(other.send(body, zendesk_headers(body)), "another secret")
    assert desk.send(body, zendesk_headers(body)).status_code == 200


def test_a_secret_in_the_path(service):
    source = Source(service, "by-path", "freshdesk", verify={"scheme": "path"}, secret="a-part-of-the-url")
    assert source.made.json()["url"].endswith("/v1/hooks/1/by-path/{secret}")
    ref, email = fresh()
    body = BODIES["freshdesk"](ref, email)
    refused(source.send(body, {}), "the URL lacks")
    refused(source.send(body, {}, path="/another-one"), "the last part of the URL")
    assert source.send(body, {}, path="/a-part-of-the-url").json()["outcome"] == "scheduled"
    assert service.post("/v1/hooks/1/nobody/a-part-of-the-url", data=b"{}").status_code == 404
    assert source.send(b"x" * 262145, {}, path="/a-part-of-the-url").status_code == 413
    assert "a-part-of-the-url" not in service.log()


def test_basic_credentials(service):
    source = Source(service, "by-basic", "freshdesk", verify={"scheme": "basic", "user": "desk"})
    body = BODIES["freshdesk"](*fresh())
    refused(source.send(body, {}, auth=("desk", "wrong-password")), "the password")
    assert source.send(body, {}, auth=("desk", SECRET)).json()["outcome"] == "scheduled"


def test_nothing_is_verified_only_where_that_was_chosen(service):
    source = Source(service, "open-door", "freshdesk", verify={"scheme": "none"}, secret=None)
    assert source.made.json()["has_secret"] is False
    assert source.send(BODIES["freshdesk"](*fresh()), {}).json()["outcome"] == "scheduled"


def test_a_replaced_secret_counts_for_a_while(service):
    source = Source(service, "rotating")
    body = json.dumps(zendesk(*fresh())).encode()
    rotated = source.put({"preset": "zendesk", "survey": "understood", "send": True, "secret": "the-next-secret"})
    assert rotated.json()["previous_valid_until"] > iso(-80000)
    assert source.send(body, zendesk_headers(body)).status_code == 200
    assert source.send(body, zendesk_headers(body, "the-next-secret")).status_code == 200
    service.sql("UPDATE sources SET previous_valid_until = now() WHERE source = 'rotating'")
    refused(source.send(body, zendesk_headers(body)), "another secret")
    assert source.send(body, zendesk_headers(body, "the-next-secret")).status_code == 200


# ---- the same once ----

def test_a_repeat_answers_the_first_result(service, desk):
    body = json.dumps(zendesk(*fresh())).encode()
    headers = zendesk_headers(body)
    first = desk.sent(body, headers)
    again = [desk.sent(body, headers) for _ in range(3)]
    assert again == [{**first, "repeats": count} for count in (1, 2, 3)]
    assert desk.delivery(first)["repeats"] == 3


@pytest.mark.parametrize("preset", ["helpscout", "freshdesk"])
def test_without_a_delivery_id_the_same_contact_event_and_time_are_a_repeat(desks, preset):
    body = BODIES[preset](*fresh())
    first = desks[preset].sent(body)
    assert desks[preset].sent(body) == {**first, "repeats": 1}


def test_another_time_is_no_repeat(desks):
    body = BODIES["helpscout"](*fresh())
    first = desks["helpscout"].sent(body)
    second = desks["helpscout"].sent({**body, "closedAt": iso(5)})
    assert second["delivery"] != first["delivery"] and (second["outcome"], second["reason"]) == ("skipped", "duplicate")


def test_a_time_that_lies_ahead_is_still_the_same_delivery(service):
    source = Source(service, "ahead", "standard-webhooks", verify={"scheme": "none"}, secret=None, delivery_id={"pointer": "/nowhere"})
    ref, email = fresh()
    body = standard(ref, email)
    body["data"]["solved_at"] = iso(-60)
    first = source.sent(body)
    assert first["outcome"] == "scheduled" and source.sent(body) == {**first, "repeats": 1}


def test_without_a_time_what_is_solved_again_after_it_was_reopened_is_no_repeat(service, desks):
    desk = desks["freshdesk"]
    ref, email = fresh()
    solved = BODIES["freshdesk"](ref, email)
    reopened = {"event": "reopened", "ticket": {"id": ref, "status": "Open"}}
    first = desk.sent(solved)
    seen = [desk.sent(body) for body in (reopened, reopened, solved, solved, reopened)]
    assert [(answer["outcome"], answer["repeats"]) for answer in seen] == [
        ("reopened", 0), ("reopened", 1), ("scheduled", 0), ("scheduled", 1), ("reopened", 0)]
    assert len({answer["delivery"] for answer in [first, *seen]}) == 4
    desk.sent(solved)
    assert invitation_of(service, ref)["verdict"] == "scheduled"


def test_at_the_same_time_only_one_counts(service, desk):
    ref, email = fresh()
    body = json.dumps(zendesk(ref, email)).encode()
    headers = zendesk_headers(body)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [answer.json() for answer in pool.map(lambda _: desk.send(body, headers), range(8))]
    assert len({answer["delivery"] for answer in answers}) == 1
    assert {answer["outcome"] for answer in answers} == {"scheduled"}
    assert sorted(answer["repeats"] for answer in answers) == list(range(8))
    invitation_of(service, ref)


def test_what_found_no_contact_is_tried_again_when_it_comes_again(service):
    source = Source(service, "mended", "standard-webhooks", fields={"ref": "/data/number"})
    ref, email = fresh()
    body = json.dumps(standard(ref, email)).encode()
    headers = HEADERS["standard-webhooks"](body)
    lost = source.sent(body, headers)
    assert lost["outcome"] == "unmapped"
    [step] = [step for step in source.delivery(lost)["steps"] if step["step"] == "fields"]
    assert not step["ok"] and {"field": "/fields/ref", "tried": ["/data/number"]} in step["fields"]
    source.put({"preset": "standard-webhooks", "survey": "understood", "send": True})
    found = source.sent(body, headers)
    assert (found["delivery"], found["outcome"], found["repeats"]) == (lost["delivery"], "scheduled", 1)


# ---- what else a delivery can mean ----

def test_a_source_that_does_not_send_makes_the_link_only(service):
    source = Source(service, "maker", send=False)
    assert source.sent(zendesk(*fresh()))["outcome"] == "created"


def test_what_cannot_be_used_is_left_out_and_told(desk):
    ref, email = fresh()
    body = zendesk(ref, "not an address")
    body["ticket"].update({"group": {"name": "Returns"}, "channel": "x" * 200, "created_at": "soon"})
    answer = desk.sent(body)
    assert (answer["outcome"], answer["reason"]) == ("skipped", "no_address")
    [step] = [step for step in desk.delivery(answer)["steps"] if step["step"] == "fields"]
    told = {field["field"]: field["mistakes"] for field in step["fields"] if "mistakes" in field}
    assert set(told) == {"/fields/customer/email", "/fields/team", "/fields/channel", "/fields/opened_at"}
    assert "/ticket/group: expected a text or a number, got an object" in told["/fields/team"][0]
    assert "200" in told["/fields/channel"][0]


# ---- bodies that are none ----

DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize("body", [b"", b"garbage", b"{", b"\xff\xfe{}", b'{"a": "\xc3"}', DEEP, b'{"a": 1e999}', b"\x00", b'{"a\\u0000": 1}'])
def test_what_is_no_json_is_seen_as_such(desk, body):
    answer = desk.sent(body)
    assert answer["outcome"] == "unmapped"
    whole = desk.delivery(answer)
    assert [(step["step"], step["ok"]) for step in whole["steps"]][:2] == [("verify", True), ("parse", False)]


def test_raw_bodies_are_kept_byte_by_byte(desk):
    import base64
    text = desk.delivery(desk.sent(b'{"a" :  1 , "\xc3\xa4": "\\u0000"}'))
    assert text["body"] == '{"a" :  1 , "\u00e4": "\\u0000"}' and "body_base64" not in text
    bytes_only = desk.delivery(desk.sent(b"\xff\x00raw"))
    assert base64.b64decode(bytes_only["body_base64"]) == b"\xff\x00raw" and "body" not in bytes_only


@pytest.mark.parametrize("text", ["U+0000 \x00 inside", "line\nbreaks\tand \x85", "  blanks  "])
def test_control_characters_do_not_keep_a_contact_out(service, desk, text):
    ref, email = fresh()
    body = zendesk(ref, email)
    body["ticket"]["requester"]["name"] = text
    assert desk.sent(body)["outcome"] == "scheduled"
    name = invitation_of(service, ref)["contact"]["customer"]["name"]
    assert name == " ".join(name.split(" ")).strip() and not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in name)


def test_more_than_256_kib_are_refused(desk):
    ref, email = fresh()
    padding = 256 * 1024 - len(json.dumps({**zendesk(ref, email), "padding": ""}))
    whole = json.dumps({**zendesk(ref, email), "padding": "x" * padding}).encode()
    assert len(whole) == 256 * 1024 and desk.sent(whole)["outcome"] == "scheduled"
    for body in (whole + b" ", b"x" * (1 << 20)):
        answer = desk.send(body)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    chunked = desk.send(whole, headers=zendesk_headers(whole + b" "), stream=False)
    assert chunked.status_code == 401


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=utf-16", "nonsense"])
def test_the_content_type_does_not_matter(desk, kind):
    body = json.dumps(zendesk(*fresh())).encode()
    assert desk.sent(body, {**zendesk_headers(body), "Content-Type": kind, "Accept": "image/png"})["outcome"] == "scheduled"


def test_a_query_does_not_matter(service, desk):
    body = json.dumps(zendesk(*fresh())).encode()
    assert service.post("/v1/hooks/1/zendesk?a=%ff&a", data=body, headers=zendesk_headers(body)).status_code == 200


def test_while_the_database_is_away_the_sender_is_asked_to_come_again(make_service, postgres):
    service = make_service(UNDERSTOOD_DATABASE_ACQUIRE_TIMEOUT_MS="200", UNDERSTOOD_DATABASE_CONNECT_TIMEOUT_MS="300")
    desk = Source(service, "zendesk")
    body = json.dumps(zendesk(*fresh())).encode()
    headers = zendesk_headers(body)
    postgres.stop("immediate")
    try:
        answer = desk.send(body, headers)
        assert answer.status_code == 503 and answer.headers["Retry-After"]
    finally:
        postgres.start()
    answer = service.wait_for(lambda: (lambda reply: reply.status_code == 200 and reply)(desk.send(body, headers)))
    assert answer.json()["outcome"] == "scheduled"


def test_standard_webhooks_own_library_signs_what_we_take(service, desks):
    import subprocess
    from support.service import ROOT
    body = json.dumps(standard(*fresh()))
    program = """
import { Webhook } from 'standardwebhooks';
const [secret, id, body] = JSON.parse(process.env.INPUT);
const at = new Date();
console.log(JSON.stringify({'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
                            'webhook-signature': new Webhook(secret).sign(id, at, body)}));
"""
    done = subprocess.run(["node", "--input-type=module"], input=program, capture_output=True, text=True, timeout=60, cwd=ROOT / "tests",
                          env={"PATH": "/usr/local/bin:/usr/bin:/bin", "INPUT": json.dumps([secret_of("standard-webhooks"), "msg_npm", body])})
    assert done.returncode == 0, done.stderr
    assert desks["standard-webhooks"].sent(body.encode(), json.loads(done.stdout))["outcome"] == "scheduled"


def test_chatwoots_old_timestamp_is_refused(desks):
    body = json.dumps(chatwoot(*fresh())).encode()
    refused(desks["chatwoot"].send(body, HEADERS["chatwoot"](body, timestamp=int(time.time()) - 301)), "X-Chatwoot-Timestamp")
