"""The real binary as a test drives it: started on a free port, asked over HTTP, looked at by SQL."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "tests" / "artefacts"
READY_LIMIT_S = 30
STOP_LIMIT_S = 10
REQUEST_LIMIT_S = 30
NOTED_BYTES_MAX = 4000
SANITIZER_REPORT = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:")


def binary():
    return os.environ.get("UNDERSTOOD_BINARY", str(ROOT / "build" / "understood"))


def traffic_log():
    return pathlib.Path(os.environ.get("UNDERSTOOD_TRAFFIC_LOG", ARTEFACTS / "traffic.jsonl"))


def clean_environment(**values):
    """Ours without what would configure the service or libpq, plus values."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("UNDERSTOOD_", "PG")) and name != "DATABASE_URL"}
    return {**kept, **{name: str(value) for name, value in values.items()}}


class Service:
    def __init__(self, environment, connect=None):
        self.environment = environment
        self.connect = connect
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understood-service-"))
        self.log_path = self.folder / "log"
        self.session = requests.Session()
        self.session.trust_env = False
        self.process = None
        self.port = None
        self.keys = {}
        self.accounts = {}

    # ---- the process ----

    def start(self, **more):
        """more: further environment variables, kept for later starts."""
        self.environment.update({name: str(value) for name, value in more.items()})
        offset = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([binary(), "serve"], env=self.environment, stderr=log,
                                            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                            cwd=self.folder, start_new_session=True)
        self.port = self._wait_listening(offset)
        return self

    def _wait_listening(self, offset):
        end = time.monotonic() + READY_LIMIT_S
        while time.monotonic() < end:
            with open(self.log_path, "rb") as log:
                log.seek(offset)
                found = re.search(rb'"listening on [^"]*:(\d+)"', log.read())
            if found:
                return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"the service did not start:\n{self.log()}")

    def stop(self, number=signal.SIGTERM):
        """Returns the exit status, negative for a signal."""
        if self.process is None:
            return None
        self.process.send_signal(number)
        status = self.process.wait(STOP_LIMIT_S)
        self.process = None
        self.session.close()
        return status

    def kill9(self):
        return self.stop(signal.SIGKILL)

    def restart(self, **more):
        """Also after kill9 or stop. The port changes."""
        if self.process is not None:
            assert self.stop() == 0, self.log()
        return self.start(**more)

    def log(self):
        """What it wrote to stderr so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_lines(self):
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def remove(self):
        if self.process is not None:
            self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the command line ----

    def cli(self, *words, check=False, **options):
        done = subprocess.run([binary(), *map(str, words)], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=options.pop("timeout", 120),
                              **options)
        assert not check or done.returncode == 0, f"{words}: {done.stderr}"
        return done

    def key(self, scope="admin", account=1):
        """An API key; the same one for each scope and account."""
        if (scope, account) not in self.keys:
            done = self.cli("key", "create", "--account", account, "--scope", scope, check=True)
            self.keys[scope, account] = done.stdout.strip()
        return self.keys[scope, account]

    def account(self, name="Other", time_zone="UTC"):
        """A further account's id, made on first use of its name."""
        if name not in self.accounts:
            done = self.cli("account", "create", "--name", name, "--time-zone", time_zone, check=True)
            self.accounts[name] = int(done.stdout)
        return self.accounts[name]

    def verify(self):
        """`understood verify` finds no difference, where that subcommand exists."""
        if re.search(r"^ +verify ", self.cli("--help").stdout, re.M):
            done = self.cli("verify")
            assert done.returncode == 0, f"verify: {done.stdout}\n{done.stderr}"

    # ---- HTTP ----

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def request(self, method, path, key=None, headers=None, **options):
        """path: below our URL, or a whole one. key: an API key, or a scope of account 1."""
        target = path if path.startswith("http") else self.url + path
        all_headers = dict(headers or {})
        if key:
            token = self.key(key) if key in ("admin", "write", "read") else key
            all_headers["Authorization"] = f"Bearer {token}"
        options.setdefault("timeout", REQUEST_LIMIT_S)
        options.setdefault("allow_redirects", False)
        response = self.session.request(method, target, headers=all_headers, **options)
        if not options.get("stream"):
            self._note(response)
        return response

    def get(self, path, key=None, **options):
        return self.request("GET", path, key, **options)

    def head(self, path, key=None, **options):
        return self.request("HEAD", path, key, **options)

    def post(self, path, key=None, **options):
        return self.request("POST", path, key, **options)

    def put(self, path, key=None, **options):
        return self.request("PUT", path, key, **options)

    def note_stream(self, response, content=b""):
        """An answer without end, of which no more than this was read."""
        response._content = content
        self._note(response)

    def _note(self, response):
        """One line in the traffic log, which the contract tests hold against the specification."""
        asked = response.request
        body = asked.body.decode("utf-8", "replace") if isinstance(asked.body, bytes) else asked.body
        line = {"method": asked.method, "path": asked.path_url.partition("?")[0],
                "target": asked.path_url, "request_headers": dict(asked.headers),
                "request_body": body and body[:NOTED_BYTES_MAX], "status": response.status_code,
                "headers": dict(response.headers), "body": response.text}
        path = traffic_log()
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a") as log:
            log.write(json.dumps(line) + "\n")

    # ---- SQL ----

    def sql(self, statement, *values):
        """The rows as tuples; [] for statements that give none."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def wait_for(self, condition, seconds=10):
        """Waits until condition() is true; returns what it gave."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value or time.monotonic() > end:
                assert value, "what was waited for did not happen"
                return value
            time.sleep(0.02)

    def in_background(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        thread.start()
        return thread
