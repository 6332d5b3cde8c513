"""Tests of upgrade.sh on a separate machine: a folder, with programs that stand for systemd."""

import os
import re
import signal
import subprocess
import tarfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
# Each of these is in the folder of the test.
PLACES = re.compile(
    r"(?<![\w$])/(?:srv|etc/volante|etc/systemd|run/systemd|var/backups|var/log|usr/local)\b"
)
PROGRAMS = {
    "id": "echo 0",
    "curl": "exit 0",
    # Nobody but root may give files away, and the users do not exist.
    "install": 'args=(); while [ $# -gt 0 ]; do if [ "$1" = -o ]; then shift; else args+=("$1"); fi\n'
    'shift; done; exec /usr/bin/install "${args[@]}"',
    # The process of a unit sleeps in the folder of the release that was used when it started. A
    # file in kills/ ends upgrade.sh when it restarts this unit, and one in fails/ says with which
    # release the unit does not start.
    "systemctl": """
        [ "$1" = --quiet ] && shift
        process=$(cat "$ROOT/processes/$2" 2>/dev/null || echo 0)
        case "$1" in
        is-active) [ "$process" -ne 0 ] ;;
        is-enabled) [ -e "$ROOT/enabled/$2" ] ;;
        show) echo "$process" ;;
        restart)
            echo "$2" >>"$ROOT/restarts"
            if [ -e "$ROOT/kills/$2" ]; then rm "$ROOT/kills/$2"; kill -9 $PPID; exit 1; fi
            code=$(readlink -f "$ROOT/srv/volante")
            if [ "$(cat "$ROOT/fails/$2" 2>/dev/null)" = "${code##*/}" ]; then exit 1; fi
            case "$2" in *handover*) exit 0 ;; esac
            [ "$process" -eq 0 ] || kill "$process"
            cd "$code"
            setsid sleep 600 <&- >/dev/null 2>&1 9>&- &
            echo $! >"$ROOT/processes/$2" ;;
        esac""",
}
COMMAND = 'echo "$(basename "$(readlink -f "$VOLANTE_CODE")") $*" >>"$ROOT/commands"'


class Machine:
    """A machine with three releases, of which 2.0.0 runs, and 1.0.0 ran before."""

    def __init__(self, root):
        self.root = root
        self.releases = root / "srv/volante-releases"
        for folder in ("processes", "enabled", "kills", "fails", "programs", "archives"):
            (root / folder).mkdir()
        for folder in ("etc/volante", "etc/systemd/system", "run/systemd/system", "usr/local/bin"):
            (root / folder).mkdir(parents=True)
        (root / "etc/volante.env").touch()
        for name, body in PROGRAMS.items():
            write_script(root / "programs" / name, body)
        for version in ("1.0.0", "2.0.0", "3.0.0"):
            self._add_release(version)
        (root / "srv/volante").symlink_to(self.releases / "2.0.0")
        (self.releases / "previous").symlink_to(self.releases / "1.0.0")
        write_script(root / "usr/local/bin/volante", COMMAND)
        self.start("volante.service")

    def _add_release(self, version):
        folder = self.releases / version
        (folder / "migrations/versions").mkdir(parents=True)
        (folder / "migrations/versions/0001_initial.py").touch()
        (folder / "deploy").mkdir()
        (folder / ".ready").touch()
        (folder / "RELEASE").write_text(f"{version} 0123abcd\n")
        for path in DEPLOY.glob("volante*.*"):
            (folder / "deploy" / path.name).write_text(path.read_text())
        for name in ("upgrade.sh", "release.sh"):
            script = folder / "deploy" / name
            script.write_text(PLACES.sub(rf"{self.root}\g<0>", (DEPLOY / name).read_text()))
            script.chmod(0o755)
        write_script(folder / "deploy/volante.sh", COMMAND)
        archive = self.root / f"archives/volante-{version}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder / "RELEASE", f"volante-{version}/RELEASE")
        with (self.root / "archives/SHA256SUMS").open("a") as sums:
            sums.write(f"{sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")

    def add_site(self, name, *, runs=True, is_enabled=True):
        """Add one more site."""
        (self.root / f"etc/volante/{name}.env").touch()
        if is_enabled:
            (self.root / f"enabled/volante@{name}.service").touch()
        if runs:
            self.start(f"volante@{name}.service")

    def replace_site_with_worker(self):
        """Let this machine run only a worker."""
        self.stop()
        (self.root / "processes/volante.service").unlink()
        (self.root / "enabled/volante-worker.service").touch()
        self.start("volante-worker.service")
        (self.root / "restarts").unlink()

    def restarts(self):
        """Return the units that were started, in order."""
        return (self.root / "restarts").read_text().splitlines()

    def start(self, unit):
        """Start a unit."""
        self._run(self.root / "programs/systemctl", "restart", unit)

    def upgrade(self, version):
        """Upgrade. Return the exit code and the error message."""
        return self._volante("upgrade", self.root / f"archives/volante-{version}.tar.gz")

    def rollback(self):
        """Go back. Return the exit code and the error message."""
        return self._volante("rollback")

    def _volante(self, *arguments):
        done = self._run(self.root / "srv/volante/deploy/upgrade.sh", *arguments)
        return done.returncode, done.stderr

    def _run(self, *command):
        path = f"{self.root}/programs:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(
            [str(part) for part in command],
            env={"PATH": path, "ROOT": str(self.root)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def running(self):
        """Return the version of each unit that runs."""
        return {
            path.name: Path(f"/proc/{path.read_text().strip()}/cwd").readlink().name
            for path in (self.root / "processes").iterdir()
        }

    def links(self):
        """Return the version that starts next, and the one before."""
        return (self.root / "srv/volante").readlink().name, (
            self.releases / "previous"
        ).readlink().name

    def commands(self):
        """Return the commands that ran, each with the version whose code it was."""
        path = self.root / "commands"
        text = path.read_text() if path.exists() else ""
        return text.replace(str(self.root), "").splitlines()

    def stop(self):
        """End all processes."""
        for path in (self.root / "processes").iterdir():
            with suppress(ProcessLookupError):
                os.kill(int(path.read_text()), signal.SIGTERM)


def write_script(path, body):
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path):
    """A machine that runs release 2.0.0."""
    machine = Machine(tmp_path)
    yield machine
    machine.stop()


