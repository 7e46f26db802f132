"""`understood mail test`, TLS and logins, and what the configuration refuses."""
import re
import socket
import subprocess

import aiosmtpd.smtp
import pytest

from support.mail_server import MailServer, free_port, make_authority, tls_context
from support.service import binary, clean_environment

USER, PASSWORD = "mailer", "secret-of-the-relay"


def mail_test(url, address="mara@example.org", **keys):
    environment = clean_environment(UNDERSTOOD_MAIL_URL=url, UNDERSTOOD_MAIL_FROM="Acme <support@acme.example>",
                                    UNDERSTOOD_MAIL_TIMEOUT_MS=3000,
                                    **{f"UNDERSTOOD_MAIL_{key.upper()}": value for key, value in keys.items()})
    done = subprocess.run([binary(), "mail", "test", address], env=environment, cwd="/", capture_output=True, text=True,
                          timeout=30)
    assert PASSWORD not in done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


def check_login(server, session, envelope, mechanism, data):
    good = isinstance(data, aiosmtpd.smtp.LoginPassword) and (data.login, data.password) == \
        (USER.encode(), PASSWORD.encode())
    return aiosmtpd.smtp.AuthResult(success=good, handled=False)


@pytest.fixture
def make_server():
    made = []

    def make(**options):
        made.append(MailServer(**options))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def test_each_step_is_shown_and_the_end_is_said(make_server):
    server = make_server()
    done = mail_test(server.url)
    assert done.returncode == 0, done.stderr
    for line in ("< 220 ", "> EHLO ", "> MAIL FROM:<support@acme.example>", "> RCPT TO:<mara@example.org>", "> DATA", "< 250 2.0.0 taken"):
        assert f"\n{line}" in done.stdout
    assert done.stdout.endswith("DATA: 250 2.0.0 taken\nthe mail server took the mail\n")
    [taken] = server.taken
    assert taken.message["Subject"] == "A test mail from Understood" and taken.message["From"].addresses[0].display_name == "Acme"


@pytest.mark.parametrize("command, fault, words", [
    ("RCPT", "550 5.1.1 nobody", "RCPT TO: 550 5.1.1 nobody\nthe mail server refuses this address"),
    ("END", "554 no", "DATA: 554 no\nthe mail server refuses this mail"),
    ("RCPT", "450 later", "RCPT TO: 450 later\nnot now"),
    ("MAIL", "550 not you", "MAIL FROM: 550 not you\nthe mail server cannot be used"),
    ("EHLO", "hang", "EHLO: no answer in time\nthe mail server cannot be used")])
def test_where_it_stops_is_said_with_the_servers_words(make_server, command, fault, words):
    server = make_server()
    server.faults[command] = fault
    done = mail_test(server.url)
    assert done.returncode == 1 and words in done.stderr
    assert server.taken == []


def test_nobody_there_is_said():
    done = mail_test(f"smtp://127.0.0.1:{free_port()}")
    assert done.returncode == 1 and done.stderr.startswith("CONNECT: Failed to connect to 127.0.0.1 port ")


def test_without_a_server_or_an_address_it_says_what_is_missing():
    done = mail_test("")
    assert done.returncode == 2 and "[mail] url (UNDERSTOOD_MAIL_URL)" in done.stderr
    done = mail_test("smtp://127.0.0.1", "mara")
    assert done.returncode == 2 and "such as mara@example.org" in done.stderr


# ---- TLS and logins ----

def test_starttls_is_used_when_it_is_offered_and_its_certificate_is_checked_by_our_authority(make_server, authority):
    ca, certificate, key = authority
    server = make_server(tls_context=tls_context(certificate, key), require_starttls=True)
    assert mail_test(server.url, ca_file=ca).returncode == 0
    assert mail_test(server.url, ca_file=ca, starttls="always").returncode == 0
    assert len(server.taken) == 2
    stranger = mail_test(server.url, starttls="always")
    assert stranger.returncode == 1 and stranger.stderr.startswith("STARTTLS: SSL certificate problem")
    plain = mail_test(server.url, starttls="never")
    assert plain.returncode == 1 and "MAIL FROM: 530" in plain.stderr
    assert len(server.taken) == 2


def test_on_this_machine_a_certificate_that_nobody_signed_is_good_enough_unless_always_is_said(make_server, authority):
    server = make_server(tls_context=tls_context(*authority[1:]))
    done = mail_test(server.url)
    assert done.returncode == 0 and "> STARTTLS" in done.stdout


def test_always_refuses_a_server_that_offers_none(make_server):
    server = make_server()
    done = mail_test(server.url, starttls="always")
    assert done.returncode == 1 and "cannot be used" in done.stderr and server.taken == []


