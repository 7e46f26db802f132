"""Writes webhooks.json: requests as helpdesks sign them, by openssl's command line, and broken ones. Run by hand when a case is added."""
import base64
import json
import pathlib
import subprocess

NOW = 1795860000  # 2026-11-28T10:00:00Z
ISO_NOW = "2026-11-28T10:00:00Z"
BODY = '{"ticket": {"id": 4711, "title": "Größe \\u00e4ndern"}}'
SECRET = "a-secret-of-its-own"
OTHER = "another-secret-0123"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

ZENDESK = {"scheme": "hmac", "hash": "sha256", "encoding": "base64", "header": "X-Zendesk-Webhook-Signature",
           "timestamp_header": "X-Zendesk-Webhook-Signature-Timestamp", "timestamp_format": "iso8601", "signed": "{timestamp}{body}"}
INTERCOM = {"scheme": "hmac", "hash": "sha1", "encoding": "hex", "prefix": "sha1=", "header": "X-Hub-Signature"}
HELPSCOUT = {"scheme": "hmac", "hash": "sha1", "encoding": "base64", "header": "X-HelpScout-Signature"}
CHATWOOT = {"scheme": "hmac", "hash": "sha256", "encoding": "hex", "prefix": "sha256=", "header": "X-Chatwoot-Signature",
            "timestamp_header": "X-Chatwoot-Timestamp", "signed": "{timestamp}.{body}"}
STANDARD = {"scheme": "hmac", "hash": "sha256", "encoding": "base64", "prefix": "v1,", "header": "webhook-signature", "key": "base64",
            "timestamp_header": "webhook-timestamp", "signed": "{id}.{timestamp}.{body}"}


def openssl(name, key, text):
    done = subprocess.run(["openssl", "dgst", f"-{name}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"],
                          input=text, capture_output=True, check=True)
    return done.stdout


def sign(verify, secret, body=BODY, timestamp="", delivery=""):
    key = base64.b64decode(secret.removeprefix("whsec_")) if verify.get("key") == "base64" else secret.encode()
    text = verify.get("signed", "{body}").replace("{id}", delivery).replace("{timestamp}", timestamp).encode()
    mac = openssl(verify["hash"], key, text.replace(b"{body}", body.encode()))
    digits = base64.b64encode(mac).decode() if verify["encoding"] == "base64" else mac.hex()
    return verify.get("prefix", "") + digits


CASES = []


def case(name, verify, headers, words=None, secret=SECRET, body=BODY, **more):
    """words: what the finding must say; None: it is verified."""
    CASES.append({"name": name, "verify": verify, "secret": secret, "headers": headers, "body": body, "words": words, **more})


