"""What is refused before a handler sees it, and how: each row of reference/stack.md 1.3 and more."""
import json

import pytest

HOST = b"Host: a.example\r\n"
JSON = b"Content-Type: application/json\r\n"
PLAIN = b"GET /plain HTTP/1.1\r\n" + HOST + b"\r\n"


def problem(answer, status, code):
    assert answer.status == status, answer.body
    assert answer.header("Content-Type") == "application/problem+json"
    body = json.loads(answer.body)
    assert body["status"] == status and body["code"] == code, body
    assert body["type"] == "https://understood.example/problems/" + code
    assert body["title"] and body["detail"]
    assert body["request_id"] == answer.header("X-Request-Id")
    return body


def post(*headers, body=b"{}", path=b"/json"):
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"".join(headers) + b"\r\n" + body


# What a guard on the first call sees: refused by us, with a problem and a closed connection.
GUARDED = {
    "equal Content-Lengths": (post(JSON, b"Content-Length: 2\r\nContent-Length: 2\r\n"), 400, "invalid_request"),
    "different Content-Lengths": (post(JSON, b"Content-Length: 2\r\nContent-Length: 52\r\n"), 400, "invalid_request"),
    "Content-Length with Transfer-Encoding": (
        post(JSON, b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", body=b"0\r\n\r\n"), 400, "invalid_request"),
    "gzip coding": (post(JSON, b"Transfer-Encoding: gzip\r\n"), 501, "not_implemented"),
    "gzip, chunked coding": (post(JSON, b"Transfer-Encoding: gzip, chunked\r\n"), 501, "not_implemented"),
    "xchunked coding": (post(JSON, b"Transfer-Encoding: xchunked\r\n"), 501, "not_implemented"),
    "identity coding": (post(JSON, b"Transfer-Encoding: identity\r\n"), 501, "not_implemented"),
    "two Hosts": (b"GET /plain HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400, "invalid_request"),
    "malformed Host": (b"GET /plain HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "invalid_request"),
    "Host with user": (b"GET /plain HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "invalid_request"),
    "two Authorizations": (
        b"GET /read HTTP/1.1\r\n" + HOST + b"Authorization: Bearer read\r\n" * 2 + b"\r\n", 400, "invalid_request"),
    "NUL in a value": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A: b\0c\r\n\r\n", 400, "invalid_request"),
    "folded line": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n", 400, "invalid_request"),
    "folded line with a tab": (b"GET /plain HTTP/1.1\r\nX-A: b\r\n\tc\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "folded line last": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A:\r\n b: c\r\n\r\n", 400, "invalid_request"),
    "bare line feed": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A: b\nX-B: c\r\n\r\n", 400, "invalid_request"),
    "space before a colon": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A : b\r\n\r\n", 400, "invalid_request"),
    "control byte in a value": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A: b\x1bc\r\n\r\n", 400, "invalid_request"),
    "encoded NUL": (b"GET /plain%00x HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "encoded NUL in the query": (b"GET /plain?a=%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "half an escape": (b"GET /plain?a=%4 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "raw UTF-8 in the target": (b"GET /params/\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "fragment": (b"GET /plain#a HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "target that is no path": (b"GET plain HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "authority as target": (b"CONNECT a.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "invalid_request"),
    "another expectation": (post(JSON, b"Content-Length: 2\r\nExpect: tea\r\n", body=b""), 417, "expectation_failed"),
    "target of 5000 bytes": (b"GET /plain?" + b"a" * 5000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "uri_too_long"),
    "65 headers": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A: b\r\n" * 64 + b"\r\n", 431, "headers_too_large"),
}


@pytest.mark.parametrize("case", GUARDED)
def test_what_the_guard_refuses_gets_a_problem_and_a_closed_connection(service, case):
    request, status, code = GUARDED[case]
    with service.connect() as connection:
        answer = connection.send(request + PLAIN).answer()
        problem(answer, status, code)
        assert answer.header("Connection") == "close"
        assert connection.closed() == b"", "what follows a refused head must not be served"


# What libmicrohttpd answers, or closes, before it calls us, as src/README.md lists it: the status and how many
# status lines come (the second set belongs to the HTML that follows), or None: closed without a byte.
BEFORE_US = {
    "no Host": (b"GET /plain HTTP/1.1\r\n\r\n", 400, 2),
    "malformed Content-Length": (post(JSON, b"Content-Length: 2x\r\n"), 400, 2),
    "negative Content-Length": (post(JSON, b"Content-Length: -2\r\n"), 400, 2),
    "empty Content-Length": (post(JSON, b"Content-Length: \r\n"), 400, 2),
    "huge Content-Length": (post(JSON, b"Content-Length: 99999999999999999999999\r\n"), 413, 2),
    "space before the colon of Host": (b"GET /plain HTTP/1.1\r\nHost : a\r\n\r\n", 400, 2),
    "target beyond the pool": (b"GET /plain?" + b"a" * 40000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, 1),
    "headers beyond the pool": (
        b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A: " + b"b" * 40000 + b"\r\n\r\n", 431, 1),
    "a header without a colon": (b"GET /plain HTTP/1.1\r\n" + HOST + b"X-A\r\n\r\n", 400, 1),
    "HTTP/2.0": (b"GET /plain HTTP/2.0\r\n" + HOST + b"\r\n", 505, 1),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 1),
    "no target": (b"GET HTTP/1.1\r\n" + HOST + b"\r\n", 400, 1),
    "malformed chunk": (post(JSON, b"Transfer-Encoding: chunked\r\n", body=b"zz\r\n{}\r\n0\r\n\r\n"), 400, 1),
    "a garbage line": (b"garbage\r\n\r\n", None, 0),
    "a space in the target": (b"GET /plain b HTTP/1.1\r\n" + HOST + b"\r\n", None, 0),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", None, 0),
}


@pytest.mark.parametrize("case", BEFORE_US)
def test_what_never_reaches_us_is_closed_and_serves_nothing(service, case):
    request, status, status_lines = BEFORE_US[case]
    with service.connect() as connection:
        connection.send(request)
        rest = connection.closed(within=3)
        assert rest.count(b"HTTP/1.1 ") == status_lines
        assert status is None or rest.startswith(b"HTTP/1.1 %d " % status)
    with service.connect() as connection:
        connection.send(request + PLAIN)
        rest = connection.closed(within=3)
        assert b" 200 " not in rest and b" 201 " not in rest and b"{}" not in rest


# In the order of the checks: each request is wrong in all later ways too.
ORDER = [
    (b"GET /nowhere HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\n\r\n", 404, "not_found"),
    (b"DELETE /write HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method_not_allowed"),
    (b"BREW /write HTTP/1.1\r\n" + HOST + b"\r\n", 501, "not_implemented"),
    (b"get /plain HTTP/1.1\r\n" + HOST + b"\r\n", 501, "not_implemented"),
    (post(b"Accept: text/html\r\nContent-Length: 1\r\n", body=b"{", path=b"/write"), 401, "unauthorized"),
    (post(b"Authorization: Bearer wrong\r\nContent-Length: 1\r\n", body=b"{", path=b"/write"), 401, "unauthorized"),
    (post(b"Authorization: Bearer read\r\nAccept: text/html\r\nContent-Length: 1\r\n", body=b"{", path=b"/write"),
     403, "forbidden"),
    (post(b"Authorization: Bearer write\r\nAccept: text/html\r\nContent-Length: 1\r\n", body=b"{", path=b"/write"),
     406, "not_acceptable"),
    (post(b"Authorization: Bearer write\r\nContent-Length: 1\r\n", body=b"{", path=b"/write"),
     415, "unsupported_media_type"),
    (post(b"Authorization: Bearer write\r\nContent-Type: text/json\r\nContent-Length: 1\r\n", body=b"{", path=b"/write"),
     415, "unsupported_media_type"),
    (post(b"Authorization: Bearer write\r\nContent-Encoding: gzip\r\n" + JSON + b"Content-Length: 1\r\n", body=b"{",
          path=b"/write"), 415, "unsupported_media_type"),
    (post(b"Authorization: Bearer write\r\n" + JSON, body=b"", path=b"/write"), 411, "length_required"),
    (post(b"Authorization: Bearer write\r\n" + JSON + b"Content-Length: 1\r\n", body=b"{", path=b"/write"),
     400, "invalid_json"),
    (post(b"Authorization: Bearer away\r\n" + JSON + b"Content-Length: 2\r\n", path=b"/write"), 503, "unavailable"),
]


@pytest.mark.parametrize("key", ["", "slow-"], ids=["cached", "looked-up"])
@pytest.mark.parametrize("row", range(len(ORDER)))
def test_refusals_come_in_their_order_and_keep_the_connection(service, row, key):
    request, status, code = ORDER[row]
    request = request.replace(b"Bearer ", b"Bearer " + key.encode())
    with service.connect() as connection:
        answer = connection.send(request).answer()
        problem(answer, status, code)
        assert connection.send(PLAIN).answer().status == 200
        if status == 401:
            assert answer.header("WWW-Authenticate").startswith('Bearer realm="understood", Basic realm=')
        if status == 405:
            assert answer.header("Allow") == "POST"
        if status == 503:
            assert int(answer.header("Retry-After")) > 0


def test_an_api_key_may_come_as_basic_user_name(service):
    for encoded in (b"cmVhZDo=", b"cmVhZA==", b"cmVhZDpwYXNz"):
        request = b"GET /read HTTP/1.1\r\n" + HOST + b"Authorization: Basic " + encoded + b"\r\n\r\n"
        assert service.ask(request).status == 200


def test_admin_may_do_everything(service):
    request = b"GET /read HTTP/1.1\r\n" + HOST + b"Authorization: Bearer admin\r\n\r\n"
    assert service.ask(request).status == 200


def test_head_is_get_without_its_body(service):
    for path in (b"/plain", b"/slow?ms=1", b"/params/a"):
        get = service.ask(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        with service.connect() as connection:
            head = connection.send(b"HEAD " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n").answer(head=True)
            assert head.status == get.status == 200
            assert head.header("Content-Length") == get.header("Content-Length") == str(len(get.body))
            assert connection.send(PLAIN).answer().body == b"{}"


def test_head_of_a_stream_has_no_body(service):
    with service.connect() as connection:
        assert connection.send(b"HEAD /stream HTTP/1.1\r\n" + HOST + b"\r\n").answer(head=True).status == 200
        assert connection.closed() == b""


def test_requests_in_a_row_are_answered_in_their_order(service):
    later = post(JSON, b"Content-Length: 2\r\n", path=b"/later")
    slow = b"GET /slow?ms=20 HTTP/1.1\r\n" + HOST + b"\r\n"
    echo = post(JSON, b"Content-Length: 7\r\n", body=b'{"a":1}')
    with service.connect() as connection:
        connection.send(later + slow + echo + PLAIN)
        assert [connection.answer().status for _ in range(4)] == [201, 200, 201, 200]


def test_a_chunked_body_is_read(service):
    answer = service.ask(post(JSON, b"Transfer-Encoding: chunked\r\n", body=b"3;x=y\r\n[1,\r\n2\r\n2]\r\n0\r\nX-T: a\r\n\r\n"))
    assert json.loads(answer.body)["body"] == [1, 2]


def test_whoever_waits_for_100_gets_it_or_the_refusal_at_once(service):
    with service.connect() as connection:
        connection.send(post(JSON, b"Content-Length: 2\r\nExpect: 100-continue\r\n", body=b""))
        connection.receive()
        assert connection.buffer.startswith(b"HTTP/1.1 100 ")
        assert connection.send(b"{}").answer().status == 201
    refused = post(b"Content-Type: text/plain\r\nContent-Length: 2\r\nExpect: 100-continue\r\n", body=b"")
    problem(service.ask(refused), 415, "unsupported_media_type")


def test_an_absolute_target_is_a_path(service):
    answer = service.ask(b"GET http://a.example/params/b?c=d HTTP/1.1\r\n" + HOST + b"\r\n")
    assert json.loads(answer.body)["name"] == "b" and json.loads(answer.body)["query"] == {"c": "d"}


def test_options_of_the_server_says_what_it_knows(service):
    answer = service.ask(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.status == 204 and "GET" in answer.header("Allow")


def test_paths_and_queries_are_decoded_strictly(service):
    answer = service.ask(b"GET /params/a%2Fb%C3%A9?x=1+2&y=%F0%9F%98%80&z HTTP/1.1\r\n" + HOST + b"\r\n")
    body = json.loads(answer.body)
    assert body["name"] == "a/b\u00e9" and body["query"] == {"x": "1 2", "y": "\U0001f600", "z": ""}
    assert body["client"] == "127.0.0.1"
    bad = service.ask(b"GET /params/a?x=%C3 HTTP/1.1\r\n" + HOST + b"\r\n")
    problem(bad, 400, "invalid_request")
    problem(service.ask(b"GET /params/%C3 HTTP/1.1\r\n" + HOST + b"\r\n"), 404, "not_found")


def test_64_parameters_are_read_and_more_are_refused_at_once(service):
    query = b"&".join(b"p%d=v" % number for number in range(64))
    answer = service.ask(b"GET /params/a?" + query + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    assert len(json.loads(answer.body)["query"]) == 64
    many = b"&".join(b"p%d" % number for number in range(600))
    problem(service.ask(b"GET /params/a?" + many + b" HTTP/1.1\r\n" + HOST + b"\r\n"), 400, "invalid_request")


def test_json_mistakes_are_told_with_their_place(service):
    for body in (b"", b"{", b"[1,]", b'{"a":1,"a":2}', b'["\\u0000"]', b'["\xff"]', b"[1] x"):
        answer = service.ask(post(JSON, b"Content-Length: %d\r\n" % len(body), body=body))
        assert "byte" in problem(answer, 400, "invalid_json")["detail"]


def test_forms_are_decoded_or_refused(service):
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    answer = service.ask(post(form, b"Content-Length: 14\r\n", body=b"a=b+c&d=%C3%A9", path=b"/form"))
    assert json.loads(answer.body) == {"a": "b c", "d": "\u00e9"}
    for body in (b"a=%C3", b"a=%00", b"a=\0", b"a=%"):
        answer = service.ask(post(form, b"Content-Length: %d\r\n" % len(body), body=body, path=b"/form"))
        problem(answer, 400, "invalid_form")


@pytest.mark.parametrize("size", [(1 << 20) + 1, (1 << 20) + 60000, 5 << 20])
@pytest.mark.parametrize("coding", ["length", "chunked"])
def test_a_body_over_its_limit_is_refused(service, size, coding):
    framing = b"Content-Length: %d\r\n" % size if coding == "length" else b"Transfer-Encoding: chunked\r\n"
    with service.connect() as connection:
        connection.send(post(JSON, framing, body=b""))
        body = b" " * size
        try:
            connection.send(body if coding == "length" else b"%x\r\n%s\r\n0\r\n\r\n" % (size, body))
        except OSError:
            pass
        problem(connection.answer(), 413, "body_too_large")


def test_a_body_at_its_limit_is_read(service):
    size = 1 << 20
    body = b"[1" + b" " * (size - 3) + b"]"
    answer = service.ask(post(JSON, b"Content-Length: %d\r\n" % size, body=body))
    assert answer.status == 201 and json.loads(answer.body) == {"body": [1], "worker": True}


def test_a_form_over_its_limit_is_refused(service):
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    body = b"a=" + b"b" * 65535
    problem(service.ask(post(form, b"Content-Length: 65537\r\n", body=body, path=b"/form")), 413, "body_too_large")


def test_blanks_around_a_value_do_not_belong_to_it(service):
    answer = service.ask(b"GET /read HTTP/1.1\r\n" + HOST + b"Authorization: \t Bearer read \t\r\n\r\n")
    assert answer.status == 200


def test_request_ids_are_taken_over_when_sane(service):
    sane = service.ask(b"GET /plain HTTP/1.1\r\n" + HOST + b"X-Request-Id: abc-1\r\n\r\n")
    assert sane.header("X-Request-Id") == "abc-1"
    odd = service.ask(b'GET /plain HTTP/1.1\r\n' + HOST + b'X-Request-Id: a"b\r\n\r\n')
    assert odd.header("X-Request-Id") not in (None, 'a"b')


def test_answers_are_not_stored_nor_sniffed(service):
    for request in (PLAIN, PLAIN.replace(b"plain", b"nowhere")):
        answer = service.ask(request)
        assert answer.header("Cache-Control") == "no-store"
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Date")
