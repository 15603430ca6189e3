"""The incident and what is around it, with real hubs of two releases, a real Prometheus and a loopback Slack."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.access import kinds
from aggregator.access.evidence import Outside, Unseen
from aggregator.access.outside import seen_from_outside
from tests.access.hubs.place import ADMIN, REFUSED, Place, place
from tests.access.hubs.visiting import accounts, delete_account, logged_in_by_form, logged_in_by_provider
from tests.access.real_world import counted, until_counted, world

INSTITUTION = {
    "policy": "institution", "identities": ["*@uni.example", ADMIN], "staff": [ADMIN], "owner": "ana@uni.example",
}  # fmt: skip
STRANGER = "mallory-4711"
# Where it is the hub that matters, and nothing of what is kept.
ON_ANOTHER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("hubs")) as made:
        yield made


@pytest.fixture
async def hubs(everything: Place) -> Place:
    """The hubs, with nobody in them but their admins."""
    for hub in everything.hubs.values():
        for name in await accounts(hub) - {ADMIN}:
            await delete_account(hub, name)
    return everything


async def test_a_stranger_who_is_let_in_is_told_of_once_within_two_looks(
    hubs: Place, tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="aggregator")
    places = ("incident", "current")
    async with world(hubs, tmp_path, database_url, dict.fromkeys(places, INSTITUTION)) as here:
        for name in places:
            assert await logged_in_by_provider(hubs.hubs[name], STRANGER) == 302
        let_in = datetime.now(UTC)

        for name in places:
            await here.until_said(f"1 account on The {name} (lisbon/{name}) that its policy does not know")
        said = await here.in_the_end()

        assert len(said) == len(places)
        for name in places:
            (about,) = [text for text in said if f"lisbon/{name}" in text]
            assert f":unlock: *1 account on The {name} (lisbon/{name}) that its policy does not know* — high" in about
            assert (
                "• policy institution (`*@uni.example` and 1 named person), owner ana@uni.example, no open window"
                in about
            )
            assert f"• accounts: {STRANGER}" in about
            assert await here.looks_until_told(let_in, name, kinds.UNKNOWN_ACCOUNTS) <= 2
        kept = await here.everything_kept()
        assert kinds.UNKNOWN_ACCOUNTS in kept
        assert not any("mallory" in text for text in (kept, caplog.text, await here.crosshub("access", "status")))


@ON_ONE
async def test_who_comes_in_a_window_is_meant_and_who_comes_after_it_is_told_of(
    hubs: Place, tmp_path: Path, database_url: str
) -> None:
    async with world(hubs, tmp_path, database_url, {"current": INSTITUTION}) as here:
        added = await here.crosshub(
            "access", "window", "add", "lisbon/current", "--until", _tomorrow(), "--reason", "Geo"
        )
        await here.looks()
        assert await logged_in_by_provider(hubs.hubs["current"], "guest") == 302
        assert await here.in_the_end() == []
        assert "open until" in (await here.status("current"))["declared"]

        await here.crosshub("access", "window", "end", added.split()[1].rstrip(":"))
        assert await here.in_the_end() == []
        assert await logged_in_by_provider(hubs.hubs["current"], "late") == 302
        await here.until_said("is still open after its window")
        (said,) = await here.in_the_end()

        assert ":unlock: *The current (lisbon/current) is still open after its window* — high" in said
        assert "• 1 account made since then, which its policy does not know" in said
        assert "• accounts: late" in said


@ON_ANOTHER
async def test_a_finding_is_held_while_the_hub_is_down_and_over_once_the_hub_is_closed(
    hubs: Place, tmp_path: Path, database_url: str
) -> None:
    hub = hubs.hubs["incident"]
    async with world(hubs, tmp_path, database_url, {"incident": INSTITUTION}) as here:
        await logged_in_by_provider(hub, STRANGER)
        await here.until_said("that its policy does not know")

        here.listen()
        hub.stop()
        held = await here.until_unseen("incident", kinds.UNKNOWN_ACCOUNTS)
        assert await here.in_the_end() == []
        assert held.closed_at is None
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            assert await seen_from_outside(http, hub.url) == Unseen("its pages answer 503")

        hub.start({**hubs.incident, "Authenticator.allowed_users": [ADMIN]})
        try:
            # Closing does not take away what somebody has already.
            assert await logged_in_by_provider(hub, "another") == 403
            assert await here.in_the_end() == []
            await delete_account(hub, STRANGER)
            await here.until_said("its policy knows all new accounts")
            said = await here.in_the_end()
            closed = await here.finding("incident", kinds.UNKNOWN_ACCOUNTS)
        finally:
            hub.stop()
            hub.start(hubs.incident)

        assert len(said) == 1
        assert ":large_green_circle: *The incident (lisbon/incident): its policy knows all new accounts.*" in said[0]
        assert STRANGER not in said[0]
        assert closed is not None
        assert closed.closed_at is not None


@ON_ANOTHER
async def test_a_finding_that_somebody_lives_with_is_not_told_of_any_more_and_says_why(
    hubs: Place, tmp_path: Path, database_url: str
) -> None:
    async with world(hubs, tmp_path, database_url, {"incident": INSTITUTION}) as here:
        await logged_in_by_provider(hubs.hubs["incident"], STRANGER)
        await here.until_said("that its policy does not know")
        here.listen()

        accept = ("--until", _tomorrow(), "--reason", "a visitor", "--author", "rui")
        await here.crosshub("access", "accept", "lisbon/incident", kinds.UNKNOWN_ACCOUNTS, *accept)
        await here.until_said("accepted by rui")
        await logged_in_by_provider(hubs.hubs["incident"], "mallory-4712")
        (said,) = await here.in_the_end()
        (found,) = [
            each for each in (await here.status("incident"))["findings"] if each["kind"] == kinds.UNKNOWN_ACCOUNTS
        ]

        assert "a visitor" in said
        assert (found["state"], found["accepted"]["why"]) == ("accepted", "a visitor")
        assert found["sentence"] == "2 accounts on The incident (lisbon/incident) that its policy does not know"


@ON_ONE
async def test_a_workshop_on_a_hub_that_is_open_to_all_is_no_news(
    hubs: Place, tmp_path: Path, database_url: str
) -> None:
    workshop = {"policy": "open", "owner": "ana@uni.example", "staff": [ADMIN]}
    async with world(hubs, tmp_path, database_url, {"workshop": workshop}) as here:
        for number in range(12):
            assert await logged_in_by_provider(hubs.hubs["current"], f"guest-{number}") == 302

        assert await here.in_the_end() == []


@ON_ONE
async def test_status_says_what_is_declared_and_observed_and_by_what_it_is_known(
    hubs: Place, tmp_path: Path, database_url: str
) -> None:
    names = ("incident", "current", "none", "wrong", "few", "activity")
    async with world(hubs, tmp_path, database_url, dict.fromkeys(names, INSTITUTION)) as here:
        await logged_in_by_provider(hubs.hubs["incident"], STRANGER)
        await here.until_found("incident", kinds.UNKNOWN_ACCOUNTS)
        await here.until_observed("none", "2 accounts")
        told = {name: await here.status(name) for name in names}
        (line, *_) = [line for line in (await here.crosshub("access", "status")).splitlines() if "checked" in line]

    assert {each["declared"] for each in told.values()} == {
        "institution (*@uni.example and 1 named person), owner ana@uni.example"
    }
    assert told["incident"]["observed"] == [
        "GenericOAuthenticator 15.1.0, JupyterHub 4.1.6", "2 accounts, 2 new in 7 days"
    ]  # fmt: skip
    assert told["current"]["observed"] == [
        "GenericOAuthenticator 17.4.0, JupyterHub 6.1.1", "1 account, 1 new in 7 days"
    ]  # fmt: skip
    assert {name: each["evidence"][0] for name, each in told.items()} == {
        "incident": "REST API",
        "current": "REST API",
        "none": "REST API: not asked, it has no api_token",
        "wrong": "REST API: not seen, its API answers 403: it does not know the token",
        "few": "REST API: not seen, its API answers 403; the token needs the scopes list:users, read:users:activity",
        "activity": "REST API: not seen, its API does not tell when accounts were made; the token needs the scope read:users",
    }
    assert {tuple(each["evidence"][1:]) for each in told.values()} == {("pages", "Prometheus")}
    assert line.strip().startswith("by")


@ON_ONE
async def test_what_a_hub_shows_to_everybody_is_found_where_it_contradicts_the_policy(
    hubs: Place, tmp_path: Path, database_url: str
) -> None:
    names = ("incident", "current", "form-old", "form-new", "native")
    async with world(hubs, tmp_path, database_url, dict.fromkeys(names, INSTITUTION)) as here:
        found = {name: {each["kind"] for each in (await here.status(name))["findings"]} for name in names}

    assert found == {
        "incident": {kinds.KNOWN_HOLE},
        "current": {kinds.METRICS_OPEN},
        "form-old": {kinds.CLASS_CONTRADICTS, kinds.KNOWN_HOLE},
        "form-new": {kinds.CLASS_CONTRADICTS},
        "native": {kinds.SIGN_UP},
    }


async def test_pages_are_read_as_they_are(hubs: Place) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        seen = {name: await seen_from_outside(http, hub.url) for name, hub in hubs.hubs.items()}

    assert seen == {
        "incident": Outside(sign_up=False, password_form=False, metrics=False),
        "current": Outside(sign_up=False, password_form=False, metrics=True),
        "form-old": Outside(sign_up=False, password_form=True, metrics=False),
        "form-new": Outside(sign_up=False, password_form=True, metrics=False),
        "native": Outside(sign_up=True, password_form=True, metrics=False),
    }


@pytest.mark.parametrize(("by_provider", "by_form"), [("incident", "form-old"), ("current", "form-new")])
async def test_logins_and_refusals_are_counted_from_the_first_one_on(
    hubs: Place, by_provider: str, by_form: str
) -> None:
    before = await counted(hubs, (by_provider, by_form))

    assert await logged_in_by_provider(hubs.hubs[by_provider], "ana") == 302
    assert await logged_in_by_provider(hubs.hubs[by_provider], REFUSED) == 403
    assert await logged_in_by_form(hubs.hubs[by_form], "bob", "x") == 302

    (logins, denied), (by_hand, wrong) = before[by_provider], before[by_form]
    await until_counted(hubs, {by_provider: (logins + 1, denied + 1), by_form: (by_hand + 1, wrong)})


def _tomorrow() -> str:
    return f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
