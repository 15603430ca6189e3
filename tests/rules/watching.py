"""Rules looked at over servers that say what they are told to say, minute by minute."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.clusters.values import Cluster
from aggregator.events import rows
from aggregator.events.values import Alert, Event
from aggregator.query.engine import Engine
from aggregator.rules.evaluating import PEOPLE
from aggregator.rules.job import Rules
from aggregator.rules.rows import RuleLook, looks
from aggregator.rules.values import Group, Rule
from aggregator.slots.rows import Holder
from aggregator.store.database import Database
from tests.query.scripted import Refused, Scene, scene
from tests.rules.looks import MINUTE, NOON

SILENT = Refused(500, "it is ill")
Said = dict[str, Sequence[str] | Refused]
PEOPLE_AS_ASKED = "last_over_time((sum by (namespace) (jupyterhub_running_servers))[15m:1m])"
THERE = "count by (namespace) (x)"
"""Where there are series of x, asked where an alert would end."""
EVERYWHERE = ('{namespace="prod"} 3', '{namespace="lab"} 1')
BUSY = Rule(
    "HubBusy",
    "x > 5",
    2 * MINUTE,
    MINUTE,
    (("severity", "page"),),
    (("summary", "{{ $value }} in {{ $labels.namespace }}"),),
)
GROUP = Group("hubs.yaml", "hub", (BUSY,))


@dataclass(slots=True)
class Watch:
    """`said` is what each cluster says to each query, to be changed from one look to the next."""

    scene: Scene
    said: Mapping[str, Said]
    database: Database
    groups: Sequence[Group]
    clusters: Sequence[Cluster] = ()
    told: list[tuple[str, int, int]] = field(default_factory=list)

    def rules(self, minute: float, holder: str = "here", database: Database | None = None) -> Rules:
        """What looks at that minute after noon."""
        now = NOON + minute * MINUTE

        def clock() -> datetime:
            return now

        def tell(group: str, rules: int, failures: int, _: float) -> None:
            self.told.append((group, rules, failures))

        return Rules(
            self.scene.engine,
            self.clusters,
            self.groups,
            database or self.database,
            60.0,
            Holder(holder),
            clock,
            tell,
        )

    @property
    def engine(self) -> Engine:
        return self.scene.engine

    async def look(self, *minutes: float, **said: Sequence[str] | Refused) -> None:
        """Looks at these minutes, while clusters say this to `x > 5`."""
        for cluster, rows_or_fault in said.items():
            self.said[cluster]["x > 5"] = rows_or_fault
        for minute in minutes:
            await self.rules(minute).do()

    async def alerts(self) -> tuple[Alert, ...]:
        """All that are kept, those that are over too."""
        async with self.database.reading() as connection:
            return await rows.alerts(connection, resolved_since=NOON - MINUTE)

    async def states(self) -> dict[str, str]:
        """By namespace: the state, and a mark where it is held."""
        return {
            alert.label("namespace"): alert.state + (" (held)" if alert.held_since else "")
            for alert in await self.alerts()
        }

    async def events(self) -> tuple[Event, ...]:
        async with self.database.reading() as connection:
            return await rows.events(connection, NOON - MINUTE, NOON + 10_000 * MINUTE)

    async def looks(self) -> dict[str, RuleLook]:
        async with self.database.reading() as connection:
            return await looks(connection)


@asynccontextmanager
async def watching(
    database: Database, *groups: Group, clusters: Sequence[Cluster] = (), names: Sequence[str] = ("lisbon", "oslo")
) -> AsyncIterator[Watch]:
    """Two clusters that say nothing but what they are told to."""
    assert PEOPLE.replace("cluster, ", "") == PEOPLE_AS_ASKED
    said: dict[str, Said] = {name: {"x > 5": [], PEOPLE_AS_ASKED: [], THERE: list(EVERYWHERE)} for name in names}
    async with scene(said) as opened:
        yield Watch(opened, said, database, groups or (GROUP,), clusters)
