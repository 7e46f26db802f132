"""/v1/webhooks: who is told what happens; URLs, headers and secrets. No receiver is called here."""
import base64
import os
import threading
import uuid

import pytest

SERVICE_ENVIRONMENT = {"UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE": "192.0.2.0/24 2001:db8::/32"}
EVENTS = ["response.recorded", "response.updated", "response.reclassified", "invitation.sent", "invitation.skipped",
          "invitation.bounced", "suppression.created", "alert.raised", "alert.resolved", "webhook.disabled"]
BITS = {name: 1 << number for number, name in enumerate(EVENTS)}
URL = "http://192.0.2.1/hook"
OWN_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WEBHOOKS_MAX = 50


def new(**members):
    return {"url": URL, "events": ["*"], **members}


@pytest.fixture
def account(service):
    """An account that has no webhook yet."""
    return service.account(uuid.uuid4().hex)


@pytest.fixture
def key(service, account):
    return service.key("admin", account)


@pytest.fixture(scope="module")
def bare(service):
    """The key of an account that never gets one: all is refused."""
    return service.key("admin", service.account("bare"))


def create(service, key, **members):
    answer = service.post("/v1/webhooks", key, json=new(**members))
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(service, key, made, body, **options):
    return service.put(f"/v1/webhooks/{made['id']}", key, json=body, **options)


def pointers(answer):
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body"), answer.text
    return sorted(mistake["pointer"] for mistake in answer.json()["errors"])


def mask(service, account):
    [[found]] = service.sql("SELECT event_mask FROM accounts WHERE account_id = %s", account)
    return found


# ---- making one ----

def test_a_webhook_is_made_with_a_secret_that_is_shown_once(service, key):
    answer = service.post("/v1/webhooks", key, json=new(description="to the desk", headers={"Authorization": "Bearer tell-nobody"}))
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["Location"] == f"/v1/webhooks/{made['id']}"
    assert answer.headers["ETag"] == '"1"' and answer.headers["Cache-Control"] == "no-store"
    secret = made.pop("secret")
    assert secret.startswith("whsec_") and len(base64.b64decode(secret[6:], validate=True)) == 32
    assert made.pop("created_at") == made.pop("updated_at")
    uuid.UUID(made.pop("id"))
    assert made == {"url": URL, "events": ["*"], "description": "to the desk", "headers": {"Authorization": "***"}, "active": True, "revision": 1}
    read = service.get(answer.headers["Location"], key)
    assert read.json().items() >= made.items() and "secret" not in read.json() and read.headers["ETag"] == '"1"'
    listed = service.get("/v1/webhooks", key).json()
    assert listed == {"data": [read.json()], "has_more": False, "next": None}
    assert "tell-nobody" not in answer.text + read.text and secret not in service.log() and "tell-nobody" not in service.log()


def test_two_webhooks_never_have_the_same_secret(service, key):
    assert create(service, key)["secret"] != create(service, key)["secret"]


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_of_ones_own_is_taken(service, key, size):
    secret = "whsec_" + base64.b64encode(os.urandom(size)).decode()
    assert create(service, key, secret=secret)["secret"] == secret


@pytest.mark.parametrize("url", [
    URL, "http://192.0.2.1:8080/a/b?c=d%20e&f=", "HTTP://192.0.2.1", "http://3221225985/", "http://0xc0.0.2.1/", "http://[2001:db8::1]:65535/",
    "http://[::ffff:c000:201]/x", "https://192.0.2.1/", "https://8.8.8.8/hook", "https://[2001:4860:4860::8888]/hook",
    "https://[64:ff9b::808:808]/", "http://192.0.2.1/" + "x" * (2000 - len("http://192.0.2.1/"))])
def test_urls_of_public_and_of_listed_addresses_are_taken_as_they_are(service, key, url):
    assert create(service, key, url=url)["url"] == url


# ---- refusals ----

PRIVATE = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1",
           "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
           "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fc00::1]", "[fe80::1]", "[ff02::1]", "localhost"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", PRIVATE)
def test_private_hosts_are_refused_in_every_spelling(service, bare, scheme, host):
    answer = service.post("/v1/webhooks", bare, json=new(url=f"{scheme}://{host}:8443/"))
    assert pointers(answer) == ["/url"] and "private address" in answer.text and "allow_private" in answer.text


