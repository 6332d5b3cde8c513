"""Tests of the proxies: Caddy and nginx with these very files, in front of the production server.

Only ports, paths and the name of the site are replaced.
"""

import hashlib
import json
import os
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

from campaign.edge.client_address import ClientAddress
from campaign.edge.request_monitor import PROXYS_ID
from campaign.process.clock import utcnow
from tests.deploy.upload_server import BODY_SECONDS
from tests.ports import free_port, wait_for_port
from tests.programs import needed_program

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOST = "sign.localhost"
START_SECONDS = 60
UPLOAD_BYTES = 16 * 1024 * 1024
# Here the tests are the CDN.
CDN_NETWORKS = ("192.0.2.0/24", "127.0.0.0/8", "2001:db8::/32")
VISITOR = "203.0.113.7"


class Proxy:
    """A running proxy: its ports, the certificate to trust, and the file with its log."""

    def __init__(self, http_port, https_port, certificate, log):
        self.http_port, self.https_port = http_port, https_port
        self._certificate = certificate
        self.log = log

    def connect(self, protocols=("http/1.1",)):
        """Return an open TLS connection."""
        context = ssl.create_default_context(cafile=self._certificate)
        context.set_alpn_protocols(protocols)
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout=60)
        return context.wrap_socket(plain, server_hostname=HOST)

    def ask(self, method, body=None, path="/en/", **headers):
        """Return status and content of the answer to one request."""
        connection = HTTPSConnection(HOST)
        connection.sock = self.connect()
        try:
            connection.request(method, path, body, {"Host": HOST, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait_until_it_answers(self):
        """Wait until it answers, if only that the site is down."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError):
                self.ask("GET")
                return
            time.sleep(0.1)


@pytest.fixture(scope="module")
def upstream():
    """The port of the production server."""
    port = free_port()
    with running(sys.executable, "-m", "tests.deploy.upload_server", str(port)):
        wait_for_port(port)
        yield port


@contextmanager
def running(*command, log=None, **environment):
    """Run a server until the test ends, and write what it logs to the file `log`."""
    with ExitStack() as stack:
        errors = stack.enter_context(log.open("w")) if log else None
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stderr=errors
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def caddy(folder, upstream, cdn_networks=()):
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
        "CDN_NETWORKS": " ".join(cdn_networks),
    }
    certificate = folder / "caddy/pki/authorities/local/root.crt"
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile"))
    log = folder / "log"
    with running(*command, log=log, **environment):
        yield Proxy(http_port, https_port, certificate, log)


@contextmanager
def nginx(folder, upstream, cdn_networks=()):
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
        ("listen 443 ssl", f"listen 127.0.0.1:{https_port} ssl"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("/etc/nginx/cdn-", f"{folder}/cdn-"),
        ("/var/www/html", str(folder)),
    ):
        assert ours in text
        text = text.replace(ours, theirs)
    (folder / "nginx.conf").write_text(text)
    if cdn_networks:
        lines = "".join(f"set_real_ip_from {network};\n" for network in cdn_networks)
        (folder / "cdn-networks.conf").write_text(lines)
    command = ("nginx", "-g", "daemon off;", "-c", str(folder / "nginx.conf"))
    log = folder / "log"
    with running(*command, log=log):
        yield Proxy(http_port, https_port, live / "fullchain.pem", log)


PROXIES = {"caddy": caddy, "nginx": nginx}


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


@pytest.fixture(scope="module", params=PROXIES)
def name(request):
    """The name of a proxy that is installed."""
    needed_program(request.param)
    return request.param


@pytest.fixture(scope="module")
def proxy(name, tmp_path_factory, upstream):
    """A proxy that answers."""
    with PROXIES[name](tmp_path_factory.mktemp(name), upstream) as started:
        started.wait_until_it_answers()
        yield started


@pytest.fixture
def behind_cdn(name, tmp_path, upstream):
    """A proxy that accepts requests from a CDN."""
    with PROXIES[name](tmp_path, upstream, CDN_NETWORKS) as started:
        started.wait_until_it_answers()
        yield started


@pytest.fixture
def without_site(name, tmp_path):
    """A proxy whose site is down."""
    with PROXIES[name](tmp_path, free_port()) as started:
        started.wait_until_it_answers()
        yield started


def test_site_learns_host_protocol_and_address_of_the_visitor(proxy):
    status, content = proxy.ask("GET", **{"X-Forwarded-Proto": "http"})
    assert status == 200
    seen = json.loads(content)
    assert (seen["HTTP_HOST"], seen["HTTP_X_FORWARDED_PROTO"]) == (HOST, "https")
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


def test_address_that_a_visitor_sends_is_ignored(proxy):
    seen = json.loads(proxy.ask("GET", **{"X-Forwarded-For": VISITOR})[1])
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


def test_address_that_the_cdn_sends_is_the_visitors(behind_cdn):
    # The first one is what the visitor made up.
    sent = {"X-Forwarded-For": f"198.51.100.1, {VISITOR}"}
    seen = json.loads(behind_cdn.ask("GET", **sent)[1])
    assert client_address(seen["HTTP_X_FORWARDED_FOR"]) == VISITOR
    assert (seen["HTTP_HOST"], seen["HTTP_X_FORWARDED_PROTO"]) == (HOST, "https")


def client_address(forwarded):
    """Return the visitor's address as the site understands it."""
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    return ClientAddress(lambda environ, _: environ["REMOTE_ADDR"], CDN_NETWORKS)(environ, None)


def test_nothing_about_visitors_is_logged_while_the_site_is_down(without_site):
    token = "a-personal-token"
    path = f"/en/signatures/mine/{token}"
    status, _ = without_site.ask("GET", path=path, **{"X-Forwarded-For": VISITOR})
    assert status == 502
    log = without_site.log.read_text()
    assert [word for word in (token, "127.0.0.1", VISITOR) if word in visitors_part(log)] == []


def visitors_part(log):
    """Return a log without what the proxy says about its own addresses when it starts."""
    return "".join(line for line in log.splitlines(True) if '"logger":"admin"' not in line)


def test_http_2_is_offered(proxy):
    with proxy.connect(protocols=("h2", "http/1.1")) as connection:
        assert connection.selected_alpn_protocol() == "h2"


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


def test_headers_that_never_end_are_given_up(proxy):
    with proxy.connect() as connection:
        connection.sendall(f"GET /en/ HTTP/1.1\r\nHost: {HOST}\r\n".encode())
        # A bound of hangs, not a measurement: they wait 15 seconds for a header.
        connection.settimeout(20 * 15)
        answer = b""
        with suppress(ConnectionError, ssl.SSLError):
            answer = connection.recv(65_536)
        # A proxy that had refused the request would have said 400.
        assert not answer or b" 408 " in answer


def test_caddy_finds_no_mistake_in_its_file():
    needed_program("caddy")
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
