"""Due invitations, as the mailer finds them."""
import itertools

numbers = itertools.count(1)


QUESTIONS = [{"question": "understood"}, {"question": "comment"}]


def always(service, survey="understood", texts=None, **invite):
    """A survey that lets mail go at any hour, so that no test waits for the morning."""
    put = service.put(f"/v1/surveys/{survey}", "admin", json={
        "questions": QUESTIONS, "texts": texts or {},
        "invite": {"delay_s": 0, "window": {"from": "00:00", "to": "24:00"}, **invite}})
    assert put.status_code in (200, 201), put.text


def schedule(service, email="mara@example.org", due="now()", account=1, survey="understood", **contact):
    """An invitation whose mail is due; its id."""
    ref = contact.pop("ref", f"ticket-{next(numbers)}")
    key = service.key("admin", account)
    made = service.post("/v1/invitations", key, json={"survey": survey, "contact": {
        "ref": ref, "customer": {"email": email, **contact.pop("customer", {})}, **contact}})
    assert made.status_code == 201, made.text
    identity = made.json()["id"]
    service.sql(f"UPDATE invitations SET verdict = 'scheduled', due_at = {due} WHERE id = %s", identity)
    return identity


COLUMNS = ("verdict", "skip_reason", "attempts", "unclear_attempts", "mail_error", "due_at", "sent_at", "reminded_at",
           "claim_id", "expires_at")


def row(service, identity):
    """What the table says of an invitation, by column."""
    [values] = service.sql(f"SELECT {', '.join(COLUMNS)} FROM invitations WHERE id = %s", identity)
    return dict(zip(COLUMNS, values))


def wait_for_verdict(service, identity, verdict, seconds=15):
    return service.wait_for(lambda: (found := row(service, identity))["verdict"] == verdict and
                            found["claim_id"] is None and found, seconds)
