"""Webhooks: how many a second a fast receiver gets, and how late they come beside an endpoint that hangs."""
import json
import pathlib
import socket
import subprocess
import time

import requests

import lab

HERE = pathlib.Path(__file__).parent
RECEIVERS = 4
AT_A_TIME = 500
PACE_S = 0.02
PATIENCE_S = 300


class Ports:
    """Node on a few ports; it counts what it gets and how long after it happened."""

    def __init__(self, count):
        self.process = subprocess.Popen(["node", HERE / "receiver.mjs", str(count)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ports = json.loads(self.process.stdout.readline())

    def figures(self, begin_anew=False):
        self.process.stdin.write("anew\n" if begin_anew else "figures\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait_for(self, count):
        end = time.monotonic() + PATIENCE_S
        while (figures := self.figures())["count"] < count:
            if time.monotonic() > end:
                raise RuntimeError(f"only {figures['count']} of {count} webhooks came")
            time.sleep(0.05)
        return figures

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def subscribe(service, key, port):
    made = requests.post(service.base + "/v1/webhooks", json={"url": f"http://127.0.0.1:{port}/hook", "events": ["response.recorded"]},
                         headers={"Authorization": f"Bearer {key}"})
    made.raise_for_status()


def started(bench, database):
    service = bench.service(database, webhooks_allow_private="127.0.0.0/8")
    service.start()
    return service, service.key("admin")


def answers(service, key, first, count):
    body = [{"survey": "understood", "contact": {"ref": f"told-{number}"}, "answers": {"understood": "yes", "csat": 5}} for number in range(first, first + count)]
    requests.post(service.base + "/v1/responses", json=body, headers={"Authorization": f"Bearer {key}"}).raise_for_status()


def cpu(bench, service):
    return bench.cluster.cpu_s(), lab.cpu_seconds(service.process.pid)


def throughput(bench):
    events = bench.options.answers // 100
    bench.say(f"webhooks: {events:,} events to each of {RECEIVERS} receivers, which answer at once; they had to wait for their start")
    service, key = started(bench, "webhooks")
    ports = Ports(RECEIVERS)
    for port in ports.ports:
        subscribe(service, key, port)
    bench.cluster.sql("UPDATE webhooks SET paused_until = now() + interval '1 day'", database="webhooks")
    for first in range(0, events, AT_A_TIME):
        answers(service, key, first, min(AT_A_TIME, events - first))
    before = cpu(bench, service)
    bench.cluster.sql("UPDATE webhooks SET paused_until = NULL", database="webhooks")
    figures = ports.wait_for(events * RECEIVERS)
    used = cpu(bench, service)
    service.stop()
    ports.close()
    rate = figures["count"] / (figures["last_ms"] - figures["first_ms"]) * 1000
    micros = [(after - earlier) / figures["count"] * 1e6 for after, earlier in zip(used, before)]
    bench.figure("webhook_deliveries_per_s", rate, f"CPU of each: {micros[0]:.0f} us PostgreSQL, {micros[1]:.0f} us service")


def delays(service, key, ports, count):
    """Milliseconds from an answer to its webhook: (median, p99), one answer after the other."""
    ports.figures(begin_anew=True)
    for number in range(count):
        begun = time.monotonic()
        answers(service, key, time.monotonic_ns(), 1)
        time.sleep(max(0, PACE_S - (time.monotonic() - begun)))
    figures = ports.wait_for(count)
    return figures["p50_ms"], figures["p99_ms"]


def dead_endpoint(bench):
    count = bench.options.seconds * 100
    bench.say(f"a dead endpoint: {count} answers, {1 / PACE_S:.0f} a second; then the same beside one that takes connections and never answers")
    service, key = started(bench, "dead_endpoint")
    ports = Ports(1)
    subscribe(service, key, ports.ports[0])
    delays(service, key, ports, 50)
    alone = delays(service, key, ports, count)
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        dead.listen(512)
        subscribe(service, key, dead.getsockname()[1])
        for _ in range(4):
            answers(service, key, time.monotonic_ns(), AT_A_TIME)  # its backlog
        ports.wait_for(count + 4 * AT_A_TIME)
        beside = delays(service, key, ports, count)
        service.stop()
    ports.close()
    bench.figure("webhook_p99_alone_ms", alone[1], f"from the answer to its webhook; median {alone[0]:.0f}")
    bench.figure("webhook_p99_with_dead_endpoint_ms", beside[1], f"median {beside[0]:.0f}; aim 1,000")


def scene(bench):
    throughput(bench)
    dead_endpoint(bench)
