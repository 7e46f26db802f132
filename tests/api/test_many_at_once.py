"""Connections of one thread that have something to read all at the same moment."""
import os
import signal
import socket
import time

import pytest

SERVICE_ENVIRONMENT = {"UNDERSTOOD_HTTP_THREADS": "1"}
ANSWER_LIMIT_S = 20  # far below the minute after which the thread would look by itself


def until(condition):
    end = time.monotonic() + ANSWER_LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(.01)


def stopped(pid):
    """All its threads are."""
    return all(open(f"/proc/{pid}/task/{task}/stat").read().rpartition(")")[2].split()[0] == "T" for task in os.listdir(f"/proc/{pid}/task"))


@pytest.mark.parametrize("count", [127, 128, 129, 256])
def test_as_many_as_libmicrohttpd_takes_at_a_time_are_all_answered(service, count):
    """It asks for 128 events; of just as many it used to look at none until another came."""
    request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connections = [socket.create_connection(("127.0.0.1", service.port), timeout=ANSWER_LIMIT_S) for _ in range(count)]
    try:
        for connection in connections:  # each is known to the thread, which waits for the next request
            connection.sendall(request)
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        os.kill(service.process.pid, signal.SIGSTOP)
        until(lambda: stopped(service.process.pid))
        for connection in connections:
            connection.sendall(request)
        os.kill(service.process.pid, signal.SIGCONT)
        for connection in connections:
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    finally:
        os.kill(service.process.pid, signal.SIGCONT)
        for connection in connections:
            connection.close()