@pytest.mark.parametrize("url, words", [
    ("", "1 to 2000 bytes"), (" ", "blank"), ("nonsense", "https://"), ("ftp://192.0.2.1/", "https://"), ("file:///etc/passwd", "https://"), ("gopher://192.0.2.1/", "https://"),
    ("//192.0.2.1/", "https://"), ("https:192.0.2.1", "https://"), ("javascript:alert(1)", "https://"), ("https://", "host"), ("https:///hook", "host"),
    ("https://?a=b", "host"), ("https://:443/", "host"), ("http://8.8.8.8/", "plain http"), ("http://[64:ff9b::808:808]/", "plain http"),
    ("https://user@192.0.2.1/", "password"), ("https://user:word@192.0.2.1/", "password"), ("https://@192.0.2.1/", "password"),
    ("https://8.8.8.8@127.0.0.1/", "password"), ("https://192.0.2.1/#part", "fragment"), ("https://192.0.2.1#", "fragment"),
    ("https://192.0.2.1:0/", "port"), ("https://192.0.2.1:00000/", "port"), ("https://192.0.2.1:65536/", "port"), ("https://192.0.2.1:-1/", "port"),
    ("https://192.0.2.1:8080x/", "port"), ("https://192.0.2.1:8 0/", "characters"), ("https://192.0.2.1\\@127.0.0.1/", "characters"),
    ("https://127。0。0。1/", "characters"), ("https://bücher.example/", "characters"), ("https://192.0.2.1/ä", "characters"),
    ("https://192.0.2.1/a b", "characters"), ("https://192.0.2.1/<x>", "characters"), ("https://%31%32%37.0.0.1/", "host"),
    ("https://[fe80::1%25lo]/", "host"), ("https://[::1/", "malformed"), ("https://[nonsense]/", "malformed"),
    ("https://nothing.example.invalid/", "no address"), ("https://" + "a" * 64 + ".example.invalid/", "no address"),
    ("https://192.0.2.1/" + "x" * 2000, "2000"), ("https://192.0.2.1/\r\nX: y", "control"), ("https://192.0.2.1/\t", "control"),
])
def test_what_is_no_url_for_a_webhook_is_refused_with_the_reason(service, bare, url, words):
    answer = service.post("/v1/webhooks", bare, json=new(url=url))
    assert pointers(answer) == ["/url"] and words in answer.json()["errors"][0]["detail"], answer.text


@pytest.mark.parametrize("body, expected", [
    ({}, ["/events", "/url"]),
    (new(events=[]), ["/events"]),
    (new(events="*"), ["/events"]),
    (new(events={"*": True}), ["/events"]),
    (new(events=None), ["/events"]),
    (new(events=["*", "response.recorded"]), ["/events/0"]),
    (new(events=["response.recorded", "response.*", "webhook.test", 3, None]), ["/events/1", "/events/2", "/events/3", "/events/4"]),
    (new(events=["alert.raised"] * 12), ["/events"]),
    (new(headers=[]), ["/headers"]),
    (new(headers={f"X-{number}": "v" for number in range(17)}), ["/headers"]),
    (new(headers={"Host": "a", "content-length": "1", "CONTENT-Type": "a", "Webhook-Id": "a", "Connection": "a", "Transfer-Encoding": "a", "Cookie": "a"}),
     ["/headers/CONTENT-Type", "/headers/Connection", "/headers/Cookie", "/headers/Host", "/headers/Transfer-Encoding", "/headers/Webhook-Id",
      "/headers/content-length"]),
    (new(headers={"": "a", "a b": "a", "a:b": "a", "a\r\nb": "a", "ä": "a", "x" * 65: "a"}),
     sorted(["/headers/", "/headers/a b", "/headers/a:b", "/headers/a\r\nb", "/headers/ä", "/headers/" + "x" * 65])),
    (new(headers={"X-A": 1, "X-B": None, "X-C": "a\r\nX-D: b", "X-E": "é", "X-F": " a", "X-G": "a ", "X-H": "x" * 1001, "X-I": "a\u0000b"[:1] + "\u007f"}),
     [f"/headers/X-{letter}" for letter in "ABCEFGHI"]),
    (new(headers={"X-A": "1", "x-a": "2"}), ["/headers/x-a"]),
    (new(headers={"X-A": "***"}), ["/headers/X-A"]),
    (new(description="x" * 501), ["/description"]),
    (new(active="yes"), ["/active"]),
    (new(active=1, secret=2, more=3), ["/active", "/more", "/secret"]),
    (new(id="given"), ["/id"]),
    (new(secret="short"), ["/secret"]),
    (new(secret=OWN_SECRET[6:]), ["/secret"]),
    (new(secret="whsec_" + base64.b64encode(bytes(23)).decode()), ["/secret"]),
    (new(secret="whsec_" + base64.b64encode(bytes(65)).decode()), ["/secret"]),
    (new(secret="whsec_" + base64.urlsafe_b64encode(b"\xff" * 33).decode()), ["/secret"]),
    (new(secret="whsec_" + base64.b64encode(bytes(32)).decode().rstrip("=")), ["/secret"]),
    (new(secret=""), ["/secret"]),
])
def test_every_mistake_is_told_with_its_pointer(service, bare, body, expected):
    answer = service.post("/v1/webhooks", bare, json=body)
    assert pointers(answer) == expected, answer.text
    assert service.get("/v1/webhooks", bare).json()["data"] == []


