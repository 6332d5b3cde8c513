"""Tests of the image and of the installer, in a separate Debian with a real systemd."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import pytest

from release.archive import write_archive
from tests.deploy import debian
from tests.deploy.debian import layer_on, nspawn, nspawn_environment
from tests.deploy.first_signature import FIRST, NEXT, OWN_ADDRESS, PASSWORD
from tests.deploy.image import REPOSITORY, Build, exec_form
from tests.ports import free_port
from tests.programs import needed_program

pytestmark = pytest.mark.slow

MAX_SECONDS_TO_FIRST_SIGNATURE = 15 * 60
START_SECONDS = 90
SECRET = "0123456789abcdef" * 3
UNIT = """[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /test/first_signature.py
ExecStopPost=/usr/bin/systemctl --no-block poweroff
"""


@pytest.fixture(scope="module")
def base():
    """A folder with Debian."""
    for program in debian.PROGRAMS:
        needed_program(program)
    debian.skip_without_privileges()
    with tempfile.TemporaryDirectory(prefix="volante-debian-", ignore_cleanup_errors=True) as name:
        root = Path(name, "root")
        problem = debian.make_root(root)
        if problem:
            pytest.skip(problem)
        # Only root can open a temporary folder, and the user of the image has to.
        Path(name).chmod(0o755)
        yield root


@pytest.fixture(scope="module")
def build(base):
    """The image, built step by step."""
    with Build(base) as build:
        yield build


# The image


@pytest.fixture
def data(tmp_path):
    """The volume, with the owner that the image gives it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    os.chown(folder, 10001, 10001)
    return folder


@contextmanager
def container(image, data, port, *command):
    """Run a command of the image as Docker would: read-only, without root, as process 1."""
    environment = image.env | {
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY_FILE": "/run/secrets/secret_key",
    }
    secrets = data.parent / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "secret_key").write_text(SECRET)
    process = subprocess.Popen(
        nspawn(
            image.root,
            *("--read-only", "--user=volante", "--pipe", "--tmpfs=/tmp", "--resolv-conf=off"),
            *("--drop-capability=all", "--no-new-privileges=yes", f"--chdir={image.workdir}"),
            *(f"--bind={data}:/var/lib/volante", f"--bind-ro={secrets}:/run/secrets"),
            *(f"--setenv={name}={value}" for name, value in environment.items()),
            *("--", *exec_form(image.options["ENTRYPOINT"]), *command),
        ),
        env=nspawn_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def first_process():
    """Return the id of the container's process 1, as this machine sees it."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            command = (status.parent / "cmdline").read_text()
            if re.search(r"^NSpid:\t\d+\t1$", status.read_text(), re.MULTILINE) and (
                "flask\0serve" in command
            ):
                return int(status.parent.name)
    return None


def is_healthy(image, port):
    """Return whether the HEALTHCHECK of the image succeeds."""
    command = exec_form(image.options["HEALTHCHECK"])
    done = subprocess.run(
        [shutil.which("chroot"), "--userspec=10001:10001", str(image.root), *command],
        env=image.env | {"PORT": str(port)},
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_image_serves_without_root_on_a_read_only_disk_until_sigterm(build, data):
    image, port = build.result, free_port()
    assert image.options["USER"] == "10001:10001"
    assert exec_form(image.options["VOLUME"]) == ["/var/lib/volante"]
    assert not is_healthy(image, port)
    with container(image, data, port, *exec_form(image.options["CMD"])) as process:
        deadline = time.monotonic() + START_SECONDS
        while not is_healthy(image, port) and time.monotonic() < deadline:
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.5)
        assert is_healthy(image, port)
        with urlopen(f"http://127.0.0.1:{port}/en/", timeout=20) as page:
            assert page.status == 200
        leader = first_process()
        status = Path(f"/proc/{leader}/status").read_text()
        assert re.search(r"^Uid:\t10001\t10001\t10001\t10001$", status, re.MULTILINE)
        assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
        assert image.options["STOPSIGNAL"] == "SIGTERM"
        os.kill(leader, signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Volante stopped." in output
    assert {path.stat().st_uid for path in data.iterdir()} == {10001}
    assert (data / "volante.sqlite3").exists()
    # All that it wrote is in the volume.
    assert not any((image.root / "srv/volante").rglob("*.sqlite3"))


def test_image_has_only_what_the_site_needs(build):
    code = build.result.root / "srv/volante"
    assert sorted(path.name for path in code.iterdir() if path.name != "__pycache__") == [
        *("LICENSE", "campaign", "config.py", "migrations", "requirements.txt"),
        *("static", "templates", "wsgi.py"),
    ]
    assert {path.stat().st_uid for path in code.rglob("*")} == {0}
    assert not (build.result.root / "wheels").exists() or not any(
        (build.result.root / "wheels").iterdir()
    )


def test_image_copies_a_postgresql_database(build):
    assert (build.result.root / "usr/bin/pg_dump").exists()


# The installer


def make_releases(folder):
    """Write two releases of the last commit, and a damaged copy of the second."""
    (folder / "damaged").mkdir(parents=True)
    for name in (FIRST, NEXT):
        version = name.removeprefix("volante-").removesuffix(".tar.gz")
        write_archive(
            folder / name, REPOSITORY, version, "HEAD", datetime(2026, 11, 28, tzinfo=UTC), ""
        )
    sums = "".join(
        f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in (FIRST, NEXT)
    )
    for place in (folder, folder / "damaged"):
        (place / "SHA256SUMS").write_text(sums)
    (folder / "damaged" / NEXT).write_bytes((folder / NEXT).read_bytes()[:-1] + b"!")


@pytest.fixture(scope="module")
def installed(base, build):
    """What happened when the installer ran, twice, someone signed, and the site was upgraded."""
    with layer_on(base) as root, tempfile.TemporaryDirectory(prefix="volante-result-") as result:
        make_releases(root / "releases")
        (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n{OWN_ADDRESS} sign.localhost\n")
        # This Debian has no network. Its libraries are those of the image.
        (root / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
        (root / "test").mkdir()
        shutil.copy(Path(__file__).with_name("first_signature.py"), root / "test")
        units = root / "etc/systemd/system"
        (units / "first-signature.service").write_text(UNIT)
        (units / "multi-user.target.wants").mkdir(exist_ok=True)
        (units / "multi-user.target.wants/first-signature.service").symlink_to(
            "../first-signature.service"
        )
        wheels = build.stages["wheels"].root / "wheels"
        booted = subprocess.run(
            nspawn(
                root,
                *("--boot", "--private-network", "--console=read-only"),
                *(f"--bind={result}:/result", f"--bind-ro={wheels}:/wheels"),
            ),
            env=nspawn_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS_TO_FIRST_SIGNATURE,
            check=False,
        )
        outcome = Path(result, "outcome.json")
        if not outcome.exists():
            pytest.skip(f"systemd does not start in a container here: {booted.stderr[-300:]}")
        outcome = json.loads(outcome.read_text())
        assert "error" not in outcome, outcome
        return outcome


def test_installer_ends_with_a_signature_through_the_proxy(installed):
    code, output = installed["first"]
    assert code == 0, output
    assert "https://sign.localhost/organize/invitations/" in output
    seconds = installed["first_signature_seconds"]
    assert seconds < MAX_SECONDS_TO_FIRST_SIGNATURE
    print(f"Installed in {installed['install_seconds']} s, first signature after {seconds} s.")


def test_installer_prints_no_secret_and_hides_the_settings(installed):
    output = installed["first"][1] + installed["second"][1] + installed["log"]
    assert len(installed["secrets"]) == 3
    assert [secret for secret in (*installed["secrets"], PASSWORD) if secret in output] == []
    assert min(map(len, installed["secrets"])) >= 64
    assert installed["settings_mode"] == 0o600


def test_installer_run_again_asks_nothing_and_changes_no_setting(installed):
    code, output = installed["second"]
    assert code == 0, output
    assert installed["same_settings"]
    assert "/organize/invitations/" not in output


def test_settings_with_quotes_arrive_as_they_were_typed(installed):
    assert installed["mail_from"] == """Save the "River", L'eau $HOME <names@save-the-river.test>"""


def test_backup_is_made_daily_and_the_counts_are_audited(installed):
    assert installed["backup"][0] == 0, installed["backup"]
    assert len(installed["backups"]) == 1
    assert installed["audit"][0] == 0
    assert "volante-backup.timer" in installed["timers"]


def test_backup_is_tried_monthly(installed):
    assert installed["restore_check"][0] == 0, installed["restore_check_log"]
    assert "volante-restore-check.timer" in installed["timers"]


def test_second_site_has_its_own_tested_backups(installed):
    site = installed["site"]
    assert [code for code, _ in site["done"]] == [0, 0], site["log"]
    assert "volante-backup@aspen.timer" in site["timers"]
    assert "volante-restore-check@aspen.timer" in site["timers"]


def test_doctor_finds_only_the_missing_records_of_the_sender(installed):
    _, output = installed["second"]
    wrong = [line.split()[1] for line in output.splitlines() if line.startswith("wrong")]
    # There is no DNS in there. Whether that is "missing" or "unknown" depends on the machine.
    assert set(wrong) <= {"spf"}, output


def test_hardened_service_runs_and_stops_cleanly(installed):
    assert installed["stopped"].split() == ["Result=success", "ExecMainStatus=0"]
    assert "Traceback" not in installed["log"]


def test_upgrade_and_rollback_lose_no_signature(installed):
    upgraded = installed["upgraded"]
    assert upgraded["upgrade"][0] == 0, upgraded["upgrade"][1]
    assert upgraded["rollback"][0] == 0, upgraded["rollback"][1]
    assert upgraded["versions"] == ["0.1.0-test.1", "0.1.0-test.2", "0.1.0-test.1"]
    assert upgraded["versions_of_site"] == upgraded["versions"]
    assert upgraded["acknowledged"] > 0
    assert upgraded["failures"] == []
    assert upgraded["lost"] == []


def test_upgrade_makes_a_backup_first(installed):
    assert installed["upgraded"]["backups"] == ["before-0.1.0-test.2.db"]
    assert installed["upgraded"]["backups_of_site"] == ["before-0.1.0-test.2.db"]


def test_damaged_archive_is_refused(installed):
    code, output = installed["upgraded"]["damaged"]
    assert code == 1
    assert output.splitlines()[-1].startswith("Error: ")
    assert installed["upgraded"]["versions"][-1] == "0.1.0-test.1"
