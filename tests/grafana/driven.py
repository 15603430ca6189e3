"""Grafana's own Prometheus data source, in a browser, and asked from here."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregator.demo.processes import dies_with_parent, last_words

BROWSER = Path(__file__).parent / "browser"
PROVISIONED = Path(__file__).parents[2] / "dashboards" / "grafana" / "datasources" / "crosshub.yaml"
COMMAND = "make test-grafana"


@dataclass(frozen=True, slots=True)
class Seen:
    """What Crosshub was asked, and the status of its answer."""

    method: str
    path: str
    form: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the data source gave, and what Crosshub was asked for it."""

    answer: Any
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page with data sources in it; `log` is what it and the program that drives it said."""

    process: subprocess.Popen[str]
    log: Path

    def opened(self, uid: str, url: str) -> Told:
        """A data source as it is provisioned, over the Crosshub at `url`."""
        return self.ask("open", uid=uid, url=url, settings=provisioned_settings())

    def ask(self, call: str, on: str | None = None, **options: Any) -> Told:
        """What comes of a call of `browser/page.js` on the data source with that uid."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"call": call, "uid": on, "options": options}) + "\n")
        self.process.stdin.flush()
        found = self.heard()
        assert "error" not in found, f"{call}: {found['error']}"
        return Told(found["answer"], tuple(_seen(each) for each in found["requests"]))

    def heard(self) -> dict[str, Any]:
        """The next thing that it says; where it ended, the test fails."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the browser ended: {last_words(self.log.read_text(errors='replace'), 20)}"
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def opened_page(directory: Path) -> Iterator[Page]:
    """An empty page, gone when the block is left."""
    command = ["node", str(installed(BROWSER) / "drive.js"), chromium()]
    log = directory / "browser.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it takes no lock and allocates nothing
        ) as process,
    ):
        page = Page(process, log)
        page.heard()
        yield page


def installed(directory: Path) -> Path:
    """The directory, once npm has installed there what it names; the test fails where it has not."""
    if not (directory / "node_modules" / ".package-lock.json").exists():
        pytest.fail(f"what npm installs for the tests with Grafana's data source is missing. Run: {COMMAND}")
    return directory


def chromium() -> str:
    """Where Debian's Chromium is; the test fails where it is not."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail(f"Chromium is missing. Run: {COMMAND}")
    return found


def provisioned_settings() -> Mapping[str, Any]:
    """What `crosshub grafana render` writes about the data source, as the browser gets it: without secrets."""
    (source,) = yaml.safe_load(PROVISIONED.read_text())["datasources"]
    return {name: value for name, value in source["jsonData"].items() if not name.startswith("httpHeader")}


def _seen(told: Mapping[str, Any]) -> Seen:
    return Seen(told["method"], told["path"], dict(told["form"]), told["status"])
