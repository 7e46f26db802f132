"""Each target under libFuzzer, ASan and UBSan, from the seeds in corpus/NAME; ALL=1 for long."""
import os
import subprocess

import pytest

import fuzz

SECONDS = 300 if os.environ.get("ALL") else 4


@pytest.fixture(scope="module")
def objects():
    return fuzz.compile_service()


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_nothing_from_outside_breaks_it(objects, name, tmp_path):
    command = fuzz.fuzz_command(name, fuzz.link_target(name, objects), SECONDS, tmp_path)
    done = subprocess.run([*command, tmp_path, fuzz.HERE / "corpus" / name], capture_output=True, text=True,
                          timeout=SECONDS + 60)
    assert done.returncode == 0, done.stderr[-6000:]
    runs = int(done.stderr.rpartition("stat::number_of_executed_units:")[2].split()[0])
    print(f"{name}: {runs} runs")
    assert runs > 1000
