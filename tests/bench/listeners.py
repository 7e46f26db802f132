"""The bench's scene of live streams: intake beside thousands of idle listeners, what one takes, how soon an event is there."""
import json
import selectors
import socket
import statistics
import time

import crowd
import lab

LISTENERS = 10_000
DELIVERIES = 60
TURN_S = 0.25
IDLE_S = 20  # longer than a sign of life is apart from the next
PATIENCE_S = 60


class Listeners:
    """Open streams that are not read on; each has been greeted."""

    def __init__(self, port, key, count):
        self.request = (f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
                        "Gecko/20100101 Firefox/128.0\r\nAccept: text/event-stream\r\nAccept-Language: de,en;q=0.5\r\n"
                        f"Accept-Encoding: gzip, deflate, br\r\nAuthorization: Bearer {key}\r\nCache-Control: no-cache\r\n\r\n").encode()
        self.sockets = []
        while len(self.sockets) < count:
            self.open_some(port, min(200, count - len(self.sockets)))

    def open_some(self, port, count):
        """Asked all at once, then read."""
        fresh = []
        for _ in range(count):
            fresh.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))
            fresh[-1].sendall(self.request)
        for connection in fresh:
            read_until(connection, b"\nid: ")
        self.sockets += fresh

    def until_all_heard(self, ref):
        """Seconds from now until each has been told of this contact."""
        begun, wanted = time.monotonic(), f'"ref":"{ref}"'.encode()
        heard, seen = selectors.DefaultSelector(), {}
        for connection in self.sockets:
            connection.setblocking(False)
            heard.register(connection, selectors.EVENT_READ)
        while heard.get_map():
            if time.monotonic() - begun > PATIENCE_S:
                raise RuntimeError(f"{len(heard.get_map())} listeners were not told of {ref}")
            for ready, _ in heard.select(1):
                seen[ready.fd] = seen.get(ready.fd, b"") + ready.fileobj.recv(65536)
                if wanted in seen[ready.fd]:
                    heard.unregister(ready.fileobj)
        return time.monotonic() - begun

    def close(self):
        for connection in self.sockets:
            connection.close()


def read_until(connection, words):
    got = b""
    while words not in got:
        more = connection.recv(65536)
        if not more:
            raise RuntimeError(f"closed after {got[:300]!r}")
        got += more
    return got


def answer(service, key, ref):
    body = json.dumps({"survey": "understood", "contact": {"ref": ref}, "answers": {"understood": "no"}}).encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as connection:
        connection.sendall(f"POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
                           f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        if not connection.recv(64).startswith(b"HTTP/1.1 201"):
            raise RuntimeError("an answer was refused")


def delivery_ms(service, read_key, write_key):
    """From an answer's 201 to its event, one after the other; the median and the longest."""
    [connection] = Listeners(service.port, read_key, 1).sockets
    times = []
    for number in range(DELIVERIES):
        answer(service, write_key, f"delivered-{number}")
        begun = time.monotonic()
        read_until(connection, f'"ref":"delivered-{number}"'.encode())
        times.append((time.monotonic() - begun) * 1000)
        time.sleep(TURN_S * (number * 0.618 % 1))  # the hub's turns are met at all their places
    connection.close()
    return statistics.median(times), max(times)


def idle_cpu_percent(service):
    """What the service uses while nothing happens; a machine that is busy otherwise does not change it much."""
    before = lab.cpu_seconds(service.process.pid)
    time.sleep(IDLE_S)
    return (lab.cpu_seconds(service.process.pid) - before) / IDLE_S * 100


def account_of_listeners(service):
    return int(service.command("account", "create", "--name", "Listeners", "--time-zone", "UTC").stdout)


def wait_for_listeners(service, count):
    def as_many():
        text = service.get("/metrics", "none").text
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith("understood_stream_listeners "))) == count
    crowd.wait_until(as_many, PATIENCE_S, f"{count} listeners")


def scene(bench):
    crowd.allow_descriptors()
    port = lab.free_port()
    service = bench.service("stream", stream_listen=f"127.0.0.1:{port}", stream_subscribers_max=LISTENERS + 100)
    account = account_of_listeners(service)
    service.start()
    write, listen, read = service.key("write"), service.key("read", account), service.key("read")
    other = service.key("write", account)
    rounds = max(2, bench.options.rounds // 2)
    bench.say(f"stream: {LISTENERS:,} idle listeners of another account on [stream] listen; intake with and without them, {rounds} rounds by "
              f"turns of {bench.options.seconds} s, 256 connections; then one answer to all of them")
    bench.post(service, write, 256, seconds=2)
    beside, alone, grown, opened = [], [], [], []
    for number in range(rounds):
        alone.append(bench.post(service, write, 256, seconds=bench.options.seconds)["rate"])
        before, begun = lab.resident_mib(service.process.pid), time.monotonic()
        listeners = Listeners(port, listen, LISTENERS)
        opened.append(LISTENERS / (time.monotonic() - begun))
        grown.append(lab.resident_mib(service.process.pid) - before)
        bench.cluster.sql("CHECKPOINT")
        beside.append(bench.post(service, write, 256, seconds=bench.options.seconds)["rate"])
        bench.say(f"    round {number + 1}: alone {alone[-1]:8,.0f}/s   beside {LISTENERS:,} listeners {beside[-1]:8,.0f}/s")
        if number + 1 < rounds:
            listeners.close()
            wait_for_listeners(service, 0)
    bench.figure("stream_idle_cpu_percent", idle_cpu_percent(service), f"of a core, for {LISTENERS:,} idle listeners: signs of life, who has gone, "
                 "four queries a second")
    median, longest = delivery_ms(service, read, write)
    bench.figure("stream_ingest_vs_alone", statistics.median(beside) / statistics.median(alone), f"{statistics.median(beside):,.0f}/s beside {LISTENERS:,} idle listeners")
    bench.figure("stream_listener_kib", grown[0] * 1024 / LISTENERS, f"resident, of one idle listener; {statistics.median(opened):,.0f} opened a second")
    bench.figure("stream_delivery_p50_ms", median, f"from the answer's 201 to its event beside them; the longest of {DELIVERIES} {longest:.0f} ms")
    answer(service, other, "to-all")
    bench.figure("stream_to_all_ms", listeners.until_all_heard("to-all") * 1000, f"until the last of {LISTENERS:,} listeners had one event, read by one Python process")
    listeners.close()
    service.stop()
    bench.verified(service)
