"""A real Alertmanager is told of alerts as Prometheus would tell it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from aggregator.clusters.alerting import Alertmanager, Receiver
from aggregator.delivery.alertmanager import Resending
from aggregator.demo.processes import Program, listening
from aggregator.events import rows
from aggregator.events.values import Alert, State
from aggregator.store.database import Database
from tests.delivery.making import delivering
from tests.outbox.notices import enqueued, item, message, notice, page

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    with listening((_program(folder),)) as (running,):
        yield running.url


def _program(folder: Path) -> Program:
    binary = shutil.which("prometheus-alertmanager")
    assert binary, "Alertmanager is missing: Debian's package prometheus-alertmanager"

    def command(port: int) -> list[str]:
        return [
            binary,
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]

    return Program(name="alertmanager", command=command, log=folder / "log", ready="/-/ready")


async def test_it_shows_what_fires_until_it_is_over(database: Database, alertmanager: str) -> None:
    began = datetime.now(UTC) - 3 * MINUTE
    hub = item(f"lisbon-{database.url.get_backend_name()}", since=began)
    over = replace(hub, status="resolved", until=datetime.now(UTC))
    shown = []
    async with delivering(database, _receiver(alertmanager), now=lambda: datetime.now(UTC)) as delivery:
        for key, said in (("down", hub), ("back", over)):
            await enqueued(database, message(key, notice(said), to="am"))
            await delivery.tick()
            shown.append(await _shown(alertmanager, dict(hub.labels)["cluster"]))

    ((alert,), none) = shown
    assert alert["labels"] == dict(hub.labels)
    assert alert["annotations"] == dict(hub.annotations)
    assert datetime.fromisoformat(alert["startsAt"]) - began < timedelta(milliseconds=1)
    assert datetime.fromisoformat(alert["endsAt"]) - began > 6 * MINUTE
    assert none == []


async def test_what_is_open_and_goes_there_is_told_again(database: Database, alertmanager: str) -> None:
    backend = database.url.get_backend_name()
    kept = [_alert(f"{name}-{backend}", state) for name, state in (("open", State.FIRING), ("pending", State.PENDING),
                                                                   ("elsewhere", State.FIRING))]  # fmt: skip
    async with database.writing() as connection:
        await rows.save(connection, kept, [])
    async with delivering(database, now=lambda: datetime.now(UTC)) as delivery:
        resending = Resending(
            database,
            (_receiver(alertmanager), Receiver("other", Alertmanager(("http://127.0.0.1:1",)))),
            delivery.ways,
            lambda alert: ("am",) if alert.label("cluster") != f"elsewhere-{backend}" else ("other",),
        )
        await resending.resend()

    found = {name: len(await _shown(alertmanager, f"{name}-{backend}")) for name in ("open", "pending", "elsewhere")}
    assert found == {"open": 1, "pending": 0, "elsewhere": 0}


async def test_a_page_stands_there_for_a_while(database: Database, alertmanager: str) -> None:
    subject = f"Good morning, {database.url.get_backend_name()}"
    async with delivering(database, _receiver(alertmanager), now=lambda: datetime.now(UTC)) as delivery:
        await enqueued(database, message("page", replace(page(subject), at=datetime.now(UTC)), to="am"))
        await delivery.tick()

    assert len(await _shown(alertmanager, subject, "subject")) == 1


def _receiver(url: str) -> Receiver:
    return Receiver("am", Alertmanager((url,)))


def _alert(cluster: str, state: State) -> Alert:
    now = datetime.now(UTC)
    labels = (("alertname", "HubDown"), ("cluster", cluster), ("severity", "page"))
    return Alert("hub;HubDown", "outage", labels, (("summary", "down"),), state, now, now, now, fired_at=now)


async def _shown(url: str, value: str, name: str = "cluster") -> list[Any]:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.get(f"{url}/api/v2/alerts", params={"filter": f'{name}="{value}"'})
        found: list[Any] = answer.raise_for_status().json()
        return found
