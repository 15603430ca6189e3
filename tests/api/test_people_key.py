"""The service and the key of the hashes of people."""

from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.app import create_app
from aggregator.clusters.values import Cluster, Config, Hub, Prometheus
from aggregator.errors import BadConfig
from aggregator.rollups.people_key import PeopleKey, people_key
from aggregator.rollups.people_rows import keep_mark
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate

NOWHERE = Cluster("oslo", Prometheus(("http://127.0.0.1:1",)), hubs=(Hub("prod"),))


async def start(config: Config) -> None:
    app = create_app(config, lambda: config)
    async with app.app.router.lifespan_context(app.app):
        pass


@pytest.mark.parametrize("is_lost", [True, False])
async def test_it_does_not_start_with_another_key_than_hashes_were_made_with(tmp_path: Path, *, is_lost: bool) -> None:
    file, database = tmp_path / "key", f"sqlite:///{tmp_path}/crosshub.db"
    config = replace(Config((NOWHERE,)), database=database, people_key_file=file)
    async with open_database(database) as opened:
        await migrate(opened)
        async with opened.writing() as connection:
            await keep_mark(connection, PeopleKey(bytes(32)))
    if not is_lost:
        people_key(file)

    with pytest.raises(BadConfig, match="is not there, and the hashes" if is_lost else "holds another key"):
        await start(config)

    assert file.exists() is not is_lost
