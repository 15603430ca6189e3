"""Where and of what the numbers were taken."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_HERE = Path(__file__).parents[2]


def facts() -> dict[str, str]:
    """What a reader needs to judge the numbers by."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores ({_cpu()}), {_memory()} GiB, Linux {platform.release()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "versions": ", ".join((f"Python {platform.python_version()}", _prometheus(), *_libraries())),
    }


def _commit() -> str:
    commit = _said("git", "-C", str(_HERE), "rev-parse", "--short=12", "HEAD")
    changed = _said("git", "-C", str(_HERE), "status", "--porcelain", "--untracked-files=no", "aggregator")
    return f"{commit}, with changes that are not committed" if changed else commit


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    kilobytes = next(line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
    return round(int(kilobytes) / 2**20)


def _prometheus() -> str:
    words = _said("prometheus", "--version").split()
    return f"Prometheus {words[2]}" if len(words) > 2 else "Prometheus of an unknown version"


def _libraries() -> list[str]:
    return [f"{name} {version(name)}" for name in ("aiohttp", "uvloop", "uvicorn", "msgspec", "numpy")]


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()
