"""From answers to people: a team's usual weeks, an unusual hour, and who hears of it - by API, webhook and mail."""
import datetime
import re
import uuid

import pytest

from support import importing
from support.mail_server import MailServer
from support.receiver import Receiver

PATIENCE_S = 120
DAYS, HOURS, ANSWERS = 27, 10, 8  # of history: so many an hour, of which 15 % are frustrated
FRUSTRATED, ALL = 9, 20


@pytest.fixture(scope="module")
def server():
    made = MailServer()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as made:
        yield made


@pytest.fixture(scope="module")
def service(make_module_service, server, receiver, tmp_path_factory):
    """With weeks behind it, a webhook and recipients."""
    service = make_module_service(
        UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_FROM="support@acme.example",
        UNDERSTOOD_ALERTS_RECIPIENTS="Billing = lead@example.org, Returns = other@example.org",
        UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8")
    path = tmp_path_factory.mktemp("history") / "history.csv"
    done = importing.run(service, "responses", path, importing.csv_of(history()), "--survey", "understood")
    assert done.returncode == 0, done.stdout + done.stderr
    made = service.post("/v1/webhooks", "admin", json={"url": receiver.url(), "events": ["alert.raised"]})
    assert made.status_code == 201, made.text
    return service


def history():
    now = datetime.datetime.now(datetime.timezone.utc).replace(minute=30, second=0, microsecond=0)
    times = [now - datetime.timedelta(days=day, hours=4 + hour) for day in range(DAYS) for hour in range(HOURS)]
    return [{"contact_ref": f"past-{at}-{number}", "team": "Billing", "answered_at": time.isoformat(),
             "understood": "no" if (at * ANSWERS + number) % 20 in (0, 7, 13) else "yes"}
            for at, time in enumerate(times) for number in range(ANSWERS)]


def outlook(service):
    return {each["team"]: each for each in service.get("/v1/alerts/outlook", "read").json()["data"]}


def answer(understood, comment=None):
    said = {"understood": understood, **({"comment": comment} if comment else {})}
    return {"survey": "understood", "contact": {"ref": str(uuid.uuid4()), "team": "Billing"}, "answers": said}


def test_an_unusual_hour_is_told_once_to_everyone_who_is_to_hear_of_it(service, server, receiver):
    usual = service.wait_for(lambda: (found := outlook(service).get("Billing")) and found["can_tell"] is not None
                             and found["baseline"]["n"] > 2000 and found, PATIENCE_S)
    assert usual["baseline"]["rate"] == pytest.approx(0.15, abs=0.005) and 3 <= usual["least"]["frustrated"] <= ANSWERS
    assert service.get("/v1/alerts", "read").json()["data"] == [], "nothing was unusual yet"

    body = [answer("yes") for _ in range(ALL - FRUSTRATED)]
    body += [answer("no", f"I have asked {number} times and nobody answers.") for number in range(2, FRUSTRATED + 2)]
    assert service.post("/v1/responses", "write", json=body).status_code == 207

    alert = service.wait_for(lambda: service.get("/v1/alerts?team=Billing", "read").json()["data"], PATIENCE_S)[0]
    words = re.fullmatch(r"Billing: (\d+) of (\d+) answers in the last hour were frustrated; usually 15 %", alert["text"])
    assert words and 3 <= int(words[1]) <= FRUSTRATED and int(words[2]) <= ALL, alert["text"]
    assert 0 < alert["p"] <= alert["alpha"] and alert["baseline"]["n"] > 2000
    whole = service.get(f"/v1/alerts/{alert['id']}", "read").json()
    assert alert["frustrated"] <= len(whole["responses"]) <= FRUSTRATED  # one may have come while it was raised
    assert all("nobody answers" in each["response"]["answers"]["comment"] for each in whole["responses"])
    assert all(each["response"]["sentiment"]["frustrated"] for each in whole["responses"])

    service.wait_for(lambda: server.to("lead@example.org"), PATIENCE_S)
    [taken] = server.to("lead@example.org")
    assert alert["text"] in taken.message.get_body(("plain",)).get_content() and "nobody" not in str(taken.message)
    assert not server.to("other@example.org")

    told = [delivery.body["data"] for delivery in receiver.wait_for(2, PATIENCE_S)]
    assert sorted(data["team"] or "" for data in told) == ["", "Billing"]
    assert alert["id"] in [data["id"] for data in told]

