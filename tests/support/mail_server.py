"""A real SMTP server (python3-aiosmtpd) that keeps what it takes, and misbehaves when it is told to."""
import asyncio
import collections
import email
import email.policy
import socket
import ssl
import subprocess
import threading

import aiosmtpd.controller
import aiosmtpd.smtp


Taken = collections.namedtuple("Taken", "sender recipients message content")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Talk(aiosmtpd.smtp.SMTP):
    """One connection; what is in `server.faults` happens in place of the command."""

    def __init__(self, server, *arguments, **options):
        self.server = server
        super().__init__(*arguments, **options)

    def connection_made(self, transport):
        self.server.connections += self._original_transport is None  # STARTTLS comes here once more
        super().connection_made(transport)

    async def _handle_client(self):
        if self.server.faults.get("CONNECT") == "hang":
            await self.server.forever()
        elif "CONNECT" in self.server.faults:
            await self.push(self.server.faults["CONNECT"])
            self.transport.close()
            return
        await super()._handle_client()

    async def misbehave(self, command):
        """True when the command had its answer, or gets none."""
        fault = self.server.fault_of(command)
        if fault is None:
            return False
        if fault == "hang":
            await self.server.forever()
        elif fault == "drop":
            self.transport.abort()
        else:
            await self.push(fault)
        return True

    async def smtp_EHLO(self, arg):
        if not await self.misbehave("EHLO"):
            await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg):
        if not await self.misbehave("EHLO"):
            await super().smtp_HELO(arg)

    async def smtp_AUTH(self, arg):
        if not await self.misbehave("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        if not await self.misbehave("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.misbehave("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_QUIT(self, arg):
        if not await self.misbehave("QUIT"):
            await super().smtp_QUIT(arg)

    async def smtp_DATA(self, arg):
        if await self.misbehave("DATA"):
            return
        if self.server.fault_of("MIDST") == "drop":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Handler:
    def __init__(self, server):
        self.server = server

    async def handle_DATA(self, talk, session, envelope):
        fault = self.server.fault_of("END")
        if fault == "hang":
            await self.server.forever()
        if fault == "take and drop":
            self.server.take(envelope)
            talk.transport.abort()
            return "250 nobody hears this"
        if fault:
            return fault
        await asyncio.sleep(self.server.slow_s)
        self.server.take(envelope)
        return "250 2.0.0 taken"


class Controller(aiosmtpd.controller.Controller):
    def __init__(self, server, **options):
        self.mail_server = server
        super().__init__(Handler(server), hostname=server.host, port=server.port, **options)

    def factory(self):
        return Talk(self.mail_server, self.handler, **self.SMTP_kwargs)


class MailServer:
    """Started at once. faults: {"RCPT": "550 5.1.1 no such user", "EHLO": "hang", "MIDST": "drop", ...} by command;
    CONNECT is the greeting, MIDST the message half way, END the answer to it. once: a fault is forgotten when it was met."""

    def __init__(self, port=None, host="127.0.0.1", **options):
        self.host = host
        self.port = port or free_port()
        self.options = {"enable_SMTPUTF8": False, **options}
        self.faults = {}
        self.once = False
        self.slow_s = 0
        self.taken = []
        self.connections = 0
        self.met = []  # the faults that happened
        self.lock = threading.Lock()
        self.controller = None
        self.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def start(self):
        self.controller = Controller(self, **self.options)
        self.controller.start()  # which connects once itself
        self.connections = 0

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def fault_of(self, command):
        fault = self.faults.get(command)
        if fault:
            self.met.append(command)
        if fault and self.once:
            del self.faults[command]
        return fault

    @staticmethod
    async def forever():
        await asyncio.sleep(3600)

    def take(self, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.lock:
            self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), message, envelope.content))

    def to(self, address):
        """The messages taken for one address."""
        with self.lock:
            return [taken for taken in self.taken if address in taken.recipients]


def make_authority(folder):
    """A private CA and a certificate of it for 127.0.0.1: (CA file, certificate file, key file)."""
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2, "-subj",
            "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1",
            "-keyout", "server.key", "-out", "server.csr")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", 2,
            "-extfile", "san", "-out", "server.pem")
    return folder / "ca.pem", folder / "server.pem", folder / "server.key"


def tls_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
