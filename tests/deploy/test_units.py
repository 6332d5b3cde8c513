"""Tests of the systemd units: valid, hardened, and in agreement with each other."""

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = (
    "volante.socket",
    "volante.service",
    "volante@.service",
    "volante-backup.service",
    "volante-backup.timer",
    "volante-restore-check.service",
    "volante-restore-check.timer",
)
SERVICES = tuple(unit for unit in UNITS if unit.endswith(".service"))
# systemd's own scale: 0 is the safest, 10 the least safe. A service without settings has 9.6.
MAX_EXPOSURE = 1.5
NEEDS_SYSTEMD = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd is not installed"
)


class _Unit(RawConfigParser):
    optionxform = staticmethod(str)


def unit(name):
    """Return the sections of a unit, with the last value of each setting."""
    parser = _Unit(strict=False)
    parser.read(DEPLOY / name)
    return parser


@NEEDS_SYSTEMD
@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_unit(name, tmp_path):
    # The programs are where the installer puts them. Here, others stand for them.
    for each in UNITS:
        text = (DEPLOY / each).read_text().replace("/srv/volante/.venv/bin/flask", "/bin/true")
        (tmp_path / each).write_text(text)
    path = str(tmp_path / name.replace("@.", "@aspen."))
    if "@" in name:
        (tmp_path / name).rename(path)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "volante" in line]
    assert ours == []
    assert done.returncode == 0


@NEEDS_SYSTEMD
@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name):
    done = subprocess.run(
        [
            *("systemd-analyze", "security", "--no-pager", "--offline=yes"),
            *(f"--threshold={MAX_EXPOSURE * 10:.0f}", str(DEPLOY / name)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    exposure = re.search(r"exposure level for \S+: (\d+\.\d+)", done.stdout).group(1)
    assert float(exposure) <= MAX_EXPOSURE


def test_instance_differs_only_in_its_user_settings_folder_and_socket():
    ours, template = unit("volante.service"), unit("volante@.service")
    differing = {
        (section, name)
        for section in ours.sections()
        for name in {*ours[section], *template[section]}
        if ours[section].get(name) != template[section].get(name)
    }
    service = {"User", "EnvironmentFile", "StateDirectory", "MemoryMax"}
    assert differing == {
        *(("Unit", name) for name in ("Description", "After", "Requires")),
        *(("Service", name) for name in (*service, "Sockets")),
    }
    for name in ("User", "EnvironmentFile", "StateDirectory"):
        assert "%i" in template["Service"][name]


@pytest.mark.parametrize(
    ("name", "option"),
    [("backup", "ReadWritePaths"), ("restore-check", "ReadOnlyPaths")],
)
def test_backups_have_the_settings_of_the_site_and_see_one_folder_more(name, option):
    site, backup = unit("volante.service")["Service"], unit(f"volante-{name}.service")["Service"]
    for each in ("User", "WorkingDirectory", "EnvironmentFile", "StateDirectory", "ProtectSystem"):
        assert backup[each] == site[each]
    assert backup[option] == "/var/backups/volante"
    assert {"ReadWritePaths", "ReadOnlyPaths"} & set(backup) == {option}
