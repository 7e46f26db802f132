"""slowhttptest's slow clients beside idle ones: the slow are cut, the idle and the healthy are served."""
import re
import shutil
import socket
import subprocess
import time

import pytest

HOST = b"Host: a.example\r\n"
PLAIN = b"GET /plain HTTP/1.1\r\n" + HOST + b"\r\n"
DEADLINES = {"header_ms": 2000, "body_ms": 2500, "answer_ms": 2000, "idle_ms": 60000, "connections": 1000, "queue": 1000}
SLOW = 300
IDLE = 200
# By path and kind. A slow reader is handed what its socket takes; the stream after that waits for it in vain.
KINDS = {
    "headers": ["-H", "-i", "1", "-x", "16", "-u", "/plain"],
    "body": ["-B", "-i", "1", "-x", "16", "-s", "8192", "-f", "application/json", "-u", "/json"],
    "read": ["-X", "-w", "1", "-y", "8", "-n", "1", "-z", "1", "-u", "/stream?numbers=1000000"],
}


def slow_clients(port, kind):
    *options, _, path = KINDS[kind]
    return subprocess.Popen(
        ["slowhttptest", *options, "-u", f"http://127.0.0.1:{port}{path}", "-c", str(SLOW), "-r", str(SLOW), "-l", "60",
         "-p", "20", "-v", "1"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def open_connections(connection):
    text = connection.send(b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n").answer().body.decode()
    return int(re.search(r"^understood_http_connections (\d+)", text, re.MULTILINE)[1])


@pytest.mark.skipif(not shutil.which("slowhttptest"), reason="needs Debian's slowhttptest")
@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_are_cut_and_others_are_served(start, kind):
    service = start(**DEADLINES)
    idle = [service.connect() for _ in range(IDLE)]
    for connection in idle:
        assert connection.send(PLAIN).answer().status == 200
    slow = slow_clients(service.port, kind)
    try:
        most, now, end = 0, 0, time.monotonic() + 50
        with service.connect() as healthy:
            while most < IDLE + SLOW * 0.9 or now > IDLE + 1:
                assert healthy.send(PLAIN).answer().status == 200
                now = open_connections(healthy)
                most = max(most, now)
                assert slow.poll() in (None, 0)  # it ends by itself when all of its own are cut, before they are counted off here
                assert time.monotonic() < end, f"{now} connections are left of {most}"
    finally:
        slow.terminate()
        slow.wait(timeout=30)
    for connection in idle:
        assert connection.send(PLAIN).answer().status == 200, "idle ones are left alone"
        connection.socket.close()


def test_a_slow_reader_that_takes_enough_gets_all(start):
    service = start(body_ms=1000)
    expected = b"".join(b"%d\n" % number for number in range(60000, 0, -1))
    with service.connect() as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        connection.send(b"GET /stream?numbers=60000 HTTP/1.0\r\n\r\n")
        received, begin = b"", time.monotonic()
        while data := connection.socket.recv(32768):
            received += data
            if time.monotonic() - begin < 3:
                time.sleep(0.2)
    assert received.endswith(expected)
