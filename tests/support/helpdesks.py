"""Helpdesks as they send webhooks: bodies in their documented shapes, signed as each of them signs."""
import base64
import hmac
import json
import time
import uuid

SECRETS = {"standard-webhooks": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
SECRET = "the-helpdesk-knows-it"


def secret_of(preset):
    return SECRETS.get(preset, SECRET)


def mac(kind, key, text):
    return hmac.new(key if isinstance(key, bytes) else key.encode(), text, kind)


def iso(seconds_ago=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


# ---- how each of them signs; body is bytes ----

def zendesk_headers(body, secret=SECRET, timestamp=None):
    timestamp = timestamp or iso()
    digest = mac("sha256", secret, timestamp.encode() + body).digest()
    return {"X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(), "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
            "X-Zendesk-Webhook-Id": "01GK8E6BKWMJZD2T8Y5AXJQMG5", "X-Zendesk-Webhook-Invocation-Id": str(uuid.uuid4())}


def intercom_headers(body, secret=SECRET):
    return {"X-Hub-Signature": "sha1=" + mac("sha1", secret, body).hexdigest()}


def helpscout_headers(body, secret=SECRET, event="convo.status"):
    return {"X-HelpScout-Signature": base64.b64encode(mac("sha1", secret, body).digest()).decode(), "X-HelpScout-Event": event}


def chatwoot_headers(body, secret=SECRET, timestamp=None):
    timestamp = str(timestamp or int(time.time()))
    return {"X-Chatwoot-Signature": "sha256=" + mac("sha256", secret, timestamp.encode() + b"." + body).hexdigest(),
            "X-Chatwoot-Timestamp": timestamp, "X-Chatwoot-Delivery": str(uuid.uuid4())}


def zammad_headers(body, secret=SECRET):
    return {"X-Hub-Signature": "sha1=" + mac("sha1", secret, body).hexdigest(), "X-Zammad-Delivery": str(uuid.uuid4()),
            "X-Zammad-Trigger": "ask for feedback"}


def freshdesk_headers(body, secret=SECRET):
    return {"X-Understood-Secret": secret}


def standard_headers(body, secret=SECRETS["standard-webhooks"], timestamp=None, delivery=None):
    delivery, timestamp = delivery or f"msg_{uuid.uuid4().hex}", str(timestamp or int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = mac("sha256", key, f"{delivery}.{timestamp}.".encode() + body).digest()
    return {"webhook-id": delivery, "webhook-timestamp": timestamp, "webhook-signature": "v1," + base64.b64encode(digest).decode()}


HEADERS = {"zendesk": zendesk_headers, "freshdesk": freshdesk_headers, "intercom": intercom_headers, "helpscout": helpscout_headers,
           "chatwoot": chatwoot_headers, "zammad": zammad_headers, "standard-webhooks": standard_headers}


# ---- what each of them sends when a ticket is solved ----

def zendesk(ref, email, event="solved", seconds_ago=60):
    return {"event": event, "ticket": {
        "id": ref, "updated_at": iso(seconds_ago)[:16] + "Z", "created_at": "2026-09-12T05:35+0100",
        "assignee": {"email": "mara@example.net", "name": "Mara"}, "group": "Returns", "channel": "Mail", "type": "Question",
        "brand": "Acme", "tags": "vip", "requester": {"id": f"9{ref}", "email": email, "name": "Ada L.", "locale": "de-AT"}}}


def zendesk_event(ref, current="SOLVED", previous="OPEN"):
    return {"type": "zen:event-type:ticket.status_changed", "account_id": 12514403, "id": str(uuid.uuid4()), "time": iso(30),
            "zendesk_event_version": "2022-11-06", "subject": f"zen:ticket:{ref}",
            "detail": {"id": ref, "status": current, "assignee_id": "8447388090494", "group_id": "8447320466430", "brand_id": "8447346621310",
                       "requester_id": f"9{ref}", "tags": ["vip"], "created_at": "2026-09-12T05:35:00Z", "updated_at": iso(30),
                       "via": {"channel": "web_service"}, "type": "question", "subject": "Hello"},
            "event": {"current": current, "previous": previous, "meta": {"sequence": {"id": "x", "position": 1}}}}


def freshdesk(ref, email):
    return {"event": "solved", "ticket": {"id": ref, "status": "Resolved", "agent": {"email": "mara@example.net", "name": "Mara"},
                                          "group": "Returns", "source": "2", "type": "Problem",
                                          "requester": {"email": email, "name": "Ada"}}}


def intercom(ref, email, topic="conversation.admin.closed"):
    now = int(time.time())
    return {"type": "notification_event", "app_id": "abc123", "topic": topic, "id": f"notif_{uuid.uuid4()}", "delivery_attempts": 1,
            "created_at": now - 20, "data": {"type": "notification_event_data", "item": {
                "type": "conversation", "id": ref, "created_at": now - 9000, "updated_at": now - 20, "state": "closed", "open": False,
                "admin_assignee_id": 814860, "team_assignee_id": 0,
                "source": {"type": "email", "id": "1", "author": {"type": "user", "id": "63", "name": "Ada", "email": email}},
                "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "63", "external_id": f"C-{ref}"}]},
                "teammates": {"type": "admin.list", "admins": [{"type": "admin", "id": "814860"}, {"type": "admin", "id": "814861"}]},
                "statistics": {"type": "conversation_statistics", "last_close_at": now - 25}}}}


def helpscout(ref, email, status="closed"):
    return {"id": int(ref), "number": 12, "type": "email", "status": status, "state": "published", "subject": "Hello", "mailboxId": 85,
            "assignee": {"id": 9, "type": "user", "first": "Mara", "last": "M", "email": "mara@example.net"},
            "createdAt": iso(9000), "closedAt": iso(30), "closedBy": 9, "userUpdatedAt": iso(30), "tags": [{"id": 1, "tag": "refund"}],
            "primaryCustomer": {"id": 29000 + int(ref), "type": "customer", "first": "Ada", "last": "Lovelace", "email": email}}


def chatwoot(ref, email, status="resolved"):
    now = int(time.time())
    return {"event": "conversation_status_changed", "id": int(ref), "inbox_id": 7, "status": status, "channel": "Channel::WebWidget",
            "labels": ["billing"], "additional_attributes": {"browser_language": "fr"}, "created_at": now - 9000, "timestamp": now - 30,
            "updated_at": now - 30.5, "unread_count": 0,
            "changed_attributes": [{"status": {"previous_value": "open", "current_value": status}}],
            "meta": {"sender": {"id": 33000 + int(ref), "name": "Ada", "email": email, "identifier": None, "phone_number": None, "type": "contact"},
                     "assignee": {"id": 2, "name": "Mara", "email": "mara@example.net", "type": "user"},
                     "team": {"id": 4, "name": "Returns"}, "hmac_verified": False}}


def zammad(ref, email, state="closed"):
    return {"ticket": {"id": int(ref), "number": "26011", "title": "Hello", "state": state, "priority": {"id": 2, "name": "2 normal"},
                       "group": {"id": 1, "name": "Returns"}, "created_at": iso(9000), "close_at": iso(30), "updated_at": iso(29),
                       "create_article_type": "email", "organization": None,
                       "owner": {"id": 5, "login": "mara", "email": "mara@example.net", "firstname": "Mara", "lastname": "M"},
                       "customer": {"id": 11000 + int(ref), "login": "ada", "email": email, "firstname": "Ada", "lastname": "Lovelace",
                                    "preferences": {"locale": "de-de"}}},
            "article": {"id": 3, "type": "email", "body": "Hello"}}


def standard(ref, email, kind="contact.solved"):
    return {"type": kind, "timestamp": iso(10), "data": {
        "ref": ref, "agents": ["mara@example.net", "jo"], "team": "Returns", "channel": "phone", "reason": "complaint", "language": "nl",
        "customer": {"ref": f"C-{ref}", "email": email, "name": "Ada"}, "solved_at": iso(15), "opened_at": iso(9000), "handled_s": 840,
        "credit_amount": 12.5}}


BODIES = {"zendesk": zendesk, "freshdesk": freshdesk, "intercom": intercom, "helpscout": helpscout, "chatwoot": chatwoot,
          "zammad": zammad, "standard-webhooks": standard}


class Source:
    """A source of the service's, and the helpdesk that sends to it."""

    def __init__(self, service, name, preset="zendesk", account=1, **more):
        self.service, self.name, self.preset, self.account = service, name, preset, account
        self.key = service.key("admin", account)
        body = {"preset": preset, "secret": secret_of(preset), "survey": "understood", "send": True, **more}
        self.made = self.put({name: value for name, value in body.items() if value is not None})
        assert self.made.status_code in (200, 201), self.made.text

    def put(self, body, **options):
        return self.service.put(f"/v1/sources/{self.name}", self.key, json=body, **options)

    def get(self, path="", **options):
        return self.service.get(f"/v1/sources/{self.name}{path}", self.key, **options)

    def test(self, body, **more):
        answer = self.service.post(f"/v1/sources/{self.name}/test", self.key, json={"body": body, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, body, headers=None, path="", **options):
        """body: bytes as they are, or JSON; headers: those that sign it, unless given."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if headers is None:
            headers = HEADERS[self.preset](data)
        return self.service.post(f"/v1/hooks/{self.account}/{self.name}{path}", data=data, headers=headers, **options)

    def sent(self, body, headers=None):
        """The outcome of what was accepted."""
        answer = self.send(body, headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def deliveries(self, **params):
        return self.get("/deliveries", params=params).json()["data"]

    def delivery(self, answer):
        return self.get(f"/deliveries/{answer['delivery']}").json()

