"""Where webhooks may go is decided on the address that is connected to, whatever a URL spells or a name meant before."""
import os
import pathlib
import socket
import ssl
import subprocess
import threading
import time
import uuid

import pytest

from support.receiver import Receiver

PATIENCE_S = 60
SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

LOOPBACK = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0x7F.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "0177.1",
    "127.0.0.01", "127.000.000.001", "0", "0.0.0.0", "0x0", "00", "127.0.0.2", "127.1.2.3", "127.255.255.254", "localhost", "LocalHost",
    "localhost.", "ip6-localhost", "%6cocalhost", "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "127.0.0.1.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]",
    "[0::0]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:0]", "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[::1%25lo]", "127\u30020\u30020\u30021",
    "127\uff0e0\uff0e0\uff0e1", "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", "\uff11\uff12\uff17.0.0.1", "loc\u0251lhost", "\uff4cocalhost",
]
OTHERS = ["10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
          "255.255.255.255", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]"]
AROUND = ["{}", "user@{}", "user:word@{}", "example.org@{}", "example.org:80@{}"]


def urls(port):
    hosts = [form.format(host) for host in LOOPBACK for form in AROUND] + OTHERS
    return [f"{scheme}://{host}:{port}/hook" for host in hosts for scheme in ("https", "http")]


