"""Signed links, made the way a helpdesk would, from nothing but the specification."""
import hashlib
import hmac
import itertools
import json
import urllib.parse

from support.service import ROOT

VECTORS = json.loads((ROOT / "tests" / "vectors" / "signed-links.json").read_text())
numbers = itertools.count(1)


def encode(text):
    return urllib.parse.quote(text, safe="")


def pairs_of(params):
    """[(name, value)] of a dict whose values may be lists."""
    return [(name, str(one)) for name, value in params.items()
            for one in (value if isinstance(value, list) else [value])]


def canonical(account, survey, pairs):
    ordered = sorted((name.encode(), value.encode()) for name, value in pairs)
    return f"/l/{account}/{survey}?" + "&".join(f"{encode(name)}={encode(value)}" for name, value in ordered)


def signature(secret, account, survey, pairs):
    return hmac.new(secret.encode(), canonical(account, survey, pairs).encode(), hashlib.sha256).hexdigest()


def unsigned_link(survey="understood", account=1, **params):
    params.setdefault("contact", f"linked {next(numbers)}")
    pairs = pairs_of(params)
    return f"/l/{account}/{survey}?" + "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)


def signed_link(secret, survey="understood", account=1, **params):
    params.setdefault("contact", f"linked {next(numbers)}")
    sig = signature(secret, account, survey, pairs_of(params))
    return unsigned_link(survey, account, **params) + f"&sig={sig}"


def make_secret(service, survey="understood", key="admin", **body):
    made = service.post(f"/v1/surveys/{survey}/link-secret", key=key, json=body)
    assert made.status_code == 201, made.text
    return made.json()


def at(link, suffix):
    """The address of the link's thank-you or change page."""
    path, _, query = link.partition("?")
    return f"{path}{suffix}?{query}"
