"""Receivers of webhooks: servers on threads that answer as they are told, and keep what came."""
import http.server
import json
import socket
import ssl
import threading
import time

WAIT_LIMIT_S = 60


class Delivery:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.raw = body
        self.at = time.monotonic()

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def body(self):
        return json.loads(self.raw)


class Receiver:
    """answer(delivery, number) -> status, or (status, headers, body), or a callable that is given the socket."""

    def __init__(self, answer=lambda delivery, number: 204, context=None, address="127.0.0.1"):
        self.answer = answer
        self.deliveries = []
        self.changed = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self)

            def do_GET(self):
                receiver.take(self)

            def log_message(self, *_words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, *_words):
                pass  # whoever hangs up

        self.server = Server((address, 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.scheme = "https" if context else "http"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def url(self, path="/hook", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def take(self, handler):
        length = int(handler.headers.get("content-length", 0))
        delivery = Delivery(handler.path, {name.lower(): value for name, value in handler.headers.items()},
                            handler.rfile.read(length))
        with self.changed:
            self.deliveries.append(delivery)
            number = len(self.deliveries)
            self.changed.notify_all()
        told = self.answer(delivery, number)
        if callable(told):
            told(handler)
            handler.close_connection = True
            return
        status, headers, body = told if isinstance(told, tuple) else (told, {}, b"")
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def wait_for(self, count, limit_s=WAIT_LIMIT_S):
        """The deliveries, once there are count of them."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.deliveries) >= count, limit_s), \
                f"{len(self.deliveries)} of {count} deliveries came"
            return list(self.deliveries)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()
