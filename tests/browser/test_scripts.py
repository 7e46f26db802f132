"""Scripts in Chromium: a page of a named origin may use /v1, a page of another one may not."""
import http.server
import json
import threading

import pytest

METRICS = "/v1/metrics?survey=understood&interval=all"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A desk</title>")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def origins():
    """Two sites: the one the operator named, and another."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def desk(make_service, origins):
    return make_service(UNDERSTOOD_HTTP_CORS_ORIGINS=origins[0], UNDERSTOOD_LIMITS_KEY_PER_MINUTE=100)


def ask(browser, service, origin, path=METRICS, key="read", headers=(), **init):
    sent = {"Authorization": f"Bearer {service.key(key)}", **init.pop("headers_sent", {})}
    return browser.run("script", origin, target=service.url + path, headers=list(headers),
                       init={"headers": sent, **init})


def test_a_page_of_a_named_origin_reads_scores_and_their_headers(browser, desk, origins):
    got = ask(browser, desk, origins[0], headers=["ETag", "RateLimit", "RateLimit-Policy", "X-Request-Id"])
    assert got["status"] == 200 and got["body"]["total"]["n"] == 0
    assert all(got["headers"].values()), got["headers"]


def test_a_page_of_another_origin_reads_nothing(browser, desk, origins):
    assert ask(browser, desk, origins[1]) == {"failed": "TypeError"}
    assert ask(browser, desk, "http://localhost" + origins[0][len("http://127.0.0.1"):]) == {"failed": "TypeError"}


def test_it_posts_answers_and_reads_what_was_wrong(browser, desk, origins):
    body = {"survey": "understood", "contact": {"ref": "T-1"}, "answers": {"understood": "yes"}}
    sent = {"Content-Type": "application/json", "Idempotency-Key": "one"}
    made = ask(browser, desk, origins[0], "/v1/responses", "write", ["Location"], method="POST",
               body=json.dumps(body), headers_sent=sent)
    assert made["status"] == 201 and made["headers"]["Location"]
    again = ask(browser, desk, origins[0], "/v1/responses", "write", ["Idempotency-Replayed"], method="POST",
                body=json.dumps(body), headers_sent=sent)
    assert again["headers"]["Idempotency-Replayed"] == "true"
    wrong = ask(browser, desk, origins[0], "/v1/responses", "write", method="POST", body="{}",
                headers_sent={"Content-Type": "application/json"})
    assert wrong["status"] == 422 and wrong["body"]["code"] == "invalid_body"
    assert ask(browser, desk, origins[1], "/v1/responses", "write", method="POST", body=json.dumps(body),
               headers_sent=sent) == {"failed": "TypeError"}
    assert desk.sql("SELECT count(*) FROM responses")[0][0] == 1


def test_no_cookies_are_wanted(browser, desk, origins):
    assert ask(browser, desk, origins[0], credentials="include") == {"failed": "TypeError"}
