"""Through a mail server that others wrote: Debian's exim, run from a folder of its own, as nobody's daemon."""
import getpass
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

from support.mail_server import free_port
from support.mails import always, schedule, wait_for_verdict
from support.service import ROOT

CONFIGURATION = """
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/pid
primary_hostname = relay.example
keep_environment =
tls_advertise_hosts =
queue_only
log_selector = +smtp_connection +msg_id
acl_smtp_rcpt = recipients
acl_smtp_data = content
begin acl
recipients:
  deny recipients = gone@example.org
       message = 5.1.1 no such user here
  defer recipients = later@example.org
       message = 4.7.1 come back later
  accept
content:
  deny message = 5.6.0 headers are not as they should be
       !verify = header_syntax
  accept
begin routers
begin transports
"""
MAILS = 30


def program():
    found = shutil.which("exim4", path=os.environ["PATH"] + f":{ROOT}/build/tools")
    assert found, "Debian's exim4-daemon-light has it; ./dev test gets it"
    return found


@pytest.fixture
def open_folder():
    """Where exim's user reaches its files. Not pytest's: whatever pytest begins beside us closes the folder above it again."""
    with tempfile.TemporaryDirectory(prefix="understood-exim-") as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name)


@pytest.fixture
def exim(open_folder):
    """Its port, and a function that gives its log. Debian's exim wants a user who is not there: libnss_wrapper makes one up."""
    as_root = os.geteuid() == 0
    uid, gid = (65534, 65534) if as_root else (os.getuid(), os.getgid())
    port = free_port()
    (open_folder / "configuration").write_text(CONFIGURATION.format(folder=open_folder))
    (open_folder / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\n{getpass.getuser()}:x:{os.getuid()}:{os.getgid()}::/:/bin/sh\n"
                                     f"Debian-exim:x:{uid}:{gid}::/:/bin/false\n")
    (open_folder / "group").write_text(f"root:x:0:\nDebian-exim:x:{gid}:\n")
    for folder in (open_folder / "spool", open_folder / "log"):
        folder.mkdir()
        os.chown(folder, uid, gid)
    environment = {**os.environ, "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_PASSWD": str(open_folder / "passwd"),
                   "NSS_WRAPPER_GROUP": str(open_folder / "group")}
    daemon = subprocess.Popen([program(), "-C", open_folder / "configuration", "-bdf", "-oX", f"127.0.0.1.{port}"],
                              env=environment)
    log = open_folder / "log" / "main"
    end = time.monotonic() + 10
    while not (log.exists() and "listening" in log.read_text()):
        assert daemon.poll() is None and time.monotonic() < end, "exim does not start"
        time.sleep(0.02)
    yield port, log.read_text
    daemon.terminate()
    daemon.wait(10)


def test_exim_takes_our_mails_over_one_connection_and_we_take_its_word(exim, make_service):
    port, log = exim
    service = make_service(UNDERSTOOD_MAIL_URL=f"smtp://127.0.0.1:{port}", UNDERSTOOD_MAIL_FROM="Bücher <support@bücher.example>")
    gone = schedule(service, "gone@example.org", due="now() + interval '1 hour'")
    later = schedule(service, "later@example.org", due="now() + interval '1 hour'")
    identities = [schedule(service, f"c{number}@example.org", due="now() + interval '1 hour'", language="de",
                           customer={"name": "Jörg Müller, Wien"}) for number in range(MAILS)]
    always(service)
    service.restart()  # the mailer keeps surveys for a while
    service.sql("UPDATE invitations SET due_at = now() WHERE id <> ALL (%s::uuid[])", [gone, later])
    for identity in identities:
        wait_for_verdict(service, identity, "sent")
    taken = re.findall(r"<= support@xn--bcher-kva\.example .* id=(\S+)\.0@xn--bcher-kva\.example", log())
    assert sorted(taken) == sorted(identities)
    assert log().count("SMTP connection from [127.0.0.1]") == 1

    service.sql("UPDATE invitations SET due_at = now() WHERE id = ANY (%s::uuid[])", [gone, later])
    assert wait_for_verdict(service, gone, "bounced")["mail_error"] == "RCPT TO: 550 5.1.1 no such user here"
    service.wait_for(lambda: service.sql("SELECT mail_error FROM invitations WHERE id = %s AND claim_id IS NULL", later) ==
                     [("RCPT TO: 451 4.7.1 come back later",)])
    assert service.sql("SELECT email, reason FROM suppressions") == [("gone@example.org", "bounced")]
