"""Many survey pages at once: their invitations are read together, and each page is still its own."""
import concurrent.futures
import re

COUNT = 150


def invite(service, name):
    body = [{"survey": "understood", "contact": {"ref": f"{name}-{number}", "language": ("de", "en", "ja")[number % 3]}}
            for number in range(COUNT)]
    done = service.post("/v1/invitations", "write", json=body)
    assert done.status_code == 207, done.text
    return ["/s/" + one["invitation"]["url"].rpartition("/s/")[2] for one in done.json()["data"]]


def fetch_all(service, paths):
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        return list(pool.map(lambda path: service.get(path), paths))


def test_pages_read_together_are_each_their_own(service):
    paths = invite(service, "together")
    strangers = [path[:-1] + ("A" if path[-1] != "A" else "B") for path in paths[:20]]
    pages = fetch_all(service, paths + strangers)
    for number, (path, page) in enumerate(zip(paths, pages)):
        assert page.status_code == 200
        assert re.search(rf'<form[^>]* action="{path}"', page.text), "whose form it is"
        assert page.headers["Content-Language"] == ("de", "en", "ja")[number % 3]
    assert {page.status_code for page in pages[COUNT:]} == {404}


def test_an_invitation_that_is_gone_is_unknown_beside_others(service):
    paths = invite(service, "gone")
    service.sql("DELETE FROM invitations WHERE contact_ref IN ('gone-3', 'gone-77')")
    got = [page.status_code for page in fetch_all(service, paths)]
    assert [number for number, status in enumerate(got) if status == 404] == [3, 77]
    assert set(got) == {200, 404}
    assert service.cli("verify", "--rebuild").returncode == 0


def test_connections_that_died_unnoticed_cost_no_page(service):
    paths = invite(service, "reconnect")
    fetch_all(service, paths)
    service.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert {page.status_code for page in fetch_all(service, paths)} == {200}
