"""Contacts that only answers know are recorded by a job."""
import pytest

from support.service import Service

GATHERED_LIMIT_S = 60


@pytest.fixture
def service(make_service):
    """One that hardly waits for late commits."""
    return make_service(UNDERSTOOD_CONTACTS_LAG_S="1")


def answer(service, ref, day=1, **contact):
    contact = {"ref": ref, "solved_at": f"2026-03-{day:02}T12:00:00Z", **contact}
    made = service.post("/v1/responses", "write", json={"survey": "understood", "contact": contact, "answers": {"understood": "yes"}})
    assert made.status_code == 201, made.text
    return made.json()


def gathered(service, *refs):
    """The contacts, once all of them are there."""
    there = lambda: service.sql("SELECT count(*)::int FROM contacts WHERE contact_ref = ANY (%s)", list(refs)) == [(len(refs),)]
    service.wait_for(there, GATHERED_LIMIT_S)
    return {ref: service.get(f"/v1/contacts/{ref}", "read").json() for ref in refs}


def counted(service, counter):
    return service.sql(f"SELECT sum({counter})::int FROM rollups WHERE survey = '' AND dimension = 'all'")[0][0]


def test_an_answer_s_contact_is_recorded_with_its_marks(service):
    answer(service, "g-1", 1, agents=["anna"], team="cards", customer={"ref": "g"})
    answer(service, "g-2", 3, customer={"ref": "g"})
    contacts = gathered(service, "g-1", "g-2")
    assert contacts["g-1"]["agents"] == ["anna"] and contacts["g-1"]["source"] == "api"
    assert contacts["g-1"]["solved_at"] == "2026-03-01T12:00:00Z"
    assert contacts["g-1"]["repeat"] == {"ref": "g-2", "at": "2026-03-03T12:00:00Z", "same_reason": False}
    assert (counted(service, "contacts"), counted(service, "repeated")) == (2, 1)


def test_a_contact_that_was_reported_stays_as_it_was(service):
    service.post("/v1/contacts", "write", json={"ref": "known", "team": "cards"})
    before = service.get("/v1/contacts/known", "read").json()
    answer(service, "known", team="loans")
    answer(service, "marker")
    gathered(service, "marker")
    assert service.get("/v1/contacts/known", "read").json() == before


def test_what_nobody_signed_makes_no_contact(service):
    made = answer(service, "unsigned")
    service.sql("UPDATE responses SET source = 'link_unverified' WHERE id = %s", made["id"])
    service.cli("verify", "--rebuild")
    answer(service, "marker")
    gathered(service, "marker")
    assert service.get("/v1/contacts/unsigned", "read").status_code == 404


def test_invitations_and_answers_of_former_versions_are_gathered_once_by_two_instances(service):
    for i in range(30):
        service.post("/v1/invitations", "write", json={"survey": "understood", "contact": {"ref": f"old-{i}", "customer": {"ref": f"c{i % 3}"}}})
        answer(service, f"answered-{i}", customer={"ref": f"c{i % 3}"})
    service.stop()
    service.sql("DELETE FROM contacts")
    service.sql("DELETE FROM job_progress")
    service.cli("verify", "--rebuild")
    assert counted(service, "contacts") is None
    service.start()
    other = Service(dict(service.environment)).start()
    gathered(service, *(f"old-{i}" for i in range(30)), *(f"answered-{i}" for i in range(30)))
    assert counted(service, "contacts") == 60
    assert other.stop() == 0
    other.remove()


def test_imported_answers_are_found_although_their_ids_are_of_the_past(service, tmp_path):
    answer(service, "now")
    gathered(service, "now")
    rows = tmp_path / "past.csv"
    rows.write_text("survey,contact_ref,solved_at,answered_at,understood\n"
                    "understood,past,2024-03-01T12:00:00Z,2024-03-01T13:00:00Z,yes\n")
    imported = service.cli("import", "responses", str(rows))
    assert imported.returncode == 0, imported.stderr
    assert gathered(service, "past")["past"]["solved_at"] == "2024-03-01T12:00:00Z"


def test_other_days_mark_all_contacts_anew(service):
    service.post("/v1/contacts", "write", json=[
        {"ref": f"d-{day}", "customer": {"ref": "d"}, "solved_at": f"2026-03-{day:02}T12:00:00Z"} for day in (1, 10)])
    assert "repeat" not in service.get("/v1/contacts/d-1", "read").json()
    service.cli("account", "set", "1", "--repeat-days", "14")
    assert service.get("/v1/contacts/d-1", "read").json()["repeat"]["ref"] == "d-10"
    assert counted(service, "repeated") == 1


def test_verify_finds_a_wrong_mark_and_rebuild_mends_it(service):
    service.post("/v1/contacts", "write", json=[
        {"ref": f"v-{day}", "customer": {"ref": "v"}, "solved_at": f"2026-03-{day:02}T12:00:00Z"} for day in (1, 2)])
    service.sql("UPDATE contacts SET repeat_at = NULL WHERE contact_ref = 'v-1'")
    assert service.cli("verify").returncode == 0
    found = service.cli("verify", "--repeats")
    assert found.returncode == 1 and "1 contacts are marked otherwise" in found.stdout
    service.cli("verify", "--repeats", "--rebuild")
    assert service.cli("verify", "--repeats").returncode == 0
