"""Links that opt out, made from nothing but the database's signing key, as the mailer puts them into mails."""
import base64
import hashlib
import uuid

from support.survey_page import invite

OPTS_OUT = 2


def opt_out_path(service, invitation_id, account=1, purpose=OPTS_OUT):
    number, secret = service.sql("SELECT id, secret FROM signing_keys ORDER BY created_at LIMIT 1")[0]
    body = bytes([purpose, number]) + account.to_bytes(8, "big") + uuid.UUID(invitation_id).bytes
    mac = hashlib.blake2b(body, digest_size=16, key=bytes(secret), person=b"us survey token\0").digest()
    return "/u/" + base64.urlsafe_b64encode(body + mac).decode()


def mailed(service, email, survey="understood", **contact):
    """The path in the mail to a new invitation's customer, and the invitation."""
    _, invitation = invite(service, survey, customer={"email": email}, **contact)
    return opt_out_path(service, invitation["id"]), invitation


def suppressions_of(service, email):
    return service.get("/v1/suppressions", "read", params={"email": email}).json()["data"]
