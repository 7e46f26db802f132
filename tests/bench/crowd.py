"""Many connections that want little: idle ones, and slowhttptest's slow ones."""
import resource
import socket
import subprocess
import time

# How each kind of slow client is asked for; what follows the test's own length, rate and number.
SLOW = {
    "headers": ["-H", "-i", "1", "-x", "16"],
    "body": ["-B", "-i", "1", "-x", "16", "-s", "8192"],
    "read": ["-X", "-w", "1", "-y", "16", "-n", "1", "-z", "1", "-k", "10"],
}


def allow_descriptors():
    """As many as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


class Idlers:
    """Keep-alive connections that asked once, as a browser would, and say nothing more."""

    REQUEST = ("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
               "Firefox/128.0\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: de,en;q=0.5\r\n"
               "Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n\r\n")

    def __init__(self, port, paths, count):
        self.sockets = []
        for number in range(count):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            self.sockets.append(connection)
            connection.sendall(self.REQUEST.format(path=paths[number % len(paths)]).encode())
            self.read_answer(connection)

    @staticmethod
    def read_answer(connection):
        got = b""
        while b"\r\n\r\n" not in got:
            more = connection.recv(65536)
            if not more:
                raise RuntimeError(f"closed after {got[:200]!r}")
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(65536)

    def alive(self):
        """How many the other side has not closed."""
        count = 0
        for connection in self.sockets:
            connection.setblocking(False)
            try:
                count += bool(connection.recv(1))
            except BlockingIOError:
                count += 1
            except OSError:
                continue
        return count

    def close(self):
        for connection in self.sockets:
            connection.close()


class Slow:
    """slowhttptest at a path, in one of SLOW's ways; for so many seconds at most."""

    def __init__(self, port, kind, path, connections, seconds):
        rate = max(connections // 2, 1)
        self.process = subprocess.Popen(
            ["slowhttptest", *SLOW[kind], "-c", str(connections), "-r", str(rate), "-l", str(seconds), "-p", "3", "-v", "1",
             "-u", f"http://127.0.0.1:{port}{path}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.output = self.process.communicate(timeout=30)[0].decode(errors="replace")


def wait_until(true, patience_s, what):
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"waited {patience_s} s in vain: {what}")
        time.sleep(0.1)
