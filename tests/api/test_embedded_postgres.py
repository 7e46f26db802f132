"""The embedded PostgreSQL and each of its traps. Those that need root or its absence say so."""
import glob
import os
import pathlib
import re
import subprocess

import pytest
import requests

from support.embedded import ORDINARY, stop

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
USERS = [None, ORDINARY] if IS_ROOT else [None]  # None: whoever we are


@pytest.mark.parametrize("user", USERS)
def test_the_service_makes_starts_and_stops_its_database(make_embedded, user):
    here = make_embedded(user=user)
    process = here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert stop(process) == 0
    assert here.running() == [] and here.postmaster() is None
    assert "database system is shut down" in here.postgres_log()


@only_root
def test_as_root_postgresql_runs_as_user_postgres(make_embedded):
    here = make_embedded()
    here.serve()
    assert pathlib.Path(f"/proc/{here.postmaster()}").owner() == "postgres"
    assert (here.data / "run").owner() == "postgres" and (here.data / "run").stat().st_mode & 0o777 == 0o700


@only_root
def test_as_root_it_works_below_a_folder_that_postgres_may_not_enter(make_embedded):
    here = make_embedded(mode=0o700)  # as /root is
    process = here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert re.fullmatch(r"us_1_\w+\n", here.cli("key", "create", "--scope", "read").stdout)
    assert stop(process) == 0
    here.serve()
    assert here.sql("SELECT count(*) FROM api_keys") == [(1,)]


@only_root
def test_as_root_a_folder_made_by_somebody_else_is_used_as_them(make_embedded):
    here = make_embedded(user=ORDINARY)
    assert here.cli("migrate").returncode == 0
    here.user = None
    here.serve()
    assert pathlib.Path(f"/proc/{here.postmaster()}").owner() == ORDINARY


@only_root
def test_somebody_elses_folder_is_refused_with_the_reason(make_embedded):
    here = make_embedded()
    assert here.cli("migrate").returncode == 0
    done = here.cli("migrate", user=ORDINARY)
    assert done.returncode == 1 and "belongs to another user" in done.stderr
    assert "UNDERSTOOD_DATA_DIR" in done.stderr


@only_root
def test_a_user_id_without_a_name_is_told_what_to_do(make_embedded):
    here = make_embedded()
    os.chmod(here.folder, 0o777)
    done = here.cli("migrate", prefix=["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--"])
    assert done.returncode == 1
    assert "user id 54321 has no name" in done.stderr and "DATABASE_URL" in done.stderr


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("data", ["long/" + "x" * 120, "with space, comma and 'quotes'"])
def test_a_path_that_no_socket_can_have_works(make_embedded, user, data):
    here = make_embedded(user=user, data=data)
    process = here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert here.cli("key", "create", "--scope", "read").returncode == 0
    socket_dir = here.socket_dir()
    assert len(socket_dir) < 90 and os.stat(socket_dir).st_mode & 0o777 == 0o700
    assert stop(process) == 0
    os.rmdir(socket_dir)


def test_a_folder_that_is_not_ours_is_not_used_for_the_socket(make_embedded):
    here = make_embedded(data="long/" + "y" * 120)
    process = here.serve()
    socket_dir = here.socket_dir()
    assert stop(process) == 0
    os.chmod(socket_dir, 0o755)
    done = here.cli("migrate")
    os.rmdir(socket_dir)
    assert done.returncode == 1 and "mode 0700" in done.stderr


def test_only_a_unix_socket_no_jit_and_plain_shared_memory(make_embedded):
    here = make_embedded()
    here.serve()
    settings = dict(here.sql("SELECT name, setting FROM pg_settings WHERE name IN ('jit', 'listen_addresses',"
                             " 'dynamic_shared_memory_type', 'fsync', 'synchronous_commit')"))
    assert settings == {"jit": "off", "listen_addresses": "", "dynamic_shared_memory_type": "mmap",
                        "fsync": "on", "synchronous_commit": "on"}


def test_postgresql_inherits_no_socket_and_has_a_session_of_its_own(make_embedded):
    here = make_embedded()
    process = here.serve()
    postmaster = here.postmaster()
    assert os.getsid(postmaster) == postmaster != os.getsid(process.pid)
    listening = {line.split()[9] for line in open("/proc/net/tcp") if line.split()[3] == "0A"}
    links = [os.readlink(path) for path in glob.glob(f"/proc/{postmaster}/fd/*")]
    assert not [link for link in links if link[8:-1] in listening and link.startswith("socket:")]


def test_a_second_service_on_the_folder_is_refused_and_the_first_goes_on(make_embedded):
    here = make_embedded()
    first = here.serve()
    postmaster, port = here.postmaster(), here.port()
    done = here.cli("serve")
    assert done.returncode == 1
    assert "another `understood serve` runs on" in done.stderr and "UNDERSTOOD_DATA_DIR" in done.stderr
    assert first.poll() is None and here.postmaster() == postmaster
    assert requests.get(f"http://127.0.0.1:{port}/readyz").status_code == 200


def test_a_folder_of_another_version_is_refused_with_what_to_do(make_embedded):
    here = make_embedded()
    assert here.cli("migrate").returncode == 0
    path = here.data / "postgres" / "PG_VERSION"
    path.write_text("9\n")
    done = here.cli("serve")
    assert done.returncode == 1
    assert "was made by PostgreSQL 9" in done.stderr and "apt-get install postgresql-9" in done.stderr
    assert here.running() == []


@pytest.mark.parametrize("bindir", ["/nonexistent", "/usr/bin"])
def test_without_the_server_package_it_says_what_to_install(make_embedded, bindir):
    done = make_embedded().cli("serve", UNDERSTOOD_DATABASE_BINDIR=bindir)
    assert done.returncode == 1
    assert f"are not in {bindir}" in done.stderr and "apt-get install postgresql" in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_a_named_folder_of_programs_is_used(make_embedded):
    newest = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    assert make_embedded().cli("migrate", UNDERSTOOD_DATABASE_BINDIR=newest).returncode == 0


def test_libpq_variables_for_other_servers_do_not_matter(make_embedded):
    here = make_embedded()
    done = here.cli("migrate", PGHOST="/nowhere", PGPORT="1", PGOPTIONS="-c nonsense=1", PGSERVICE="nowhere",
                    PGDATABASE="x", PGUSER="y", PGDATA="/nowhere")
    assert done.returncode == 0, done.stderr


def test_a_port_in_use_ends_the_service_and_the_database(make_embedded):
    here = make_embedded()
    other = make_embedded()
    here.serve()
    done = other.cli("serve", UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:{here.port()}")
    assert done.returncode == 1 and str(here.port()) in done.stderr
    assert other.running() == []


def test_a_data_folder_that_cannot_be_made_is_named(make_embedded):
    here = make_embedded()
    done = subprocess.run([here.program, "migrate"], capture_output=True, text=True, cwd="/",
                          env=here.environment(UNDERSTOOD_DATA_DIR="/proc/nowhere"))
    assert done.returncode == 1 and "/proc/nowhere" in done.stderr and "UNDERSTOOD_DATA_DIR" in done.stderr
