"""Tests of install.sh, on a machine whose programs say what is wrong with it and change nothing."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from campaign.mail.smtp.server_url import server_from

DEPLOY = Path(__file__).parents[2] / "deploy"
ANSWERS = {
    "SITE_ADDRESS": "sign.example.org",
    "MAIL_FROM": "Save the River <names@example.org>",
    "MAIL_URL": "smtp://user:a@password@mail.example.org:2525?tls=none",
    "ADMIN_EMAIL": "you@example.org",
    "DATABASE": "sqlite",
}
PROGRAMS = {
    "id": "echo 0",
    "df": "printf 'Avail\\n50000\\n'",
    "getent": "echo 192.0.2.1 STREAM sign.example.org",
    "ip": "echo 2: eth0 inet 192.0.2.1/24 scope global eth0",
    "ss": "exit 0",
    # Only the mail server is asked with a limit of time.
    "timeout": 'echo "${@: -2}" >"$ROOT/mail"',
    # The checks come before anything is installed, and nothing is.
    "apt-get": '[ "$1" = update ] || { echo "$1" >"$ROOT/installing"; exit 1; }',
    "apt-cache": "exit 0",
    # No file comes from a package.
    "dpkg-query": "exit 1",
    # No unit is active, and all can be started.
    "systemctl": '[ "$1" != --quiet ] || shift; [ "$1" != is-active ]',
}
FILES = {
    "/etc/os-release": 'ID=debian\nVERSION_ID="13"\n',
    "/proc/meminfo": "MemTotal:        1000000 kB\n",
}
# Each of these is in the folder of the test.
PLACES = re.compile(
    r"(?<![\w$])/(?:srv|etc|run/systemd|proc/meminfo|var/backups|var/log|usr/local)\b"
)
# With these, the installer comes to its end.
ALL_INSTALL = {
    "apt-get": 'echo "$@" >>"$ROOT/packages"',
    # Nobody but root may give files away, and the users do not exist.
    "install": 'args=(); while [ $# -gt 0 ]; do if [ "$1" = -o ] || [ "$1" = -g ]; then shift\n'
    'else args+=("$1"); fi; shift; done; exec /usr/bin/install "${args[@]}"',
    "runuser": 'echo "$@" >>"$ROOT/databases"',
    "curl": "exit 0",
    "certbot": "exit 0",
    "nginx": "exit 0",
    "volante": "exit 0",
}


class Machine:
    """A machine on which all is well, until a test changes that."""

    def __init__(self, root):
        self.root = root
        self.answers = ANSWERS.copy()
        (root / "programs").mkdir()
        for folder in ("run/systemd/system", "var/log", "etc/systemd/system", "proc", "deploy"):
            (root / folder).mkdir(parents=True)
        for folder in ("usr/local/bin", "etc/caddy", "etc/nginx"):
            (root / folder).mkdir(parents=True)
        for name, body in PROGRAMS.items():
            self.let(name, body)
        for path, text in FILES.items():
            (root / path.lstrip("/")).write_text(text)
        for name in ("install.sh", "release.sh"):
            text = PLACES.sub(rf"{root}\g<0>", (DEPLOY / name).read_text())
            (root / "deploy" / name).write_text(text)

    def let(self, program, body):
        """Let a program do what `body` says."""
        path = self.root / "programs" / program
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def install(self, *options):
        """Run the installer. Return whether it came to installing packages, and its output."""
        (self.root / "installing").unlink(missing_ok=True)
        self._write_answers()
        done = self._run(
            self.root / "deploy/install.sh",
            *("--archive", "/no/such.tar.gz", "--answers", self.root / "answers", *options),
        )
        assert done.returncode == 1
        return (self.root / "installing").exists(), done.stdout

    def prepare_checkout(self):
        """Let a checkout be in its place, and its installer come to its end."""
        for name, body in ALL_INSTALL.items():
            self.let(name, body)
        code = self.root / "srv/volante"
        (code / ".venv/bin").mkdir(parents=True)
        shutil.copytree(DEPLOY, code / "deploy")
        for name in ("install.sh", "release.sh"):
            shutil.copy(self.root / "deploy" / name, code / "deploy" / name)
        (code / ".venv/bin/python").symlink_to("/bin/true")

    def install_checkout(self, *options, answers=True):
        """Run the installer of the checkout. Return its exit code and its output."""
        if answers:
            self._write_answers()
            options = ("--answers", self.root / "answers", *options)
        done = self._run(self.root / "srv/volante/deploy/install.sh", *options)
        return done.returncode, done.stdout

    def install_at_a_terminal(self, typed):
        """Run the installer of the checkout while someone types. Return as install_checkout."""
        terminal, stdin = os.openpty()
        try:
            os.write(terminal, "".join(f"{line}\n" for line in typed).encode())
            done = self._run(self.root / "srv/volante/deploy/install.sh", stdin=stdin)
        finally:
            os.close(terminal)
            os.close(stdin)
        return done.returncode, done.stdout

    def settings(self):
        """Return the settings as systemd would read them."""
        lines = (self.root / "etc/volante.env").read_text().splitlines()
        pairs = [line.split("=", 1) for line in lines if not line.startswith("#")]
        assert len(pairs) == len(dict(pairs))
        return {name: value.strip('"') for name, value in pairs}

    def _write_answers(self):
        answers = "".join(f"{name}={value}\n" for name, value in self.answers.items())
        (self.root / "answers").write_text(answers)

    def _run(self, *command, stdin=subprocess.DEVNULL):
        return subprocess.run(
            ["bash", *command],
            env={"PATH": f"{self.root}/programs:{os.environ['PATH']}", "ROOT": str(self.root)},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path):
    """A machine on which all is well."""
    return Machine(tmp_path)


def test_machine_on_which_all_is_well_passes(machine):
    passes, output = machine.install()
    assert passes, output
    assert (machine.root / "mail").read_text() == "mail.example.org 2525\n"
    assert "a@password" not in output


def listening(program, port=443):
    """Let a program use a port."""
    line = f'LISTEN 0 511 *:{port} *:* users:(("{program}",pid=7,fd=4))'
    return f"case \"$*\" in *:{port}) echo '{line}' ;; esac"


@pytest.mark.parametrize(
    ("program", "body", "named"),
    [
        ("getent", "exit 2", "sign.example.org"),
        ("ss", listening("apache2"), "apache2"),
        ("ss", listening("jupyter", port=8000), "jupyter"),
        ("timeout", "exit 124", "mail.example.org"),
    ],
)
def test_what_may_become_right_later_stops_unless_forced(machine, program, body, named):
    machine.let(program, body)
    passes, output = machine.install()
    assert not passes
    assert named in output
    assert machine.install("--force")[0]


def test_unknown_system_stops_unless_forced(machine):
    (machine.root / "etc/os-release").write_text("ID=fedora\nVERSION_ID=43\n")
    passes, output = machine.install()
    assert not passes
    assert "fedora 43" in output
    assert machine.install("--force")[0]


def too_little_memory(machine):
    (machine.root / "proc/meminfo").write_text("MemTotal:         500000 kB\n")
    return "488 MB"


def too_little_disk(machine):
    machine.let("df", "printf 'Avail\\n  1999\\n'")
    return "1999 MB"


def no_root(machine):
    machine.let("id", "echo 1000")
    return "sudo"


def no_systemd(machine):
    (machine.root / "run/systemd/system").rmdir()
    return "compose.yaml"


def installed_already(machine):
    (machine.root / "srv/volante").mkdir(parents=True)
    return f"{machine.root}/srv/volante/deploy/install.sh"


@pytest.mark.parametrize(
    "harm", [too_little_memory, too_little_disk, no_root, no_systemd, installed_already]
)
def test_machine_that_cannot_run_the_site_is_refused_even_if_forced(machine, harm):
    named = harm(machine)
    passes, output = machine.install("--force")
    assert not passes
    assert named in output


def caddy_is_a_package(machine):
    """Leave the machine as it is."""


def no_caddy(machine):
    machine.let("apt-cache", '[ "$2" != caddy ]')


def our_nginx(machine):
    shutil.copy(DEPLOY / "nginx.conf", machine.root / "etc/nginx/nginx.conf")


@pytest.mark.parametrize(
    ("prepare", "proxy", "other"),
    [
        (caddy_is_a_package, "caddy", "nginx"),
        (no_caddy, "nginx", "caddy"),
        (our_nginx, "nginx", "caddy"),
    ],
)
def test_ports_may_be_used_only_by_the_proxy_that_is_installed(machine, prepare, proxy, other):
    prepare(machine)
    machine.let("ss", listening(proxy))
    assert machine.install()[0]
    machine.let("ss", listening(other))
    passes, output = machine.install()
    assert not passes
    assert f"{other} already uses port" in output


def other_caddyfile(machine):
    (machine.root / "etc/caddy/Caddyfile").write_text("shop.example.org {\n}\n")
    return "etc/caddy/Caddyfile"


def other_nginx_conf(machine):
    no_caddy(machine)
    (machine.root / "etc/nginx/nginx.conf").write_text("http {}\n")
    return "etc/nginx/nginx.conf"


def other_nginx_site(machine):
    let_package_own(machine, other_nginx_conf(machine))
    (machine.root / "etc/nginx/sites-enabled").mkdir()
    (machine.root / "etc/nginx/sites-enabled/shop").touch()
    return "etc/nginx/sites-enabled/shop"


def let_package_own(machine, path):
    """Let a package have installed the file as it is."""
    file = machine.root / path
    digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
    machine.let("dpkg-query", f"echo ' {file} {digest}'")


@pytest.mark.parametrize("prepare", [other_caddyfile, other_nginx_conf, other_nginx_site])
def test_proxy_with_other_sites_is_changed_only_if_forced(machine, prepare):
    named = prepare(machine)
    passes, output = machine.install()
    assert not passes
    assert named in output
    assert machine.install("--force")[0]


@pytest.mark.parametrize("prepare", [other_caddyfile, other_nginx_conf])
def test_configuration_of_the_package_is_replaced_and_ours_is_kept(checkout, prepare):
    path = prepare(checkout)
    file = checkout.root / path
    before = file.read_text()
    let_package_own(checkout, path)
    code, output = checkout.install_checkout()
    assert code == 0, output
    assert file.with_name(f"{file.name}.before-volante").read_text() == before
    ours = f"{file.read_text()}# More of this.\n"
    file.write_text(ours)
    code, output = checkout.install_checkout()
    assert code == 0, output
    assert file.read_text() == ours
    assert f"{file} differs" in output


def test_port_of_the_site_may_be_used_by_the_site(machine):
    machine.let("ss", listening("systemd", port=8000))
    machine.let("systemctl", '[ "$*" = "--quiet is-active volante.socket" ]')
    assert machine.install()[0]


@pytest.mark.parametrize(
    "command", ["restart caddy", "restart volante.service", "start volante.socket"]
)
def test_unit_that_does_not_start_ends_the_installer_with_the_reason(checkout, command):
    checkout.let("systemctl", f'''[ "$*" != "{command}" ]''')
    code, output = checkout.install_checkout()
    assert code == 1
    assert "journalctl" in output.splitlines()[-1]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "::1"])
def test_address_that_only_this_machine_reaches_is_doubted(machine, address):
    machine.let("ip", "echo 1: lo inet 127.0.0.1/8 scope host lo")
    machine.let("getent", f"echo {address} STREAM sign.example.org")
    passes, output = machine.install()
    assert not passes
    assert address in output
    assert machine.install("--force")[0]


@pytest.mark.parametrize(
    ("doctor", "is_reached"),
    [
        ("echo 'ok        site       https://sign.example.org answers'", True),
        ("echo 'warning   site       https://sign.example.org cannot be reached'", False),
        ("echo 'ok        site       https://sign.example.org answers'; exit 1", False),
    ],
)
def test_end_says_that_the_site_runs_only_if_it_is_reached(checkout, doctor, is_reached):
    checkout.let("volante", f'[ "$1" != doctor ] || {{ {doctor}; }}')
    code, output = checkout.install_checkout()
    assert code == 0, output
    assert ("runs at https://sign.example.org" in output) == is_reached


def test_address_behind_a_router_is_accepted(machine):
    machine.let("getent", "echo 198.51.100.7 STREAM sign.example.org")
    passes, output = machine.install()
    assert passes
    assert "198.51.100.7" in output


@pytest.mark.parametrize(
    ("url", "asked"),
    [("smtp://mail.example.org", "587"), ("smtps://user:pass@mail.example.org", "465")],
)
def test_mail_server_is_asked_at_its_usual_port(machine, url, asked):
    machine.answers["MAIL_URL"] = url
    assert machine.install()[0]
    assert (machine.root / "mail").read_text() == f"mail.example.org {asked}\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_ADDRESS", "sign"),
        ("SITE_ADDRESS", "firma.españa.org"),
        ("MAIL_FROM", "Save the River"),
        ("MAIL_URL", "mail.example.org:587"),
        ("MAIL_URL", "smtp://"),
        ("MAIL_URL", "smtp://mail.example.org/587"),
        ("ADMIN_EMAIL", "you"),
        ("DATABASE", "mysql"),
    ],
)
def test_answer_that_cannot_be_right_is_refused(machine, name, value):
    machine.answers[name] = value
    passes, output = machine.install("--force")
    assert not passes
    assert name in output.splitlines()[-1]


@pytest.fixture
def checkout(machine):
    """A machine with a checkout, on which the installer comes to its end."""
    machine.prepare_checkout()
    return machine


@pytest.mark.parametrize(
    "password", ["12/34", "a#b", "a?b@c:d", "a b", "5%zz", "[é$\"`\\&'", "%2541"]
)
def test_password_of_the_mail_server_may_have_any_character(checkout, password):
    checkout.answers["MAIL_URL"] = f"smtp://names@example.org:{password}@mail.example.org:2525"
    code, output = checkout.install_checkout()
    assert code == 0, output
    url = checkout.settings()["MAIL_URL"]
    server = server_from(url)
    assert (server.user, server.host, server.port) == (
        *("names@example.org", "mail.example.org", 2525),
    )
    assert server.password == password.replace("%25", "%")
    assert checkout.install_checkout(answers=False)[0] == 0
    assert checkout.settings()["MAIL_URL"] == url


def test_answers_are_offered_again_after_a_failed_check(checkout):
    checkout.let("ss", listening("apache2"))
    # The first address is invalid, so the question comes again. At the end: do not go on.
    typed = ["sign", *ANSWERS.values(), "n"]
    code, output = checkout.install_at_a_terminal(typed)
    assert code == 1
    assert "apache2" in output
    draft = checkout.root / "etc/volante.answers"
    assert draft.stat().st_mode & 0o777 == 0o600
    checkout.let("ss", "exit 0")
    code, output = checkout.install_at_a_terminal(["", "River <names@example.org>", "", "", ""])
    assert code == 0, output
    assert "a@password" not in output
    settings = checkout.settings()
    assert settings["PUBLIC_URL"] == "https://sign.example.org"
    assert settings["MAIL_FROM"] == "River <names@example.org>"
    assert settings["MAIL_URL"] == ANSWERS["MAIL_URL"].replace("a@p", "a%40p")
    assert not draft.exists()


def test_saved_answer_can_be_corrected(checkout):
    assert checkout.install_checkout()[0] == 0
    # The database is not asked for again.
    code, output = checkout.install_at_a_terminal(["", "", "smtps://mail.example.org", ""])
    assert code == 0, output
    settings = checkout.settings()
    assert settings["MAIL_URL"] == "smtps://mail.example.org"
    assert settings["MAIL_FROM"] == ANSWERS["MAIL_FROM"]


SECRETS = {
    "SECRET_KEY": "0123456789abcdef" * 3,
    "MAIL_URL": "smtp://user:p%2Fw@mail.example.org:2525",
    "DATABASE_URL": "postgresql://volante:pw@db.example.org/volante",
}


@pytest.fixture
def with_secrets_in_files(checkout):
    """A machine whose site has secrets in files."""
    lines = []
    for name, value in SECRETS.items():
        path = checkout.root / name
        path.write_text(f"{value}\n")
        lines.append(f"{name}_FILE={path}\n")
    (checkout.root / "etc/volante.env").write_text(
        f"PUBLIC_URL=https://sign.example.org\nMAIL_FROM='{ANSWERS['MAIL_FROM']}'\n"
        f"SECURITY_CONTACT={ANSWERS['ADMIN_EMAIL']}\n{''.join(lines)}"
    )
    return checkout


def test_secrets_in_files_stay_there(with_secrets_in_files):
    machine = with_secrets_in_files
    code, output = machine.install_checkout(answers=False)
    assert code == 0, output
    settings = machine.settings()
    assert settings["MAIL_FROM"] == ANSWERS["MAIL_FROM"]
    for name, value in SECRETS.items():
        assert name not in settings
        assert settings[f"{name}_FILE"] == str(machine.root / name)
        assert (machine.root / name).read_text() == f"{value}\n"
        assert value not in output


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("", "postgresql"),
        ("postgresql://volante@/volante?host=/run/postgresql", "postgresql"),
        ("postgresql://volante:pw@db.example.org/volante", "postgresql-client"),
        ("sqlite:////srv/volante.sqlite3", None),
    ],
)
def test_postgresql_is_installed_only_for_a_database_on_this_machine(checkout, url, package):
    if url:
        (checkout.root / "etc/volante.env").write_text(f"DATABASE_URL={url}\n")
        del checkout.answers["DATABASE"]
    else:
        checkout.answers["DATABASE"] = "postgresql"
    code, output = checkout.install_checkout()
    assert code == 0, output
    installed = (checkout.root / "packages").read_text().split()
    assert [name for name in installed if name.startswith("postgresql")] == [package] * bool(
        package
    )
    assert (checkout.root / "databases").exists() == (package == "postgresql")


def test_other_mail_server_than_the_one_in_a_file_is_refused(with_secrets_in_files):
    machine = with_secrets_in_files
    machine.answers = {"MAIL_URL": "smtp://other.example.org"}
    code, output = machine.install_checkout()
    assert code == 1
    assert str(machine.root / "MAIL_URL") in output.splitlines()[-1]


def test_packages_wait_for_automatic_updates(checkout):
    assert checkout.install_checkout()[0] == 0
    assert "DPkg::Lock::Timeout=" in (checkout.root / "packages").read_text()


@pytest.mark.parametrize("name", ANSWERS)
def test_missing_answer_is_named(machine, name):
    del machine.answers[name]
    if name == "DATABASE":
        # SQLite is the default.
        assert machine.install()[0]
        return
    passes, output = machine.install()
    assert not passes
    assert name in output.splitlines()[-1]