class Ear:
    """Listens on a port of all addresses and counts who comes."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET6)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(("::", 0))
        self.socket.listen(512)
        self.port = self.socket.getsockname()[1]
        self.heard = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.heard += 1

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def plant(service, url, event_mask=1023, account=1):
    """A webhook that no check of the API has seen."""
    made = str(uuid.uuid4())
    service.sql("INSERT INTO webhooks (account_id, id, url, event_mask, secret, created_at, updated_at)"
                " VALUES (%s, %s, %s, %s, %s, now() - interval '1 min', now())", account, made, url, event_mask, SECRET)
    service.sql("UPDATE accounts SET event_mask = 1023 WHERE account_id = %s", account)
    return made


def tell(service, ref="ticket"):
    body = {"survey": "understood", "contact": {"ref": ref}, "answers": {"understood": "yes"}}
    assert service.post("/v1/responses", "write", json=body).status_code == 201


def attempts(service, webhook=None):
    return [log[-1] for (log,) in service.sql("SELECT attempt_log FROM webhook_deliveries WHERE attempt_log IS NOT NULL"
                                              " AND (%s::uuid IS NULL OR webhook_id = %s)", webhook, webhook)]


def wait_for_attempt(service, webhook):
    return service.wait_for(lambda: attempts(service, webhook), PATIENCE_S)[0]


def test_no_spelling_reaches_an_address_that_is_not_public(make_service):
    ear = Ear()
    service = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="203.0.113.0/24")  # so that http is spoken
    spelled = urls(ear.port)
    assert len(spelled) >= 200
    for url in spelled:
        plant(service, url)
    tell(service)
    service.wait_for(lambda: len(attempts(service)) == len(spelled), 5 * PATIENCE_S)
    assert {attempt["status"] for attempt in attempts(service)} == {None} and all(attempt["error"] for attempt in attempts(service))
    assert not [attempt for attempt in attempts(service) if "user" in attempt["error"] or "word@" in attempt["error"]]
    with socket.create_connection(("127.0.0.1", ear.port)):  # that it would have heard them
        service.wait_for(lambda: ear.heard, PATIENCE_S)
    ear.close()
    assert ear.heard == 1


def test_a_name_that_means_another_address_by_then_is_not_called(make_service, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("93.184.216.34 hook.example.org\n127.0.0.9 fine.example.org\n")
    tmp_path.chmod(0o755)
    receiver = Receiver(address="127.0.0.9")
    trap = Ear()
    service = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.9", LD_PRELOAD="libnss_wrapper.so", NSS_WRAPPER_HOSTS=str(hosts),
                           NSS_WRAPPER_DISABLE_DEEPBIND="1",  # sanitizers cannot bear it
                           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    made = service.post("/v1/webhooks", "admin", json={"url": f"https://hook.example.org:{trap.port}/", "events": ["*"]})
    assert made.status_code == 201, made.text
    fine = plant(service, receiver.url(host="fine.example.org"))
    changed = tmp_path / "changed"
    changed.write_text("127.0.0.1 hook.example.org\n127.0.0.9 fine.example.org\n")
    os.utime(changed, (time.time() + 60, time.time() + 60))  # nss_wrapper looks at whole seconds
    changed.rename(hosts)
    tell(service)
    receiver.wait_for(1)
    # Two threads that look up names while nss_wrapper reads its file again may find none: then the next attempt tells.
    [attempt] = service.wait_for(lambda: [one for one in attempts(service, made.json()["id"])
                                          if "could not be resolved" not in (one["error"] or "")][:1], 2 * PATIENCE_S)
    assert attempt["status"] is None and "not public" in attempt["error"] and "hook.example.org" in attempt["error"]
    assert wait_for_attempt(service, fine)["status"] == 204
    trap.close()
    receiver.close()
    assert trap.heard == 0


def test_proxies_of_the_environment_are_not_used(make_service):
    trap = Ear()
    proxy = f"http://127.0.0.1:{trap.port}"
    names = {name: proxy for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
    service = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8", no_proxy="", **names)
    with Receiver() as receiver:
        plain = plant(service, receiver.url())
        secure = plant(service, "https" + receiver.url()[4:])
        tell(service)
        receiver.wait_for(1)
        assert wait_for_attempt(service, plain)["status"] == 204
        assert "TLS" in wait_for_attempt(service, secure)["error"]
    trap.close()
    assert trap.heard == 0


def test_plain_http_is_for_listed_addresses_alone(make_service):
    service = make_service()  # none is listed: not even the scheme is known
    with Receiver() as receiver:
        webhook = plant(service, receiver.url())
        tell(service)
        assert wait_for_attempt(service, webhook)["status"] is None
    assert receiver.deliveries == []


# ---- TLS ----

def run(*words, folder):
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


def certificate(folder, name, subject):
    """Signed by the authority in folder, for that subjectAltName."""
    (folder / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=receiver", folder=folder)
    run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
        "-extfile", f"{name}.ext", "-out", f"{name}.pem", folder=folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


@pytest.fixture
def authority(tmp_path):
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=ours", folder=tmp_path)
    return tmp_path


def test_certificates_are_verified(make_service, authority):
    service = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8", UNDERSTOOD_WEBHOOKS_CA_FILE=authority / "ca.pem")
    good = Receiver(context=certificate(authority, "good", "IP:127.0.0.1"))
    other = Receiver(context=certificate(authority, "other", "DNS:elsewhere.example.org"))
    right, wrong = plant(service, good.url()), plant(service, other.url())
    tell(service)
    good.wait_for(1)
    assert wait_for_attempt(service, right)["status"] == 204
    attempt = wait_for_attempt(service, wrong)
    assert attempt["status"] is None and "TLS" in attempt["error"]
    good.close()
    other.close()
    assert other.deliveries == []


def test_who_signed_a_certificate_must_be_known(make_service, authority):
    service = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8")
    stranger = Receiver(context=certificate(authority, "good", "IP:127.0.0.1"))
    webhook = plant(service, stranger.url())
    tell(service)
    assert "TLS" in wait_for_attempt(service, webhook)["error"]
    stranger.close()
    assert stranger.deliveries == []


# ---- names ----

def test_a_name_server_that_does_not_answer_holds_nobody_up(make_service, tmp_path):
    library = tmp_path / "slow_names.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, SUPPORT / "slow_names.c", "-ldl"], check=True)
    service = make_service(UNDERSTOOD_WEBHOOKS_ALLOW_PRIVATE="127.0.0.0/8", UNDERSTOOD_WEBHOOKS_TIMEOUT_MS="2000", LD_PRELOAD=str(library),
                           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    with Receiver() as receiver:
        plant(service, receiver.url())
        slow = plant(service, "https://slow.example.org/hook")
        tell(service, "first")
        receiver.wait_for(1)
        assert "no connection within" in wait_for_attempt(service, slow)["error"]
        for number in range(2, 6):  # its resolver has been given up, and still hangs
            tell(service, f"ticket-{number}")
            receiver.wait_for(number)
    assert service.stop() == 0
    service.start(LD_PRELOAD="")
