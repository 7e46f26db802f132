"""Debian's nginx in front of the service, with the lines of README.md."""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

from support.service import ROOT

NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(ROOT / "build/tools")]))
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def readme_location(upstream):
    [location] = re.findall(r"```nginx\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert "http://127.0.0.1:8080" in location
    return location.replace("http://127.0.0.1:8080", upstream)


@contextlib.contextmanager
def nginx(folder, upstream):
    """The URL of an nginx in front of upstream."""
    port = free_port()
    (folder / "conf").write_text(CONFIGURATION.format(folder=folder, port=port, location=readme_location(upstream)))
    process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "conf", "-e", folder / "errors"])
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None, (folder / "errors").read_text()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    assert process.wait(10) == 0
