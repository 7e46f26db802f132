"""Each fuzz_NAME.c under libFuzzer, ASan and UBSan, from the seeds in corpus/NAME; ALL=1 for long."""
import concurrent.futures
import os
import pathlib
import subprocess

import pytest

from support.service import ROOT

HERE = pathlib.Path(__file__).resolve().parent
OBJECTS = ROOT / "build" / "fuzz"
SECONDS = 300 if os.environ.get("ALL") else 4
# What the targets reach, and what that is linked with.
SOURCES = ["base/*.c", "domain/*.c", "http/accept.c", "http/client_address.c", "http/credentials.c", "http/form.c",
           "http/guard.c", "http/identity.c", "http/ip_network.c", "http/origin.c",
           "http/request.c", "http/response.c", "http/router.c",
           "api/contact_fields.c", "api/field*.c", "api/mistakes.c", "api/query_fields.c", "api/response_query.c",
           "api/vote_fields.c", "store/contact_row.c", "store/db*.c", "store/multi_row.c", "store/params.c",
           "store/response.c", "store/response_read.c"]
LIBRARIES = ["jansson", "libpq", "libsodium"]
COMPILE = ["clang-14", "-std=gnu17", "-g", "-O1", "-D_GNU_SOURCE", '-DUNDERSTOOD_VERSION="fuzz"', "-I", ROOT / "src"]
SANITIZE = "address,undefined"
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))


def pkg_config(*words):
    return subprocess.check_output(["pkg-config", *words, *LIBRARIES], text=True).split()


def compile_object(source):
    target = OBJECTS / (source.relative_to(ROOT).as_posix().replace("/", "_") + ".o")
    depends = target.with_suffix(".d")
    needed = depends.read_text().replace("\\\n", " ").split()[1:] if depends.exists() and target.exists() else None
    if needed is None or any(not os.path.exists(path) or os.stat(path).st_mtime > target.stat().st_mtime
                             for path in needed):
        subprocess.run([*COMPILE, f"-fsanitize=fuzzer-no-link,{SANITIZE}", "-fno-sanitize-recover=all", "-MMD",
                        "-MF", depends, *pkg_config("--cflags"), "-c", source, "-o", target], check=True)
    return target


@pytest.fixture(scope="module")
def objects():
    OBJECTS.mkdir(parents=True, exist_ok=True)
    sources = [path for pattern in SOURCES for path in sorted((ROOT / "src").glob(pattern))
               if path.name != "embedded.c"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(compile_object, sources))


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_from_outside_breaks_it(objects, name, tmp_path):
    archive, program = OBJECTS / "service.a", OBJECTS / f"fuzz_{name}"
    archive.unlink(missing_ok=True)
    subprocess.run(["ar", "rcs", archive, *objects], check=True)
    subprocess.run(["clang-14", f"-fsanitize=fuzzer,{SANITIZE}", compile_object(HERE / f"fuzz_{name}.c"), archive,
                    *pkg_config("--libs"), "-lm", "-lpthread", "-o", program], check=True)
    done = subprocess.run([program, f"-max_total_time={SECONDS}", "-timeout=5", "-rss_limit_mb=2048", "-max_len=8192",
                           "-print_final_stats=1", f"-artifact_prefix={tmp_path}/", tmp_path, HERE / "corpus" / name],
                          capture_output=True, text=True, timeout=SECONDS + 60)
    assert done.returncode == 0, done.stderr[-6000:]
    runs = int(done.stderr.rpartition("stat::number_of_executed_units:")[2].split()[0])
    print(f"{name}: {runs} runs")
    assert runs > 1000
