"""Every kind of request at the same time, connections that come and go, keys made meanwhile: mostly for the thread sanitizer."""
import random
import socket
import threading
import time

import requests

from witness import LONG, Witness, assert_exactly_once

READS = ("/v1/metrics?survey=understood", "/v1/metrics?survey=understood&by=team", "/v1/responses?limit=5", "/v1/surveys",
         "/metrics", "/readyz", "/livez", "/openapi.json", "/v1/nothing", "/s/nobody")


def read_on(service, key, end, statuses, seed):
    luck = random.Random(seed)
    while time.monotonic() < end:
        statuses.append(service.get(luck.choice(READS), key).status_code)


def invite_on(service, key, end, statuses, seed):
    number = 0
    while time.monotonic() < end:
        number += 1
        answer = requests.post(service.base + "/v1/invitations", timeout=30, headers={"Authorization": f"Bearer {key}"},
                               json={"survey": "understood", "contact": {"ref": f"invited-{seed}-{number}", "team": "one"}})
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            path = "/s/" + answer.json()["url"].rpartition("/s/")[2]
            statuses.append(requests.get(service.base + path, timeout=30).status_code)


def listen_on(service, key, end, statuses):
    """Live streams that are left in the middle, and gone on with from there."""
    place = b"0"
    while time.monotonic() < end:
        with socket.create_connection(("127.0.0.1", service.port), timeout=30) as one:
            one.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nLast-Event-ID: %s\r\n\r\n"
                        % (key.encode(), place))
            got = b""
            while got.count(b"\nid: ") < 20 and time.monotonic() < end and (more := one.recv(65536)):
                got += more
        if got:
            statuses.append(int(got[9:12]))
        whole, _, _ = got.rpartition(b"\n\n")  # of the last one only a part may have come
        if b"\nid: " in whole:
            place = whole.rpartition(b"\nid: ")[2].partition(b"\n")[0]


def hang_up_on(service, end):
    """Requests that are abandoned half way, or before their answer."""
    while time.monotonic() < end:
        with socket.create_connection(("127.0.0.1", service.port)) as one:
            one.sendall(b"POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n{")
        with socket.create_connection(("127.0.0.1", service.port)) as one:
            one.sendall(b"GET /v1/metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        time.sleep(0.005)


def test_reads_invitations_answers_and_hang_ups_at_once(service, cluster, database, tmp_path):
    service.start()
    admin = service.key("admin")
    witness = Witness(service, tmp_path, connections=16, contacts=None)
    edits = Witness(service, tmp_path, connections=4, contacts=3, prefix="edit")
    statuses, end = [], time.monotonic() + (30 if LONG else 5)
    threads = [threading.Thread(target=read_on, args=(service, admin, end, statuses, seed)) for seed in range(3)]
    threads += [threading.Thread(target=invite_on, args=(service, admin, end, statuses, seed)) for seed in range(2)]
    threads += [threading.Thread(target=listen_on, args=(service, admin, end, statuses)) for _ in range(3)]
    threads += [threading.Thread(target=hang_up_on, args=(service, end))]
    for thread in threads:
        thread.start()
    time.sleep(1)
    late = service.key("read")
    assert service.get("/v1/metrics?survey=understood", late).status_code == 200
    for thread in threads:
        thread.join()
    edits.stop()
    assert_exactly_once(service, cluster, database, witness)
    assert set(statuses) <= {200, 201, 404}, sorted(set(statuses))
    assert service.stop() == 0, service.log_tail()
