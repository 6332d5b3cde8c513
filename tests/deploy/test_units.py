"""Tests of the systemd units: valid, hardened, and in agreement with each other."""

import re
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.programs import needed_program

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(
    path.name for kind in ("socket", "service", "timer") for path in DEPLOY.glob(f"volante*.{kind}")
)
SERVICES = tuple(unit for unit in UNITS if unit.endswith(".service"))
# systemd's own scale: 0 is the safest, 10 the least safe. A service without settings has 9.6.
MAX_EXPOSURE = 1.5
BACKUPS = [("backup", "ReadWritePaths"), ("restore-check", "ReadOnlyPaths")]


class _Unit(RawConfigParser):
    optionxform = staticmethod(str)


def unit(name):
    """Return the sections of a unit, with the last value of each setting."""
    parser = _Unit(strict=False)
    parser.read(DEPLOY / name)
    return parser


@pytest.mark.slow
@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_unit(name, tmp_path):
    needed_program("systemd-analyze")
    # The programs are where the installer puts them. Here, others stand for them.
    for each in UNITS:
        text = (DEPLOY / each).read_text().replace("/srv/volante/.venv/bin/flask", "/bin/true")
        (tmp_path / each).write_text(text)
    path = str(tmp_path / name.replace("@.", "@aspen."))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "volante" in line]
    assert ours == []
    assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name):
    needed_program("systemd-analyze")
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


def test_all_units_are_tested():
    assert {"volante.socket", "volante.service", "volante@.service"} < set(UNITS)
    for name in ("backup", "restore-check"):
        assert {
            f"volante-{name}{each}" for each in (".service", ".timer", "@.service", "@.timer")
        } <= set(UNITS)


def test_instance_differs_only_in_its_user_settings_folder_and_socket():
    ours, template = unit("volante.service"), unit("volante@.service")
    service = {"User", "EnvironmentFile", "StateDirectory", "MemoryMax"}
    assert differing(ours, template) == {
        *(("Unit", name) for name in ("Description", "After", "Requires")),
        *(("Service", name) for name in (*service, "Sockets")),
    }
    for name in ("User", "EnvironmentFile", "StateDirectory"):
        assert "%i" in template["Service"][name]


def test_worker_differs_from_the_site_only_in_its_command_and_port():
    assert differing(unit("volante.service"), unit("volante-worker.service")) == {
        *(("Unit", name) for name in ("Description", "After", "Requires")),
        *(
            ("Service", name)
            for name in ("ExecStart", "NotifyAccess", "Sockets", "TimeoutStartSec")
        ),
    }


@pytest.mark.parametrize("name", ["volante.service", "volante@.service"])
def test_site_outlives_a_process_that_is_killed_to_free_memory(name):
    """By default, systemd would stop all the others too."""
    assert unit(name)["Service"]["OOMPolicy"] == "continue"


def differing(ours, other):
    """Return the settings (section, name) that differ between two units."""
    return {
        (section, name)
        for section in ours.sections()
        for name in {*ours[section], *other[section]}
        if ours[section].get(name) != other[section].get(name)
    }


@pytest.mark.parametrize(("name", "option"), BACKUPS)
def test_backup_of_an_instance_differs_only_in_its_user_settings_and_folders(name, option):
    text = (DEPLOY / f"volante-{name}@.service").read_text()
    ours, template = unit(f"volante-{name}.service"), unit(f"volante-{name}@.service")
    names = {"User", "EnvironmentFile", "StateDirectory", "ExecStart", option}
    # Of several ExecStartPost, the last is compared here, and the folders of all below.
    assert differing(ours, template) == {
        *(("Unit", each) for each in ("Description", "After")),
        *(("Service", each) for each in names),
    }
    settings = "".join(line for line in text.splitlines(True) if not line.startswith("#"))
    assert set(re.findall(r"/var/backups/[\w%-]+", settings)) == {"/var/backups/volante-%i"}
    site = unit("volante@.service")["Service"]
    for each in ("User", "EnvironmentFile", "StateDirectory"):
        assert template["Service"][each] == site[each]
    timers = (unit(f"volante-{name}.timer"), unit(f"volante-{name}@.timer"))
    assert differing(*timers) == {("Unit", "Description")}


@pytest.mark.parametrize(("name", "option"), BACKUPS)
def test_backups_have_the_settings_of_the_site_and_see_one_folder_more(name, option):
    site, backup = unit("volante.service")["Service"], unit(f"volante-{name}.service")["Service"]
    for each in ("User", "WorkingDirectory", "EnvironmentFile", "StateDirectory", "ProtectSystem"):
        assert backup[each] == site[each]
    assert backup[option] == "/var/backups/volante"
    assert {"ReadWritePaths", "ReadOnlyPaths"} & set(backup) == {option}
