"""src/http/ alone: a small program with handlers of its own (http_service.c), spoken to over raw sockets."""
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from support.service import SANITIZER_REPORT, binary

PROGRAM = pathlib.Path(binary()).parent / "tests/http_service"


class Answer:
    def __init__(self, status, headers, body, raw):
        self.status, self.headers, self.body, self.raw = status, headers, body, raw

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} was sent {len(values)} times"
        return values[0] if values else None


class Connection:
    """One TCP connection; sends what it is told, reads one answer at a time."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        return bool(data)

    def answer(self, head=False):
        while b"\r\n\r\n" not in self.buffer:
            if not self.receive():
                raise EOFError(f"closed after {self.buffer!r}")
        start, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = start.decode().split("\r\n")
        status = int(re.fullmatch(r"HTTP/1\.[01] (\d{3}) .*", lines[0])[1])
        headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
        answer = Answer(status, headers, b"", start)
        if status == 100:
            return self.answer(head)
        answer.body = b"" if head or status in (204, 304) else self.body(answer)
        return answer

    def body(self, answer):
        if answer.header("Transfer-Encoding") == "chunked":
            return self.chunks()
        length = answer.header("Content-Length")
        while length is None or len(self.buffer) < int(length):
            if not self.receive():
                assert length is None, "cut short"
                length = len(self.buffer)
        body, self.buffer = self.buffer[: int(length)], self.buffer[int(length):]
        return body

    def line(self):
        while b"\r\n" not in self.buffer:
            if not self.receive():
                raise EOFError("cut within chunks")
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def chunks(self):
        body = b""
        while True:
            size = int(self.line(), 16)
            while len(self.buffer) < size + 2:
                if not self.receive():
                    raise EOFError("cut within a chunk")
            body, self.buffer = body + self.buffer[:size], self.buffer[size + 2:]
            if size == 0:
                return body

    def closed(self, within=10):
        """Whatever is left until the peer closes; fails when it does not."""
        self.socket.settimeout(within)
        while self.receive():
            pass
        return self.buffer


class Service:
    def __init__(self, **options):
        arguments = [f"{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.stopped_in = None

    def connect(self, **options):
        return Connection(self.port, **options)

    def ask(self, request, head=False):
        with self.connect() as connection:
            return connection.send(request).answer(head)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self):
        """Stops it and returns what it wrote to stderr; fails unless it ends cleanly and soon."""
        if self.process.poll() is None:
            self.terminate()
        start = time.monotonic()
        _, errors = self.process.communicate(timeout=15)
        self.stopped_in = time.monotonic() - start
        assert self.process.returncode == 0, errors[-4000:]
        assert not SANITIZER_REPORT.search(errors), errors[-8000:]
        return errors


@pytest.fixture
def start():
    """Starts services with options of their own; each is stopped and must end cleanly."""
    services = []

    def start_one(**options):
        services.append(Service(**options))
        return services[-1]

    yield start_one
    for service in services:
        if service.process.poll() is None:
            service.stop()


@pytest.fixture(scope="session")
def service():
    service = Service(log=1)
    yield service
    service.stop()
