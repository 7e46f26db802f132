"""The container's image, built for real by `./dev image` and run by `buildah run` in a chroot: for root, and minutes.

The host's network and processes are seen from inside; user, files and signals are the container's.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from container.buildah import BUILDAH, IMAGE, buildah, make_image
from support.process import ask_tcp
from support.service import clean_environment

LIMIT_S = 60
USER_ID = 10001


@pytest.fixture(scope="module")
def image():
    begin = time.monotonic()
    make_image()
    print(f"built in {time.monotonic() - begin:.0f} s")
    return json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]


@pytest.fixture
def container(image):
    name = buildah("from", IMAGE)
    yield name
    buildah("rm", name)


@pytest.fixture
def secrets(postgres):
    """A folder with the database's url as a secret that the container's user may read."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="understood-secrets-"))
    folder.chmod(0o755)
    os.chmod(postgres.folder, 0o755)
    postgres.execute("CREATE DATABASE contained")
    (folder / "url").write_text(f"host={postgres.folder} user=understood dbname=contained\n")
    (folder / "url").chmod(0o444)
    yield folder
    postgres.execute("DROP DATABASE contained WITH (FORCE)")
    shutil.rmtree(folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def process_of(port):
    """The one that listens there."""
    with open("/proc/net/tcp") as table:
        inodes = {line.split()[9] for line in table if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"}
    for fd in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(fd).removeprefix("socket:[").removesuffix("]") in inodes:
                return int(fd.parts[2])
    return None


def wait_ready(port, process, log):
    end = time.monotonic() + LIMIT_S
    while True:
        with contextlib.suppress(OSError):
            if ask_tcp(port)[0] == 200:
                return
        assert process.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@contextlib.contextmanager
def started(command, folder):
    log = folder / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        yield process, log
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def in_container(container, *words, secrets, postgres, **environment):
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    return [*BUILDAH, "run", "--isolation", "chroot", *variables,
            "--volume", f"{secrets}:/run/secrets:ro", "--volume", f"{postgres.folder}:{postgres.folder}",
            container, "--", *words]


def test_the_image_says_how_it_is_to_be_run(image):
    assert image["User"] == f"{USER_ID}:{USER_ID}" and image["StopSignal"] == "SIGTERM"
    assert image["Entrypoint"] + image["Cmd"] == ["/usr/local/bin/understood", "serve"]
    assert image["Healthcheck"]["Test"] == ["CMD", "/usr/local/bin/understood", "health"]
    assert {"org.opencontainers.image." + name for name in ("title", "version", "licenses", "description")} <= set(image["Labels"])
    assert not any("PASSWORD" in variable or "SECRET" in variable for variable in image["Env"])


def test_the_image_holds_no_tools_to_build_and_no_shell_scripts_of_ours(container):
    root = pathlib.Path(buildah("mount", container))
    try:
        for absent in ("usr/bin/gcc", "usr/bin/python3", "usr/bin/meson", "source", "build", "installed", "usr/bin/curl"):
            assert not (root / absent).exists(), absent
        assert [path.name for path in (root / "usr/local/bin").iterdir()] == ["understood"]
    finally:
        buildah("umount", container)


def test_it_runs_answers_keeps_an_answer_and_drains(container, secrets, postgres, tmp_path):
    port = free_port()
    where = {"secrets": secrets, "postgres": postgres, "DATABASE_URL_FILE": "/run/secrets/url",
             "UNDERSTOOD_HTTP_LISTEN": f"0.0.0.0:{port}"}
    with started(in_container(container, "understood", "serve", **where), tmp_path) as (process, log):
        wait_ready(port, process, log)
        inside = process_of(port)
        status = pathlib.Path(f"/proc/{inside}/status").read_text()
        assert f"Uid:\t{USER_ID}\t{USER_ID}\t{USER_ID}\t{USER_ID}" in status and "CapEff:\t0000000000000000" in status
        healthy = subprocess.run(in_container(container, "understood", "health", "--ready", **where),
                                 capture_output=True, text=True)
        assert (healthy.returncode, healthy.stdout.strip()) == (0, "/readyz: HTTP/1.1 200 OK")
        key = subprocess.run(in_container(container, "understood", "key", "create", "--scope", "write", **where),
                             capture_output=True, text=True, check=True).stdout.strip()
        answer = {"survey": "understood", "contact": {"ref": "contained-1"}, "answers": {"understood": "yes"}}
        posted = subprocess.run(["curl", "-s", "-w", "%{http_code}", f"http://127.0.0.1:{port}/v1/responses", "-H",
                                 f"Authorization: Bearer {key}", "--json", json.dumps(answer)],
                                capture_output=True, text=True, check=True).stdout
        assert posted.endswith("201"), posted
        os.kill(inside, signal.SIGTERM)
        assert process.wait(10) == 0, log.read_text()
        assert "stopped" in log.read_text()
    with contextlib.closing(postgres.connect("contained")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT contact_ref FROM responses")
        assert cursor.fetchall() == [("contained-1",)]
    verified = subprocess.run(in_container(container, "understood", "verify", **where), capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout


def test_it_needs_no_file_system_to_write_to(container, secrets, postgres, tmp_path):
    """As docker run --read-only: the image's root mounted read-only, in a mount namespace of the test's."""
    port = free_port()
    root = buildah("mount", container)
    script = """
        set -e
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mkdir -p "$1/run/secrets" "$1$3"
        mount --bind "$2" "$1/run/secrets"
        mount --bind "$3" "$1$3"
        mount -o remount,bind,ro "$1"
        ! touch "$1/tmp/probe" 2>/dev/null
        exec chroot --userspec=10001:10001 "$1" /usr/local/bin/understood serve
    """
    command = ["unshare", "--mount", "sh", "-c", script, "sh", root, secrets, postgres.folder]
    environment = clean_environment(UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:{port}", DATABASE_URL_FILE="/run/secrets/url")
    log = tmp_path / "log"
    try:
        with open(log, "wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        wait_ready(port, process, log)
        process.terminate()
        assert process.wait(10) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        buildah("umount", container)


def test_without_a_database_it_says_what_it_needs(container, secrets, postgres, tmp_path):
    with started(in_container(container, "understood", "serve", secrets=secrets, postgres=postgres), tmp_path) as (process, log):
        assert process.wait(LIMIT_S) == 1
        assert "DATABASE_URL" in log.read_text(), log.read_text()
