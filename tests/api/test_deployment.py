"""The files operators copy: systemd's units and the compose file, held to what their own tools say."""
import pathlib
import subprocess

import pytest

from support.service import ROOT, binary

EXPOSURE_MAX = 2.0


@pytest.fixture
def units(tmp_path):
    """The units, with the program that was built in place of the installed one."""
    for name in ("understood.service", "understood.socket"):
        text = (ROOT / "config" / name).read_text()
        (tmp_path / name).write_text(text.replace("/usr/local/bin/understood", str(pathlib.Path(binary()).resolve())))
    return tmp_path


def test_the_units_are_understood_by_systemd_without_a_word(units):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", units / "understood.service",
                           units / "understood.socket"], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "understood" in line]
    assert (done.returncode, ours) == (0, [])


def test_the_service_is_exposed_to_little(units):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={int(EXPOSURE_MAX * 10)}",
                           "--no-pager", units / "understood.service"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]
    print(done.stdout.splitlines()[-1])


def test_the_compose_file_satisfies_its_linter():
    done = subprocess.run([ROOT / "tests/node_modules/.bin/dclint", "--max-warnings", "0", "docker/compose.yaml"],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_labelled_with_the_version_that_is_built():
    version = subprocess.run([binary(), "--version"], capture_output=True, text=True).stdout.strip()
    assert f'org.opencontainers.image.version="{version}"' in (ROOT / "docker/Dockerfile").read_text()
