"""Where the service listens: TCP, Unix sockets, sockets that systemd passes."""
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

import pytest

from support.process import UnixConnection, ask_tcp, ask_unix, running
from support.service import binary

ANSWER = {"survey": "understood", "answers": {"understood": "yes"}}


@pytest.fixture
def folder():
    path = tempfile.mkdtemp(prefix="understood-sockets-")
    yield path
    shutil.rmtree(path)


def post_answer(path, key, ref):
    return ask_unix(path, "/v1/responses", "POST", body=json.dumps({**ANSWER, "contact": {"ref": ref}}),
                    headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"})


def test_a_unix_socket_serves_beside_tcp_and_is_removed_at_the_end(service, folder):
    path = folder + "/service.sock"
    with running(service, UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:0 [::1]:0 unix:{path}") as other:
        found = other.wait_log(r'"listening on 127\.0\.0\.1:(\d+), \[::1\]:(\d+), unix:([^"]+)"')
        assert found[3] == path
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
        assert ask_unix(path)[0] == 200
        assert ask_tcp(int(found[1]))[0] == 200 and ask_tcp(int(found[2]), host="::1")[0] == 200
        status, body = post_answer(path, service.key("write"), "unix-1")
        assert status == 201 and json.loads(body)["contact"]["ref"] == "unix-1"
        assert other.stop()[0] == 0
    assert not os.path.exists(path)
    assert service.sql("SELECT count(*) FROM responses WHERE contact_ref = 'unix-1'") == [(1,)]


def test_a_survey_page_is_answered_over_a_unix_socket(service, folder):
    path = folder + "/service.sock"
    with running(service, UNDERSTOOD_HTTP_LISTEN=f"unix:{path}", UNDERSTOOD_HTTP_SOCKET_MODE="0600",
                 UNDERSTOOD_HTTP_PUBLIC_URL="https://ask.example/") as other:
        other.wait_log('"listening on unix:')
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        status, body = ask_unix(path, "/v1/invitations", "POST",
                                body=json.dumps({"survey": "understood", "contact": {"ref": "unix-page"}}),
                                headers={"Authorization": "Bearer " + service.key("write"),
                                         "Content-Type": "application/json"})
        url = json.loads(body)["url"]
        assert status == 201 and url.startswith("https://ask.example/s/")
        target = url.removeprefix("https://ask.example")
        assert ask_unix(path, target)[0] == 200
        other.stop()


def test_keep_alive_and_the_deadline_of_a_head_hold_on_a_unix_socket(service, folder):
    path = folder + "/service.sock"
    with running(service, UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:0 unix:{path}",
                 UNDERSTOOD_HTTP_HEADER_DEADLINE_MS=1000) as other:
        other.wait_log("listening on")
        connection = UnixConnection(path)
        for _ in range(3):
            connection.request("GET", "/livez")
            assert connection.getresponse().read() == b'{"status":"live"}'
        slow = socket.socket(socket.AF_UNIX)
        slow.connect(path)
        slow.settimeout(5)
        slow.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n")
        begin = time.monotonic()
        assert slow.recv(100) == b"" and time.monotonic() - begin < 2
        assert other.stop()[0] == 0


def test_a_stale_socket_is_taken_over_and_a_live_one_is_not(service, folder):
    path = folder + "/service.sock"
    listen = {"UNDERSTOOD_HTTP_LISTEN": f"127.0.0.1:0 unix:{path}"}
    with running(service, **listen) as killed:
        killed.wait_log("listening on")
        killed.stop(signal.SIGKILL)
    assert os.path.exists(path)
    with running(service, **listen) as first:
        first.wait_log("listening on")
        with running(service, **listen) as second:
            assert second.process.wait(20) == 1
            assert "another process listens on it" in second.log()
        assert ask_unix(path)[0] == 200
        assert first.stop()[0] == 0


def test_a_file_of_another_kind_and_a_path_too_long_are_refused(service, folder):
    file = folder + "/precious"
    with open(file, "w") as precious:
        precious.write("keep me")
    for path, reason in ((file, "there is a file of another kind"), (folder + "/" + "x" * 120, "shorter than 108"),
                         (folder + "/none/socket", "No such file")):
        with running(service, UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:0 unix:{path}") as other:
            assert other.process.wait(20) == 1
            assert reason in other.log()
    assert open(file).read() == "keep me"


def test_a_socket_that_another_has_put_there_meanwhile_is_left_alone(service, folder):
    path = folder + "/service.sock"
    with running(service, UNDERSTOOD_HTTP_LISTEN=f"127.0.0.1:0 unix:{path}") as other:
        other.wait_log("listening on")
        os.unlink(path)
        theirs = socket.socket(socket.AF_UNIX)
        theirs.bind(path)
        assert other.stop()[0] == 0
    assert os.path.exists(path)
    theirs.close()


def test_only_a_unix_socket_needs_a_public_url(service, folder):
    with running(service, UNDERSTOOD_HTTP_LISTEN=f"unix:{folder}/s") as other:
        assert other.process.wait(20) == 1
        assert "set [http] public_url" in other.log()
    assert not os.path.exists(folder + "/s")


@pytest.mark.parametrize("listen", ["unix:relative", "unix:", " ", "127.0.0.1:1 nonsense", "unix:/a 127.0.0.1:99999"])
def test_addresses_that_make_no_sense_are_refused_with_the_reason(service, listen):
    done = subprocess.run([binary(), "serve"], env={**service.environment, "UNDERSTOOD_HTTP_LISTEN": listen},
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "[http] listen should be HOST:PORT, such as 127.0.0.1:8080, or unix:/path" in done.stderr


# ---- systemd's sockets ----

def activated(service, listeners, **environment):
    words = [word for listener in listeners for word in ("-l", listener)]
    names = [word for name in environment for word in ("-E", name)]
    keep = [word for name in service.environment if name.startswith(("UNDERSTOOD_", "DATABASE")) for word in ("-E", name)]
    return running(service, "systemd-socket-activate", *words, *names, *keep, "-E", "PATH", **environment)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_connect(address):
    end = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(address)
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_sockets_passed_by_systemd_are_served_tcp_and_unix(service, folder):
    path, port = folder + "/passed.sock", free_port()
    with activated(service, [f"127.0.0.1:{port}", path], UNDERSTOOD_HTTP_LISTEN="127.0.0.1:1") as other:
        wait_connect(("127.0.0.1", port)).close()  # the first connection starts it
        other.wait_log(rf'"listening on 127\.0\.0\.1:{port}, unix:{path} \(passed at the start\)"')
        assert ask_tcp(port)[0] == 200 and ask_unix(path)[0] == 200
        variables = open(f"/proc/{other.process.pid}/environ").read()
        assert "LISTEN_FDS=2" in variables  # what it was started with; see the next test for what becomes of it
        for fd in (3, 4):
            flags = open(f"/proc/{other.process.pid}/fdinfo/{fd}").read()
            assert int(flags.split("flags:")[1].split()[0], 8) & os.O_CLOEXEC
        assert other.stop()[0] == 0
    assert os.path.exists(path), "the socket is systemd's"


def test_who_connects_between_two_processes_on_a_passed_socket_is_served_by_the_next(service, folder):
    path = folder + "/kept.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    script = 'exec 3<&%d; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http; exec "$@"' % listening.fileno()
    options = {"pass_fds": [listening.fileno()], "UNDERSTOOD_HTTP_PUBLIC_URL": "http://a.example"}
    with running(service, "bash", "-c", script, "bash", **options) as first:
        first.wait_log(rf'"listening on unix:{path} \(passed')
        assert ask_unix(path)[0] == 200
        assert first.stop()[0] == 0
    waiting = socket.socket(socket.AF_UNIX)
    waiting.settimeout(20)
    waiting.connect(path)
    waiting.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    with running(service, "bash", "-c", script, "bash", **options) as second:
        assert waiting.recv(100).startswith(b"HTTP/1.1 200")
        assert second.stop()[0] == 0
    waiting.close()
    listening.close()


def test_variables_meant_for_another_process_are_ignored(service):
    with running(service, LISTEN_PID=1, LISTEN_FDS=1) as other:
        assert other.port() > 0
        assert other.stop()[0] == 0


def test_a_descriptor_that_is_no_listening_socket_is_refused(service):
    script = 'exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
    with running(service, "bash", "-c", script, "bash") as other:
        assert other.process.wait(20) == 1
        assert "is no listening TCP or Unix stream socket" in other.log()


def test_the_embedded_database_gets_neither_socket_nor_variables(make_embedded, folder):
    embedded = make_embedded(user="nobody")
    script = 'export LISTEN_PID=$$ LISTEN_FDS=1 NOTIFY_SOCKET=/nonexistent WATCHDOG_USEC=1; exec "$@"'
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    command = embedded.command("serve")
    with open(embedded.log_path, "ab") as log:
        process = subprocess.Popen(["bash", "-c", f"exec 3<&{listening.fileno()}; {script}", "bash", *command],
                                   env=embedded.environment(), cwd="/", stderr=log, pass_fds=[listening.fileno()])
    embedded.processes.append(process)
    end = time.monotonic() + 60
    while "listening on" not in embedded.log():
        assert process.poll() is None and time.monotonic() < end, embedded.log()
        time.sleep(0.05)
    inode = f"socket:[{os.fstat(listening.fileno()).st_ino}]"
    for process_id in embedded.running():
        links = [os.readlink(f"/proc/{process_id}/fd/{fd}") for fd in os.listdir(f"/proc/{process_id}/fd")]
        assert inode not in links
        variables = open(f"/proc/{process_id}/environ").read()
        assert "LISTEN_" not in variables and "NOTIFY_SOCKET" not in variables and "WATCHDOG" not in variables
    process.terminate()
    assert process.wait(10) == 0
    listening.close()
