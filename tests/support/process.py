"""The real binary with listeners and a supervisor of the test's own: systemd's part, played by hand."""
import contextlib
import http.client
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

from support.service import binary

LIMIT_S = 20


class Notify:
    """What sd_notify messages come; at a path, or "@name" in the abstract namespace."""

    def __init__(self, name):
        self.name = str(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name[1:] if self.name.startswith("@") else self.name)
        self.messages = []

    def next(self, limit_s=LIMIT_S):
        """The next message's lines as a dictionary; None when none comes in time."""
        if not select.select([self.socket], [], [], limit_s)[0]:
            return None
        lines = self.socket.recv(4096).decode().split("\n")
        self.messages.append(dict(line.split("=", 1) for line in lines))
        return self.messages[-1]

    def wait(self, name, limit_s=LIMIT_S):
        """The next message that has this name."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            message = self.next(max(0, end - time.monotonic()))
            if message and name in message:
                return message
        raise AssertionError(f"no {name} came, only {self.messages}")


class Running:
    def __init__(self, process, log_path):
        self.process, self.log_path = process, log_path

    def log(self):
        return self.log_path.read_text()

    def wait_log(self, pattern, limit_s=LIMIT_S):
        end = time.monotonic() + limit_s
        while not (found := re.search(pattern, self.log())):
            assert self.process.poll() is None and time.monotonic() < end, self.log()
            time.sleep(0.02)
        return found

    def port(self):
        return int(self.wait_log(r'"listening on [^"]*:(\d+)')[1])

    def stop(self, number=signal.SIGTERM):
        """The exit status and how long it took."""
        begin = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(LIMIT_S), time.monotonic() - begin


@contextlib.contextmanager
def running(service, *prefix, pass_fds=(), preexec=None, **environment):
    """`understood serve` on the service's database, started by prefix if there is one."""
    log_path = pathlib.Path(service.folder, "other.log")
    names = {**service.environment, **{key: str(value) for key, value in environment.items()}}
    with open(log_path, "wb") as log:
        process = subprocess.Popen([*prefix, binary(), "serve"], env=names, cwd=service.folder, stderr=log,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=pass_fds,
                                   preexec_fn=preexec)
    try:
        yield Running(process, log_path)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT_S)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(LIMIT_S)
        self.sock.connect(self.path)


def ask_unix(path, target="/readyz", method="GET", **options):
    """Status and body."""
    connection = UnixConnection(path)
    try:
        connection.request(method, target, **options)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def ask_tcp(port, target="/readyz", host="127.0.0.1"):
    connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def pass_as_3(fd):
    """For preexec: fd becomes descriptor 3 and the variables name the process that it will be."""
    def arrange():
        os.dup2(fd, 3)
        os.set_inheritable(3, True)
    return arrange
