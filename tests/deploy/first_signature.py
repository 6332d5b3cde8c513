"""Runs inside a separate Debian: install Volante, and measure the time to the first signature.

It installs a release, answers the installer's questions, runs it twice, creates a petition, and
signs it through the proxy. It adds a second site, as docs/organisations.md says. Then it upgrades
to another release and goes back, while people go on signing. It writes what it saw to
/result/outcome.json. It needs nothing but Python and systemd.
"""

import json
import re
import socketserver
import sqlite3
import ssl
import subprocess
import threading
import time
import traceback
import urllib.parse
import urllib.request
from contextlib import closing
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path

ADDRESS = "sign.localhost"
URL = f"https://{ADDRESS}"
# The installer doubts an address of 127.0.0.0/8. This network has no other, so it gets this one.
OWN_ADDRESS = "192.0.2.1"
MAIL_PORT = 2525
PASSWORD = "a-password-that-nobody-may-see"
ANSWERS = f"""SITE_ADDRESS={ADDRESS}
MAIL_FROM=Save the "River", L'eau $HOME <names@save-the-river.test>
MAIL_URL=smtp://amalia:{PASSWORD}@127.0.0.1:{MAIL_PORT}?tls=none
ADMIN_EMAIL=amalia@save-the-river.test
DATABASE=sqlite
"""
SITE_SETTINGS = f"""VOLANTE_ENV=production
VAR_DIR=/var/lib/volante-aspen
PORT=8001
SECRET_KEY={"fedcba9876543210" * 3}
PUBLIC_URL=https://aspen.localhost
TRUSTED_PROXIES=127.0.0.1
WEB_CONCURRENCY=1
MAIL_FROM=names@aspen.test
MAIL_URL=smtp://127.0.0.1:{MAIL_PORT}?tls=none
"""
CADDY_ROOT = Path("/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt")
RESULT = Path("/result")
DATABASE = Path("/var/lib/volante/volante.sqlite3")
RELEASES = Path("/releases")
FIRST, NEXT = "volante-0.1.0-test.1.tar.gz", "volante-0.1.0-test.2.tar.gz"
WAIT_SECONDS = 90
PAUSE_SECONDS = 0.5
received = []


