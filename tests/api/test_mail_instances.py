"""What a mailer must bear beside faults: another instance whose clock is wrong, a mail server that says no farewell."""
import os
import pathlib
import subprocess

from support.mail_server import MailServer
from support.mails import always, row, schedule, wait_for_verdict
from support.service import Service

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
PATIENT_MS = 60000


def environment(server, **more):
    return {"UNDERSTOOD_MAIL_URL": server.url, "UNDERSTOOD_MAIL_TIMEOUT_MS": PATIENT_MS,
            "UNDERSTOOD_MAIL_FROM": "support@acme.example", "UNDERSTOOD_HTTP_PUBLIC_URL": "https://survey.example", **more}


def test_a_claim_lasts_also_for_an_instance_whose_clock_is_ahead(make_service, tmp_path):
    library = tmp_path / "fast_clock.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, SUPPORT / "fast_clock.c", "-ldl"], check=True)
    server = MailServer()
    server.faults["END"], server.once = "hang", True
    one = make_service(**environment(server))
    always(one)
    held = schedule(one, "held@example.org")
    one.wait_for(lambda: "END" not in server.faults)
    other = Service({**one.environment, "UNDERSTOOD_INTAKE_INSTANCE": "2", "LD_PRELOAD": str(library),
                     "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}, one.connect)
    try:
        other.start()
        wait_for_verdict(one, schedule(one, "next@example.org"), "sent")
        assert row(one, held)["attempts"] == 1 and not server.to("held@example.org"), "it was taken over"
    finally:
        assert other.stop() == 0
        other.remove()
        server.stop()


def test_a_mail_server_that_does_not_answer_quit_holds_nothing_up(make_service):
    server = MailServer(enable_SMTPUTF8=True)
    service = make_service(**environment(server))
    always(service)
    server.faults["QUIT"] = "hang"
    for address in ("mara@example.org", "m\u00e4ra@example.org", "mara@example.org", "m\u00e4x@example.org"):
        wait_for_verdict(service, schedule(service, address), "sent")
    assert service.stop() == 0
    service.start()
    server.stop()