def test_an_unknown_event_is_told_all_that_are_known(service, bare):
    [mistake] = service.post("/v1/webhooks", bare, json=new(events=["response.created"])).json()["errors"]
    assert all(name in mistake["detail"] for name in EVENTS) and "response.created" in mistake["detail"]


@pytest.mark.parametrize("secret", ["whsec_tell-nobody", ["tell-nobody"], {"tell-nobody": 1}, 7261536])
def test_the_words_about_a_secret_do_not_repeat_it(service, bare, secret):
    answer = service.post("/v1/webhooks", bare, json=new(secret=secret, headers={"X-A": ["tell-nobody"], "X-B": "tell-nobody\n", "X-C": 7261536}))
    assert pointers(answer) == ["/headers/X-A", "/headers/X-B", "/headers/X-C", "/secret"]
    assert "tell-nobody" not in answer.text and "7261536" not in answer.text
    assert "tell-nobody" not in service.log()


def test_an_account_has_a_bounded_number_of_webhooks_also_when_they_are_made_at_once(service, account, key):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(service.post("/v1/webhooks", key, json=new()).status_code))
               for _ in range(WEBHOOKS_MAX + 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * WEBHOOKS_MAX + [409] * 5
    refused = service.post("/v1/webhooks", key, json=new())
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")
    [[count]] = service.sql("SELECT count(*) FROM webhooks WHERE account_id = %s", account)
    assert count == WEBHOOKS_MAX


# ---- changes ----

def test_what_was_read_can_be_changed_and_put_back(service, key):
    made = create(service, key, headers={"X-Key": "hidden", "X-Other": "b"}, description="first")
    read = service.get(f"/v1/webhooks/{made['id']}", key)
    body = {**read.json(), "description": "second", "events": ["alert.raised", "response.recorded"]}
    answer = put(service, key, made, body, headers={"If-Match": read.headers["ETag"]})
    changed = answer.json()
    assert answer.status_code == 200 and answer.headers["ETag"] == '"2"' and changed["revision"] == 2 and "secret" not in changed
    assert changed["events"] == ["response.recorded", "alert.raised"] and changed["description"] == "second"
    [[headers]] = service.sql("SELECT headers FROM webhooks WHERE id = %s", made["id"])
    assert headers == {"X-Key": "hidden", "X-Other": "b"}


def test_a_put_replaces_all_but_the_secret(service, key):
    made = create(service, key, headers={"X-Key": "hidden"}, description="first", active=False)
    changed = put(service, key, made, new(url="http://192.0.2.2/")).json()
    assert (changed["url"], changed["headers"], "description" in changed, changed["active"]) == ("http://192.0.2.2/", {}, False, True)
    [[secret]] = service.sql("SELECT secret FROM webhooks WHERE id = %s", made["id"])
    assert secret == made["secret"]


def test_a_secret_is_not_changed_by_a_put(service, key):
    made = create(service, key)
    answer = put(service, key, made, new(secret=OWN_SECRET))
    assert pointers(answer) == ["/secret"] and "rotate-secret" in answer.text


@pytest.mark.parametrize("headers", [{"If-Match": '"7"'}, {"If-Match": 'W/"1"'}, {"If-None-Match": "*"}])
def test_a_condition_that_does_not_hold_changes_nothing(service, key, headers):
    made = create(service, key)
    path = f"/v1/webhooks/{made['id']}"
    refused = [put(service, key, made, new(), headers=headers), service.request("DELETE", path, key, headers=headers),
               service.post(f"{path}/rotate-secret", key, json={}, headers=headers)]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(412, "precondition_failed")] * 3
    assert service.get(path, key).json()["revision"] == 1


