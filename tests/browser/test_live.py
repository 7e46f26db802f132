"""EventSource in Chromium, through nginx, with the script of README.md: tickets, and coming back without a gap."""
import http.server
import json
import re
import threading

import pytest

from support.nginx import nginx
from support.service import ROOT
from support.streams import answer

PATIENCE_S = 60
PAGE = """<!doctype html><title>A desk</title><script>
const tell = (name, event) => fetch("/heard", { method: "POST", body: JSON.stringify([name, event]) })
  .then(() => { if (event.data?.contact?.ref === "the last") document.title = "done"; });
const show = event => tell("response", event), warn = event => tell("alert", event), reload = () => tell("reset", {});
%s
</script>"""


class Desk(http.server.ThreadingHTTPServer):
    """The site that has the page, and the key: it gets tickets for the page and is told what the page hears."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), DeskHandler)
        self.service = self.page = self.key = None
        self.heard = []
        self.tickets = 0
        self.may_come_back = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_port}"

    def ticket(self):
        """As JSON; at the second time nothing, as from a server that is just restarting."""
        self.tickets += 1
        if self.tickets == 2:
            return b""
        if self.tickets > 2:
            assert self.may_come_back.wait(PATIENCE_S)
        return self.service.post("/v1/stream/tickets", self.key).content


class DeskHandler(http.server.BaseHTTPRequestHandler):
    def reply(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply("text/html", self.server.page.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/my-server/ticket":
            self.reply("application/json", self.server.ticket())
        else:
            self.server.heard.append(json.loads(body))
            self.reply("text/plain", b"")

    def log_message(self, *_):
        pass


@pytest.fixture
def desk():
    server = Desk()
    yield server
    server.shutdown()
    server.server_close()


def readme_script(url):
    [script] = re.findall(r"```js\n(let last = .*?)```", (ROOT / "README.md").read_text(), re.S)
    assert "https://survey.example" in script
    return script.replace("https://survey.example", url)


def key_named(service, name):
    made = service.cli("key", "create", "--account", 1, "--scope", "read", "--name", name, check=True)
    listed = service.cli("key", "list", "--account", 1, check=True).stdout
    return made.stdout.strip(), re.findall(rf"^(\S+)\s.*{name}", listed, re.M)[0]


def refs(desk):
    return [event["data"]["contact"]["ref"] for name, event in list(desk.heard) if name == "response"]


def test_a_page_hears_all_across_a_lost_stream(browser, make_service, desk, tmp_path):
    service = make_service(UNDERSTOOD_HTTP_CORS_ORIGINS=desk.origin, UNDERSTOOD_KEYS_CACHE_S=1)
    first_key, first_id = key_named(service, "until-revoked")
    desk.service, desk.key = service, first_key
    with nginx(tmp_path, f"http://127.0.0.1:{service.port}") as url:
        desk.page = PAGE % readme_script(url)
        results = []
        visit = threading.Thread(target=lambda: results.append(
            browser.run("wait_for_title", desk.origin, scripts=True, title="done", limit_ms=2000 * PATIENCE_S)))
        visit.start()
        service.wait_for(lambda: "understood_stream_listeners 1" in service.get("/metrics").text, PATIENCE_S)
        answer(service, "first")
        service.wait_for(lambda: refs(desk) == ["first"], PATIENCE_S)
        desk.key = service.key("read")
        service.cli("key", "revoke", "--account", 1, first_id, check=True)
        service.wait_for(lambda: desk.tickets == 3, PATIENCE_S)
        answer(service, "while it was away")
        desk.may_come_back.set()
        service.wait_for(lambda: refs(desk) == ["first", "while it was away"], PATIENCE_S)
        answer(service, "the last")
        visit.join(2 * PATIENCE_S)
        assert results == [{"title": "done"}]
        assert refs(desk) == ["first", "while it was away", "the last"]
        assert not [event for name, event in desk.heard if name == "reset"]
