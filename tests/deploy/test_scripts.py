"""Tests of the shell scripts, without installing anything."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests.programs import needed_program

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPTS = (
    "install.sh",
    "install-worker.sh",
    "make-secrets.sh",
    "release.sh",
    "upgrade.sh",
    "volante.sh",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_script_has_no_mistake_that_a_linter_finds(name):
    needed_program("shellcheck")
    # At this level, it finds what may go wrong, and not matters of taste.
    done = subprocess.run(
        ["shellcheck", "--severity=warning", str(DEPLOY / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_installer_explains_its_answers():
    done = subprocess.run(
        [DEPLOY / "install.sh", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    for name in ("SITE_ADDRESS", "MAIL_FROM", "MAIL_URL", "ADMIN_EMAIL", "DATABASE"):
        assert f"{name}=" in done.stdout


@pytest.mark.parametrize("arguments", [["--answer"], ["--answers"], ["--answers", "/no/such/file"]])
def test_installer_stops_before_it_changes_anything(arguments):
    done = subprocess.run(
        [DEPLOY / "install.sh", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")


def test_worker_is_not_installed_without_an_archive():
    done = subprocess.run(
        [DEPLOY / "install-worker.sh"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")


# What install.sh and upgrade.sh share


def call(function, *arguments):
    """Call a function of release.sh. Return its exit code and error message."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'. {DEPLOY}/release.sh; {function} "$@"', "bash"]
        + [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def archive(tmp_path):
    """A file with its checksum beside it."""
    archive = tmp_path / "volante-0.2.0.tar.gz"
    archive.write_bytes(b"an archive")
    (tmp_path / "SHA256SUMS").write_text(
        f"{'0' * 64}  volante-0.2.0.cdx.json\n"
        f"{sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n"
    )
    return archive


def test_archive_with_its_checksum_is_accepted(archive):
    assert call("verify_checksum", archive) == (0, "")


@pytest.mark.parametrize(
    "harm",
    [
        lambda archive: archive.write_bytes(b"another"),
        lambda archive: (archive.parent / "SHA256SUMS").unlink(),
        lambda archive: (archive.parent / "SHA256SUMS").write_text("no checksums\n"),
        lambda archive: (archive.parent / "SHA256SUMS").write_text(
            f"{sha256(archive.read_bytes()).hexdigest()}  other-{archive.name}\n"
        ),
    ],
)
def test_archive_without_the_right_checksum_is_refused(archive, harm):
    harm(archive)
    code, error = call("verify_checksum", archive)
    assert code == 1
    assert error.startswith("Error: ")


def test_environment_without_pip_is_made_again(tmp_path):
    python = tmp_path / "code/.venv/bin/python"
    python.parent.mkdir(parents=True)
    # It knows no module, as after `python -m venv --without-pip`.
    write_program(python, "exit 1")
    write_program(tmp_path / "python3", f"cp /bin/true {python}")
    script = f"""
        . {DEPLOY}/release.sh
        LOG={tmp_path}/log
        install_libraries {tmp_path}/code {tmp_path}/python3
        """
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "code/.ready").exists()


def write_program(path, body):
    """Make a program that does what `body` says."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def release_folder(folder, version, **migrations):
    """Make a folder of a release with these migrations: source by name."""
    (folder / "migrations/versions").mkdir(parents=True)
    (folder / "RELEASE").write_text(f"{version} 0123abcd\n")
    for name, source in migrations.items():
        (folder / "migrations/versions" / f"{name}.py").write_text(source)
    return folder


@pytest.mark.parametrize(
    ("runs", "needed", "code"),
    [("0.9.0", None, 0), ("0.9.0", "0.9.0", 1), ("0.9.0", "0.10.0", 1), ("0.10.0", "0.9.0", 0)],
)
def test_release_that_removes_what_the_running_one_uses_is_refused(tmp_path, runs, needed, code):
    marker = f'CONTRACTS_AFTER = "{needed}"\n' if needed else ""
    # What both have was applied long ago.
    common = {"m_0001": 'CONTRACTS_AFTER = "99.0.0"\n'}
    old = release_folder(tmp_path / "old", runs, **common)
    new = release_folder(tmp_path / "new", "1.0.0", **common, m_0002=marker)
    assert call("check_order", old, new)[0] == code


# volante.sh


@pytest.fixture
def volante(tmp_path):
    """Return a function that calls `volante`, by root, while all sites are active.

    It returns the command that systemd would run, or "".
    """
    programs = {
        "id": "echo 0",
        "systemctl": "exit 0",
        "systemd-run": f'echo "$@" > {tmp_path}/run',
    }
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "volante").mkdir()
    for settings in ("volante.env", "volante/aspen.env"):
        (tmp_path / settings).touch()
    script = tmp_path / "volante.sh"
    script.write_text(
        (DEPLOY / "volante.sh").read_text().replace("/etc/volante", str(tmp_path / "volante"))
    )

    def call_volante(*arguments):
        (tmp_path / "run").write_text("")
        subprocess.run(
            ["sh", script, *arguments],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            check=False,
        )
        return (tmp_path / "run").read_text()

    return call_volante


SITES = pytest.mark.parametrize("site", [(), ("@aspen",)])


@SITES
def test_backup_is_restored_only_once_the_site_is_stopped(volante, site):
    assert not volante(*site, "restore", "/var/backups/volante/new.db")


@SITES
def test_backup_is_checked_while_the_site_runs(volante, site):
    command = volante(*site, "restore", "/var/backups/volante/new.db", "--check")
    assert command.endswith("flask restore /var/backups/volante/new.db --check\n")


def test_dollar_signs_in_arguments_are_escaped_for_systemd(volante):
    command = volante("db", "copy", "--to", "postgresql://v:a$$b$HOME c@db/v", "")
    assert command.endswith("flask db copy --to postgresql://v:a$$$$b$$HOME c@db/v \n")
