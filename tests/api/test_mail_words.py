"""Names, subjects and texts in any script, read back by Python's parser of mails."""
import email
import email.header
import email.utils

import pytest

from support.mail_server import MailServer
from support.mails import always, schedule, wait_for_verdict

NAMES = ["Mara", "Mara Müßig", "O'Neill, Conor", 'Anna "Ann" \\ Lee', "李小龙", "Ægir Þórsson", "משה כהן", "محمد علي",
         "Zoë 🎉 Emoji", "=?UTF-8?Q?not_encoded?=", "a" * 200, "ü" * 100, "名前" * 40, "tab between", "Dr. (med.) X <y>; z: w"]
SUBJECTS = {"en": "Quick question about your contact, please = do answer? " + "word " * 20, "de": "Wurden Sie verstanden? Größe: öäüß",
            "ja": "ご理解いただけましたか" * 6, "ar": "هل شعرت بأنك مفهوم اليوم؟"}


@pytest.fixture(scope="module")
def server():
    made = MailServer(enable_SMTPUTF8=True)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def sender(make_module_service, server):
    service = make_module_service(UNDERSTOOD_MAIL_URL=server.url, UNDERSTOOD_MAIL_FROM="Bücher & Co. <hallo@bücher.example>",
                                  UNDERSTOOD_MAIL_REPLY_TO='"Hilfe, bitte" <hilfe@bücher.example>')
    always(service)
    return service


def arrived(sender, server, address, **contact):
    wait_for_verdict(sender, schedule(sender, address, **contact), "sent")
    [taken] = server.to(address)
    assert taken.content.isascii() or not address.isascii()
    long = [line for line in taken.content.split(b"\r\n") if len(line) > 78]
    assert all(line.startswith(b" <http") for line in long), "only a URL cannot be folded"
    assert not taken.message.defects and not taken.message.get_body().defects
    return taken


def name_in_to(content):
    """By the older of Python's parsers: the newer one (3.11) keeps the blanks between encoded words of a name."""
    phrase = email.message_from_bytes(content)["To"].rpartition("<")[0].strip()
    if phrase.startswith('"'):
        return email.utils.unquote(phrase)
    return str(email.header.make_header(email.header.decode_header(phrase)))


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_arrives_as_it_was_given(sender, server, name):
    taken = arrived(sender, server, f"name-{NAMES.index(name)}@example.org", customer={"name": name})
    assert name_in_to(taken.content) == name
    assert taken.message["To"].addresses[0].display_name.replace(" ", "") == name.replace(" ", "")
    for kind in ("plain", "html"):
        assert len(taken.message.get_body((kind,)).get_content()) > 100
    assert name in taken.message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("language", SUBJECTS)
def test_the_subject_of_the_survey_arrives_in_the_customers_language(sender, server, language):
    always(sender, texts={each: {"subject": subject} for each, subject in SUBJECTS.items()})
    sender.restart()  # the mailer keeps surveys for a while
    taken = arrived(sender, server, f"subject-{language}@example.org", language=language)
    assert taken.message["Subject"] == SUBJECTS[language].strip()
    assert taken.message["Content-Language"] == language


def test_senders_beyond_ascii_are_shown_by_name_and_reached_by_a_labels(sender, server):
    taken = arrived(sender, server, "from@example.org")
    [sender_shown], [reply] = taken.message["From"].addresses, taken.message["Reply-To"].addresses
    assert (sender_shown.display_name, sender_shown.addr_spec) == ("Bücher & Co.", "hallo@xn--bcher-kva.example")
    assert (reply.display_name, reply.addr_spec) == ("Hilfe, bitte", "hilfe@xn--bcher-kva.example")
    assert taken.sender == "hallo@xn--bcher-kva.example"


def test_domains_beyond_ascii_are_written_in_a_labels(sender, server):
    identity = schedule(sender, "mara@bücher.example")
    wait_for_verdict(sender, identity, "sent")
    [taken] = server.to("mara@xn--bcher-kva.example")
    assert taken.message["To"].addresses[0].addr_spec == "mara@xn--bcher-kva.example"


def test_what_stands_before_the_at_sign_may_be_any_script_where_the_server_takes_it(sender, server):
    wait_for_verdict(sender, schedule(sender, "мара@example.org"), "sent")
    assert len(server.to("мара@example.org")) == 1


def test_and_bounces_with_the_reason_where_it_does_not(make_service):
    plain = MailServer()
    service = make_service(UNDERSTOOD_MAIL_URL=plain.url, UNDERSTOOD_MAIL_FROM="support@acme.example")
    always(service)
    bounced = wait_for_verdict(service, schedule(service, "мара@example.org"), "bounced")
    assert "SMTPUTF8" in bounced["mail_error"] and plain.taken == []
    assert service.sql("SELECT 1 FROM suppressions") == []
    wait_for_verdict(service, schedule(service, "mara@example.org"), "sent")
    plain.stop()
