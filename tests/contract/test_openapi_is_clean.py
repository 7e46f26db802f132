"""openapi.yaml has nothing that redocly's recommended rules object to."""
import subprocess

from support.service import ROOT

REDOCLY = ROOT / "tests" / "node_modules" / ".bin" / "redocly"


def test_redocly_has_no_objection():
    done = subprocess.run([REDOCLY, "lint", "openapi.yaml", "--max-problems", "50"], cwd=ROOT, text=True,
                          capture_output=True, timeout=120, env={"PATH": "/usr/local/bin:/usr/bin:/bin",
                                                                 "REDOCLY_TELEMETRY": "off", "CI": "1"})
    output = done.stdout + done.stderr
    assert done.returncode == 0 and "warning" not in output.lower().replace("deprecation warning", ""), output
