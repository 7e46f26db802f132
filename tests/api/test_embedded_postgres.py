"""The embedded PostgreSQL and each of its traps. Those that need root or its absence say so."""
import glob
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

import pytest
import requests

from support.embedded import ORDINARY, Embedded, eventually

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
USERS = [None, ORDINARY] if IS_ROOT else [None]  # None: whoever we are


@pytest.fixture
def make():
    made = []

    def make_one(**options):
        made.append(Embedded(**options))
        return made[-1]

    yield make_one
    for each in made:
        each.remove()


def stop(process, number=signal.SIGTERM, seconds=5):
    begin = time.monotonic()
    process.send_signal(number)
    status = process.wait(seconds)
    assert time.monotonic() - begin < seconds
    return status


@pytest.mark.parametrize("user", USERS)
def test_the_service_makes_starts_and_stops_its_database(make, user):
    here = make(user=user)
    process = here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert stop(process) == 0
    assert here.running() == [] and here.postmaster() is None
    assert "database system is shut down" in here.postgres_log()


@only_root
def test_as_root_postgresql_runs_as_user_postgres(make):
    here = make()
    here.serve()
    assert pathlib.Path(f"/proc/{here.postmaster()}").owner() == "postgres"
    assert (here.data / "run").owner() == "postgres" and (here.data / "run").stat().st_mode & 0o777 == 0o700


@only_root
def test_as_root_it_works_below_a_folder_that_postgres_may_not_enter(make):
    here = make(mode=0o700)  # as /root is
    process = here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert re.fullmatch(r"us_1_\w+\n", here.cli("key", "create", "--scope", "read").stdout)
    assert stop(process) == 0
    here.serve()
    assert here.sql("SELECT count(*) FROM api_keys") == [(1,)]


@only_root
def test_as_root_a_folder_made_by_somebody_else_is_used_as_them(make):
    here = make(user=ORDINARY)
    assert here.cli("migrate").returncode == 0
    here.user = None
    here.serve()
    assert pathlib.Path(f"/proc/{here.postmaster()}").owner() == ORDINARY


@only_root
def test_somebody_elses_folder_is_refused_with_the_reason(make):
    here = make()
    assert here.cli("migrate").returncode == 0
    done = here.cli("migrate", user=ORDINARY)
    assert done.returncode == 1 and "belongs to another user" in done.stderr
    assert "UNDERSTOOD_DATA_DIR" in done.stderr


@only_root
def test_a_user_id_without_a_name_is_told_what_to_do(make):
    here = make()
    os.chmod(here.folder, 0o777)
    done = here.cli("migrate", prefix=["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--"])
    assert done.returncode == 1
    assert "user id 54321 has no name" in done.stderr and "DATABASE_URL" in done.stderr


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("data", ["long/" + "x" * 120, "with space, comma and 'quotes'"])
def test_a_path_that_no_socket_can_have_works(make, user, data):
    here = make(user=user, data=data)
    process = here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert here.cli("key", "create", "--scope", "read").returncode == 0
    socket_dir = here.socket_dir()
    assert len(socket_dir) < 90 and os.stat(socket_dir).st_mode & 0o777 == 0o700
    assert stop(process) == 0
    os.rmdir(socket_dir)


def test_a_folder_that_is_not_ours_is_not_used_for_the_socket(make):
    here = make(data="long/" + "y" * 120)
    process = here.serve()
    socket_dir = here.socket_dir()
    assert stop(process) == 0
    os.chmod(socket_dir, 0o755)
    done = here.cli("migrate")
    os.rmdir(socket_dir)
    assert done.returncode == 1 and "mode 0700" in done.stderr


def test_only_a_unix_socket_no_jit_and_plain_shared_memory(make):
    here = make()
    here.serve()
    settings = dict(here.sql("SELECT name, setting FROM pg_settings WHERE name IN ('jit', 'listen_addresses',"
                             " 'dynamic_shared_memory_type', 'fsync', 'synchronous_commit')"))
    assert settings == {"jit": "off", "listen_addresses": "", "dynamic_shared_memory_type": "mmap",
                        "fsync": "on", "synchronous_commit": "on"}


