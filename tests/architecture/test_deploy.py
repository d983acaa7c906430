"""The files of `deploy/` say what they should. No Docker engine and no running systemd is needed.

Not shown here: that an engine builds the image and starts the services.
"""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from surveys.commands import medvirk
from surveys.platform.config import Settings, read_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SYSTEMD = sorted((DEPLOY / "systemd").glob("medvirk-*"))
LOCKS = [
    ("UMask", "0077"),
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("AmbientCapabilities", ""),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectProc", "invisible"),
    ("RemoveIPC", "yes"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("MemoryDenyWriteExecute", "yes"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged @resources"),
    ("SystemCallErrorNumber", "EPERM"),
]
# Every line that systemd knows (systemd.unit, .service, .exec and .timer) and we use.
KNOWN_LINES = {
    "[Unit]": {"Description", "After", "Wants"},
    "[Service]": {
        "Type", "User", "Group", "EnvironmentFile", "Environment", "StateDirectory", "StateDirectoryMode",
        "WorkingDirectory", "ExecStart", "ExecStartPost", "Restart", "RestartSec", "TimeoutStopSec", "KillMode",
        *(name for name, _ in LOCKS),
    },
    "[Timer]": {"OnCalendar", "RandomizedDelaySec", "Persistent"},
    "[Install]": {"WantedBy"},
}  # fmt: skip
INSTRUCTIONS = {
    "ARG", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "VOLUME", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD",
}  # fmt: skip
# Of ten, by `systemd-analyze security`: 1.4 when this was written. A service without any of our lines has 9.
MOST_EXPOSED = 20


def _settings_of(unit: Path) -> list[tuple[str, str]]:
    lines = [line for line in unit.read_text().splitlines() if line and line[0] not in "#["]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def _assert_a_command(words: list[str]) -> None:
    """Medvirk has the command, and it takes these options."""
    name, *arguments = words
    command = medvirk.get_command(click.Context(medvirk), name)
    assert command is not None, name
    command.make_context(name, arguments)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_command_that_medvirk_has(unit: Path) -> None:
    [started] = [value for name, value in _settings_of(unit) if name == "ExecStart"]
    found = re.search(r"/opt/medvirk/current/bin/medvirk ([^']+)", started)
    assert found
    _assert_a_command(shlex.split(re.sub(r"\$\$\(.*?\)", "NOW", found[1])))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardened(unit: Path) -> None:
    settings = dict(_settings_of(unit))
    assert settings["User"] == "medvirk"
    assert settings["UMask"] == "0077"
    assert settings["StateDirectoryMode"] == "0700"
    assert settings["ProtectSystem"] == "strict"
    for name in ("NoNewPrivileges", "PrivateTmp", "MemoryDenyWriteExecute", "ProtectHome", "PrivateDevices"):
        assert settings[name] == "yes", name


@pytest.mark.parametrize("file", SYSTEMD, ids=lambda file: file.name)
def test_systemd_knows_every_line(file: Path) -> None:
    """systemd warns of a misspelt line, and goes on without it: the service would be open where we think it closed."""
    section, lines = "", file.read_text().splitlines()
    for line in lines:
        if line.startswith("["):
            section = line
        elif line and not line.startswith("#"):
            name, mark, _ = line.partition("=")
            assert mark, line
            assert name in KNOWN_LINES[section], f"{section} {line}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_has_every_lock_that_leaves_medvirk_working(unit: Path) -> None:
    """`systemd-analyze security` gave such a unit 1.4 of ten, where ten is wide open: no line of it may go."""
    settings = _settings_of(unit)
    for lock in LOCKS:
        assert lock in settings, lock


def test_systemd_itself_finds_nothing_wrong_where_it_is(tmp_path: Path) -> None:
    """On a copy that names a program that exists. Without systemd, the two tests above are what there is."""
    for file in SYSTEMD:
        (tmp_path / file.name).write_text(
            file.read_text().replace("/opt/medvirk/current/bin/medvirk", "/bin/true")
        )
    assert {file.name for file in tmp_path.iterdir()} >= {"medvirk-serve.service", "medvirk-backup.timer"}
    if systemd := shutil.which("systemd-analyze"):
        _assert_systemd_is_content(systemd, tmp_path)


def _assert_systemd_is_content(systemd: str, folder: Path) -> None:
    names = [f"./{file.name}" for file in SYSTEMD]
    verified = subprocess.run(
        [systemd, "verify", "--man=no", *names], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    for unit in UNITS:
        judging = [systemd, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", f"./{unit.name}"]
        judged = subprocess.run(judging, cwd=folder, capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout


def test_numbers_libraries_work_without_memory_that_is_written_and_run() -> None:
    """What MemoryDenyWriteExecute forbids is forbidden in a process of its own."""
    program = Path(__file__).with_name("without_written_code.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_settings_file_has_settings_that_exist() -> None:
    lines = (DEPLOY / "systemd" / "medvirk.env").read_text().splitlines()
    named = dict(line.lstrip("#").split("=", 1) for line in lines if re.match("#?MEDVIRK_", line))
    assert {f"MEDVIRK_{name.upper()}" for name in Settings.__dataclass_fields__} >= set(named)
    read_settings(named)


def _instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_built_from_files_that_exist_and_runs_as_nobody_special() -> None:
    found = _instructions()
    assert {name for name, _ in found} <= INSTRUCTIONS
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name, rest in found:
        if name == "COPY" and not rest.startswith("--from"):
            *sources, _target = rest.split()
            for source in sources:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in ignored, source
    last_stage = found[max(index for index, (name, _) in enumerate(found) if name == "FROM") :]
    said = dict(last_stage)
    assert said["USER"] == "medvirk"
    assert "/helse/live" in said["HEALTHCHECK"]
    assert said["VOLUME"] == '["/var/lib/medvirk", "/var/lib/medvirk/keys"]'
    assert not re.search(r"https?://(?!127\.0\.0\.1)", (DEPLOY / "Dockerfile").read_text())


def test_the_image_copies_all_that_a_wheel_is_made_of() -> None:
    from tests.architecture.wheel import FOLDERS, SOURCE

    copied = {source for name, rest in _instructions() if name == "COPY" for source in rest.split()[:-1]}
    assert copied >= {*FOLDERS, *SOURCE}


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_the_services_keep_the_keys_apart_from_the_database(composed: dict[str, Any]) -> None:
    services = composed["services"]
    assert set(services) == {"web", "worker", "caddy", "database"}
    mounted = {name: dict(volume.split(":")[:2] for volume in it["volumes"]) for name, it in services.items()}
    assert mounted["web"]["keys"] == mounted["worker"]["keys"] == "/var/lib/medvirk/keys"
    assert "keys" not in mounted["database"] | mounted["caddy"]
    named = {volume for each in mounted.values() for volume in each if not volume.startswith(".")}
    assert named == set(composed["volumes"])


def test_the_services_run_commands_and_settings_that_medvirk_has(composed: dict[str, Any]) -> None:
    for name in ("web", "worker"):
        service = composed["services"][name]
        _assert_a_command(service["command"])
        known = {f"MEDVIRK_{field.upper()}" for field in Settings.__dataclass_fields__}
        assert set(service["environment"]) <= known
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert composed["services"]["web"].get("healthcheck", {}).get("disable") is not True


def test_only_the_proxy_is_reached_from_outside(composed: dict[str, Any]) -> None:
    services = composed["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"caddy"}
    assert services["caddy"]["environment"] == {"MEDVIRK_UPSTREAM": "web:5470"}
    assert "{$MEDVIRK_UPSTREAM:127.0.0.1:5470}" in (DEPLOY / "Caddyfile").read_text()
    assert services["web"]["environment"]["MEDVIRK_PROXIES"] == "1"
