"""Whose request it is behind a proxy: the access log, and the page's evidence."""
import json
import subprocess

import pytest

from support.service import binary, clean_environment
from support.survey_page import invite, open_page, send

SERVICE_ENVIRONMENT = {"UNDERSTOOD_HTTP_TRUSTED_PROXIES": "127.0.0.0/8 2001:db8:ffff::/48"}


def logged_client(service, **headers):
    """The client that the access log names for a request with these headers."""
    answer = service.get("/livez", headers=headers)
    request_id = answer.headers["X-Request-Id"]

    def lines():
        return [line for line in service.log_lines() if line.get("request_id") == request_id]

    return service.wait_for(lines)[0].get("client")


@pytest.mark.parametrize("forwarded, client", [
    (None, "127.0.0.1"),
    ("198.51.100.1", "198.51.100.1"),
    ("192.0.2.1, 198.51.100.1, 2001:db8:ffff::2", "198.51.100.1"),
    ("[2001:db8::1]:4711", "2001:db8::1"),
    ("::ffff:198.51.100.1", "198.51.100.1"),
    ("198.51.100.1, unknown", "127.0.0.1"),
    ('198.51.100.1, "', "127.0.0.1"),
])
def test_the_access_log_names_the_client(service, forwarded, client):
    assert logged_client(service, **({"X-Forwarded-For": forwarded} if forwarded else {})) == client


def test_forwarded_of_rfc_7239_is_not_read(service):
    assert logged_client(service, Forwarded="for=198.51.100.1") == "127.0.0.1"


def reasons_of(service, seen_from, sent_from):
    """The reason codes of an answer whose page was opened from one address and sent from another."""
    path, made = invite(service)
    page = open_page(service, path, X_Forwarded_For=seen_from)
    answered = send(service, page, headers={"X-Forwarded-For": sent_from}, understood="yes", csat="4", nps="9")
    assert answered.status in (200, 303)
    return service.sql("SELECT evidence FROM responses WHERE contact_ref = %s", made["contact"]["ref"])[0][0]["reasons"]


def test_moving_to_another_network_between_page_and_answer_is_evidence(service):
    assert "moved" not in reasons_of(service, "198.51.100.1", "198.51.100.200")
    assert "moved" in reasons_of(service, "198.51.100.1", "198.51.101.1")
    assert "moved" not in reasons_of(service, "2001:db8:1:2::1", "2001:db8:1:3::1")
    assert "moved" in reasons_of(service, "2001:db8:1::1", "2001:db8:2::1")


def test_a_stranger_is_believed_nothing(make_service):
    service = make_service()
    assert logged_client(service, **{"X-Forwarded-For": "198.51.100.1"}) == "127.0.0.1"
    assert "moved" not in reasons_of(service, "198.51.100.1", "192.0.2.1")


# ---- configuration ----

@pytest.mark.parametrize("name, value, complaint", [
    ("HTTP_TRUSTED_PROXIES", "10.0.0.0/8 10.0.0.1/8", '[http] trusted_proxies should be at most 256 addresses or'),
    ("HTTP_TRUSTED_PROXIES", "10.0.0.0/8, proxy.example", 'not "proxy.example"'),
    ("HTTP_TRUSTED_PROXIES", " ".join(f"10.0.{n}.1" for n in range(257)), 'not "10.0.256.1"'),
    ("HTTP_CORS_ORIGINS", "*", '[http] cors_origins should be at most 64 origins as browsers send them'),
    ("HTTP_CORS_ORIGINS", "https://a.example https://b.example/", 'not "https://b.example/"'),
    ("HTTP_CORS_ORIGINS", "https://a.example:443", 'not "https://a.example:443"'),
    ("LIMITS_KEY_PER_MINUTE", "many", "[limits] key_per_minute should be a whole number from 0 to 1000000"),
    ("LIMITS_KEY_BURST", "-1", "[limits] key_burst should be a whole number from 0 to 1000000"),
    ("LIMITS_PAGE_PER_MINUTE", "60", "[limits] page_per_minute and unknown_key_per_minute need [http] trusted_proxies"),
])
def test_a_bad_configuration_is_refused_at_the_start(name, value, complaint):
    done = subprocess.run([binary(), "serve"], env=clean_environment(**{f"UNDERSTOOD_{name}": value}), cwd="/",
                          capture_output=True, text=True, timeout=10)
    assert done.returncode != 0 and complaint in done.stderr, done.stderr
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.stderr)