class MailServer(socketserver.StreamRequestHandler):
    """A mail server that accepts everything."""

    def handle(self):
        self.answer("220 ready")
        for line in self.rfile:
            command = line[:4].upper().strip()
            if command == b"EHLO":
                self.answer("250-here", "250 AUTH PLAIN LOGIN")
            elif command == b"AUTH":
                self.answer("235 accepted")
            elif command == b"DATA":
                self.answer("354 go on")
                self.receive()
                self.answer("250 accepted")
            elif command == b"QUIT":
                self.answer("221 bye")
                return
            else:
                self.answer("250 ok")

    def receive(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        received.append(message_from_bytes(b"".join(lines), policy=policy.default))

    def answer(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def run(*command, **options):
    """Run a command. Return its exit code and its output."""
    done = subprocess.run(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options, check=False
    )
    return done.returncode, done.stdout


def must(*command):
    """Run a command that may not fail. Return its output."""
    code, output = run(*command, stdin=subprocess.DEVNULL)
    if code:
        raise RuntimeError(f"{command} failed with {code}: {output}")
    return output


def until(attempt):
    """Repeat `attempt` until it returns something. Return that."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        result = attempt()
        if result:
            return result
        time.sleep(0.1)
    raise TimeoutError(attempt)


def ask(path, **form):
    """Return the page at `path` behind the proxy, whose certificate is checked."""
    data = urllib.parse.urlencode(form).encode() if form else None
    trust = ssl.create_default_context(cafile=CADDY_ROOT)
    with urllib.request.urlopen(f"{URL}{path}", data, timeout=30, context=trust) as answer:
        return answer.read().decode()


def confirmation_path():
    for email in received:
        found = re.search(
            rf"{URL}(/en/signatures/confirm/\S+)", email.get_body(("plain",)).get_content()
        )
        if found:
            return found.group(1)
    return None


def send_signature(email):
    ask(
        "/en/petitions/river/signatures",
        given_name="Amalia",
        family_name="Rosales",
        email=email,
        country="MX",
        postal_code="50000",
        name_display="full",
    )


class Visitors(threading.Thread):
    """Visits and signs until stopped, and records what was acknowledged and what failed."""

    def __init__(self):
        super().__init__(daemon=True)
        self.acknowledged, self.failures = [], []
        self._stop_event = threading.Event()

    def run(self):
        for number in count():
            email = f"visitor-{number}@example.org"
            try:
                ask("/en/petitions/river")
                send_signature(email)
            except OSError as error:
                self.failures.append(f"{email}: {error!r}")
            else:
                self.acknowledged.append(email)
            if self._stop_event.wait(PAUSE_SECONDS):
                return

    def stop(self):
        self._stop_event.set()
        self.join()

    def lost(self):
        """Return the acknowledged signatures that the database does not have."""
        with closing(sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True)) as database:
            stored = {email for (email,) in database.execute("select email from signature")}
        return sorted(set(self.acknowledged) - stored)


def running(unit="volante"):
    """Return the version that runs."""
    process = must("systemctl", "show", unit, "--property=MainPID", "--value").strip()
    return Path(f"/proc/{process}/cwd").readlink().name


def add_site():
    """Add a second site with its timers. Return what its backup and the test of that say."""
    home = "/var/lib/volante-aspen"
    must("useradd", "--system", "--home-dir", home, "volante-aspen")
    must("install", "-d", "-m", "700", "/etc/volante")
    must("install", "-d", "-m", "700", "-o", "volante-aspen", "/var/backups/volante-aspen")
    Path("/etc/volante/aspen.env").write_text(SITE_SETTINGS)
    timers = ("volante-backup@aspen.timer", "volante-restore-check@aspen.timer")
    must("systemctl", "enable", "--now", "volante@aspen.service", *timers)
    services = ("volante-backup@aspen.service", "volante-restore-check@aspen.service")
    return {
        "done": [run("systemctl", "start", service) for service in services],
        "log": must("journalctl", *(f"--unit={each}" for each in services), "--output=cat"),
        "timers": must("systemctl", "list-timers", "--no-pager"),
    }


def upgrade_and_go_back():
    """Return what happened, and what visitors noticed."""
    versions, of_site = [running()], [running("volante@aspen")]
    visitors = Visitors()
    visitors.start()
    upgrade = run("volante", "upgrade", str(RELEASES / NEXT), stdin=subprocess.DEVNULL)
    versions.append(running())
    of_site.append(running("volante@aspen"))
    rollback = run("volante", "rollback", stdin=subprocess.DEVNULL)
    versions.append(running())
    of_site.append(running("volante@aspen"))
    visitors.stop()
    return {
        "upgrade": upgrade,
        "rollback": rollback,
        "versions": versions,
        "versions_of_site": of_site,
        "backups_of_site": [
            path.name for path in Path("/var/backups/volante-aspen").glob("before-*")
        ],
        "failures": visitors.failures,
        "acknowledged": len(visitors.acknowledged),
        "lost": visitors.lost(),
        "backups": [path.name for path in Path("/var/backups/volante").glob("before-*")],
        "damaged": run("volante", "upgrade", "/releases/damaged/" + NEXT, stdin=subprocess.DEVNULL),
    }


def sign():
    """Create a petition, sign and confirm. Return when the signature is counted."""
    must("volante", "organisations", "create", "river", "--name", "Save the River")
    must("volante", "causes", "create", "river", "--organisation", "river", "--title", "River")
    Path("/tmp/text").write_text("Let the river flow.")
    must(
        *("volante", "petitions", "create", "river", "--cause", "river", "--title", "River"),
        *("--text", "/tmp/text", "--target", "The council"),
    )
    until(CADDY_ROOT.exists)
    send_signature("amalia@example.org")
    ask(until(confirmation_path), yes="")
    until(lambda: json.loads(ask("/causes/river/pulse.json"))["count"] == 1)


def main():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", MAIL_PORT), MailServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    must("ip", "address", "add", f"{OWN_ADDRESS}/32", "dev", "lo")
    answers = Path("/root/answers")
    answers.write_text(ANSWERS)
    outcome = {}
    began = time.monotonic()
    # Any copy of the installer will do.
    must("tar", "-xzf", str(RELEASES / FIRST), "-C", "/root")
    outcome["first"] = run(
        f"/root/{FIRST.removesuffix('.tar.gz')}/deploy/install.sh",
        *("--archive", str(RELEASES / FIRST), "--answers", str(answers)),
        stdin=subprocess.DEVNULL,
    )
    outcome["install_seconds"] = round(time.monotonic() - began, 1)
    outcome["settings_mode"] = Path("/etc/volante.env").stat().st_mode & 0o777
    settings = Path("/etc/volante.env").read_text()
    sign()
    outcome["first_signature_seconds"] = round(time.monotonic() - began, 1)
    shown = run("volante", "shell", input="print(f\"<<{app.config['MAIL_FROM']}>>\")\n")[1]
    outcome["mail_from"] = re.search("<<(.*)>>", shown).group(1)
    # Again, without answers: everything stays as it is.
    outcome["second"] = run("/srv/volante/deploy/install.sh", stdin=subprocess.DEVNULL)
    outcome["same_settings"] = sorted(settings.splitlines()) == sorted(
        Path("/etc/volante.env").read_text().splitlines()
    )
    outcome["secrets"] = re.findall(r'^\w+_(?:KEY|SECRET|TOKEN)="(.*)"$', settings, re.MULTILINE)
    outcome["backup"] = run("systemctl", "start", "volante-backup.service")
    outcome["restore_check"] = run("systemctl", "start", "volante-restore-check.service")
    outcome["restore_check_log"] = must(
        "journalctl", "--unit=volante-restore-check", "--no-pager", "--output=cat"
    )
    outcome["backups"] = [path.name for path in Path("/var/backups/volante").iterdir()]
    outcome["audit"] = run("volante", "signatures", "audit", stdin=subprocess.DEVNULL)
    outcome["timers"] = must("systemctl", "list-timers", "--no-pager")
    outcome["site"] = add_site()
    outcome["upgraded"] = upgrade_and_go_back()
    must("systemctl", "stop", "volante.socket", "volante")
    outcome["stopped"] = must("systemctl", "show", "volante", "--property=Result,ExecMainStatus")
    outcome["log"] = must("journalctl", "--unit=volante", "--no-pager", "--output=cat")
    return outcome


if __name__ == "__main__":
    try:
        outcome = main()
    except BaseException:
        log = run("journalctl", "-n", "60", "--no-pager")
        outcome = {"error": traceback.format_exc(), "log": log}
    (RESULT / "outcome.json").write_text(json.dumps(outcome))
