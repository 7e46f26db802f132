"""Runs suites over a sanitizer's build, which is made here if need be."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run_sanitized(kind, some, every):
    """Fails with the end of the output unless all passed; prints what ran."""
    suites = every if os.environ.get("ALL") == "1" else some
    # The sanitizer's requests are no part of the traffic that is held against the specification.
    environment = {key: value for key, value in os.environ.items() if key != "UNDERSTOOD_TRAFFIC_LOG"}
    done = subprocess.run([ROOT / "tests" / "sanitizers" / "run", kind, *suites], cwd=ROOT, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(re.findall(r"\d+ passed.*", done.stdout))
    assert done.returncode == 0, done.stdout[-8000:]
