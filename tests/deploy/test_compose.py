"""Static checks of the compose files: no engine runs here, so containers are not started."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import config

ROOT = Path(__file__).parents[2]
FILES = ("compose.yaml", "compose.postgres.yaml")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::?[-?][^}]*)?\}")
OURS = {
    "compose.yaml": {"volante"},
    "compose.postgres.yaml": {"web1", "web2", "worker1", "worker2"},
}


@pytest.fixture(params=FILES)
def compose(request):
    """A compose file and its content."""
    return request.param, yaml.safe_load((ROOT / request.param).read_text())


def example():
    """Return the values in .env.example."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def ours(compose):
    """Return the services that run our image."""
    name, content = compose
    return {service: content["services"][service] for service in OURS[name]}


def test_names_that_a_service_uses_are_defined(compose):
    _, content = compose
    for name, service in content["services"].items():
        assert set(service.get("secrets", ())) <= set(content["secrets"]), name
        assert set(service.get("depends_on", ())) <= set(content["services"]), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in content["volumes"] or (ROOT / source).is_file(), (name, volume)


def test_service_that_others_wait_for_has_a_health_check(compose):
    _, content = compose
    image_has_one = "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    for service in content["services"].values():
        for name, condition in service.get("depends_on", {}).items():
            other = content["services"][name]
            assert condition == {"condition": "service_healthy"}
            assert "healthcheck" in other or (image_has_one and other in ours(compose).values()), (
                name
            )


def test_five_values_are_all_that_must_be_filled_in(compose):
    name, _ = compose
    text = (ROOT / name).read_text()
    needed = {match.group(1) for match in VARIABLE.finditer(text) if ":-" not in match.group()}
    assert len(example()) == 5
    assert needed <= set(example())
    assert set(example()) <= {match.group(1) for match in VARIABLE.finditer(text)}


def test_one_service_builds_the_image_and_the_others_wait_for_it(compose):
    services = ours(compose)
    assert len([each for each in services.values() if "build" in each]) == 1
    assert len({each["image"] for each in services.values()}) == 1
    for service in services.values():
        # Otherwise they would look for it in a registry first. A builder builds by default.
        expected = None if "build" in service else "never"
        assert service.get("pull_policy") == expected


def test_further_settings_reach_every_process_of_the_site(compose):
    for service in ours(compose).values():
        # Without `required: false`, which Compose before 2.24 refuses. The file always exists.
        assert service["env_file"] == ".env"


def test_site_is_read_only_and_without_privileges(compose):
    for service in ours(compose).values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["init"] is True
        assert "data:/var/lib/volante" in service["volumes"]
        assert "ports" not in service


def test_only_the_proxy_can_be_reached_from_outside(compose):
    _, content = compose
    assert [name for name, each in content["services"].items() if "ports" in each] == ["caddy"]


@pytest.mark.parametrize("cdn", [[], ["192.0.2.0/24", "2001:db8::/32"]])
def test_settings_of_the_site_are_valid(compose, tmp_path, cdn):
    subprocess.run(["sh", str(make_secrets(tmp_path))], check=True, capture_output=True)
    values = {name: value.strip('"') for name, value in example().items()}
    values["CDN_NETWORKS"] = " ".join(cdn)
    for service in ours(compose).values():
        environment = {
            name: VARIABLE.sub(lambda match: _value(match, values), str(value)).replace(
                "/run/secrets", str(tmp_path / "secrets")
            )
            for name, value in service["environment"].items()
        }
        settings = config.load(
            {"VAR_DIR": str(tmp_path / "var"), "VOLANTE_ENV": "production", **environment}
        )
        assert settings["PUBLIC_URL"] == f"https://{values['SITE_ADDRESS']}"
        network = compose[1]["networks"]["default"]["ipam"]["config"][0]["subnet"]
        own = VARIABLE.sub(lambda m: _value(m, values), network)
        assert settings["TRUSTED_PROXIES"] == [own, *cdn]


def _value(match, values):
    return values.get(match.group(1)) or match.group().partition(":-")[2].rstrip("}")


def test_two_sites_and_two_workers_share_the_connections_of_postgresql():
    content = yaml.safe_load((ROOT / "compose.postgres.yaml").read_text())
    services = ours(("compose.postgres.yaml", content))
    commands = {name: service["command"] for name, service in services.items()}
    assert [commands[name] for name in ("web1", "web2")] == [["serve", "--no-worker"]] * 2
    assert [commands[name] for name in ("worker1", "worker2")] == [["worker"]] * 2
    allowed = sum(
        int(service["environment"]["DATABASE_CONNECTIONS"]) for service in services.values()
    )
    [limit] = [
        int(part.removeprefix("max_connections="))
        for part in content["services"]["postgres"]["command"]
        if part.startswith("max_connections=")
    ]
    # One more for each runner and each migration, and some for people.
    assert allowed <= limit - 10


def test_proxy_and_site_trust_the_same_cdn(compose):
    _, content = compose
    assert content["services"]["caddy"]["environment"]["CDN_NETWORKS"] == "${CDN_NETWORKS:-}"
    for service in ours(compose).values():
        assert service["environment"]["TRUSTED_PROXIES"].endswith(" ${CDN_NETWORKS:-}")


def test_redis_gets_its_password_without_showing_it_and_runs_without_root(tmp_path):
    redis = yaml.safe_load((ROOT / "compose.postgres.yaml").read_text())["services"]["redis"]
    assert (redis["user"], redis["cap_drop"]) == ("redis", ["ALL"])
    (tmp_path / "password").write_text("a-password\n")
    program = tmp_path / "redis-server"
    program.write_text('#!/bin/sh\necho "$@"\ncat\n')
    program.chmod(0o755)
    command = [part.replace("$$", "$") for part in redis["command"]]
    command[-1] = command[-1].replace("/run/secrets/redis_password", str(tmp_path / "password"))
    done = subprocess.run(
        command,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["-", 'save ""', "requirepass a-password"]


def test_image_copies_the_database_of_the_server_in_compose():
    content = yaml.safe_load((ROOT / "compose.postgres.yaml").read_text())
    server = content["services"]["postgres"]["image"].removeprefix("postgres:")
    [client] = re.findall(r"\bpostgresql-client-(\d+)\b", (ROOT / "Dockerfile").read_text())
    assert int(client) >= int(server)


def test_base_images_name_their_release_of_debian():
    text = (ROOT / "Dockerfile").read_text()
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(images) == 2
    assert set(images) == {"python:${PYTHON}-slim-${DEBIAN}"}


def make_secrets(folder):
    """Copy the script that makes secrets, so that it writes to `folder`. Return the copy."""
    (folder / "deploy").mkdir(exist_ok=True)
    return Path(shutil.copy(ROOT / "deploy/make-secrets.sh", folder / "deploy"))


def test_secrets_are_random_and_made_once(tmp_path):
    script = make_secrets(tmp_path)
    first = subprocess.run(["sh", str(script)], check=True, capture_output=True, text=True)
    secrets = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    content = yaml.safe_load((ROOT / "compose.postgres.yaml").read_text())
    assert set(secrets) == set(content["secrets"])
    assert len(set(secrets.values())) == len(secrets)
    # Nobody else can open the folder, and the user of the container can read the files.
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "secrets").iterdir()} == {0o444}
    assert secrets["database_password"].strip() in secrets["database_url"]
    second = subprocess.run(["sh", str(script)], check=True, capture_output=True, text=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == secrets
    assert "Made" in first.stdout and "Made" not in second.stdout
    assert not any(secret.strip() in first.stdout for secret in secrets.values())
