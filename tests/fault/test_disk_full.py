"""A tablespace without room left: 503 and no crash, and the answers come through once there is room. Needs ALL=1 and root."""
import os
import subprocess
import time

import pytest

from witness import LONG, Witness, assert_exactly_once
import lab

pytestmark = pytest.mark.skipif(not LONG or os.geteuid() != 0, reason="needs ALL=1 and root: mounts a tmpfs")


def test_a_full_disk_is_answered_503_until_there_is_room_again(cluster, tmp_path):
    tiny = cluster.folder / "tiny"
    tiny.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=777", "tmpfs", str(tiny)], check=True)
    try:
        space = tiny / "space"
        space.mkdir(mode=0o700)
        subprocess.run(["chown", "postgres:", str(space)], check=True)
        cluster.sql(f"CREATE TABLESPACE tiny LOCATION '{space}'")
        cluster.sql("CREATE DATABASE tiny TABLESPACE tiny")
        service = lab.Service(cluster, "tiny", intake_commit_deadline_ms=3000, http_answer_deadline_ms=1500)
        service.migrate()
        service.api_key = service.key("write")
        cluster.sql("UPDATE accounts SET event_mask = 3", database="tiny")  # assert_exactly_once looks at what was told
        service.start()
        ballast = tiny / "ballast"
        room = os.statvfs(tiny)
        with open(ballast, "wb") as file:
            file.write(bytes(room.f_bavail * room.f_bsize - (1 << 20)))
        witness = Witness(service, tmp_path)
        time.sleep(6)
        assert service.process.poll() is None
        ballast.unlink()
        time.sleep(3)
        _, _, refused = assert_exactly_once(service, cluster, "tiny", witness)
        assert 503 in refused and set(refused) <= {409, 503}
        service.kill()
    finally:
        cluster.sql("DROP DATABASE IF EXISTS tiny WITH (FORCE)")
        cluster.sql("DROP TABLESPACE IF EXISTS tiny")
        subprocess.run(["umount", "-l", str(tiny)], check=False)
