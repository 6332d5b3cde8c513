"""Carry out the Dockerfile without a container engine: each step in a separate Debian.

It understands what our Dockerfile uses, and raises ValueError for anything else. The base image is
replaced by Debian's own Python.
"""

import json
import re
import shlex
import shutil
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.debian import RELEASE, copy_tracked_files, layer_on, nspawn, nspawn_environment

REPOSITORY = Path(__file__).parents[2]
MOUNT = re.compile(r"--mount=type=bind,from=(\w+),source=(\S+),target=(\S+) ")
# What says how to run the image, and is done by the engine.
RUN_OPTIONS = ("USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")


@dataclass
class Image:
    """A stage of the build: its root folder, environment, working folder and run options."""

    root: Path
    env: dict = field(default_factory=dict)
    workdir: str = "/"
    options: dict = field(default_factory=dict)


class Build:
    """Builds the stages of the Dockerfile on the Debian at `base`. Close it to discard them."""

    def __init__(self, base):
        self._base = base
        self._stack = ExitStack()
        self.stages = {}
        self._current = None

    def __enter__(self):
        arguments = {}
        for instruction, written in steps((REPOSITORY / "Dockerfile").read_text()):
            text = written
            for name, value in arguments.items():
                text = text.replace(f"${{{name}}}", value)
            if instruction == "ARG":
                name, _, value = text.partition("=")
                arguments[name] = value
            elif instruction in RUN_OPTIONS:
                self._current.options[instruction] = text
            else:
                getattr(self, f"_{instruction.lower()}")(text)
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def result(self):
        """The last stage, which is the image."""
        return self._current

    def _from(self, text):
        image, _, name = text.partition(" AS ")
        if not re.fullmatch(rf"python:3\.\d+-slim-{RELEASE}", image):
            raise ValueError(f"no base image like {image} here")
        self._current = Image(self._stack.enter_context(layer_on(self._base)))
        self.stages[name or "image"] = self._current
        # The image of Python has a Python with pip in /usr/local.
        self._run("python3 -m venv /usr/local")

    def _workdir(self, text):
        (self._current.root / text.lstrip("/")).mkdir(parents=True, exist_ok=True)
        self._current.workdir = text

    def _env(self, text):
        self._current.env |= dict(part.split("=", 1) for part in shlex.split(text))

    def _copy(self, text):
        source, target = text.split(" ")
        if target != ".":
            raise ValueError(f"COPY {text}")
        folder = self._current.root / self._current.workdir.lstrip("/")
        if source == ".":
            copy_tracked_files(REPOSITORY, folder, leave_out=is_ignored)
        elif not is_ignored(source):
            shutil.copy(REPOSITORY / source, folder)

    def _run(self, text):
        binds = []
        mount = MOUNT.match(text)
        if mount:
            text = text.removeprefix(mount.group())
            stage, source, target = mount.groups()
            binds = [f"--bind-ro={self.stages[stage].root}{source}:{target}"]
        command = nspawn(
            self._current.root,
            *("--pipe", "--resolv-conf=copy-host", f"--chdir={self._current.workdir}", *binds),
            *(f"--setenv={name}={value}" for name, value in self._current.env.items()),
            # The network may have a proxy with its own certificate.
            "--setenv=PIP_CERT=/etc/ssl/certs/ca-certificates.crt",
            *("--", "/bin/sh", "-c", text),
        )
        done = subprocess.run(
            command,
            env=nspawn_environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"RUN {text}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def steps(text):
    """Return pairs (instruction, arguments) of a Dockerfile, without comments."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (name, re.sub(r" +", " ", arguments).strip())
        for name, _, arguments in (line.partition(" ") for line in joined.splitlines())
    ]


def is_ignored(path):
    """Return whether .dockerignore leaves out a file. It names what the image gets."""
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    if patterns[0] != "*":
        raise ValueError(".dockerignore must begin with *")
    included = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return not any(path == name or path.startswith(f"{name}/") for name in included)


def exec_form(text):
    """Return the arguments of an instruction in exec form, the JSON array."""
    return json.loads(text[text.index("[") :])
