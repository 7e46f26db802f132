"""./dev where something is missing."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from support.embedded import ORDINARY, as_user
from support.service import ROOT


@pytest.fixture
def tmp_path():
    """In place of pytest's, which other users reach only until the next pytest begins and closes the folder above it."""
    with tempfile.TemporaryDirectory(prefix="understood-dev-") as name:
        yield pathlib.Path(name)


def dev(tmp_path, *words, installed=""):
    """Runs ./dev as an ordinary user for whom only the packages in installed are installed."""
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    for name, text in {"dpkg-query": f'case " {installed} " in *" $3 "*) echo installed ;; *) exit 1 ;; esac',
                       "sudo": "exit 1", "npm": "exit 1"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    script = shutil.copy(ROOT / "dev", tmp_path / "dev")
    os.chmod(tmp_path, 0o755)
    command = as_user(ORDINARY if os.geteuid() == 0 else None, ["sh", script, *words])
    return subprocess.run(command, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PATH": f"{programs}:/usr/bin:/bin"})


@pytest.mark.parametrize("command", ["build", "run", "test", "bench", "check"])
def test_without_root_the_missing_packages_are_named_in_one_line(tmp_path, command):
    done = dev(tmp_path, command, installed="meson gcc")
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("apt-get install")]
    assert " ninja-build " in line and " postgresql " in f"{line} "
    assert " meson" not in line and " gcc" not in line


def test_an_unknown_command_shows_the_known_ones(tmp_path):
    for words in ([], ["fly"]):
        done = dev(tmp_path, *words)
        assert done.returncode == 2 and "build | run | test" in done.stderr
