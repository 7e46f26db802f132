"""Holds the traffic that the API tests noted against openapi.yaml.

Every reply is one that its operation promises, body and headers; every documented 2xx, 3xx and 4xx was seen.
Arguments: openapi.yaml, the traffic log; --replies-only to leave the second out (after a part of the tests).
"""
import json
import sys

from spec import Spec

# What any request may be answered before an operation runs; see `info` in openapi.yaml.
ANYWHERE = {400, 404, 405, 411, 413, 414, 417, 431, 501, 503, 505}
PROBLEM = "application/problem+json"
PROBLEM_HEADERS = {401: "WWW-Authenticate", 405: "Allow", 503: "Retry-After"}

spec = Spec(sys.argv[1])
problem_schema = {"$ref": "#/components/schemas/Problem"}
seen, broken = set(), {}


def media_type(call):
    return call["headers"].get("Content-Type", "").partition(";")[0]


def body_mistakes(call, schema):
    try:
        return spec.mistakes(schema, json.loads(call["body"]))
    except json.JSONDecodeError as error:
        return [f"is not JSON: {error}"]


def problem_mistakes(call):
    found = body_mistakes(call, problem_schema)
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


def header_mistakes(call):
    needed = PROBLEM_HEADERS.get(call["status"])
    return [f"has no {needed}"] if needed and needed not in call["headers"] else []


def call_mistakes(call):
    name = spec.find(call["method"], call["path"])
    reply = spec.reply(name, call["status"]) if name else None
    if reply:
        seen.add((name, call["status"]))
        return name, reply_mistakes(call, reply) + header_mistakes(call)
    if call["status"] not in ANYWHERE:
        return name, ["is not in openapi.yaml"]
    if call["method"] == "HEAD":
        return name, []
    found = problem_mistakes(call) if media_type(call) == PROBLEM else [f"is {media_type(call)}, expected {PROBLEM}"]
    return name, found + header_mistakes(call)


count = 0
with open(sys.argv[2]) as log:
    for line in log:
        count += 1
        call = json.loads(line)
        name, mistakes = call_mistakes(call)
        for mistake in mistakes:
            broken.setdefault(f"{name or call['method'] + ' ' + call['path']} {call['status']} {mistake}", call["target"])
for mistake, target in broken.items():
    print(f"{mistake} (as for {target[:120]})")
missing = []
if "--replies-only" not in sys.argv:
    missing = [f"{name} {status}" for name, (_, _, operation) in spec.operations.items()
               for status in operation["responses"] if status < "500" and (name, int(status)) not in seen]
    for each in missing:
        print(f"no test got {each}")
print(f"{count} replies of {len({name for name, _ in seen})} operations held against openapi.yaml: "
      f"{len(broken)} kinds of mistakes, {len(missing)} promises not tested")
sys.exit(bool(broken or missing))