def zendesk(signature, timestamp=ISO_NOW):
    return {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": timestamp}


def standard(signature, timestamp=NOW, delivery="msg_1"):
    return {"webhook-id": delivery, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def chatwoot(signature, timestamp=NOW):
    return {"X-Chatwoot-Timestamp": str(timestamp), "X-Chatwoot-Signature": signature}


good = sign(ZENDESK, SECRET, timestamp=ISO_NOW)
case("zendesk", ZENDESK, zendesk(good))
case("header names have no case", ZENDESK, {name.lower(): value for name, value in zendesk(good).items()})
case("an empty body is signed too", ZENDESK, zendesk(sign(ZENDESK, SECRET, "", ISO_NOW)), body="")
case("another secret", ZENDESK, zendesk(sign(ZENDESK, OTHER, timestamp=ISO_NOW)), "another secret is set there")
case("another body", ZENDESK, zendesk(good), "changed on its way", body=BODY.replace("4711", "4712"))
case("one blank more", ZENDESK, zendesk(good), "changed on its way", body=BODY + " ")
case("no signature", ZENDESK, {"X-Zendesk-Webhook-Signature-Timestamp": ISO_NOW},
     "X-Zendesk-Webhook-Signature is missing; expected base64 of 32 bytes")
case("no timestamp", ZENDESK, {"X-Zendesk-Webhook-Signature": good}, "X-Zendesk-Webhook-Signature-Timestamp is missing")
case("hex in the place of base64", ZENDESK, zendesk(sign({**ZENDESK, "encoding": "hex"}, SECRET, timestamp=ISO_NOW)),
     "expected base64 of 32 bytes, got 64 bytes")
case("a signature cut short", ZENDESK, zendesk(good[:-4]), "got 40 bytes")
case("an empty signature", ZENDESK, zendesk(""), "got 0 bytes")
for name, timestamp, words in [("300 s old", "2026-11-28T09:55:00Z", None), ("with an offset", "2026-11-28T11:00:00+01:00", None),
                               ("301 s old", "2026-11-28T09:54:59Z", "301 s before now; at most 300 s"),
                               ("301 s ahead", "2026-11-28T10:05:01Z", "301 s after now; at most 300 s"),
                               ("unix where iso8601 is", "1795860000", "expected an ISO 8601 time, got the form \"9999999999\""),
                               ("the secret where the time is", SECRET, "got the form \"a-aaaaaa-aa-aaa-aaa\"")]:
    case(name, ZENDESK, zendesk(sign(ZENDESK, SECRET, timestamp=timestamp), timestamp), words)
case("a newer timestamp with the old signature", ZENDESK, zendesk(good, "2026-11-28T10:00:01Z"), "changed on its way")
case("rotated, with the new secret", ZENDESK, zendesk(good), previous=OTHER, previous_until=NOW + 1)
case("rotated, with the old secret", ZENDESK, zendesk(sign(ZENDESK, OTHER, timestamp=ISO_NOW)), previous=OTHER, previous_until=NOW + 1)
case("rotated, when the old secret has ended", ZENDESK, zendesk(sign(ZENDESK, OTHER, timestamp=ISO_NOW)), "another secret",
     previous=OTHER, previous_until=NOW)

case("intercom", INTERCOM, {"X-Hub-Signature": sign(INTERCOM, SECRET)})
case("upper case digits", INTERCOM, {"X-Hub-Signature": "sha1=" + sign(INTERCOM, SECRET)[5:].upper()})
case("no prefix", INTERCOM, {"X-Hub-Signature": sign(INTERCOM, SECRET)[5:]},
     "X-Hub-Signature: expected \"sha1=\" and 40 hex digits, got 40 bytes without that beginning")
WORDY = {**INTERCOM, "prefix": "HMAC ", "header": "Authorization"}
case("a prefix with a blank", WORDY, {"Authorization": sign(WORDY, SECRET)})
case("a prefix with a blank, and two signatures", WORDY, {"Authorization": f"{sign(WORDY, OTHER)} {sign(WORDY, SECRET)}"})
case("a prefix with a blank, and nothing", WORDY, {"Authorization": "HMAC "}, "40 hex digits, got 5 bytes")
case("another prefix", INTERCOM, {"X-Hub-Signature": "sha256=" + sign(INTERCOM, SECRET)[5:]}, "without that beginning")
case("sha256 where sha1 is", INTERCOM, {"X-Hub-Signature": "sha1=" + sign({**INTERCOM, "hash": "sha256", "prefix": ""}, SECRET)},
     "40 hex digits, got 69 bytes")
case("helpscout", HELPSCOUT, {"X-HelpScout-Signature": sign(HELPSCOUT, SECRET)})
case("chatwoot", CHATWOOT, chatwoot(sign(CHATWOOT, SECRET, timestamp=str(NOW))))
case("chatwoot without the dot", CHATWOOT, chatwoot(sign({**CHATWOOT, "signed": "{timestamp}{body}"}, SECRET, timestamp=str(NOW))),
     "over {timestamp}.{body}")
for name, timestamp in [("not a number", "soon"), ("negative", "-5"), ("with a fraction", "1795860000.5"), ("empty", "")]:
    case(f"a unix timestamp that is {name}", CHATWOOT, chatwoot(sign(CHATWOOT, SECRET, timestamp=timestamp), timestamp),
         "X-Chatwoot-Timestamp: expected unix seconds")

ours = sign(STANDARD, WHSEC, timestamp=str(NOW), delivery="msg_1")
case("standard", STANDARD, standard(ours), secret=WHSEC, id_header="webhook-id")
case("standard, the secret without whsec_", STANDARD, standard(ours), secret=WHSEC.removeprefix("whsec_"), id_header="webhook-id")
case("one of several", STANDARD, standard("v1a,xyz v1,AAAA  v1," + "A" * 43 + "= " + ours), secret=WHSEC, id_header="webhook-id")
case("none of several", STANDARD, standard("v1," + "A" * 43 + "= v1," + "B" * 43 + "="), "right form", secret=WHSEC, id_header="webhook-id")
case("only of another kind", STANDARD, standard(ours.replace("v1,", "v1a,")), "expected \"v1,\" and base64 of 32 bytes", secret=WHSEC,
     id_header="webhook-id")
case("another id", STANDARD, standard(ours, delivery="msg_2"), "changed on its way", secret=WHSEC, id_header="webhook-id")
case("no id", STANDARD, {"webhook-timestamp": str(NOW), "webhook-signature": ours}, "webhook-id is missing", secret=WHSEC,
     id_header="webhook-id")

HEADER = {"scheme": "header", "header": "X-Secret"}
BEARER = {"scheme": "header", "header": "Authorization", "prefix": "Bearer "}
BASIC = {"scheme": "basic", "user": "desk"}


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


case("a header", HEADER, {"x-secret": SECRET})
case("a header with another secret", HEADER, {"X-Secret": OTHER}, "X-Secret: its 19 bytes are not this source's secret")
case("a header with less", HEADER, {"X-Secret": SECRET[:-1]}, "its 18 bytes")
case("no header", HEADER, {}, "X-Secret is missing")
case("a header with the old secret", HEADER, {"X-Secret": OTHER}, previous=OTHER, previous_until=NOW + 1)
case("bearer", BEARER, {"Authorization": "Bearer " + SECRET})
case("bearer without Bearer", BEARER, {"Authorization": SECRET}, "expected \"Bearer \" and the secret")
case("basic", BASIC, basic("desk:" + SECRET))
case("basic in another case", BASIC, {"Authorization": basic("desk:" + SECRET)["Authorization"].replace("Basic", "basic")})
case("basic, a colon in the password", BASIC, basic("desk:pass:word"), secret="pass:word")
case("basic, another password", BASIC, basic("desk:" + OTHER), "the password is not")
case("basic, another user", BASIC, basic("dusk:" + SECRET), "names another user than desk")
case("basic without a colon", BASIC, basic("desk"), "expected \"Basic \" and base64 of user:password")
case("basic that is no base64", BASIC, {"Authorization": "Basic !"}, "another form")
case("basic missing", BASIC, {}, "expected Basic with the user desk")
case("a secret in the path", {"scheme": "path"}, {}, path_secret=SECRET)
case("another secret in the path", {"scheme": "path"}, {}, "the last part of the URL is not", path_secret=OTHER)
case("no secret in the path", {"scheme": "path"}, {}, "lacks the source's secret")
case("nothing to verify", {"scheme": "none"}, {})

if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("webhooks.json")
    rows = ",\n".join("  " + json.dumps(row) for row in CASES)
    path.write_text(f'{{"now": "{ISO_NOW}", "cases": [\n{rows}\n]}}\n')
