"""Real JupyterHubs of two releases and their proxy, installed from locks that name every hash, and kept for the next run."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

Release = Literal["old", "new"]
"""The newest JupyterHub 4 with an OAuthenticator of its first days, and the newest of both."""

_HERE = Path(__file__).parent
_KEPT = _HERE.parents[2] / ".fleet"


def install_all() -> None:
    """Installs what is missing, all at once: most of it is waiting for others."""
    with ThreadPoolExecutor() as pool:
        list(
            pool.map(lambda install: install(), (lambda: python_with("old"), lambda: python_with("new"), proxy_command))
        )


def python_with(release: Release) -> Path:
    """The Python that imports this JupyterHub; scripts beside it are of no use, since they name where it was made."""
    lock = _HERE / f"{release}.lock"
    version = f"{sys.version_info.major}.{sys.version_info.minor}".encode()
    kept = _installed(f"hub-{release}", [lock.read_bytes(), version], lambda place: _hub(lock, place))
    return kept / "bin" / "python"


def proxy_command() -> list[str]:
    """What starts configurable-http-proxy."""
    files = [_HERE / "proxy" / name for name in ("package.json", "package-lock.json", ".npmrc")]
    kept = _installed("proxy", [file.read_bytes() for file in files], lambda place: _proxy(files, place))
    return [_found("node"), str(kept / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy")]


def _installed(name: str, made_of: list[bytes], install: Callable[[Path], None]) -> Path:
    """Where it lies, installed at the first use; all or nothing, by one process at a time."""
    kept = _KEPT / f"{name}-{hashlib.sha256(b'|'.join(made_of)).hexdigest()[:16]}"
    _KEPT.mkdir(exist_ok=True)
    with (_KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for other in _KEPT.glob(f"{name}-*"):
                shutil.rmtree(other, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=_KEPT) as unfinished:
                install(Path(unfinished) / "made")
                (Path(unfinished) / "made").rename(kept)
    return kept


def _hub(lock: Path, place: Path) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", str(place))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(place / "bin" / "python")]
    _run(*pip, "install", "--quiet", "--no-compile", "--require-hashes", "-r", str(lock))


def _proxy(files: list[Path], place: Path) -> None:
    place.mkdir()
    for file in files:
        shutil.copy(file, place)
    _run(_found("npm"), "ci", "--prefix", str(place), "--loglevel", "error")


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path is not None, f"{program} is missing: apt-get install --no-install-recommends nodejs npm"
    return path
