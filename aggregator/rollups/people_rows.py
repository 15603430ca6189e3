"""Who used which hub on which day, as rows of keyed hashes, and how many different people that makes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from sqlalchemy import delete, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import Resolution
from aggregator.rollups.people import DEFINITION
from aggregator.rollups.people_key import PeopleKey, key_for, meet
from aggregator.rollups.series_rows import FARTHEST
from aggregator.rollups.subject_rows import hold_subjects, known_subjects
from aggregator.store.tables import forgotten_person, people_key
from aggregator.store.tables import person_day as rows
from aggregator.store.tables import rollup as rollups
from aggregator.store.upsert import insert_new, upsert

KEY = ("subject", "number", "person", "via")


class Via(IntEnum):
    """How it is known that somebody was there."""

    POD = 1
    API = 2


async def keep_people(
    connection: AsyncConnection, subject: int, days: Mapping[int, frozenset[bytes]], via: Via
) -> None:
    """Puts the people of some days of a hub, as they are known in one way, in the place of those there are."""
    c = rows.c
    of_days = (c.subject == subject, c.via == int(via), c.number.in_(list(days)))
    there = await connection.execute(select(c.number, c.person).where(*of_days))
    gone = {(row.number, row.person) for row in there} - {(day, one) for day, people in days.items() for one in people}
    for day in sorted({day for day, _ in gone}):
        people = [person for when, person in gone if when == day]
        which = (c.subject == subject, c.via == int(via), c.number == day, c.person.in_(people))
        await connection.execute(delete(rows).where(*which))
    await add_people(connection, subject, days, via)


async def add_people(connection: AsyncConnection, subject: int, days: Mapping[int, frozenset[bytes]], via: Via) -> None:
    """Adds people to days: for what is told only once, such as when a hub saw somebody last. The forgotten stay so."""
    nobody = set((await connection.execute(select(forgotten_person.c.person))).scalars())
    new = [
        {"subject": subject, "number": day, "person": person, "via": int(via), "definition": DEFINITION}
        for day, people in sorted(days.items())
        for person in sorted(people - nobody)
    ]
    await upsert(connection, rows, new, key=KEY)


async def days_with_people(connection: AsyncConnection, subject: int, some: Collection[int]) -> set[int]:
    """Those of some days on which anybody is known to have used a hub."""
    c = rows.c
    found = await connection.execute(select(c.number).where(c.subject == subject, c.number.in_(list(some))).distinct())
    return set(found.scalars())


async def days_without_hashes(
    connection: AsyncConnection, subjects: Collection[int], people: int, first: int = -FARTHEST, last: int = FARTHEST
) -> set[int]:
    """The days on which people were counted of whom no hash is left; `people` is the number of that measure."""
    c, r = rows.c, rollups.c
    counted = (
        r.measure == people, r.resolution == str(Resolution.DAY), r.subject.in_(list(subjects)),
        r.number.between(first, last), r.value > 0,
    )  # fmt: skip
    hashes = select(c.person).where(c.subject == r.subject, c.number == r.number).correlate(rollups)
    return set((await connection.execute(select(r.number).where(*counted, ~hashes.exists()))).scalars())


async def has_counted(connection: AsyncConnection, subject: int, people: int) -> bool:
    """Whether people of a hub were ever counted; `people` is the number of that measure."""
    r = rollups.c
    some = select(r.number).where(r.measure == people, r.resolution == str(Resolution.DAY), r.subject == subject)
    return (await connection.execute(some.limit(1))).first() is not None


async def how_many(connection: AsyncConnection, subjects: Collection[int], first: int, last: int) -> int:
    """The different people who used any of the hubs on a day from the first to the last."""
    c = rows.c
    query = select(func.count(distinct(c.person))).where(c.subject.in_(list(subjects)), c.number.between(first, last))
    return (await connection.execute(query)).scalar_one()


async def first_days(connection: AsyncConnection, subject: int) -> Mapping[int, int]:
    """For each day of a hub, how many people used it for the first time, as far back as people are kept."""
    c = rows.c
    began = select(func.min(c.number).label("day")).where(c.subject == subject).group_by(c.person).subquery()
    found = await connection.execute(select(began.c.day, func.count().label("people")).group_by(began.c.day))
    return {row.day: row.people for row in found}


async def forget_person(connection: AsyncConnection, person: bytes, until: datetime) -> int:
    """Takes every trace of one person away, and lets none be kept until then; on how many days of hubs there was one.

    Counts made before stay.
    """
    # Who is keeping people at this moment has not heard of it, and is waited for.
    await hold_subjects(connection, [each.id for each in await known_subjects(connection)])
    await upsert(connection, forgotten_person, [{"person": person, "until": until}], key=("person",))
    days = select(rows.c.subject, rows.c.number).where(rows.c.person == person).distinct().subquery()
    count = (await connection.execute(select(func.count()).select_from(days))).scalar_one()
    await connection.execute(delete(rows).where(rows.c.person == person))
    return count


async def key_of_people(connection: AsyncConnection, file: Path) -> PeopleKey:
    """The key in the file, made where neither it nor a hash is there; raises BadConfig where it is not that of the hashes."""
    return key_for(file, (await connection.execute(select(people_key.c.mark))).scalar_one_or_none())


async def keep_mark(connection: AsyncConnection, key: PeopleKey) -> None:
    """Notes which key hashes are made with; raises BadConfig where those there are were made with another one.

    With two keys everybody would be two people.
    """
    if await insert_new(connection, people_key, {"id": 1, "mark": key.mark}):
        return
    meet(key, (await connection.execute(select(people_key.c.mark))).scalar_one())
