"""A private PostgreSQL and a real `understood` over it, for the bench and the fault tests.

fsync stays on: what is measured and what is killed here is what an operator would run.
"""
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import psycopg2
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
POSTGRES_BIN = pathlib.Path(os.environ.get("POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))
TICKS = os.sysconf("SC_CLK_TCK")


def binary(name, folder=None):
    """A built program; UNDERSTOOD_BINARY names another `understood` (a sanitizer's, a release one)."""
    if name == "understood" and os.environ.get("UNDERSTOOD_BINARY") and not folder:
        return pathlib.Path(os.environ["UNDERSTOOD_BINARY"]).resolve()
    inside = f"tests/bench/{name}"
    built = pathlib.Path(folder or ROOT / "build")
    beside = built / name
    return beside if beside.is_file() else built / inside


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def cpu_seconds(pid, children=False):
    """What a process has used so far; with children, also what its ended children had."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15 if children else 13]) / TICKS


def children_of(pid):
    listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()]


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("VmRSS")


class Cluster:
    """A PostgreSQL of our own under a temporary folder, reached through its socket only."""

    # As src/store/embedded_postgres.c starts its own; the rest is PostgreSQL's default.
    SETTINGS = {"listen_addresses": "", "jit": "off", "dynamic_shared_memory_type": "mmap"}

    def __init__(self, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understood-lab-", dir=os.environ.get("LAB_DIR")))
        self.data, self.run = self.folder / "pg", self.folder / "run"
        self.run.mkdir()
        self.as_root = os.geteuid() == 0
        self.user = "postgres" if self.as_root else pwd.getpwuid(os.geteuid()).pw_name
        if self.as_root:
            self.folder.chmod(0o755)
            for folder in (self.folder, self.run):
                shutil.chown(folder, "postgres", "postgres")
        self._tool("initdb", "-D", str(self.data), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", self.user)
        with open(self.data / "postgresql.conf", "a") as conf:
            for key, value in {**self.SETTINGS, "unix_socket_directories": str(self.run), **settings}.items():
                conf.write(f"{key} = '{value}'\n")
        self.start()

    def _tool(self, name, *arguments, check=True):
        command = [str(POSTGRES_BIN / name), *arguments]
        if self.as_root:
            command = ["runuser", "-u", "postgres", "--", *command]
        return subprocess.run(command, check=check, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def start(self):
        self._tool("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-t", "60", "start")
        self.pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])

    def stop(self, mode="fast"):
        self._tool("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop", check=False)

    def restart(self, mode="immediate"):
        self.stop(mode)
        self.start()

    def url(self, database="postgres"):
        return f"postgresql://{self.user}@/{database}?host={self.run}"

    def sql(self, text, *parameters, database="postgres"):
        """Runs SQL outside a transaction block; the rows, if it gives any."""
        connection = psycopg2.connect(self.url(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(text, parameters[0] if parameters and isinstance(parameters[0], dict) else parameters or None)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def cpu_s(self):
        """CPU seconds of the postmaster, all its children and those that have ended."""
        total = cpu_seconds(self.pid, children=True)
        for child in children_of(self.pid):
            try:
                total += cpu_seconds(child)
            except (FileNotFoundError, ProcessLookupError):
                continue
        return total

    def close(self):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class Service:
    """One `understood serve` on a port of its own, over a database of the cluster."""

    def __init__(self, cluster, database="postgres", executable=None, url=None, **settings):
        self.executable = str(executable or binary("understood"))
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log_path = cluster.folder / f"understood-{self.port}.log"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("UNDERSTOOD_")},
            "DATABASE_URL": url or cluster.url(database),
            "UNDERSTOOD_HTTP_LISTEN": f"127.0.0.1:{self.port}",
            "UNDERSTOOD_DATA_DIR": str(cluster.folder / "data"),
            **{f"UNDERSTOOD_{key.upper()}": str(value) for key, value in settings.items()},
        }
        self.process = None

    def command(self, *arguments, check=True):
        return subprocess.run([self.executable, *arguments], env=self.environment, check=check, cwd="/tmp",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def migrate(self):
        self.command("migrate")

    def key(self, scope="admin", account=1):
        return self.command("key", "create", "--account", str(account), "--scope", scope).stdout.strip()

    def start(self, patience_s=10):
        """Starts it and waits until it is ready; how many seconds that took."""
        begun = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.executable, "serve"], env=self.environment, cwd="/tmp",
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() - begun > patience_s:
                raise RuntimeError(f"understood did not get ready:\n{self.log_tail()}")
            time.sleep(0.001)
        return time.monotonic() - begun

    def ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as one:
                one.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return one.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, patience_s=10):
        """SIGTERM; its exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=patience_s)
        return self.process.returncode if self.process else None

    def verify(self):
        """`understood verify`: (exit status, what it said)."""
        done = self.command("verify", check=False)
        return done.returncode, done.stdout + done.stderr

    def log_tail(self, lines=30):
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def get(self, path, key, **options):
        return requests.get(self.base + path, headers={"Authorization": f"Bearer {key}"}, timeout=30, **options)


def load_command(service, folder=None, **options):
    """The load client's command line: connections=64, seconds=5, key=..., idempotency=True, ..."""
    command = [str(binary("load", folder)), "--port", str(service.port)]
    for name, value in options.items():
        if value is True:
            command.append(f"--{name.replace('_', '-')}")
        elif value is not None and value is not False:
            command += [f"--{name.replace('_', '-')}", str(value)]
    return command


def load(service, folder=None, **options):
    """Runs the load client to its end; its figures."""
    done = subprocess.run(load_command(service, folder, **options), stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout)
