"""Deadlines, overload, streams, stopping: who waits for whom, and for how long at most."""
import json
import re
import socket
import threading
import time

import pytest

HOST = b"Host: a.example\r\n"
PLAIN = b"GET /plain HTTP/1.1\r\n" + HOST + b"\r\n"
LATER = b"POST /later HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
SHORT = {"header_ms": 1000, "body_ms": 1500, "answer_ms": 800, "idle_ms": 3000}


def drip(connection, data, pause):
    """Sends a byte at a time until the peer closes; how long that took."""
    start = time.monotonic()
    connection.socket.settimeout(pause)
    for byte in data:
        try:
            connection.socket.sendall(bytes([byte]))
            if not connection.socket.recv(1):
                break
        except socket.timeout:
            continue
        except OSError:
            break
    else:
        pytest.fail("was never disconnected")
    return time.monotonic() - start


def test_a_byte_at_a_time_holds_no_connection_past_its_deadline(start):
    service = start(**SHORT)
    request = b"POST /json HTTP/1.1\r\n" + HOST + b"X-A: " + b"b" * 200
    with service.connect() as connection:
        assert 0.7 < drip(connection, request, 0.05) < 1.5
    body = b"POST /json HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    with service.connect() as connection:
        connection.send(body)
        assert 1.1 < drip(connection, b" " * 400, 0.05) < 2
    with service.connect() as connection:
        chunked = body.replace(b"Content-Length: 500", b"Transfer-Encoding: chunked")
        connection.send(chunked)
        assert 1.1 < drip(connection, b"1\r\n \r\n" * 100, 0.05) < 2
    with service.connect() as connection:
        assert 1.1 < drip(connection, body + b" " * 400, 0.007) < 2, "head and body together"


def test_a_byte_at_a_time_after_an_answer_is_no_idleness(start):
    service = start(**SHORT)
    with service.connect() as connection:
        assert connection.send(PLAIN).answer().status == 200
        time.sleep(0.4)
        assert 0.7 < drip(connection, b"GET /pla" + b"i" * 200, 0.05) < 1.8


def test_silence_is_disconnected(start):
    service = start(**SHORT)
    with service.connect() as fresh, service.connect() as idle:
        assert idle.send(PLAIN).answer().status == 200
        begin = time.monotonic()
        fresh.closed()
        assert 0.7 < time.monotonic() - begin < 2
        time.sleep(0.5)
        assert idle.send(PLAIN).answer().status == 200, "idle, but not for long enough"
        begin = time.monotonic()
        idle.closed()
        assert 2 < time.monotonic() - begin < 4.5


def test_slow_clients_do_not_slow_others(start):
    service = start(header_ms=3000)
    slow = [service.connect() for _ in range(300)]
    for connection in slow:
        connection.send(b"GET /plain HTTP/1.1\r\nX-A: b")
    begin = time.monotonic()
    with service.connect() as connection:
        for _ in range(200):
            assert connection.send(PLAIN).answer().status == 200
    assert time.monotonic() - begin < 2
    for connection in slow:
        assert b"200" not in connection.closed()


def test_at_the_connection_limit_newcomers_wait_until_idle_and_slow_ones_are_cut(start):
    service = start(connections=20, header_ms=1500, idle_ms=60000)
    idle = [service.connect() for _ in range(10)]
    for connection in idle:
        assert connection.send(PLAIN).answer().status == 200
    slow = [service.connect().send(b"GET /plain HTTP/1.1\r\nX-A: b") for _ in range(10)]
    begin = time.monotonic()
    assert service.ask(PLAIN).status == 200
    assert time.monotonic() - begin < 3
    for connection in slow:
        connection.closed(within=3)


def test_an_idle_connection_takes_at_most_32_kib(start):
    service = start(connections=3000)
    assert service.ask(PLAIN).status == 200
    before = resident_kib(service)
    connections = [service.connect() for _ in range(1000)]
    for connection in connections:
        assert connection.send(PLAIN).answer().status == 200
    limit = 32 if "san.so" not in open(f"/proc/{service.process.pid}/maps").read() else 256
    assert (resident_kib(service) - before) / len(connections) < limit


def test_no_answer_in_time_is_a_503_and_the_late_answer_is_discarded(start):
    service = start(**SHORT, workers=1)
    with service.connect() as connection:
        begin = time.monotonic()
        answer = connection.send(LATER.replace(b"/later", b"/later?never=1")).answer()
        assert answer.status == 503 and json.loads(answer.body)["code"] == "unavailable"
        assert int(answer.header("Retry-After")) > 0
        assert 0.7 < time.monotonic() - begin < 1.5
        answer = connection.send(b"GET /slow?ms=1500 HTTP/1.1\r\n" + HOST + b"\r\n").answer()
        assert answer.status == 503
        time.sleep(1)
        assert connection.send(PLAIN).answer().status == 200