def test_smtps_is_encrypted_from_the_start(make_server, authority):
    ca, certificate, key = authority
    server = make_server(ssl_context=tls_context(certificate, key))
    assert mail_test(f"smtps://127.0.0.1:{server.port}", ca_file=ca).returncode == 0
    stranger = mail_test(f"smtps://127.0.0.1:{server.port}")
    assert stranger.returncode == 1 and "certificate" in stranger.stderr
    assert len(server.taken) == 1


def test_a_login_goes_over_tls_or_to_this_machine(make_server, authority):
    ca, certificate, key = authority
    login = {"user": USER, "password": PASSWORD}
    server = make_server(tls_context=tls_context(certificate, key), authenticator=check_login, auth_required=True)
    done = mail_test(server.url, ca_file=ca, **login)
    assert done.returncode == 0 and "> AUTH ..." in done.stdout and len(server.taken) == 1
    local = make_server(authenticator=check_login, auth_required=True, auth_require_tls=False)
    assert mail_test(local.url, **login).returncode == 0 and len(local.taken) == 1
    wrong = mail_test(local.url, user=USER, password="wrong")
    assert wrong.returncode == 1 and "AUTH: 535" in wrong.stderr and "cannot be used" in wrong.stderr
    without = mail_test(local.url)
    assert without.returncode == 1 and "MAIL FROM: 530" in without.stderr and len(local.taken) == 1


def own_address():
    """One of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))
        except OSError:
            return None
        found = one.getsockname()[0]
    return None if found.startswith("127.") else found


def test_a_password_never_leaves_for_another_machine_in_the_open(make_server):
    address = own_address()
    if not address:
        pytest.skip("this machine has only loopback")
    server = make_server(host=address, authenticator=check_login, auth_require_tls=False)
    done = mail_test(f"smtp://{address}:{server.port}", user=USER, password=PASSWORD)
    assert done.returncode == 1 and "AUTH" not in done.stdout.replace("250-AUTH", "") and server.taken == []
    assert mail_test(f"smtp://{address}:{server.port}").returncode == 0


# ---- the configuration ----

@pytest.mark.parametrize("keys, words", [
    ({"url": "smtp://mail.example"}, "[mail] from should be an address, or a name and an address: "),
    ({"url": "smtp://mail.example", "from": "Acme"}, 'not "Acme"'),
    ({"url": "smtp://mail.example", "from": "a@acme.example, b@acme.example"}, "[mail] from should be"),
    ({"url": "smtp://mail.example", "from": "мара@acme.example"}, "[mail] from should be"),
    ({"url": "smtp://mail.example", "from": "a@acme.example", "reply_to": "nobody"}, "[mail] reply_to should be"),
    ({"url": "mail.example:25", "from": "a@acme.example"}, "[mail] url should be one that begins with smtp:// or smtps://"),
    ({"url": "smtp://u:hidden@mail.example", "from": "a@acme.example"}, "holds no user and no password"),
    ({"url": "smtp://mail.example:99999", "from": "a@acme.example"}, "a port from 1 to 65535"),
    ({"url": "smtp://mail.example", "from": "a@acme.example", "user": "u"}, "user and password go together"),
    ({"url": "smtp://mail.example", "from": "a@acme.example", "password": "hidden"}, "user and password go together"),
    ({"url": "smtp://mail.example", "from": "a@acme.example", "user": "u", "password": "hidden", "starttls": "never"},
     "would send the password for all to read"),
    ({"url": "smtp://mail.example", "from": "a@acme.example", "ca_file": "/nowhere"}, "/nowhere could not be read"),
    ({"starttls": "sometimes"}, "should be one of: when_offered, always, never"),
    ({"timeout_ms": "0"}, "a whole number from 500 to 600000"),
    ({"from": "Acme"}, "[mail] from should be"),
])
def test_what_makes_no_sense_is_refused_at_the_start(keys, words):
    environment = clean_environment(**{f"UNDERSTOOD_MAIL_{key.upper()}": value for key, value in keys.items()})
    done = subprocess.run([binary(), "config"], env=environment, cwd="/", capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and words in done.stderr, done.stderr
    assert "hidden" not in done.stderr


def test_the_password_may_come_from_a_file_and_is_never_printed(tmp_path):
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    environment = clean_environment(UNDERSTOOD_MAIL_URL="smtps://mail.example", UNDERSTOOD_MAIL_FROM="a@acme.example",
                                    UNDERSTOOD_MAIL_USER=USER, UNDERSTOOD_MAIL_PASSWORD_FILE=secret)
    done = subprocess.run([binary(), "config"], env=environment, cwd="/", capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and re.search(r"^password = \*\*\*$", done.stdout.partition("[mail]")[2], re.M)
    assert PASSWORD not in done.stdout
