"""Who was seen last when, as a hub's REST API tells it."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from aggregator.clusters.secrets import Secret
from aggregator.rollups.catalogue import About
from aggregator.rollups.hub_api import Api, HubFailed
from aggregator.rollups.hub_days import by_day
from aggregator.rollups.hub_users import last_seen
from aggregator.rollups.subjects import Subject
from aggregator.store.instants import milliseconds
from tests.fakes.hub import TOKEN, fake_hub, hub_that_answers

NOON = "2026-05-31T12:00:00.000000Z"


def token(folder: Path, text: str = TOKEN) -> Secret:
    (folder / "token").write_text(text)
    return Secret.in_file(folder / "token")


async def asked(url: str, secret: Secret) -> object:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await last_seen(http, Api(url, secret))


async def test_every_page_is_asked_for(tmp_path: Path) -> None:
    users: dict[str, str | None] = {f"user-{number}": NOON for number in range(450)}
    async with fake_hub(users) as hub:
        found = await asked(hub.url, token(tmp_path))

    assert found == dict.fromkeys(users, datetime(2026, 5, 31, 12, tzinfo=UTC))
    assert [request.form["offset"] for request in hub.requests] == [["0"], ["100"], ["200"], ["300"], ["400"]]


async def test_names_are_one_in_whatever_case_and_who_never_came_is_left_out(tmp_path: Path) -> None:
    hostile = '<img src=x onerror=alert(1)>"\\'
    async with fake_hub({"Ana@ULisboa.pt": NOON, hostile: NOON, "ýrsa": NOON, "never": None}) as hub:
        found = await asked(hub.url, token(tmp_path))

    assert found == dict.fromkeys(["ana@ulisboa.pt", hostile, "ýrsa"], datetime(2026, 5, 31, 12, tzinfo=UTC))


async def test_a_token_that_is_refused_is_a_failure_that_says_what_it_needs(tmp_path: Path) -> None:
    async with fake_hub({"ana": NOON}) as hub:
        found = await asked(hub.url, token(tmp_path, "old"))

    assert found == HubFailed("its API answers 403; the token needs the scopes list:users, read:users:activity")


async def test_a_token_that_is_gone_is_a_failure_and_nobody_is_asked(tmp_path: Path) -> None:
    async with fake_hub({"ana": NOON}) as hub:
        found = await asked(hub.url, Secret.in_file(tmp_path / "none", "api_token_file"))

    assert found == HubFailed("its token cannot be read: api_token_file: No such file or directory")
    assert hub.requests == []


async def test_a_hub_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    assert await asked("http://127.0.0.1:1", token(tmp_path)) == HubFailed("its API cannot be reached")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Service Unavailable</html>",
        b'[{"name": "ana"}]',
        b'{"items": [{"name": 7}], "_pagination": {"next": null}}',
        b'{"items": [{"name": "\\ud800", "last_activity": "2026-05-31T12:00:00Z"}], "_pagination": {"next": null}}',
        b'{"items": [{"name": "\xff"}], "_pagination": {"next": null}}',
        b'{"items": [{"name": "a", "last_activity": "yesterday"}], "_pagination": {"next": null}}',
        b"[" * 100_000,
    ],
)
async def test_nonsense_is_a_failure(body: bytes, tmp_path: Path) -> None:
    async with hub_that_answers(200, body) as hub:
        found = await asked(hub.url, token(tmp_path))

    assert found == HubFailed("its API answers something else than users")


async def test_a_hub_that_says_the_same_page_comes_next_is_not_asked_for_ever(tmp_path: Path) -> None:
    body = (
        b'{"items": [{"name": "ana", "last_activity": "2026-05-31T12:00:00Z"}], "_pagination": {"next": {"offset": 0}}}'
    )
    async with hub_that_answers(200, body) as hub:
        found = await asked(hub.url, token(tmp_path))

    assert found == {"ana": datetime(2026, 5, 31, 12, tzinfo=UTC)}
    assert len(hub.requests) == 1


async def test_an_answer_without_end_is_a_failure(tmp_path: Path) -> None:
    async with hub_that_answers(200, b" " * (9 << 20)) as hub:
        found = await asked(hub.url, token(tmp_path))

    assert found == HubFailed("its API answers with more than 8 MiB at once")


def test_days_are_those_of_the_hub_and_recent() -> None:
    hub = Subject(About.HUB, "oslo/prod", ZoneInfo("Asia/Kathmandu"), staff=frozenset({"jo"}))
    moments = {
        "before midnight": "2026-05-31T18:14:59.999Z",
        "after midnight": "2026-05-31T18:15:00Z",
        "long ago": "2026-05-30T06:30:00Z",
        "to come": "2026-06-01T06:30:00.001Z",
        "jo": "2026-06-01T06:00:00Z",
    }
    last = {name: datetime.fromisoformat(text) for name, text in moments.items()}

    found = by_day(last, hub, milliseconds(datetime(2026, 6, 1, 6, 30, tzinfo=UTC)))

    first = (datetime(2026, 5, 31, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert found == {first: frozenset({"before midnight"}), first + 1: frozenset({"after midnight"})}
