"""Probes, metrics, the specification, the access log, and the end of the service under load."""
import json
import shutil
import subprocess
import threading
import time

import pytest
import requests

from support.service import ROOT

ANSWER = {"survey": "understood", "answers": {"understood": "yes"}}


def test_live_and_ready(service):
    for path, word in (("/livez", "live"), ("/readyz", "ready")):
        response = service.get(path)
        assert (response.status_code, response.json()) == (200, {"status": word})


def test_the_specification_is_served_as_json(service):
    response = service.get("/openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["openapi"].startswith("3.1") and "/v1/responses" in response.json()["paths"]


def test_metrics_are_what_prometheus_expects(service):
    service.get("/v1/surveys", "read")
    service.get("/nowhere")
    service.get("/v1/surveys/understood", "read")
    metrics = service.get("/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    promtool = shutil.which("promtool")
    assert promtool, "Debian's prometheus has it; ./dev test installs it"
    checked = subprocess.run([promtool, "check", "metrics"], input=metrics.text, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert 'understood_http_requests_total{route="/v1/surveys/{survey}",method="GET",status="200"} 1' in metrics.text
    assert 'route="unmatched",method="GET",status="404"' in metrics.text
    assert "nowhere" not in metrics.text


def test_the_access_log_names_templates_and_no_secrets(service):
    link = service.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": "L-1"}}).json()
    token = link["url"].rpartition("/")[2]
    service.get("/s/" + token + "?understood=yes", headers={"X-Request-Id": "log-1"})
    body = {**ANSWER, "contact": {"ref": "L-2"}, "answers": {"comment": "a private word"}}
    assert service.post("/v1/responses", "write", json=body, headers={"X-Request-Id": "log-2"}).status_code == 201
    service.get("/v1/responses/none?" + service.key("read"), "read")
    time.sleep(0.3)
    lines = {line.get("request_id"): line for line in service.log_lines()}
    assert lines["log-1"]["route"] == "/s/{token}" and lines["log-1"]["status"] == 200
    assert lines["log-2"]["route"] == "/v1/responses" and lines["log-2"]["duration_us"] > 0
    for secret in (token, service.key("write"), service.key("read"), "private word", "L-2"):
        assert secret not in service.log()


def test_the_database_going_away_turns_readiness_not_liveness(service, postgres):
    service.sql("SELECT 1")
    postgres.stop()
    try:
        service.wait_for(lambda: service.get("/readyz").status_code == 503, 15)
        assert service.get("/livez").status_code == 200
        refused = service.get("/readyz")
        assert refused.json()["code"] == "unavailable" and refused.headers["Retry-After"]
    finally:
        postgres.start()
    service.wait_for(lambda: service.get("/readyz").status_code == 200, 15)


class Client(threading.Thread):
    """Posts answers until the service refuses connections; what was asked and what was acknowledged."""

    def __init__(self, service, number):
        super().__init__()
        self.url, self.number = service.url + "/v1/responses", number
        self.headers = {"Authorization": "Bearer " + service.key("write")}
        self.acknowledged, self.trouble = [], []

    def run(self):
        with requests.Session() as session:
            session.trust_env = False
            for count in range(1000000):
                if not self.post(session, f"stop-{self.number}-{count}"):
                    return

    def post(self, session, ref):
        try:
            response = session.post(self.url, json={**ANSWER, "contact": {"ref": ref}}, headers=self.headers, timeout=20)
        except requests.exceptions.ConnectionError as error:
            # Refused (or, at the very end, not let in): never a connection that took the request and broke.
            if "Connection aborted" in str(error):
                self.trouble.append(f"{ref}: {error}")
            return False
        if response.status_code == 201:
            self.acknowledged.append(ref)
        else:
            self.trouble.append(f"{ref}: {response.status_code} {response.text}")
        return True


@pytest.mark.parametrize("round_", range(2))
def test_stopping_under_load_loses_no_accepted_answer(service, round_):
    clients = [Client(service, f"{round_}-{number}") for number in range(16)]
    for client in clients:
        client.start()
    time.sleep(0.7)
    begin = time.monotonic()
    assert service.stop() == 0
    took = time.monotonic() - begin
    for client in clients:
        client.join()
    assert [line for client in clients for line in client.trouble] == []
    stored = {ref for ref, in service.sql("SELECT contact_ref FROM responses WHERE contact_ref LIKE %s",
                                              f"stop-{round_}-%")}
    acknowledged = {ref for client in clients for ref in client.acknowledged}
    assert len(acknowledged) > 100 and acknowledged == stored
    assert took < 5
    service.start()


def test_a_database_that_does_not_answer_does_not_hold_the_end_up(service):
    service.get("/v1/surveys", "read")
    blocker = service.connect()
    try:
        with blocker.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE responses IN ACCESS EXCLUSIVE MODE")
            answers = []
            url, key = service.url, service.key("read")
            asks = [threading.Thread(target=lambda: answers.append(requests.get(
                url + "/v1/responses", headers={"Authorization": "Bearer " + key}, timeout=20).status_code))
                    for _ in range(12)]
            for ask in asks:
                ask.start()
            time.sleep(0.5)
            begin = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - begin < 5
            for ask in asks:
                ask.join()
            assert answers == [503] * 12
    finally:
        blocker.close()
    service.start()