def test_switching_off_and_on_begins_its_state_anew(service, account, key):
    made = create(service, key, events=["alert.raised"])
    off = put(service, key, made, new(events=["alert.raised"], active=False)).json()
    assert off["disabled_at"] == off["updated_at"] and "disabled_reason" not in off and not off["active"]
    service.sql("UPDATE webhooks SET disabled_reason = 'it was away', failing_since = now(), paused_until = now() WHERE id = %s", made["id"])
    still = put(service, key, made, new(events=["alert.raised"], active=False, description="x")).json()
    assert still["disabled_at"] == off["disabled_at"] and still["disabled_reason"] == "it was away"
    on = put(service, key, made, new(events=["alert.raised"])).json()
    assert on["active"] and not {"disabled_at", "disabled_reason", "failing_since", "paused_until"} & set(on)


def test_one_that_is_out_of_reach_can_be_switched_off(service, key):
    made = create(service, key)
    service.sql("UPDATE webhooks SET url = 'https://nothing.example.invalid/' WHERE id = %s", made["id"])
    body = new(url="https://nothing.example.invalid/")
    assert pointers(put(service, key, made, body)) == ["/url"]
    assert put(service, key, made, {**body, "active": False}).status_code == 200


def test_a_failing_one_stays_failing_unless_it_gets_another_url(service, key):
    made = create(service, key)
    service.sql("UPDATE webhooks SET failing_since = now() WHERE id = %s", made["id"])
    assert put(service, key, made, new(description="same place")).json()["failing_since"]
    assert "failing_since" not in put(service, key, made, new(url="http://192.0.2.9/")).json()


def test_a_deleted_webhook_is_gone_with_its_deliveries(service, account, key):
    made, other = create(service, key), create(service, key, events=["alert.raised"])
    for webhook in (made, other):
        service.sql("INSERT INTO webhook_deliveries (account_id, webhook_id, event_id, type, object_id, occurred_at)"
                    " VALUES (%s, %s, gen_random_uuid(), 0, gen_random_uuid(), now())", account, webhook["id"])
    assert service.request("DELETE", f"/v1/webhooks/{made['id']}", key).status_code == 204
    assert service.get(f"/v1/webhooks/{made['id']}", key).status_code == 404
    assert service.request("DELETE", f"/v1/webhooks/{made['id']}", key).status_code == 404
    left = service.sql("SELECT webhook_id FROM webhook_deliveries WHERE account_id = %s", account)
    assert [str(webhook) for [webhook] in left] == [other["id"]]
    assert mask(service, account) == BITS["alert.raised"]


# ---- what the account wants to be told ----

def test_the_accounts_mask_is_that_of_its_active_webhooks(service, account, key):
    assert mask(service, account) == 0
    one = create(service, key, events=["response.recorded", "alert.raised"])
    assert mask(service, account) == BITS["response.recorded"] | BITS["alert.raised"]
    two = create(service, key)
    assert mask(service, account) == sum(BITS.values())
    put(service, key, two, new(active=False))
    assert mask(service, account) == BITS["response.recorded"] | BITS["alert.raised"]
    put(service, key, one, new(events=["suppression.created"]))
    assert mask(service, account) == BITS["suppression.created"]
    service.request("DELETE", f"/v1/webhooks/{one['id']}", key)
    assert mask(service, account) == 0


