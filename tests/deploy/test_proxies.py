"""Tests of the proxies: Caddy and nginx with these very files, in front of the production server.

Only ports, paths and the name of the site are replaced.
"""

import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaign.edge.request_monitor import PROXYS_ID
from campaign.process.clock import utcnow
from tests.deploy.upload_server import BODY_SECONDS
from tests.ports import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOST = "sign.localhost"
START_SECONDS = 60
UPLOAD_BYTES = 16 * 1024 * 1024


class Proxy:
    """A running proxy: its ports, and the certificate to trust."""

    def __init__(self, http_port, https_port, certificate):
        self.http_port, self.https_port = http_port, https_port
        self._certificate = certificate

    def connect(self):
        """Return an open TLS connection."""
        context = ssl.create_default_context(cafile=self._certificate)
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout=60)
        return context.wrap_socket(plain, server_hostname=HOST)

    def ask(self, method, body=None, **headers):
        """Return status and content of the answer to one request."""
        connection = HTTPSConnection(HOST)
        connection.sock = self.connect()
        try:
            connection.request(method, "/en/", body, {"Host": HOST, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def upstream():
    """The port of the production server."""
    port = free_port()
    with running(sys.executable, "-m", "tests.deploy.upload_server", str(port)):
        yield port


@contextmanager
def running(*command, **environment):
    """Run a server until the test ends."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def caddy(folder, upstream):
    """Run Caddy with deploy/Caddyfile, set up by its environment."""
    http_port, https_port = free_port(), free_port()
    environment = {
        "SITE_ADDRESS": HOST,
        "UPSTREAM": f"127.0.0.1:{upstream}",
        "HTTP_PORT": str(http_port),
        "HTTPS_PORT": str(https_port),
        # Another Caddy may run on this machine.
        "ADMIN_ENDPOINT": f"127.0.0.1:{free_port()}",
        # Its data, with the certificates that it makes for a local name.
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "HOME": str(folder),
    }
    certificate = folder / "caddy/pki/authorities/local/root.crt"
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile"))
    with running(*command, **environment):
        yield Proxy(http_port, https_port, certificate)


@contextmanager
def nginx(folder, upstream):
    """Run nginx with deploy/nginx.conf, and a certificate of our own."""
    http_port, https_port = free_port(), free_port()
    live = folder / f"live/{HOST}"
    live.mkdir(parents=True)
    make_certificate(live)
    text = (ROOT / "deploy/nginx.conf").read_text()
    for ours, theirs in (
        ("sign.example.org", HOST),
        ("/etc/letsencrypt", str(folder)),
        ("/run/nginx.pid", str(folder / "nginx.pid")),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("listen 80;", f"listen 127.0.0.1:{http_port};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https_port} ssl;"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl;\n", ""),
    ):
        assert ours in text
        text = text.replace(ours, theirs)
    (folder / "nginx.conf").write_text(text)
    command = ("nginx", "-g", "daemon off;", "-c", str(folder / "nginx.conf"))
    with running(*command):
        yield Proxy(http_port, https_port, live / "fullchain.pem")


def make_certificate(folder):
    """Write a certificate for HOST and its key, as certbot names them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utcnow() - timedelta(days=1))
        .not_valid_after(utcnow() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.fixture(scope="module")
def proxies(tmp_path_factory, upstream):
    """The proxies that are installed, by name, once they answer."""
    with ExitStack() as stack:
        started = {
            run.__name__: stack.enter_context(run(tmp_path_factory.mktemp(run.__name__), upstream))
            for run in (caddy, nginx)
            if shutil.which(run.__name__)
        }
        for proxy in started.values():
            deadline = time.monotonic() + START_SECONDS
            while time.monotonic() < deadline:
                with suppress(OSError):
                    if proxy.ask("GET")[0] == 200:
                        break
                time.sleep(0.1)
        yield started


@pytest.fixture(params=["caddy", "nginx"])
def proxy(request, proxies):
    """A proxy that answers."""
    if request.param not in proxies:
        pytest.skip(f"{request.param} is not installed")
    return proxies[request.param]


def test_site_learns_host_protocol_and_address_of_the_visitor(proxy):
    status, content = proxy.ask("GET", **{"X-Forwarded-Proto": "http"})
    assert status == 200
    seen = json.loads(content)
    assert (seen["HTTP_HOST"], seen["HTTP_X_FORWARDED_PROTO"]) == (HOST, "https")
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


def test_proxy_names_each_request_itself(proxy):
    sent = "0123456789abcdef0123456789abcdef"
    ids = [
        json.loads(proxy.ask("GET", **{"X-Request-ID": sent})[1])["HTTP_X_REQUEST_ID"]
        for _ in range(2)
    ]
    assert len({*ids, sent}) == 3
    assert all(PROXYS_ID.fullmatch(each) for each in ids)


def test_plain_http_is_sent_to_https(proxy):
    connection = HTTPConnection("127.0.0.1", proxy.http_port, timeout=30)
    connection.request("GET", "/en/?a=1", headers={"Host": HOST})
    answer = connection.getresponse()
    assert answer.status in (301, 308)
    assert answer.headers["Location"].startswith(f"https://{HOST}")
    assert answer.headers["Location"].endswith("/en/?a=1")
    connection.close()


def test_large_upload_passes(proxy):
    body = os.urandom(1024) * (UPLOAD_BYTES // 1024)
    status, content = proxy.ask("POST", body)
    assert status == 200
    assert json.loads(content)["digest"] == hashlib.sha256(body).hexdigest()


def test_slow_body_is_given_up_by_the_site(proxy):
    def unfinished():
        return json.loads(proxy.ask("GET")[1])["unfinished"]

    with proxy.connect() as connection:
        connection.sendall(
            f"POST /en/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 4000\r\n\r\n".encode()
        )
        began = time.monotonic()
        seen = []
        while time.monotonic() - began < 10 * BODY_SECONDS and not (
            max(seen, default=0) and seen[-1] == 0
        ):
            # One byte after the other, so that no pause is long.
            with suppress(OSError):
                connection.sendall(b"a")
            seen.append(unfinished())
            time.sleep(0.1)
    assert (max(seen), seen[-1]) == (1, 0)


def test_headers_that_never_end_are_given_up(proxies):
    with ExitStack() as stack:
        connections = [stack.enter_context(proxy.connect()) for proxy in proxies.values()]
        for connection in connections:
            connection.sendall(f"GET /en/ HTTP/1.1\r\nHost: {HOST}\r\n".encode())
        for connection in connections:
            # A bound of hangs, not a measurement: they wait 15 seconds for a header.
            connection.settimeout(20 * 15)
            answer = b""
            with suppress(ConnectionError, ssl.SSLError):
                answer = connection.recv(65_536)
            # A proxy that had refused the request would have said 400.
            assert not answer or b" 408 " in answer


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed")
def test_caddy_finds_no_mistake_in_its_file():
    done = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", "deploy/Caddyfile"],
        cwd=ROOT,
        env={**os.environ, "SITE_ADDRESS": "sign.example.org"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    formatted = subprocess.run(
        ["caddy", "fmt", "deploy/Caddyfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert formatted.stdout == (ROOT / "deploy/Caddyfile").read_text()