def test_more_than_can_wait_is_refused_at_once(start):
    service = start(workers=1, queue=2)
    connections = [service.connect() for _ in range(8)]
    for connection in connections:
        connection.send(b"GET /slow?ms=300 HTTP/1.1\r\n" + HOST + b"\r\n")
    answers = [connection.answer() for connection in connections]
    refused = [answer for answer in answers if answer.status == 503]
    assert 4 <= len(refused) <= 6 and len(answers) - len(refused) >= 2
    for answer in refused:
        assert json.loads(answer.body)["code"] == "overloaded" and answer.header("Retry-After")
    metrics = service.ask(b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n").body.decode()
    assert f"understood_http_overloads_total {len(refused)}\n" in metrics


def test_a_handler_may_ask_for_a_worker(start):
    service = start()
    answer = service.ask(b"GET /rerouted?ms=1 HTTP/1.1\r\n" + HOST + b"\r\n")
    assert json.loads(answer.body) == {"worker": True}


def test_a_stream_arrives_whole_at_any_pace(start):
    service = start()
    expected = b"".join(b"%d\n" % number for number in range(50000, 0, -1))
    answer = service.ask(b"GET /stream?numbers=50000&ms=1 HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.body == expected
    with service.connect() as connection:
        answer = connection.send(b"GET /stream?numbers=50000 HTTP/1.0\r\n\r\n").answer()
        assert answer.body == expected


def resident_kib(service):
    status = open(f"/proc/{service.process.pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def test_a_stream_nobody_reads_takes_no_memory_and_its_abort_releases_it(start):
    service = start(idle_ms=60000)
    before = resident_kib(service)
    connections = [service.connect() for _ in range(10)]
    for connection in connections:
        connection.send(b"GET /stream?numbers=100000000 HTTP/1.1\r\n" + HOST + b"\r\n")
    time.sleep(1)
    assert resident_kib(service) - before < 8192
    for connection in connections:
        connection.socket.close()
    time.sleep(0.5)
    assert service.ask(PLAIN).status == 200
    assert service.stop().count("stream released") == 10
    assert service.stopped_in < 1


def test_a_client_that_goes_away_while_it_waits_harms_nobody(start):
    service = start()
    for _ in range(50):
        with service.connect() as connection:
            connection.send(LATER + b"GET /slow?ms=5 HTTP/1.1\r\n" + HOST + b"\r\n")
    assert service.ask(PLAIN).status == 200
    time.sleep(1)
    metrics = service.ask(b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n").body.decode()
    assert "understood_http_requests_suspended 0\n" in metrics
    assert "understood_http_requests_in_flight 1\n" in metrics, "this very request"
    service.stop()
    assert service.stopped_in < 1


def hammer(service, request, statuses, problems, stop):
    """Asks again and again until the connection ends; an answered close is fine, a cut is not."""
    while not stop.is_set():
        try:
            connection = service.connect()
        except OSError:
            return
        with connection:
            try:
                ask_until_close(connection, request, statuses)
            except (OSError, EOFError) as error:
                problems.append(repr(error))
                return


def ask_until_close(connection, request, statuses):
    while True:
        answer = connection.send(request).answer()
        statuses.append(answer.status)
        if answer.header("Connection") == "close":
            return


@pytest.mark.parametrize("request_", [PLAIN, LATER, b"GET /slow?ms=20 HTTP/1.1\r\n" + HOST + b"\r\n"],
                         ids=["at_once", "later", "on_worker"])
def test_stopping_under_load_loses_no_request(start, request_):
    for _ in range(3):
        service = start(workers=8, queue=1000)
        statuses, problems, stop = [], [], threading.Event()
        clients = [threading.Thread(target=hammer, args=(service, request_, statuses, problems, stop))
                   for _ in range(16)]
        for client in clients:
            client.start()
        time.sleep(0.3)
        service.terminate()
        service.stop()
        with pytest.raises(ConnectionRefusedError):
            service.connect()
        stop.set()
        for client in clients:
            client.join()
        assert problems == []
        assert len(statuses) > 16 and set(statuses) <= {200, 201}
        assert service.stopped_in < 2.5


def test_stopping_answers_503_to_what_is_not_done_in_time(start):
    service = start(drain_ms=300)
    never = LATER.replace(b"/later", b"/later?never=1")
    connections = [service.connect() for _ in range(20)]
    for connection in connections:
        connection.send(never)
    time.sleep(0.2)
    service.terminate()
    for connection in connections:
        answer = connection.answer()
        assert answer.status == 503 and answer.header("Connection") == "close"
    service.stop()
    assert service.stopped_in < 2


def test_stopping_cuts_streams_and_idle_connections(start):
    service = start(drain_ms=300)
    with service.connect() as stream, service.connect() as idle, service.connect() as half:
        stream.send(b"GET /stream?numbers=1000000000&ms=50 HTTP/1.1\r\n" + HOST + b"\r\n")
        assert idle.send(PLAIN).answer().status == 200
        half.send(b"GET /plain HTTP/1.1\r\nX-A: b")
        time.sleep(0.2)
        service.terminate()
        assert b"\r\n0\r\n\r\n" not in stream.closed()[-8:]
        idle.closed()
        half.closed()
        assert service.stop().count("stream released") == 1
        assert service.stopped_in < 2.5


def test_whoever_had_connected_when_stopping_began_is_answered(start):
    for _ in range(5):
        service = start()
        connections = [service.connect() for _ in range(50)]
        service.terminate()
        statuses = []
        for connection in connections:
            try:
                statuses.append(connection.send(PLAIN).answer().status)
            except (OSError, EOFError):
                statuses.append("late")
        sent_in_time = [status for status in statuses if status != "late"]
        assert set(sent_in_time) <= {200}
        service.stop()


def test_the_access_log_has_a_line_for_each_request_and_no_secrets(start):
    service = start(log=1)
    trace = b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
    request = b"GET /params/token-in-path?q=in-query HTTP/1.1\r\n" + HOST + trace
    service.ask(request + b"X-Request-Id: id-1\r\nAuthorization: Bearer in-header\r\n\r\n")
    service.ask(LATER.replace(b"{}", b"[]"))
    service.ask(PLAIN.replace(b"plain", b"nowhere"))
    output = service.stop()
    lines = {line["route"]: line for line in map(json.loads, output.splitlines())}
    assert set(lines) == {"/params/{name}", "/later", "unmatched"}
    first = lines["/params/{name}"]
    assert first["request_id"] == "id-1" and first["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert first["status"] == 200 and first["method"] == "GET" and first["duration_us"] >= 0
    for secret in ("token-in-path", "in-query", "in-header"):
        assert secret not in output