def test_changes_at_once_leave_the_mask_right(service, account, key):
    made = [create(service, key, events=[name]) for name in EVENTS[:6]]
    threads = [threading.Thread(target=put, args=(service, key, webhook, new(events=[name], active=number % 2 == 0)))
               for number, (webhook, name) in enumerate(zip(made, EVENTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mask(service, account) == sum(BITS[name] for name in EVENTS[:6:2])


def test_the_first_webhook_is_told_of_nothing_that_was_before(service, account, key):
    """Where its account's feed begins for webhooks is known before anything is written for it."""
    made = create(service, key)
    [[position, minimum]] = service.sql("SELECT transaction::text::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                                        " FROM event_positions WHERE account_id = %s AND reader = 'webhooks'", account)
    assert 0 < position <= minimum and made["active"]


# ---- rotation ----

def rotate(service, key, made, **body):
    return service.post(f"/v1/webhooks/{made['id']}/rotate-secret", key, json=body)


def secrets_of(service, made):
    return service.sql("SELECT secret, previous_secret, extract(epoch FROM previous_valid_until - updated_at)::int FROM webhooks WHERE id = %s",
                       made["id"])[0]


def test_a_new_secret_is_shown_once_and_the_one_before_counts_a_day(service, key):
    made = create(service, key)
    answer = rotate(service, key, made)
    secret = answer.json()["secret"]
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store" and answer.headers["ETag"] == '"2"'
    assert secret.startswith("whsec_") and secret != made["secret"]
    assert secrets_of(service, made) == (secret, made["secret"], 86400)
    read = service.get(f"/v1/webhooks/{made['id']}", key)
    assert read.json()["previous_secret_valid_until"] == answer.json()["previous_secret_valid_until"]
    assert secret not in read.text + service.log() and made["secret"] not in read.text + service.log()


def test_a_secret_of_ones_own_may_follow_and_the_overlap_be_chosen(service, key):
    made = create(service, key)
    assert rotate(service, key, made, secret=OWN_SECRET, overlap_s=604800).json()["secret"] == OWN_SECRET
    assert secrets_of(service, made) == (OWN_SECRET, made["secret"], 604800)
    answer = rotate(service, key, made, overlap_s=0).json()
    assert secrets_of(service, made) == (answer["secret"], None, None) and "previous_secret_valid_until" not in answer


@pytest.mark.parametrize("body, expected", [
    ({"overlap_s": -1}, ["/overlap_s"]), ({"overlap_s": 604801}, ["/overlap_s"]), ({"overlap_s": "1"}, ["/overlap_s"]),
    ({"secret": "whsec_short"}, ["/secret"]), ({"secret": 1}, ["/secret"]), ({"secret": OWN_SECRET}, ["/secret"]), ({"more": 1}, ["/more"])])
def test_a_rotation_with_mistakes_changes_nothing(service, key, body, expected):
    made = create(service, key, secret=OWN_SECRET)
    assert pointers(rotate(service, key, made, **body)) == expected
    assert secrets_of(service, made) == (OWN_SECRET, None, None)


def test_rotations_at_once_each_have_their_secret_and_one_comes_last(service, key):
    made = create(service, key)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(rotate(service, key, made))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    current, previous, _ = secrets_of(service, made)
    by_revision = sorted((answer.json() for answer in answers), key=lambda body: body["revision"])
    assert (current, previous) == (by_revision[-1]["secret"], by_revision[-2]["secret"])


# ---- lists, scopes, accounts ----

def test_webhooks_are_listed_as_they_were_made_a_page_at_a_time(service, key):
    made = [create(service, key)["id"] for _ in range(5)]
    found, path = [], "/v1/webhooks?limit=2"
    while path:
        answer = service.get(path, key)
        found += [webhook["id"] for webhook in answer.json()["data"]]
        assert answer.json()["has_more"] == ("next" in answer.links)
        path = answer.links.get("next", {}).get("url")
        path = path and path[path.index("/v1/"):]
    assert found == made


@pytest.mark.parametrize("query, status", [("cursor=nonsense", 400), ("cursor=" + "a" * 36, 400), ("cursor=" + "a" * 40, 422), ("limit=0", 422), ("limit=201", 422),
                                           ("page=2", 422)])
def test_a_bad_page_is_told_so(service, bare, query, status):
    assert service.get(f"/v1/webhooks?{query}", bare).status_code == status


@pytest.mark.parametrize("scope", ["read", "write"])
def test_webhooks_are_for_admins_alone(service, scope):
    made = create(service, "admin")
    path = f"/v1/webhooks/{made['id']}"
    asked = [service.get("/v1/webhooks", scope), service.post("/v1/webhooks", scope, json=new()), service.get(path, scope),
             service.put(path, scope, json=new()), service.request("DELETE", path, scope), service.post(f"{path}/rotate-secret", scope, json={})]
    assert {answer.status_code for answer in asked} == {403}


@pytest.mark.parametrize("of", ["another account's", "nobody's", "no"])
def test_ids_that_are_not_the_accounts_do_not_exist(service, key, of):
    ids = {"another account's": create(service, "admin")["id"], "nobody's": str(uuid.uuid4()), "no": "hook"}
    path = f"/v1/webhooks/{ids[of]}"
    asked = [service.get(path, key), service.put(path, key, json=new()), service.request("DELETE", path, key),
             service.post(f"{path}/rotate-secret", key, json={})]
    assert {(answer.status_code, answer.json()["code"]) for answer in asked} == {(404, "not_found")}
