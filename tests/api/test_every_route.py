"""What holds for every route alike, generated from openapi.yaml, which is the routes' own list."""
import json
import uuid

import pytest

from contract.spec import Spec
from support.alerts import raised
from support.service import ROOT

SPEC = Spec(ROOT / "openapi.yaml")
OPERATIONS = sorted(SPEC.operations)
LETS_IN = {"read": ("read", "admin"), "write": ("write", "admin"), "admin": ("admin",)}
JSON_BYTES_MAX = 1 << 20
FORM_BYTES_MAX = 256 << 10
FORM_FIELDS_MAX = 256


def names(keep):
    return [name for name in OPERATIONS if keep(*SPEC.operations[name])]


def gives_json(operation):
    return any("application/json" in SPEC.resolve(reply).get("content", {})
               for status, reply in operation["responses"].items() if status < "300")


def takes(operation, kind):
    return kind in operation.get("requestBody", {}).get("content", {})


GUARDED = names(lambda method, path, operation: "x-scope" in operation)
PUBLIC = names(lambda method, path, operation: "x-scope" not in operation)
TAKE_JSON = names(lambda method, path, operation: takes(operation, "application/json"))
TAKE_FORM = names(lambda method, path, operation: takes(operation, "application/x-www-form-urlencoded")
                  and not takes(operation, "multipart/form-data"))
ONLY_JSON = names(lambda method, path, operation: "406" in operation["responses"])
READ = names(lambda method, path, operation: method == "GET")
STREAMS = names(lambda method, path, operation: "text/event-stream" in SPEC.resolve(
    operation["responses"].get("200", {})).get("content", {}))
LISTS = names(lambda method, path, operation: method == "GET" and "422" in operation["responses"])


OPEN_SOURCE = {"verify": {"scheme": "none"}, "solved": [], "fields": {"ref": "/ref"}}
CHANGES_SOURCE = ("put_source", "delete_source")  # not the one that the others look at
WEBHOOK = {"url": "http://127.0.0.1:9/ours", "events": ["webhook.disabled"]}
CHANGES_WEBHOOK = ("put_webhook", "delete_webhook")
SERVICE_ENVIRONMENT = {"UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE": "127.0.0.0/8"}


def make_webhook(service):
    return service.post("/v1/webhooks", "admin", json=WEBHOOK).json()["id"]


def deliver(service, webhook):
    """An event that was sent to it, and what was answered."""
    [[identifier]] = service.sql(
        "INSERT INTO webhook_deliveries (account_id, webhook_id, event_id, type, object_id, occurred_at, outcome, attempt_log)"
        " VALUES (1, %s, gen_random_uuid(), 0, gen_random_uuid(), now(), 'delivered', '[{\"at\": \"2026-11-28T10:00:00Z\","
        " \"status\": 200, \"latency_ms\": 1, \"error\": null, \"answer\": \"ours\"}]') RETURNING event_id::text", webhook)
    return identifier


def spare_webhook(service, owned):
    """Not the one that the others look at."""
    ids = [webhook["id"] for webhook in service.get("/v1/webhooks", "admin").json()["data"]]
    return next((id for id in ids if id != owned["webhooks"]), None) or make_webhook(service)


@pytest.fixture(scope="module")
def owned(service):
    """What account 1 has: a survey, an invitation, a response, an alert, a source and what it sent, a webhook."""
    definition = {"display_name": "Only ours", "questions": [{"question": "understood"}]}
    assert service.put("/v1/surveys/ours", "admin", json=definition).status_code == 201
    made = service.post("/v1/invitations", "write", json={"survey": "ours", "contact": {"ref": "T-1", "team": "ours"}}).json()
    stored = service.post("/v1/responses", "write", json={
        "survey": "ours", "contact": {"ref": "T-1", "team": "cards"}, "answers": {"understood": "yes"}}).json()
    assert service.post("/v1/suppressions", "write", json={"email": "ours@example.org"}).status_code == 201
    assert service.put("/v1/sources/ours", "admin", json=OPEN_SOURCE).status_code == 201
    sent = service.post("/v1/hooks/1/ours", data=b"{}").json()
    webhook = make_webhook(service)
    return {"survey": "ours", "invitations": made["id"], "responses": stored["id"],
            "source": "ours", "sources": sent["delivery"], "contacts": "T-1", "webhooks": webhook,
            "delivery": deliver(service, webhook),
            "alerts": raised(service, team="ours"), "token": made["url"].rpartition("/")[2]}


