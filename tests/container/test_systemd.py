"""config/understood.service under a real systemd: booted as process 1 of namespaces of its own, with all its restrictions."""
import contextlib
import pathlib
import re
import signal
import subprocess
import time

import pytest

from container.buildah import IMAGE, KEPT, buildah, make_image
from support.service import ROOT

LIMIT_S = 60
SYSTEMD_IMAGE = IMAGE + "-systemd"
WANTED = "http://127.0.0.1:8080"


class Machine:
    def __init__(self, root, log):
        self.root = pathlib.Path(root)
        with open(log, "wb") as output:
            self.process = subprocess.Popen(["sh", ROOT / "tests/container/boot_systemd.sh", root, "outside"],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.log = log
        self.init = self.wait(self.find_init)
        self.wait(lambda: self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"))

    def find_init(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        command = pathlib.Path(f"/proc/{children[0]}/comm").read_text() if children else ""
        return int(children[0]) if command == "systemd\n" else None

    def wait(self, condition):
        end = time.monotonic() + LIMIT_S
        while True:
            with contextlib.suppress(OSError):
                value = condition()
                if value:
                    return value
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text() + self.journal()
            time.sleep(0.1)

    def run(self, *words, check=False, **options):
        """Inside, as root."""
        done = subprocess.run(["nsenter", "--target", str(self.init), "--mount", "--pid", "--ipc", "--uts", "--net",
                               "--cgroup", "--", *words], capture_output=True, text=True, timeout=LIMIT_S, **options)
        assert not check or done.returncode == 0, f"{words}: {done.stderr}\n{self.journal()}"
        return done

    def systemctl(self, *words):
        return self.run("systemctl", *words, check=True).stdout

    def show(self, name):
        return self.systemctl("show", "--value", "--property", name, "understood.service").strip()

    def journal(self):
        return self.run("journalctl", "--no-pager", "--output=cat", "--lines=60", "--unit=understood.service").stdout

    def status_of(self, path, *words):
        return self.run("curl", "--silent", "--max-time", "20", "--output", "/dev/null", "--write-out", "%{http_code}",
                        *words, WANTED + path).stdout

    def fresh(self):
        """As before any start."""
        self.run("systemctl", "stop", "understood.socket", "understood.service")
        self.run("rm", "-rf", "/var/lib/understood", "/etc/understood", "/etc/systemd/system/understood.service.d")
        self.run("systemctl", "daemon-reload")
        self.run("systemctl", "reset-failed")

    def configure(self, lines):
        folder = self.root / "etc/systemd/system/understood.service.d"
        folder.mkdir(exist_ok=True)
        (folder / "test.conf").write_text("[Service]\n" + lines + "\n")
        self.systemctl("daemon-reload")

    def end(self):
        self.process.send_signal(signal.SIGKILL)  # and by unshare's wish all inside
        self.process.wait()
        for folder in pathlib.Path("/sys/fs/cgroup").glob(f"**/understood-test-{self.process.pid}"):
            for group in sorted((path for path in folder.glob("**") if path.is_dir()), reverse=True):
                self.remove_group(group)

    @staticmethod
    def remove_group(group):
        """As soon as the kernel has noticed that all in it are gone."""
        for _ in range(100):
            try:
                return group.rmdir()
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"{group} is still in use")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    make_image()
    buildah("bud", "--isolation", "chroot", "--format", "docker", "--layers", "-f", "tests/container/systemd.Dockerfile",
            "-t", SYSTEMD_IMAGE, "--ignorefile", "/dev/null", "config", cwd=ROOT)
    container = buildah("from", SYSTEMD_IMAGE)
    booted = Machine(buildah("mount", container), tmp_path_factory.mktemp("systemd") / "log")
    yield booted
    booted.end()
    buildah("umount", container)
    buildah("rm", container)


@pytest.fixture
def service(machine):
    machine.fresh()
    yield machine
    machine.fresh()


def test_it_runs_with_a_private_database_under_all_its_restrictions(service):
    service.systemctl("start", "understood")
    assert service.show("StatusText") == "serving" and service.status_of("/readyz") == "200"
    status = service.run("cat", f"/proc/{service.show('MainPID')}/status").stdout
    assert re.search(r"^CapEff:\s+0+$", status, re.M) and re.search(r"^NoNewPrivs:\s+1$", status, re.M)
    assert re.search(r"^Seccomp:\s+2$", status, re.M) and not re.search(r"^Uid:\s+0\b", status, re.M)
    assert "could not" not in service.journal()


def test_keys_are_made_and_answers_kept_over_a_restart(service):
    service.systemctl("start", "understood")
    key = service.run("env", "UNDERSTOOD_DATA_DIR=/var/lib/understood", "understood", "key", "create", "--scope", "admin",
                      check=True).stdout.strip()
    sign = ("--header", "Authorization: Bearer " + key)
    body = '{"survey": "understood", "contact": {"ref": "systemd-1"}, "answers": {"understood": "yes"}}'
    assert service.status_of("/v1/responses", *sign, "--json", body) == "201"
    service.systemctl("restart", "understood")
    listed = service.run("curl", "--silent", *sign, WANTED + "/v1/responses").stdout
    assert "systemd-1" in listed
    service.run("env", "UNDERSTOOD_DATA_DIR=/var/lib/understood", "understood", "verify", check=True)


def test_reload_is_followed_and_the_main_process_stays(service):
    service.systemctl("start", "understood")
    process = service.show("MainPID")
    service.systemctl("reload", "understood")
    assert (service.show("ActiveState"), service.show("MainPID")) == ("active", process)
    assert "reloaded; changed: nothing" in service.journal()


def test_the_watchdog_starts_a_stopped_process_again(service):
    service.configure("WatchdogSec=2s")
    service.systemctl("start", "understood")
    time.sleep(5)
    assert service.show("NRestarts") == "0"
    service.run("kill", "-STOP", service.show("MainPID"), check=True)
    service.wait(lambda: service.show("NRestarts") == "1" and service.status_of("/readyz") == "200")


def test_a_credential_only_root_can_read_is_used_and_its_database_waited_for(service):
    service.run("mkdir", "-p", "/etc/understood", check=True)
    file = service.root / "etc/understood/database_url"
    file.write_text("postgresql://understood:secret@127.0.0.1:1/understood\n")
    file.chmod(0o600)
    service.systemctl("start", "--no-block", "understood")
    service.wait(lambda: service.show("StatusText") == "waiting for the database")
    assert (service.show("ActiveState"), service.status_of("/livez"), service.status_of("/readyz")) == ("activating", "200", "503")
    service.systemctl("stop", "understood")
    assert service.show("Result") == "success"


def test_under_socket_activation_a_restart_refuses_nobody(service):
    service.systemctl("start", "understood.socket")
    assert service.show("ActiveState") == "inactive"
    assert service.status_of("/readyz") == "200", "the first request starts it"
    for _ in range(3):
        service.systemctl("restart", "--no-block", "understood")
        # Not /readyz: the one that ends says there that it does.
        assert [service.status_of("/v1/surveys") for _ in range(15)] == ["401"] * 15
        service.wait(lambda: service.show("ActiveState") == "active")
