"""A service with its own embedded PostgreSQL in a folder of its own, run as root or as an ordinary user."""
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg2

from support.service import binary, clean_environment

ORDINARY = "nobody"  # has a name, has no home, is not postgres
START_LIMIT_S = 60


def as_user(user, command):
    """Unlike runuser, setpriv becomes the command: signals reach it."""
    if user is None:
        return command
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups", "--", *command]


def eventually(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.02)


def stop(process, number=signal.SIGTERM, seconds=5):
    begin = time.monotonic()
    process.send_signal(number)
    status = process.wait(seconds)
    assert time.monotonic() - begin < seconds
    return status


class Embedded:
    def __init__(self, user=None, data=None, mode=0o755):
        self.user = user if os.geteuid() == 0 else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understood-embedded-"))
        if self.user:
            shutil.chown(self.folder, self.user)
        os.chmod(self.folder, mode)
        self.data = self.folder / (data or "data")
        # Where every user may read it.
        self.programs = pathlib.Path(tempfile.mkdtemp(prefix="understood-program-"))
        os.chmod(self.programs, 0o755)
        self.program = shutil.copy(binary(), self.programs / "understood")
        self.log_path = self.programs / "log"
        self.processes = []

    def environment(self, **more):
        ours = {"UNDERSTOOD_DATA_DIR": self.data, "UNDERSTOOD_HTTP_LISTEN": "127.0.0.1:0"}
        # As on a machine where nobody added PostgreSQL's programs to PATH.
        return clean_environment(**{**ours, "PATH": "/usr/bin:/bin", **more})

    def cli(self, *words, user=None, prefix=(), **more):
        command = [*prefix, *as_user(user or self.user, [self.program, *map(str, words)])]
        return subprocess.run(command, env=self.environment(**more), cwd="/", capture_output=True, text=True,
                              timeout=120)

    def command(self, *words):
        return as_user(self.user, [self.program, *words])

    def popen(self, *words, settings=None, **options):
        with open(self.log_path, "ab") as log:
            process = subprocess.Popen(self.command(*words), env=self.environment(**(settings or {})), cwd="/",
                                       stderr=log, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def serve(self, **options):
        before = self.log().count('"listening on ')
        process = self.popen("serve", **options)
        eventually(lambda: self.log().count('"listening on ') > before or process.poll() is not None,
                   START_LIMIT_S)
        assert process.poll() is None, self.log() + self.postgres_log()
        return process

    def port(self):
        return int(re.findall(r'"listening on [^"]*:(\d+)"', self.log())[-1])

    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def postgres_log(self):
        return (self.data / "postgres.log").read_text()

    def postmaster(self):
        """The process id, or None."""
        try:
            return int((self.data / "postgres" / "postmaster.pid").read_text().split("\n")[0])
        except FileNotFoundError:
            return None

    def running(self):
        """The processes of the database in our folder, by their working directory."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.path.samefile(entry / "cwd", self.data / "postgres"):
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def socket_dir(self):
        return (self.data / "postgres" / "postmaster.pid").read_text().split("\n")[4]

    def sql(self, statement):
        connection = psycopg2.connect(host=self.socket_dir(), user="understood", dbname="understood")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def remove(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for each in self.running():
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        eventually(lambda: not self.running())
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.programs, ignore_errors=True)