def path_of(name, owned):
    """The operation's path with what account 1 owns."""
    _, path, _ = SPEC.operations[name]
    resource = path.split("/")[2] if path.startswith("/v1/") else ""
    source = "spare" if name in CHANGES_SOURCE and owned["source"] == "ours" else owned["source"]
    return path.format(id=owned.get(resource, ""), survey=owned["survey"], token=owned["token"], account=1, source=source, secret="none",
                       ref=owned["contacts"], delivery=owned["delivery"])


def example_body(name):
    """The first example of the operation's JSON body, about what account 1 owns."""
    examples = SPEC.operations[name][2]["requestBody"]["content"]["application/json"]["examples"]
    body = dict(SPEC.resolve(next(iter(examples.values())))["value"])
    return {**body, "survey": "ours"} if "survey" in body else body


def ask(service, name, owned, key=None, **options):
    method, _, operation = SPEC.operations[name]
    if name == "delete_source":
        service.put("/v1/sources/spare", "admin", json=OPEN_SOURCE)
    if name in CHANGES_WEBHOOK and "path" not in options:
        options["path"] = f"/v1/webhooks/{spare_webhook(service, owned)}"
    if takes(operation, "application/json") and not {"json", "data"} & set(options):
        options["json"] = example_body(name)
    path = options.pop("path", path_of(name, owned))
    return begin_stream(service, path, key, options) if name in STREAMS else service.request(method, path, key, **options)


def begin_stream(service, path, key, options):
    """It has no end: only a refusal is read."""
    response = service.request("GET", path, key, stream=True, **options)
    if response.status_code == 200:
        response.close()
        service.note_stream(response)
    else:
        service.note_stream(response, response.content)
    return response


def assert_problem(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer us_1_aaaaaaaaaaaaaaaaaaaaa"},
                                     {"Authorization": "Bearer"}, {"Authorization": "Digest x"},
                                     {"Authorization": "Basic !"}])
def test_without_a_good_key_it_is_unauthorized(service, owned, name, headers):
    response = ask(service, name, owned, headers=headers)
    assert_problem(response, 401, "unauthorized")
    assert response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("scope", ["read", "write", "admin"])
def test_a_key_of_another_scope_is_forbidden(service, owned, name, scope):
    response = ask(service, name, owned, scope)
    if scope in LETS_IN[SPEC.operations[name][2]["x-scope"]]:
        assert response.status_code not in (401, 403), response.text
    else:
        assert_problem(response, 403, "forbidden")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_routes_ask_for_no_key(service, owned, name):
    assert ask(service, name, owned).status_code not in (401, 403)


@pytest.mark.parametrize("name", GUARDED)
def test_a_key_in_basic_is_as_good(service, owned, name):
    assert ask(service, name, owned, auth=(service.key("admin"), "")).status_code not in (401, 403)


@pytest.mark.parametrize("name", ONLY_JSON)
def test_other_types_than_json_are_not_acceptable(service, owned, name):
    assert_problem(ask(service, name, owned, "admin", headers={"Accept": "image/png"}), 406, "not_acceptable")


@pytest.mark.parametrize("name", TAKE_JSON + TAKE_FORM)
@pytest.mark.parametrize("kind", ["text/plain", "", "application/jsonx", "multipart/form-data; boundary=x"])
def test_other_bodies_are_an_unsupported_media_type(service, owned, name, kind):
    response = ask(service, name, owned, "admin", data=b"{}", headers={"Content-Type": kind})
    assert_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("name", TAKE_JSON)
@pytest.mark.parametrize("body", [b"", b"{", b"{]", b"{'a':1}", b'{"a":1}x', b'"\xff"', b'{"a":"\\u0000"}',
                                  b"[" * 100000, b"\xef\xbb\xbf{}", b'{"a":1e999}', b'{"a":1,"a":2}', b"nul"])
def test_what_is_no_json_is_told_so(service, owned, name, body):
    response = ask(service, name, owned, "admin", data=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 400, "invalid_json")


@pytest.mark.parametrize("name", TAKE_JSON)
@pytest.mark.parametrize("body", ["1", "null", '"text"', "true", '{"\\ud83d\\ude42/~":1}'])
def test_json_of_another_shape_names_its_mistakes(service, owned, name, body):
    response = ask(service, name, owned, "admin", data=body.encode(), headers={"Content-Type": "application/json"})
    assert_problem(response, 422, "invalid_body")
    assert all(set(error) == {"pointer", "detail"} for error in response.json()["errors"])
    if body.startswith("{"):
        assert "/🙂~1~0" in [error["pointer"] for error in response.json()["errors"]]


@pytest.mark.parametrize("name", TAKE_JSON)
def test_a_body_past_the_limit_is_too_large(service, owned, name):
    body = json.dumps({"a": "x" * JSON_BYTES_MAX}).encode()
    response = ask(service, name, owned, "admin", data=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 413, "body_too_large")


