"""Builds the targets, each fuzz_NAME.c, with libFuzzer, ASan and UBSan.

By hand, `nice python3 tests/fuzz/fuzz.py SECONDS [NAME ...]` fuzzes each for so long, and then keeps in corpus/NAME the
smallest of the inputs that together reach as much. A finding stops it; its input is in build/fuzz.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OBJECTS = ROOT / "build" / "fuzz"
# What the targets may reach; a new file that one of them comes to need is there already.
SOURCES = ["base/*.c", "clients/*.c", "domain/*.c", "http/*.c", "store/*.c", "api/*.c", "pages/*.c"]
EMBEDDED = ROOT / "build" / "src" / "embedded_files.c"
LIBRARIES = ["jansson", "libcurl", "libpq", "libsodium", "libcrypto", "libmicrohttpd", "libidn2", "libutf8proc"]
COMPILE = ["clang-14", "-std=gnu17", "-g", "-O1", "-D_GNU_SOURCE", '-DUNDERSTOOD_VERSION="fuzz"', "-I", ROOT / "src"]
SANITIZE = "address,undefined"
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))
INPUT_BYTES_MAX = 8192
KEPT_MAX = 50  # of what one long run makes


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


def compile_service():
    """The objects of all that the targets reach."""
    OBJECTS.mkdir(parents=True, exist_ok=True)
    sources = [EMBEDDED, *(path for pattern in SOURCES for path in sorted((ROOT / "src").glob(pattern)))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(compile_object, sources))


def link_target(name, objects):
    archive, program = OBJECTS / f"service-{name}.a", OBJECTS / f"fuzz_{name}"
    archive.unlink(missing_ok=True)
    subprocess.run(["ar", "rcsT", archive, *objects], check=True)
    subprocess.run(["clang-14", f"-fsanitize=fuzzer,{SANITIZE}", compile_object(HERE / f"fuzz_{name}.c"), archive,
                    *pkg_config("--libs"), "-lm", "-lpthread", "-o", program], check=True)
    return program


def fuzz_command(name, program, seconds, artefacts):
    """The command but for its corpora; what it finds goes into the folder artefacts."""
    dictionary = HERE / "dictionaries" / f"{name}.dict"
    return [program, f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", f"-max_len={INPUT_BYTES_MAX}",
            "-print_final_stats=1", f"-artifact_prefix={artefacts}/",
            *([f"-dict={dictionary}"] if dictionary.exists() else [])]


def grow(name, seconds, objects):
    program, corpus = link_target(name, objects), HERE / "corpus" / name
    with tempfile.TemporaryDirectory() as grown, tempfile.TemporaryDirectory() as smallest:
        subprocess.run([*fuzz_command(name, program, seconds, OBJECTS), grown, corpus], check=True)
        seeds = set(path.read_bytes() for path in corpus.iterdir())
        subprocess.run([program, "-set_cover_merge=1", smallest, corpus, grown], check=True)
        made = [path for path in pathlib.Path(smallest).iterdir() if path.read_bytes() not in seeds]
        for path in sorted(made, key=lambda path: path.stat().st_size)[:KEPT_MAX]:
            shutil.copy(path, corpus / path.name)


if __name__ == "__main__":
    made = compile_service()
    for target in sys.argv[2:] or TARGETS:
        grow(target, int(sys.argv[1]), made)
