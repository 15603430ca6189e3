"""`crosshub grafana apply` where it cannot do what it is for: what it says, and that nothing is written."""

from pathlib import Path
from typing import Any

import pytest

from aggregator.clusters.secrets import Secret
from aggregator.grafana.speaking import Trouble
from tests.fakes.grafana import fake_grafana
from tests.fakes.http import response, send, serving
from tests.fakes.receiving import refusing
from tests.grafana.reconciling import apply, plan, whole


async def test_a_newer_grafana_than_known_is_said(token: Secret) -> None:
    async with fake_grafana(version="14.0.0") as grafana:
        assert any("14.0.0" in note for note in (await plan(grafana, token)).notes)


async def test_a_data_source_that_does_not_work_is_told_in_grafanas_words(token: Secret) -> None:
    async with fake_grafana(health=(400, {"status": "ERROR", "message": "dial tcp: connection refused"})) as grafana:
        outcome = await whole(grafana, token)

        (_, answer), _ = outcome.health
        assert isinstance(answer, Trouble)
        assert "connection refused" in answer.words


TROUBLE: dict[str, tuple[dict[str, Any], str]] = {
    "too old": ({"version": "9.5.1"}, "Bring Grafana up to date"),
    "just too old": ({"version": "10.3.9"}, "10.4 or newer"),
}


@pytest.mark.parametrize("how", TROUBLE)
async def test_a_grafana_that_is_too_old_is_not_written_to(token: Secret, how: str) -> None:
    options, words = TROUBLE[how]
    async with fake_grafana(**options) as grafana:
        outcome = await apply(grafana.server.url, token)

        assert isinstance(outcome, Trouble)
        assert words in outcome.words
        assert grafana.writes == []


async def test_a_token_without_rights_is_told_which_role_it_needs(token: Secret) -> None:
    async with fake_grafana(role="Viewer") as grafana:
        outcome = await apply(grafana.server.url, token)

        assert isinstance(outcome, Trouble)
        assert "needs the role Admin" in outcome.words
        assert "org.preferences:read" in outcome.words


async def test_a_wrong_token_is_told_by_the_place_it_stands_in(tmp_path: Path) -> None:
    file = tmp_path / "other.token"
    file.write_text("glsa_wrong")
    async with fake_grafana() as grafana:
        outcome = await apply(grafana.server.url, Secret.in_file(file))

    assert isinstance(outcome, Trouble)
    assert "other.token" in outcome.words
    assert "glsa_wrong" not in outcome.words


async def test_a_token_with_letters_that_none_has_is_told_as_that(tmp_path: Path) -> None:
    file = tmp_path / "copied.token"
    file.write_text("glsa_“quoted”")

    outcome = await apply("http://127.0.0.1:1", Secret.in_file(file))

    assert isinstance(outcome, Trouble)
    assert "copied.token" in outcome.words
    assert "quoted" not in outcome.words


async def test_a_token_that_is_not_there_is_told(tmp_path: Path) -> None:
    outcome = await apply("http://127.0.0.1:1", Secret.in_file(tmp_path / "none"))

    assert isinstance(outcome, Trouble)
    assert "none: No such file" in outcome.words


async def test_an_address_where_nobody_listens_is_told(token: Secret) -> None:
    outcome = await apply(refusing(), token)

    assert isinstance(outcome, Trouble)
    assert "nobody answers there" in outcome.words


NO_GRAFANA = {
    "a proxy's page": (200, b"<html>Sign in</html>", "a page of HTML"),
    "a bad gateway": (502, b"<h1>502 Bad Gateway</h1>", "502 with a page of HTML"),
    "a login": (302, b"", "a redirect"),
    "a text": (200, b"hello", "no JSON"),
    "another API": (404, b'{"message": "no such thing"}', "grafana.url is not where its API is"),
    "another JSON": (200, b"[1, 2]", "not in the form that Crosshub knows"),
}


@pytest.mark.parametrize("what", NO_GRAFANA)
async def test_what_is_no_grafana_is_told_as_such(token: Secret, what: str) -> None:
    status, body, words = NO_GRAFANA[what]

    async with serving(lambda _, writer: send(writer, response(status, body))) as server:
        outcome = await apply(server.url, token)

    assert isinstance(outcome, Trouble)
    assert words in outcome.words
