"""Stands between the service and PostgreSQL and now and then cuts after COMMIT was done, before its answer is through."""
import contextlib
import socket
import threading

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
NO_COLUMNS = b"T\x00\x00\x00\x06\x00\x00"  # the one statement of an answer that comes alone


class CommitCutter:
    def __init__(self, postgres_socket, luck, share=0.15):
        self.postgres_socket, self.luck, self.share = str(postgres_socket), luck, share
        self.enabled, self.cuts = True, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, user, database):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}?sslmode=disable&gssencmode=disable"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self.postgres_socket)
                except OSError:
                    client.close()
                    continue
                for pump in (self._questions, self._answers):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _questions(self, client, server):
        self._pump(client, server, lambda _: False)

    def _answers(self, client, server):
        self._pump(server, client, self._cuts_here)

    def _cuts_here(self, piece):
        committed = COMMITTED in piece or NO_COLUMNS in piece
        if self.enabled and committed and self.luck.random() < self.share:
            self.cuts += 1
            return True
        return False

    @staticmethod
    def _pump(source, target, cut):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if cut(piece):
                    break
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()
