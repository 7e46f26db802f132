"""The embedded PostgreSQL through Ctrl-C, kill -9, and several processes at once."""
import os
import pty
import re
import select
import signal
import time

import requests

from support.embedded import eventually, stop


def in_terminal(here):
    """Starts `serve --welcome` with a terminal of its own; returns its pid and the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir("/")
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever nohup left us
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


def status_of(child, seconds=20):
    """The exit status of a child that ends by itself."""
    end = time.monotonic() + seconds
    while (ended := os.waitpid(child, os.WNOHANG))[0] != child:
        if time.monotonic() > end:
            os.kill(child, signal.SIGTERM)
            raise AssertionError("the service did not end")
        time.sleep(0.02)
    return os.waitstatus_to_exitcode(ended[1])


def test_control_c_in_a_terminal_ends_everything_in_order(make_embedded):
    here = make_embedded()
    child, terminal = in_terminal(here)
    shown = read_until(terminal, r"Ctrl-C")
    assert re.search(r"survey link +http://127\.0\.0\.1:\d+/s/\S+", shown)
    assert re.search(r"API key +us_1_\w{21} ", shown)
    assert "curl -s" in shown and "/v1/metrics" in shown
    begin = time.monotonic()
    os.write(terminal, b"\x03")
    rest = read_until(terminal, r'"stopped"')
    assert status_of(child) == 0 and time.monotonic() - begin < 5, rest
    assert here.running() == []
    log = here.postgres_log()
    assert "received fast shutdown request" in log and "database system is shut down" in log


def test_the_key_of_the_first_run_is_shown_once(make_embedded):
    here = make_embedded()
    for shown_once in (r"us_1_\w{21}", r"the one shown at the first run"):
        child, terminal = in_terminal(here)
        shown = read_until(terminal, r"Ctrl-C")
        assert re.search(r"API key +" + shown_once, shown)
        os.kill(child, signal.SIGTERM)
        read_until(terminal, r'"stopped"')
        assert status_of(child) == 0
        os.close(terminal)


def test_a_closed_terminal_ends_everything_too(make_embedded):
    here = make_embedded()
    child, terminal = in_terminal(here)
    read_until(terminal, r"Ctrl-C")
    os.close(terminal)
    status_of(child)
    assert here.running() == []


def test_a_stop_while_the_database_is_being_made_leaves_nothing_running(make_embedded):
    for delay_s in (0.1, 0.4, 0.9):
        here = make_embedded()
        process = here.popen("serve")
        time.sleep(delay_s)
        assert stop(process) == 0
        eventually(lambda: here.running() == [])
        assert here.cli("migrate").returncode == 0


def test_after_kill_9_the_next_service_takes_the_running_database_over(make_embedded):
    here = make_embedded()
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


def test_after_kill_9_of_all_the_next_service_recovers(make_embedded):
    here = make_embedded()
    first = here.serve()
    here.sql("CREATE TABLE witness AS SELECT 1 AS n")
    first.kill()
    first.wait()
    for each in here.running():
        os.kill(each, signal.SIGKILL)
    here.serve()
    assert here.sql("SELECT n FROM witness") == [(1,)]


def test_a_stale_pid_file_with_a_number_that_lives_again_does_not_matter(make_embedded):
    here = make_embedded()
    assert here.cli("migrate").returncode == 0
    path = here.data / "postgres" / "postmaster.pid"
    path.write_text(f"{os.getpid()}\n{path.parent}\n1\n5432\n{here.data}/run\n\n  1 1\nready\n")
    os.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)
    here.serve()
    assert here.postmaster() != os.getpid()


def test_a_database_that_was_half_made_is_made_again(make_embedded):
    here = make_embedded()
    os.makedirs(here.data / "postgres.partial" / "base")
    (here.data / "postgres.partial" / "PG_VERSION").write_text("15\n")
    assert here.cli("migrate").returncode == 0
    assert not (here.data / "postgres.partial").exists()


def test_a_subcommand_alone_starts_the_database_for_its_duration(make_embedded):
    here = make_embedded()
    assert re.fullmatch(r"us_1_\w+\n", here.cli("key", "create", "--scope", "admin").stdout)
    assert here.running() == []
    assert "admin" in here.cli("key", "list").stdout


def test_subcommands_beside_the_service_use_its_database(make_embedded):
    here = make_embedded()
    here.serve()
    postmaster = here.postmaster()
    done = here.cli("key", "create", "--scope", "admin")
    assert re.fullmatch(r"us_1_\w+\n", done.stdout) and done.stderr == ""
    assert here.postmaster() == postmaster
    answer = requests.get(f"http://127.0.0.1:{here.port()}/v1/surveys",
                          headers={"Authorization": f"Bearer {done.stdout.strip()}"})
    assert answer.status_code == 200


def test_subcommands_at_once_share_the_database_and_the_last_one_stops_it(make_embedded):
    here = make_embedded()
    together = [here.popen("key", "create", "--scope", "read") for _ in range(6)]
    assert [process.wait(60) for process in together] == [0] * 6, here.log()
    assert here.running() == []
    assert here.cli("key", "list").stdout.count("\tread\t") == 6


def test_a_service_after_a_subcommand_that_was_killed_goes_on_with_its_database(make_embedded):
    here = make_embedded()
    process = here.popen("demo", "--answers", "100000")
    eventually(lambda: here.postmaster() is not None, 30)
    process.kill()
    process.wait()
    here.serve()
    assert requests.get(f"http://127.0.0.1:{here.port()}/readyz").status_code == 200


def test_control_c_on_a_subcommand_stops_the_database_it_started(make_embedded):
    here = make_embedded()
    assert here.cli("migrate").returncode == 0
    process = here.popen("demo", "--answers", "200000")
    eventually(lambda: here.postmaster() is not None, 30)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(5) != 0
    eventually(lambda: here.running() == [])


def test_a_second_signal_does_not_wait(make_embedded):
    here = make_embedded()
    process = here.serve(settings={"UNDERSTOOD_HTTP_DRAIN_DELAY_MS": "60000"})
    process.send_signal(signal.SIGTERM)
    eventually(lambda: '"stopping"' in here.log())
    assert process.poll() is None, "the first waits for proxies"
    process.send_signal(signal.SIGTERM)
    process.wait(10)
    eventually(lambda: here.running() == [], 5)


def test_a_database_that_is_killed_is_started_again_and_nothing_is_lost(make_embedded):
    here = make_embedded()
    process = here.serve()
    key = here.cli("key", "create", "--scope", "admin").stdout.strip()
    before = here.postmaster()
    for each in here.running():
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
    url = f"http://127.0.0.1:{here.port()}/v1/surveys"
    eventually(lambda: requests.get(url, headers={"Authorization": f"Bearer {key}"}).status_code == 200, 30)
    assert here.postmaster() != before
    assert stop(process) == 0
    assert here.running() == []
