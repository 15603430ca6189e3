"""`crosshub grafana plan` and `apply`: what would be, is being and was changed, in words."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import typer

from aggregator.cli.grafana import Shape
from aggregator.cli.rendering import Asked, wanted
from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Config
from aggregator.errors import BadConfig, printable
from aggregator.grafana.apply import Options, Outcome, applied, health_in_words, plan_for
from aggregator.grafana.desired import Desired, desired
from aggregator.grafana.plan import Change, Home, Plan
from aggregator.grafana.speaking import Grafana, Trouble

T = TypeVar("T")

NOTHING_TO_DO, FAILS, CHANGES = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Reconciling:
    """A Grafana, what it is to hold, and how far we may go."""

    url: str
    token: Secret
    desired: Desired
    options: Options


Chosen = tuple[str | None, str | None, bool | None, bool, bool]
"""Of the options of `render`: the URL, the interval, people, whether clusters are asked, and whether each has a source."""

HOMES = {None: Home.IF_NONE, True: Home.ALWAYS, False: Home.NEVER}


def task_of(config: Config, chosen: Chosen, token_file: Path | None, *, prune: bool, home: bool | None) -> Reconciling:
    """What the configuration and the options say; raises BadConfig where it says no Grafana."""
    grafana = config.grafana
    if grafana.url is None or grafana.token is None:
        lacks = "url" if grafana.url is None else "token_file"
        raise BadConfig(f"the configuration does not say grafana.{lacks}: which Grafana, and with which token?")
    url, interval, people, connect, each_cluster = chosen
    asked = Asked(Shape.FILES, url, interval, None, token_file is not None, None, people, False, connect, each_cluster)
    token = None if token_file is None else Secret.in_file(token_file).read()
    what = desired(wanted(asked, config), token)
    return Reconciling(grafana.url, grafana.token, what, Options(prune=prune, home=HOMES[home]))


def shown_plan(task: Reconciling) -> int:
    """Prints what would be changed, and gives how the command ends."""
    plan = asyncio.run(_with_grafana(task, lambda grafana: plan_for(grafana, task.desired, task.options)))
    if isinstance(plan, Trouble):
        typer.echo(plan.words, err=True)
        return FAILS
    for change in plan.changes:
        typer.echo(printable(str(change)))
    _tell(plan)
    typer.echo(_counted(len(plan.changes), "to do", "nothing to do"))
    if plan.refused:
        return FAILS
    return CHANGES if plan.changes else NOTHING_TO_DO


def shown_apply(task: Reconciling) -> int:
    """Makes the changes, prints each when it is done, and gives how the command ends."""
    outcome = asyncio.run(_with_grafana(task, lambda grafana: applied(grafana, task.desired, task.options, _done)))
    if isinstance(outcome, Trouble):
        typer.echo(outcome.words, err=True)
        return FAILS
    for failed in outcome.failed:
        typer.echo(printable(f"FAILS  {failed}"), err=True)
    _tell(outcome)
    works = [_healthy(uid, *health_in_words(answer)) for uid, answer in outcome.health]
    typer.echo(_counted(len(outcome.done), "done", "nothing to do"))
    return NOTHING_TO_DO if outcome.is_whole and all(works) else FAILS


async def _with_grafana(task: Reconciling, act: Callable[[Grafana], Awaitable[T]]) -> T:
    # The environment is not looked at, as for clusters.
    # But for SSL_CERT_FILE, which OpenSSL itself reads: a Grafana inside often has a certificate of its own house.
    async with httpx.AsyncClient(trust_env=False, verify=ssl.create_default_context()) as http:
        return await act(Grafana(http, task.url, task.token))


def _done(change: Change) -> None:
    typer.echo(printable(str(change)))


def _tell(found: Plan | Outcome) -> None:
    for refused in found.refused:
        typer.echo(printable(f"LEFT   {refused}"), err=True)
    for note in found.notes:
        typer.echo(printable(f"note   {note}"), err=True)


def _healthy(uid: str, works: bool, said: str) -> bool:
    typer.echo(
        printable(f"data source {uid}: {'works' if works else 'FAILS'}{f' ({said})' if said else ''}"), err=not works
    )
    return works


def _counted(count: int, words: str, none: str) -> str:
    return f"{count} {'change' if count == 1 else 'changes'} {words}" if count else none
