"""npm's standardwebhooks as a receiver uses it: a node process that verifies deliveries, one after the other."""
import json
import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).with_suffix(".mjs")


class WebhookLibrary:
    def __init__(self):
        self.process = subprocess.Popen(["node", SCRIPT], cwd=SCRIPT.parents[1], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def verify(self, secret, delivery, body=None, now_s=None, **headers):
        """"good", or why not. body, headers: in place of the delivery's own; now_s: the receiver's clock."""
        line = {"secret": secret, "headers": {**delivery.headers, **headers},
                "body": delivery.raw.decode() if body is None else body, "now_s": now_s}
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
