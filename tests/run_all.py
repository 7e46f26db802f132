"""All tests: the C units by meson, then each file of pytest tests, as many at once as there are cores.

Arguments: --all for the long versions (ALL=1 in the environment of each test). The last line is
`N passed, N failed, N skipped`; the exit status is 0 only when nothing failed.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
FOLDERS_ALL = ["container"]  # only with --all: it builds an image
FOLDERS = ["sanitizers", "fault", "browser", "fuzz", "http", "api"]  # the long ones first
LIMIT_S = 1200  # for a file that hangs
LIMIT_ALL_S = 6 * 3600

Counts = collections.namedtuple("Counts", "passed failed skipped")


def add(counts):
    return Counts(*map(sum, zip(*counts, Counts(0, 0, 0))))


# ---- meson ----

def tap_counts(result):
    """One for each subtest of a cmocka program, else one for the test."""
    lines = result.get("stdout", "").splitlines()
    passed = sum(line.startswith("ok ") for line in lines)
    failed = sum(line.startswith("not ok ") for line in lines)
    if result["result"] == "SKIP":
        return Counts(0, 0, 1)
    if result["result"] != "OK":
        return Counts(passed, max(failed, 1), 0)
    return Counts(max(passed, 1), 0, 0)


def run_meson(build):
    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    done = subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs"],
                          capture_output=True, text=True)
    if done.returncode or not log.exists():
        print(done.stdout, done.stderr)
    if not log.exists():
        return Counts(0, 1, 0)
    return add([tap_counts(json.loads(line)) for line in log.read_text().splitlines()])


# ---- pytest ----

def report_counts(report):
    if not report.exists():
        return Counts(0, 1, 0)
    suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
    total, failures, errors, skipped = (int(suite.get(name)) for name in
                                        ("tests", "failures", "errors", "skipped"))
    failed = failures + errors
    return Counts(max(total - failed - skipped, 0), failed, skipped)


def run_limited(command, environment, limit_s):
    """Output and exit status; at the limit the whole session of the command is killed."""
    process = subprocess.Popen(command, cwd=TESTS, env=environment, text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=limit_s)
        return output, process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        output, _ = process.communicate()
        return f"{output}\nstopped after {limit_s} s", 1


def run_file(path, environment, limit_s):
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        command = ["/usr/bin/python3", "-m", "pytest", path, f"--junitxml={report}"]
        output, status = run_limited(command, environment, limit_s)
        counts = report_counts(report)
    if status not in (0, 5) and counts.failed == 0:  # 5: no tests in it
        counts = counts._replace(failed=1)
    if counts.failed:
        print(output)
    name = path.relative_to(TESTS)
    print(f"{name}: {counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped "
          f"({time.monotonic() - begin:.0f} s)", flush=True)
    return counts


def run_files(paths, environment, limit_s):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return add(list(pool.map(lambda path: run_file(path, environment, limit_s), paths)))


def give_back_signals():
    """nohup and a shell's & leave signals ignored, and what we start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda *_: None)


def main():
    give_back_signals()
    every = "--all" in sys.argv[1:]
    unknown = [word for word in sys.argv[1:] if word != "--all"]
    if unknown:
        sys.exit(f"unknown argument {unknown[0]}; --all is known")
    traffic = TESTS / "artefacts" / "traffic.jsonl"
    traffic.parent.mkdir(exist_ok=True)
    traffic.unlink(missing_ok=True)
    environment = {**os.environ, "UNDERSTOOD_TRAFFIC_LOG": str(traffic), **({"ALL": "1"} if every else {})}
    limit_s = LIMIT_ALL_S if every else LIMIT_S
    units = run_meson(ROOT / "build")
    print(f"units: {units.passed} passed, {units.failed} failed, {units.skipped} skipped", flush=True)
    folders = [*FOLDERS_ALL, *FOLDERS] if every else FOLDERS
    files = [path for folder in folders for path in sorted((TESTS / folder).glob("test_*.py"))]
    counts = [units, run_files(files, environment, limit_s)]
    # Last: they hold the traffic of all the others against the specification.
    counts.append(run_files(sorted((TESTS / "contract").glob("test_*.py")), environment, limit_s))
    total = add(counts)
    if not every:
        print(f"not run without --all: {', '.join(FOLDERS_ALL)}, and the long versions of others")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    sys.exit(1 if total.failed else 0)


main()
