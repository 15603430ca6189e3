"""Five weeks of made-up rollups up to yesterday, of hubs in zones far apart, with a gap and with something lacking."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.rollups.bucket_rows import Filled, Keeper, keep_measures
from aggregator.rollups.buckets import HOUR, Bucket, Resolution, buckets, day_number, numbered
from aggregator.rollups.catalogue import About
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import Subject
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate

NOW = datetime.now(UTC)
# In every zone they are over.
LAST = NOW.date() - timedelta(days=2)
FIRST = LAST - timedelta(days=34)
GAP = (LAST - timedelta(days=9), LAST - timedelta(days=8))
"""Of these days nothing is kept of Oslo."""

ZONES = {
    ("lisbon", "prod"): "Europe/Lisbon",
    ("oslo", "prod"): "Europe/Oslo",
    ("perth", "auckland"): "Pacific/Auckland",
    ("quito", "hilo"): "Pacific/Honolulu",
}
HUBS = [f"{cluster}/{name}" for cluster, name in ZONES]
FILLED = ("people", "server_hours", "home_bytes", "accounts")


def people_on(hub: str, day: date) -> int:
    """Another number for each hub and day."""
    return 100 * (1 + HUBS.index(hub)) + day_number(day) % 97


async def keep_all(url: str) -> None:
    """Keeps them in the database at a URL."""
    hubs = [
        Subject(About.HUB, f"{cluster}/{name}", ZoneInfo(zone), cluster, name, name, community="south")
        for (cluster, name), zone in ZONES.items()
    ]
    everybody = Subject(About.FLEET, "", ZoneInfo("UTC"))
    async with open_database(url) as database:
        await migrate(database)
        async with database.writing() as connection:
            measures = await keep_measures(connection)
            ids = await keep_subjects(connection, [*hubs, everybody], NOW)
            keeper = Keeper(connection, measures, NOW)
            for hub in hubs:
                for resolution in (Resolution.HOUR, Resolution.DAY, Resolution.WEEK, Resolution.MONTH):
                    await keeper.keep(ids[About.HUB, hub.key], _filled(hub, resolution), FILLED)
            weeks = [_with(each, fleet_people=1000) for each in _buckets(everybody.zone, Resolution.WEEK)]
            await keeper.keep(ids[About.FLEET, ""], weeks, ("fleet_people",))


def _filled(hub: Subject, resolution: Resolution) -> list[Filled]:
    name = f"{hub.cluster}/{hub.name}"
    some = [
        each
        for each in _buckets(hub.zone, resolution)
        if not (hub.cluster == "oslo" and resolution is Resolution.DAY and GAP[0] <= each.first_day <= GAP[1])
    ]
    home = {"home_bytes": 2.0**40} if hub.cluster == "lisbon" else {}
    if resolution is Resolution.HOUR:
        accounts = {each: people_on(name, each.first_day) + each.number % 24 for each in some}
        return [_with(each, accounts=accounts[each], server_hours=1.5, **home) for each in some]
    return [_with(each, people=people_on(name, each.first_day), server_hours=1.5, **home) for each in some]


def _buckets(zone: ZoneInfo, resolution: Resolution) -> tuple[Bucket, ...]:
    start = numbered(Resolution.DAY, day_number(FIRST), zone).start
    if resolution is Resolution.MONTH:
        start -= 31 * 24 * HOUR  # so that there is one
    return buckets(resolution, start, numbered(Resolution.DAY, day_number(LAST), zone).end, zone)


def _with(bucket: Bucket, **values: float) -> Filled:
    return Filled(bucket, "", Coverage(1, 1), values)
