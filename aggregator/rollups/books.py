"""What keeping takes, whatever is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.bucket_rows import Keeper
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.subject_rows import Ids
from aggregator.rollups.subjects import Subject


@dataclass(frozen=True, slots=True)
class Books:
    """The numbers of subjects and of measures, and the key of the hashes.

    `looked` are the hours since 1970 in which Crosshub looked whether hubs were down.
    """

    ids: Ids
    measures: Mapping[str, int]
    key: PeopleKey
    looked: frozenset[int] = frozenset()

    def keeper(self, connection: AsyncConnection, now: datetime) -> Keeper:
        return Keeper(connection, self.measures, now)

    @property
    def people(self) -> int:
        return self.measures["people"]

    @property
    def new_people(self) -> int:
        return self.measures["new_people"]

    def id_of(self, subject: Subject) -> int:
        return self.ids[subject.about, subject.key]
