"""The tour in README.md, run as it stands there: from a signed webhook to a mail, its answer and the numbers, and from frustrated
answers to a signed alert and a live stream."""
import json
import os
import re
import socket
import subprocess

from support.service import ROOT, binary, clean_environment

SECTION = re.search(r"^## Tour\n(.*?)^## ", (ROOT / "README.md").read_text(), re.S | re.M).group(1)
LIMIT_S = 120


def script():
    [block] = re.findall(r"^```sh\n(.*?)^```", SECTION, re.S | re.M)
    return block.replace("build/understood", binary())


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def steps(output):
    """What each step printed, by its title up to a comma."""
    parts = re.split(r"^--- (.*)\n", output, flags=re.M)[1:]
    return {title.split(",")[0]: text for title, text in zip(parts[::2], parts[1::2])}


def check_alert(told):
    """The webhook's signature was checked by openssl, in the script itself."""
    assert told["ten customers of Returns are frustrated"].split() == ["201"] * 10
    sent = json.loads(told["the alert arrives"])
    alert = sent["data"]
    assert (sent["type"], alert["team"], alert["status"]) == ("alert.raised", "Returns", "open")
    assert alert["text"].startswith("Returns: ") and alert["text"].endswith(" answers in the last hour were frustrated; usually 17 %")
    assert alert["frustrated"] == alert["n"] <= 10 and alert["p"] <= alert["alpha"]
    streamed, verified = told["and the stream tells of it"].splitlines()
    assert json.loads(streamed.removeprefix("data:")) == sent
    assert verified.startswith("0 of ")


def test_the_tour_shows_what_it_promises(postgres, template, tmp_path):
    postgres.execute(f"CREATE DATABASE tour TEMPLATE {template}")
    environment = clean_environment(DATABASE_URL=postgres.url("tour"), PORT=free_port(), SMTP_PORT=free_port(), HOOK_PORT=free_port(), TMPDIR=tmp_path)
    done = subprocess.run(["bash", "-c", script()], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    told = steps(done.stdout)
    survey, source = map(json.loads, told["a survey whose mail goes at once"].splitlines())
    assert survey["invite"]["delay_s"] == 0 and source["provider"] == "zendesk"
    hook = json.loads(told["Zendesk says that ticket 4711 is solved"])
    assert hook["outcome"] == "scheduled"
    assert told["the mail arrives"].splitlines()[:2] == ["Acme Support <support@example.com>", "Ada <ada@example.org>"]
    assert told["Ada opens its link"].startswith("303 to ")
    deliveries, invitations, responses, metrics = map(json.loads, told["why she was asked"].splitlines()[:4])
    assert [(one["outcome"], one["contact"]) for one in deliveries["data"]] == [("scheduled", "4711")]
    assert [(one["id"], one["verdict"]) for one in invitations["data"]] == [(hook["invitation"], "answered")]
    [response] = responses["data"]
    assert response["answers"]["comment"] == "Mara really listened." and response["contact"]["agents"] == ["mara@example.com"]
    total = metrics["total"]
    assert (total["n"], total["provisional"], total["understood"]["yes"]) == (1, 0, 1)
    coverage = total["coverage"]
    assert (coverage["contacts"], coverage["eligible"], coverage["invited"], coverage["answered"]) == (1, 1, 1, 1)
    check_alert(told)
    assert os.listdir(tmp_path) == []
