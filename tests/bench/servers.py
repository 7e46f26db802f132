"""Other people's servers that ours is held against, on ports of their own."""
import atexit
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import lab

NODE_MODULES = lab.ROOT / "tests" / "node_modules"


class Server:
    """A program that listens on `port` once it has been started."""

    def __init__(self, cluster, name):
        self.port = lab.free_port()
        self.folder = cluster.folder / f"{name}-{self.port}"
        self.folder.mkdir()
        self.process = None
        atexit.register(self.stop)  # also when the bench breaks off

    def start(self, command, **environment):
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output, start_new_session=True)
        end = time.monotonic() + 15
        while not self.listening():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} did not start:\n{(self.folder / 'output').read_text()[-3000:]}")
            time.sleep(0.05)

    def listening(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=10)


class Fastify(Server):
    """fastify.mjs: a worker per core shares what the 64 connections of pgbench are."""

    CONNECTIONS = 64

    def __init__(self, cluster, database, workers):
        super().__init__(cluster, "fastify")
        self.start([shutil.which("node") or "node", str(pathlib.Path(__file__).with_name("fastify.mjs"))],
                   PORT=str(self.port), WORKERS=str(workers), POOL=str(self.CONNECTIONS // workers), NODE_ENV="production",
                   PGHOST=str(cluster.run), PGUSER=cluster.user, PGDATABASE=database)


NGINX = """
daemon off;
worker_processes auto;
pid {folder}/pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 4096; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    types {{ text/html html; }}
    access_log off;
    keepalive_requests 1000000000;
    open_file_cache max=16;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/root; }}
}}
"""


class Nginx(Server):
    """Debian's nginx over one file, page.html, with what helps it: no log, the file kept open, connections kept for ever."""

    def __init__(self, cluster, page):
        super().__init__(cluster, "nginx")
        root = self.folder / "root"
        root.mkdir()
        (root / "page.html").write_bytes(page)
        configuration = self.folder / "nginx.conf"
        user = "user www-data;" if cluster.as_root else ""
        configuration.write_text(NGINX.format(folder=self.folder, port=self.port, user=user))
        places = os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(lab.ROOT / "build" / "tools")])
        self.start([shutil.which("nginx", path=places) or "nginx", "-p", str(self.folder), "-c", str(configuration)])
