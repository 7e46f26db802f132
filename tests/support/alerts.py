"""Alerts as the watcher of spikes raises them, without waiting for a spike."""
import json
import pathlib
import subprocess

from support.service import binary

PROGRAM = pathlib.Path(binary()).parent / "tests" / "alert_deed"
OK, NOT_FOUND = 0, 1


def begin(service, **deed):
    return subprocess.Popen([PROGRAM, json.dumps(deed)], env=service.environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end(process):
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return json.loads(out)


def raise_alert(service, team="Billing", **more):
    """{outcome, raised, id}"""
    return end(begin(service, do="raise", team=team, **{"baseline": [150, 1000], **more}))


def raised(service, team="Billing", **more):
    """The id of an alert that did not have to give way to any."""
    done = raise_alert(service, team, **more)
    assert done["raised"], done
    return done["id"]


def touch(service, id, **more):
    return end(begin(service, do="touch", id=id, **more))["outcome"]


def fall_back(service, id, **more):
    """The service resolves it by itself."""
    return end(begin(service, do="resolve", id=id, **more))["outcome"]