def test_postgresql_inherits_no_socket_and_has_a_session_of_its_own(make):
    here = make()
    process = here.serve()
    postmaster = here.postmaster()
    assert os.getsid(postmaster) == postmaster != os.getsid(process.pid)
    listening = {line.split()[9] for line in open("/proc/net/tcp") if line.split()[3] == "0A"}
    links = [os.readlink(path) for path in glob.glob(f"/proc/{postmaster}/fd/*")]
    assert not [link for link in links if link[8:-1] in listening and link.startswith("socket:")]


def in_terminal(here):
    """Starts `serve --welcome` with a terminal of its own; returns its pid and the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir("/")
        command = here.command("serve", "--welcome")
        os.execvpe(command[0], command, here.environment())
    return child, terminal


def read_until(terminal, pattern, seconds=60):
    text = ""
    end = time.monotonic() + seconds
    while not re.search(pattern, text):
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        try:
            piece = os.read(terminal, 4096) if ready else b""
        except OSError:
            piece = b""
        assert piece, f"no {pattern} in {text}"
        text += piece.decode(errors="replace")
    return text


def test_control_c_in_a_terminal_ends_everything_in_order(make):
    here = make()
    child, terminal = in_terminal(here)
    shown = read_until(terminal, r"Ctrl-C")
    assert re.search(r"survey link +http://127\.0\.0\.1:\d+/s/\S+", shown)
    assert re.search(r"API key +us_1_\w{21} ", shown)
    assert "curl -s" in shown and "/v1/metrics" in shown
    begin = time.monotonic()
    os.write(terminal, b"\x03")
    rest = read_until(terminal, r'"stopped"')
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0 and time.monotonic() - begin < 5, rest
    assert here.running() == []
    log = here.postgres_log()
    assert "received fast shutdown request" in log and "database system is shut down" in log


def test_the_key_of_the_first_run_is_shown_once(make):
    here = make()
    for shown_once in (r"us_1_\w{21}", r"the one shown at the first run"):
        child, terminal = in_terminal(here)
        shown = read_until(terminal, r"Ctrl-C")
        assert re.search(r"API key +" + shown_once, shown)
        os.kill(child, signal.SIGTERM)
        read_until(terminal, r'"stopped"')
        os.waitpid(child, 0)
        os.close(terminal)


def test_a_closed_terminal_ends_everything_too(make):
    here = make()
    child, terminal = in_terminal(here)
    read_until(terminal, r"Ctrl-C")
    os.close(terminal)
    os.waitpid(child, 0)
    assert here.running() == []


def test_a_stop_while_the_database_is_being_made_leaves_nothing_running(make):
    for delay_s in (0.1, 0.4, 0.9):
        here = make()
        process = here.popen("serve")
        time.sleep(delay_s)
        assert stop(process) == 0
        eventually(lambda: here.running() == [])
        assert here.cli("migrate").returncode == 0


def test_after_kill_9_the_next_service_takes_the_running_database_over(make):
    here = make()
    first = here.serve()
    postmaster = here.postmaster()
    first.kill()
    first.wait()
    assert here.running()
    second = here.serve()
    assert here.postmaster() == postmaster
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200
    assert stop(second) == 0
    assert here.running() == []
    assert "database system is shut down" in here.postgres_log()


def test_after_kill_9_of_all_the_next_service_recovers(make):
    here = make()
    first = here.serve()
    here.sql("CREATE TABLE witness AS SELECT 1 AS n")
    first.kill()
    first.wait()
    for each in here.running():
        os.kill(each, signal.SIGKILL)
    here.serve()
    assert here.sql("SELECT n FROM witness") == [(1,)]


def test_a_stale_pid_file_with_a_number_that_lives_again_does_not_matter(make):
    here = make()
    assert here.cli("migrate").returncode == 0
    path = here.data / "postgres" / "postmaster.pid"
    path.write_text(f"{os.getpid()}\n{path.parent}\n1\n5432\n{here.data}/run\n\n  1 1\nready\n")
    os.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)
    here.serve()
    assert here.postmaster() != os.getpid()


def test_a_database_that_was_half_made_is_made_again(make):
    here = make()
    os.makedirs(here.data / "postgres.partial" / "base")
    (here.data / "postgres.partial" / "PG_VERSION").write_text("15\n")
    assert here.cli("migrate").returncode == 0
    assert not (here.data / "postgres.partial").exists()


def test_a_second_service_on_the_folder_is_refused_and_the_first_goes_on(make):
    here = make()
    first = here.serve()
    postmaster, port = here.postmaster(), here.port()
    done = here.cli("serve")
    assert done.returncode == 1
    assert "another `understood serve` runs on" in done.stderr and "UNDERSTOOD_DATA_DIR" in done.stderr
    assert first.poll() is None and here.postmaster() == postmaster
    assert requests.get(f"http://127.0.0.1:{port}/readyz").status_code == 200


def test_a_folder_of_another_version_is_refused_with_what_to_do(make):
    here = make()
    assert here.cli("migrate").returncode == 0
    path = here.data / "postgres" / "PG_VERSION"
    path.write_text("9\n")
    done = here.cli("serve")
    assert done.returncode == 1
    assert "was made by PostgreSQL 9" in done.stderr and "apt-get install postgresql-9" in done.stderr
    assert here.running() == []


@pytest.mark.parametrize("bindir", ["/nonexistent", "/usr/bin"])
def test_without_the_server_package_it_says_what_to_install(make, bindir):
    done = make().cli("serve", UNDERSTOOD_DATABASE_BINDIR=bindir)
    assert done.returncode == 1
    assert f"are not in {bindir}" in done.stderr and "apt-get install postgresql" in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_a_named_folder_of_programs_is_used(make):
    newest = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    assert make().cli("migrate", UNDERSTOOD_DATABASE_BINDIR=newest).returncode == 0


def test_libpq_variables_for_other_servers_do_not_matter(make):
    here = make()
    done = here.cli("migrate", PGHOST="/nowhere", PGPORT="1", PGOPTIONS="-c nonsense=1", PGSERVICE="nowhere",
                    PGDATABASE="x", PGUSER="y", PGDATA="/nowhere")
    assert done.returncode == 0, done.stderr


def test_a_subcommand_alone_starts_the_database_for_its_duration(make):
    here = make()
    assert re.fullmatch(r"us_1_\w+\n", here.cli("key", "create", "--scope", "admin").stdout)
    assert here.running() == []
    assert "admin" in here.cli("key", "list").stdout


def test_subcommands_beside_the_service_use_its_database(make):
    here = make()
    here.serve()
    postmaster = here.postmaster()
    done = here.cli("key", "create", "--scope", "admin")
    assert re.fullmatch(r"us_1_\w+\n", done.stdout) and done.stderr == ""
    assert here.postmaster() == postmaster
    answer = requests.get(f"http://127.0.0.1:{here.port()}/v1/surveys",
                          headers={"Authorization": f"Bearer {done.stdout.strip()}"})
    assert answer.status_code == 200


def test_subcommands_at_once_share_the_database_and_the_last_one_stops_it(make):
    here = make()
    together = [here.popen("key", "create", "--scope", "read") for _ in range(6)]
    assert [process.wait(60) for process in together] == [0] * 6, here.log()
    assert here.running() == []
    assert here.cli("key", "list").stdout.count("\tread\t") == 6


def test_a_service_after_a_subcommand_that_was_killed_goes_on_with_its_database(make):
    here = make()
    process = here.popen("demo", "--answers", "100000")
    eventually(lambda: here.postmaster() is not None, 30)
    process.kill()
    process.wait()
    here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200


def test_control_c_on_a_subcommand_stops_the_database_it_started(make):
    here = make()
    assert here.cli("migrate").returncode == 0
    process = here.popen("demo", "--answers", "200000")
    eventually(lambda: here.postmaster() is not None, 30)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(5) != 0
    eventually(lambda: here.running() == [])


def test_a_second_signal_does_not_wait(make):
    here = make()
    process = here.serve()
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.wait(5)
    eventually(lambda: here.running() == [], 5)


def test_a_port_in_use_ends_the_service_and_the_database(make):
    here = make()
    other = make()
    here.serve()
    done = other.cli("serve", UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:{here.port()}")
    assert done.returncode == 1 and str(here.port()) in done.stderr
    assert other.running() == []


def test_a_data_folder_that_cannot_be_made_is_named(make):
    here = make()
    done = subprocess.run([here.program, "migrate"], capture_output=True, text=True, cwd="/",
                          env=here.environment(UNDERSTOOD_DATA_DIR="/proc/nowhere"))
    assert done.returncode == 1 and "/proc/nowhere" in done.stderr and "UNDERSTOOD_DATA_DIR" in done.stderr
