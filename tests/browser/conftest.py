"""`browser`: Chromium, driven by driver.mjs."""
import json
import pathlib
import subprocess

import pytest

from support.service import ARTEFACTS

HERE = pathlib.Path(__file__).resolve().parent
SCREENSHOTS = ARTEFACTS / "screenshots"


class Browser:
    def __init__(self):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(["node", str(HERE / "driver.mjs")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, cwd=HERE.parent)

    def run(self, command, url, screenshot=None, **options):
        """screenshot: the name of the file to keep below tests/artefacts/screenshots."""
        if screenshot:
            options["screenshot"] = str(SCREENSHOTS / f"{screenshot}.png")
        self.process.stdin.write(json.dumps({"command": command, "url": url, **options}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture(scope="module")
def browser():
    started = Browser()
    yield started
    started.close()