@pytest.mark.parametrize("name", TAKE_FORM)
def test_a_form_past_the_limit_is_too_large(service, owned, name):
    response = ask(service, name, owned, data={"comment": "x" * FORM_BYTES_MAX})
    assert_problem(response, 413, "body_too_large")


@pytest.mark.parametrize("name", TAKE_FORM)
@pytest.mark.parametrize("form", [b"comment=%zz", b"comment=%", b"comment=%00", b"comment=%ff", b"comment=\xff",
                                  b"comment=%ed%a0%80", b"&".join(b"a%d=1" % n for n in range(FORM_FIELDS_MAX + 1))],
                         ids=lambda form: form[:16].decode(errors="replace"))
def test_a_malformed_form_is_told_so(service, owned, name, form):
    response = ask(service, name, owned, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert_problem(response, 400, "invalid_form")


@pytest.mark.parametrize("name", LISTS)
def test_unknown_parameters_are_mistakes(service, owned, name):
    response = ask(service, name, owned, "admin", path=path_of(name, owned) + "?survey=ours&no_such=1")
    assert_problem(response, 422, "invalid_query")
    assert "no_such" in [error["parameter"] for error in response.json()["errors"]]


@pytest.mark.parametrize("path", sorted(SPEC.document["paths"]))
def test_other_methods_are_told_which_are_allowed(service, owned, path):
    known = {SPEC.operations[name][0] for name in SPEC.at(path)}
    known |= {"HEAD"} if "GET" in known else set()
    name = next(name for name in OPERATIONS if SPEC.operations[name][1] == path)
    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - known):
        response = service.request(method, path_of(name, owned))
        assert_problem(response, 405, "method_not_allowed")
        assert set(response.headers["Allow"].split(", ")) >= known


@pytest.mark.parametrize("name", READ)
def test_head_is_get_without_its_body(service, owned, name):
    query = "?survey=ours" if name == "get_metrics" else ""
    got = ask(service, name, owned, "admin", path=path_of(name, owned) + query)
    head = service.head(path_of(name, owned) + query, "admin")
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


# ---- two accounts ----

WITH_IDS = names(lambda method, path, operation: "{" in path and "x-scope" in operation and method != "PUT")


@pytest.fixture(scope="module")
def other(service):
    return service.key("admin", service.account())


@pytest.mark.parametrize("name", WITH_IDS)
def test_what_another_account_owns_does_not_exist(service, owned, other, name):
    assert ask(service, name, owned, "admin").status_code != 404 or SPEC.operations[name][0] == "POST"
    theirs = ask(service, name, owned, other)
    assert_problem(theirs, 404, "not_found")
    nothing = path_of(name, {**owned, "survey": "none-such", "source": "none-such", "contacts": "none-such", "invitations": str(uuid.uuid4()),
                             "responses": str(uuid.uuid4()), "webhooks": str(uuid.uuid4()), "alerts": str(uuid.uuid4())})
    unknown = ask(service, name, owned, other, path=nothing)
    alike = [{**response.json(), "request_id": ""} for response in (theirs, unknown)]
    assert alike[0] == alike[1]


@pytest.mark.parametrize("name", [name for name in LISTS if name not in STREAMS])
def test_lists_hold_nothing_of_another_account(service, owned, other, name):
    query = "?survey=ours" if name == "get_metrics" else ""
    assert "ours" in ask(service, name, owned, "admin", path=path_of(name, owned) + query).text
    response = ask(service, name, owned, other, path=path_of(name, owned) + query)
    assert "ours" not in response.text.replace(query, "") and owned["responses"] not in response.text
    assert response.status_code == (404 if query or "{" in SPEC.operations[name][1] else 200)


def test_another_accounts_survey_cannot_be_answered_or_invited_to(service, owned, other):
    for name in ("create_response", "create_invitation"):
        response = ask(service, name, owned, other)
        assert_problem(response, 422, "invalid_body")
        assert response.json()["errors"][0]["pointer"] == "/survey"


def test_a_survey_of_the_same_name_is_another_survey(service, owned, other):
    before = service.get("/v1/surveys/ours", "admin").json()
    mine = {"display_name": "Theirs", "expires_after_days": 3}
    assert service.put("/v1/surveys/ours", other, json=mine).status_code == 201
    assert service.get("/v1/surveys/ours", "admin").json() == before
    theirs = ask(service, "create_invitation", owned, other).json()
    assert theirs["id"] != owned["invitations"] and theirs["verdict"] == "created"
