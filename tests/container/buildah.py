"""The image, and buildah with the storage that `./dev image` keeps."""
import os
import subprocess

from support.service import ROOT

KEPT = ROOT / "build" / "image"
IMAGE = "localhost/understood"
BUILDAH = ["buildah", "--root", str(KEPT / "storage"), "--runroot", str(KEPT / "run"), "--storage-driver",
           os.environ.get("STORAGE_DRIVER", "overlay")]


def buildah(*words, **options):
    """What it printed; fails when it does."""
    done = subprocess.run([*BUILDAH, *map(str, words)], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"buildah {words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout.strip()


def make_image():
    subprocess.run([ROOT / "dev", "image"], check=True, stdin=subprocess.DEVNULL)