def test_upgrade_changes_all_sites_and_backs_up_each_where_old_backups_are_deleted(machine):
    machine.add_site("aspen")
    assert machine.upgrade("3.0.0") == (0, "")
    assert machine.running() == {"volante.service": "3.0.0", "volante@aspen.service": "3.0.0"}
    assert machine.links() == ("3.0.0", "2.0.0")
    assert machine.commands() == [
        "2.0.0 backup /var/backups/volante/before-3.0.0.db",
        "2.0.0 @aspen backup /var/backups/volante-aspen/before-3.0.0.db",
        "3.0.0 db upgrade",
        "3.0.0 @aspen db upgrade",
    ]
    assert (machine.root / "var/backups/volante-aspen").stat().st_mode & 0o777 == 0o700
    assert not (machine.releases / "1.0.0").exists()


def test_stopped_site_that_starts_later_is_backed_up_and_migrated_but_not_started(machine):
    machine.add_site("aspen", runs=False)
    machine.add_site("birch", runs=False, is_enabled=False)
    assert machine.upgrade("3.0.0") == (0, "")
    assert "2.0.0 @aspen backup /var/backups/volante-aspen/before-3.0.0.db" in machine.commands()
    assert "3.0.0 @aspen db upgrade" in machine.commands()
    assert not any("@birch" in command for command in machine.commands())
    assert machine.running() == {"volante.service": "3.0.0"}


def test_release_that_runs_is_not_installed_again(machine):
    code, error = machine.upgrade("2.0.0")
    assert code == 1
    assert error.startswith("Error: ")
    assert machine.commands() == []
    assert machine.links() == ("2.0.0", "1.0.0")


@pytest.mark.parametrize("unit", ["volante.service", "volante@aspen.service"])
def test_interrupted_upgrade_is_completed_by_the_next(machine, unit):
    machine.add_site("aspen")
    (machine.root / "kills" / unit).touch()
    assert machine.upgrade("3.0.0")[0] == -signal.SIGKILL
    assert machine.running()[unit] == "2.0.0"
    assert machine.upgrade("3.0.0") == (0, "")
    assert set(machine.running().values()) == {"3.0.0"}
    assert machine.links() == ("3.0.0", "2.0.0")
    assert machine.rollback() == (0, "")
    assert set(machine.running().values()) == {"2.0.0"}


def test_interrupted_upgrade_can_be_undone(machine):
    (machine.root / "kills/volante.service").touch()
    machine.upgrade("3.0.0")
    assert machine.links() == ("3.0.0", "2.0.0")
    assert machine.rollback() == (0, "")
    assert machine.running() == {"volante.service": "2.0.0"}
    assert machine.links() == ("2.0.0", "3.0.0")


def test_without_a_former_release_there_is_no_way_back(machine):
    (machine.releases / "previous").unlink()
    code, error = machine.rollback()
    assert code == 1
    assert error.startswith("Error: ")
    assert machine.running() == {"volante.service": "2.0.0"}


@pytest.mark.parametrize("unit", ["volante.service", "volante@birch.service"])
def test_site_that_does_not_start_sends_all_back(machine, unit):
    for site in ("aspen", "birch", "cedar"):
        machine.add_site(site)
    (machine.root / "fails" / unit).write_text("3.0.0")
    code, error = machine.upgrade("3.0.0")
    assert code == 1
    assert unit in error
    assert set(machine.running().values()) == {"2.0.0"}
    assert machine.links() == ("2.0.0", "1.0.0")
    (machine.root / "fails" / unit).unlink()
    assert machine.upgrade("3.0.0") == (0, "")
    assert set(machine.running().values()) == {"3.0.0"}


def test_machine_with_only_a_worker_is_upgraded_and_goes_back(machine):
    machine.replace_site_with_worker()
    assert machine.upgrade("3.0.0") == (0, "")
    assert machine.running() == {"volante-worker.service": "3.0.0"}
    assert machine.commands() == [
        "2.0.0 backup /var/backups/volante/before-3.0.0.db",
        "3.0.0 db upgrade",
    ]
    assert machine.rollback() == (0, "")
    assert machine.running() == {"volante-worker.service": "2.0.0"}
    assert set(machine.restarts()) == {"volante-worker.service"}


def test_worker_that_does_not_start_goes_back(machine):
    machine.replace_site_with_worker()
    (machine.root / "fails/volante-worker.service").write_text("3.0.0")
    code, error = machine.upgrade("3.0.0")
    assert code == 1
    assert "volante-worker.service" in error
    assert machine.running() == {"volante-worker.service": "2.0.0"}
    assert machine.links() == ("2.0.0", "1.0.0")


def test_worker_beside_the_site_is_upgraded_with_it(machine):
    machine.start("volante-worker.service")
    assert machine.upgrade("3.0.0") == (0, "")
    assert set(machine.running().values()) == {"3.0.0"}
    assert len(machine.running()) == 2


def test_going_back_copes_with_a_release_that_has_fewer_units(machine):
    assert machine.upgrade("3.0.0") == (0, "")
    (machine.releases / "2.0.0/deploy/volante-backup.timer").unlink()
    assert machine.rollback() == (0, "")
    assert machine.running() == {"volante.service": "2.0.0"}
