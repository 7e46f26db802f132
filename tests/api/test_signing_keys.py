"""The keys behind the links: made once, shared by all instances, rotated by hand in one table."""
import base64

import pytest


@pytest.fixture
def link(make_service):
    """(service, path of a survey link it made)"""
    service = make_service()
    return service, path_of(service, "first")


def path_of(service, ref):
    made = service.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": ref}})
    return "/s/" + made.json()["url"].rpartition("/")[2]


def key_id(path):
    return base64.urlsafe_b64decode(path.removeprefix("/s/"))[1]


def add_key(service, number, age):
    service.sql("INSERT INTO signing_keys (id, secret, created_at)"
                " VALUES (%s, sha256('another secret'), now() - %s::interval)", number, age)


def test_the_first_key_is_made_once(link):
    service, path = link
    before = service.sql("SELECT id, secret FROM signing_keys")
    service.restart()
    assert service.sql("SELECT id, secret FROM signing_keys") == before and len(before) == 1
    assert len(bytes(before[0][1])) == 32
    assert service.get(path).status_code == 200


def test_a_new_key_signs_when_every_instance_can_know_it(link):
    service, path = link
    service.sql("UPDATE signing_keys SET created_at = now() - interval '1 day'")
    add_key(service, 2, "1 minute")
    service.restart()
    assert key_id(path_of(service, "too young")) == 1
    service.sql("UPDATE signing_keys SET created_at = now() - interval '3 minutes' WHERE id = 2")
    service.restart()
    assert key_id(path_of(service, "old enough")) == 2
    assert service.get(path).status_code == 200


def test_a_retired_key_signs_and_opens_nothing(link):
    service, path = link
    add_key(service, 255, "1 hour")
    service.sql("UPDATE signing_keys SET retired_at = now() WHERE id = 1")
    service.restart()
    assert service.get(path).status_code == 404
    fresh = path_of(service, "first")  # the same invitation under another signature
    assert key_id(fresh) == 255 and fresh != path and service.get(fresh).status_code == 200


def test_a_key_that_cannot_be_one_is_left_out(link):
    service, path = link
    service.sql("INSERT INTO signing_keys (id, secret, created_at)"
                " VALUES (3, 'short', now() - interval '1 hour'), (300, sha256('x'), now() - interval '1 hour')")
    service.restart()
    assert key_id(path_of(service, "next")) == 1 and service.get(path).status_code == 200
    assert "signing key 300 is not usable" in service.log()


def test_a_changed_link_is_unknown_without_a_hint(link):
    service, path = link
    unknown = service.get("/s/" + "A" * 56)
    assert unknown.status_code == 404
    for changed in (path[:-1] + ("A" if path[-1] != "A" else "B"), path + "A", path[:-1], "/s/x"):
        answer = service.get(changed)
        assert (answer.status_code, answer.text) == (404, unknown.text), changed


def test_the_link_of_a_removed_invitation_is_unknown(link):
    service, path = link
    service.sql("DELETE FROM rollups; DELETE FROM contacts")
    service.sql("DELETE FROM invitations")
    assert service.get(path).status_code == 404
