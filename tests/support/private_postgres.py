"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, Unix socket only, fsync on."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg2

USER = "postgres"
# After a crash every file of the cluster is synced, twice: some minutes for a hundred databases on a busy disk.
START_LIMIT_S = 300
STOP_LIMIT_S = 60


def newest_bindir():
    found = glob.glob("/usr/lib/postgresql/*/bin")
    return pathlib.Path(max(found, key=lambda path: int(path.split("/")[4])))


def as_postgres(command):
    """PostgreSQL refuses root."""
    return ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else command


def database_user():
    return USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


class PrivatePostgres:
    def __init__(self):
        self.bindir = newest_bindir()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understood-pg-"))
        self.data = self.folder / "data"
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)
        command = [self.bindir / "initdb", "-D", self.data, "--auth=trust", "--encoding=UTF8",
                   "--locale=C", "--no-sync", "-U", "understood"]
        subprocess.run(as_postgres([str(word) for word in command]), check=True,
                       stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        command = [self.bindir / "postgres", "-D", self.data, "-c", "listen_addresses=",
                   "-c", f"unix_socket_directories={self.folder}", "-c", "max_connections=200",
                   "-c", "jit=off", "-c", "log_checkpoints=off", "-c", "timezone=UTC",
                   "-c", "recovery_init_sync_method=syncfs"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(as_postgres([str(word) for word in command]), cwd="/",
                                            stdout=log, stderr=log, start_new_session=True)
        self.wait_ready()
        return self

    def wait_ready(self):
        end = time.monotonic() + START_LIMIT_S
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg2.OperationalError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def postmaster(self):
        return int((self.data / "postmaster.pid").read_text().split("\n")[0])

    def stop(self, mode="fast"):
        """mode: smart, fast or immediate, as pg_ctl names them."""
        numbers = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
        try:
            os.kill(self.postmaster(), numbers[mode])
        except (FileNotFoundError, ProcessLookupError):
            pass
        self.process.wait(STOP_LIMIT_S)

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database):
        return f"host={self.folder} user=understood dbname={database}"

    def connect(self, database):
        connection = psycopg2.connect(self.url(database))
        connection.autocommit = True
        return connection

    def execute(self, statement, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()
