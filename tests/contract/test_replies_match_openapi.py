"""Holds the traffic that all other tests noted against openapi.yaml; run last (tests/run_all.py).

Every reply is one that its operation promises, body and headers; every documented 2xx, 3xx and 4xx was seen.
"""
import json

import pytest

from contract.spec import Spec
from support.service import ROOT, traffic_log

# What any request may be answered before an operation runs; see `info` in openapi.yaml.
ANYWHERE = {400, 404, 405, 411, 413, 414, 417, 429, 431, 501, 503, 505}
PROBLEM = "application/problem+json"
PROBLEM_HEADERS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}

SPEC = Spec(ROOT / "openapi.yaml")
PROMISED = [(name, int(status)) for name, (_, _, operation) in SPEC.operations.items()
            for status in operation["responses"] if status < "500"]


def media_type(call):
    return call["headers"].get("Content-Type", "").partition(";")[0]


def body_mistakes(call, schema):
    try:
        return SPEC.mistakes(schema, json.loads(call["body"]))
    except json.JSONDecodeError as error:
        return [f"is not JSON: {error}"]


def problem_mistakes(call):
    found = body_mistakes(call, {"$ref": "#/components/schemas/Problem"})
    if not found and json.loads(call["body"])["status"] != call["status"]:
        found.append("its status is not the reply's")
    return found


def reply_mistakes(call, reply):
    """What is wrong with a documented reply."""
    wanted = reply.get("content", {})
    kind = media_type(call)
    if call["method"] == "HEAD" or not wanted:
        return [] if not call["body"] else ["has a body"]
    if kind not in wanted:
        return [f"is {kind or 'untyped'}, expected {', '.join(wanted)}"]
    if kind == PROBLEM:
        return problem_mistakes(call)
    return body_mistakes(call, wanted[kind]["schema"]) if kind == "application/json" else []


def undocumented_mistakes(call):
    if call["method"] == "OPTIONS" and call["status"] == 204:
        return []
    if call["status"] not in ANYWHERE:
        return ["is not in openapi.yaml"]
    if call["method"] == "HEAD":
        return []
    return problem_mistakes(call) if media_type(call) == PROBLEM else [f"is {media_type(call)}, expected {PROBLEM}"]


def call_mistakes(call, name):
    reply = SPEC.reply(name, call["status"]) if name else None
    found = reply_mistakes(call, reply) if reply else undocumented_mistakes(call)
    needed = PROBLEM_HEADERS.get(call["status"])
    if needed and needed not in call["headers"]:
        found.append(f"has no {needed}")
    return found


@pytest.fixture(scope="module")
def traffic():
    """({(operation, status)} that were seen, {mistake: an example of a target})"""
    if not traffic_log().exists():
        pytest.skip("there is no traffic: run the tests in api/ first")
    seen, broken, checked = set(), {}, set()
    with open(traffic_log()) as log:
        for line in log:
            call = json.loads(line)
            name = SPEC.find(call["method"], call["path"])
            seen.add((name, call["status"]))
            seen.update((other, 405) for other in SPEC.at(call["path"]) if call["status"] == 405)
            same = hash((name, call["status"], call["body"], tuple(call["headers"])))
            if same in checked:
                continue
            checked.add(same)
            for mistake in call_mistakes(call, name):
                broken.setdefault(f"{name or call['path'][:80]} {call['status']} {mistake}", call["target"][:120])
    return seen, broken


def test_every_reply_is_what_the_specification_promises(traffic):
    assert traffic[1] == {}


def test_every_promise_of_the_specification_was_seen(traffic):
    missing = [f"{name} {status}" for name, status in PROMISED if (name, status) not in traffic[0]]
    assert not missing, f"no test got: {missing}"


def test_no_request_of_the_tests_was_answered_with_an_internal_error(traffic):
    assert [(name, status) for name, status in traffic[0] if status == 500] == []
