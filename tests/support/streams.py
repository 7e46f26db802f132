"""A listener to GET /v1/stream: a plain client that reads in the background what comes."""
import contextlib
import http.client
import json
import socket
import threading
import time
import urllib.parse

PATIENCE_S = 30


class Listener:
    """What came lies in events, (name, id, data) in dicts; raw has all bytes of the body."""

    def __init__(self, service, query="", key="read", headers=None, port=None, host="127.0.0.1"):
        self.events = []
        self.raw = b""
        self.last_id = None
        self.ended = threading.Event()
        self.clean = False
        self.connection = http.client.HTTPConnection(host, port or service.port, timeout=PATIENCE_S)
        sent = {"Accept": "text/event-stream", **(headers or {})}
        if key:
            sent["Authorization"] = "Bearer " + (service.key(key) if key in ("admin", "write", "read") else key)
        self.connection.request("GET", f"/v1/stream{query}", headers=sent)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.headers = self.answer.headers
        if self.status == 200:
            self.thread = threading.Thread(target=self._read, daemon=True)
            self.thread.start()
        else:
            self.body = self.answer.read().decode()
            self.ended.set()

    def _read(self):
        try:
            while line := self.answer.readline():
                self.raw += line
                self._take(line.decode().rstrip("\n"))
            self.clean = True
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass
        self.ended.set()

    _name, _data = "message", None

    def _take(self, line):
        """One line, by the rules of WHATWG HTML 9.2.6."""
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if self._data is not None:
                self.events.append({"name": self._name, "id": self.last_id, "data": json.loads(self._data)})
            self._name, self._data = "message", None
        elif field == "id":
            self.last_id = value
        elif field == "event":
            self._name = value
        elif field == "data":
            self._data = value if self._data is None else self._data + "\n" + value

    def named(self, name):
        return [event for event in list(self.events) if event["name"] == name]

    def refs(self, name="response"):
        """Which contacts the events tell of, in the order in which they came."""
        return [event["data"]["data"]["contact"]["ref"] for event in self.named(name)]

    def wait_for(self, condition, seconds=PATIENCE_S):
        """Waits until condition(self) is true; returns what it gave."""
        end = time.monotonic() + seconds
        while not (value := condition(self)):
            assert time.monotonic() < end, f"what was waited for did not come: {self.raw.decode()[-2000:]}"
            time.sleep(0.01)
        return value

    def wait_greeted(self):
        return self.wait_for(lambda it: it.last_id)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        assert self.ended.wait(PATIENCE_S)
        self.answer.close()
        self.connection.close()


@contextlib.contextmanager
def listening(service, **parameters):
    """Listens until the block ends; parameters are Listener's, and those of the query."""
    options = {name: parameters.pop(name) for name in ("key", "headers", "port") if name in parameters}
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    listener = Listener(service, query, **options)
    try:
        yield listener
    finally:
        listener.close()


def answer(service, ref, key="write", **more):
    """Posts one answer about this contact; it is stored when this returns."""
    contact = {"ref": ref, **more.pop("contact", {})}
    body = {"survey": "understood", "contact": contact, "answers": {"understood": "no", "csat": 2}, **more}
    answered = service.post("/v1/responses", key=key, json=body)
    assert answered.status_code == 201, answered.text
    return answered.json()
