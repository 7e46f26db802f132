"""Deliveries held against npm's standardwebhooks, the library that receivers use."""
import json
import subprocess

from support.service import ROOT

PROGRAM = """
import { Webhook } from 'standardwebhooks';
const verdicts = JSON.parse(process.env.INPUT).map(([secret, headers, body]) => {
    try {
        return JSON.stringify(new Webhook(secret).verify(body, headers)) === JSON.stringify(JSON.parse(body)) ? 'verified' : 'other';
    } catch (error) {
        return error.message;
    }
});
console.log(JSON.stringify(verdicts));
"""
LIMIT_S = 120
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verdicts(cases):
    """cases: (secret, headers, body), the body as text. Gives for each 'verified' or what the library says."""
    wanted = [(secret, {name: headers[name] for name in HEADERS}, body) for secret, headers, body in cases]
    done = subprocess.run(["node", "--input-type=module"], input=PROGRAM, capture_output=True, text=True, timeout=LIMIT_S, cwd=ROOT / "tests",
                          env={"PATH": "/usr/local/bin:/usr/bin:/bin", "INPUT": json.dumps(wanted)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
