"""What `crosshub check` notes, though it is no fault."""

from dataclasses import replace

import pytest

from aggregator.clusters.alerting import Receiver, Slack
from aggregator.clusters.notes import notes_on
from aggregator.clusters.reporting import Community, Operators, Reports
from aggregator.clusters.values import Config

READ = Community("lisbon", recipients=("ana@example.org",))
DRAFT = Community("oslo", draft=True)
TESTED = Reports(test_address="me@example.org")
SLACK = Slack(channel="#hubs")
PUBLIC = "https://crosshub.example.org"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9099", "http://localhost.:9099", "http://[::1]:9099/crosshub", "http://0.0.0.0:9099"]
)
def test_links_that_lead_to_the_readers_own_machine_are_noted(url: str) -> None:
    (words,) = notes_on(Config((), external_url=url, communities=(READ,)))

    assert words.startswith(f"external_url is {url}: links in mails and messages lead to the machine of whoever reads")


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(Config((), receivers=(Receiver("on-call", SLACK),)), id="a receiver"),
        pytest.param(Config((), communities=(Community("lisbon", slack=SLACK),)), id="a community's Slack"),
        pytest.param(Config((), reports=Reports(operators=Operators(("me@example.org",)))), id="the operators"),
        pytest.param(Config((), communities=(DRAFT,), reports=TESTED), id="who reads drafts"),
    ],
)
def test_links_are_read_by_everybody_who_is_told_anything(config: Config) -> None:
    (words,) = notes_on(config)

    assert words.startswith("external_url is")


@pytest.mark.parametrize("communities", [(), (Community("lisbon"),), (replace(READ, draft=True),)])
def test_where_nothing_is_sent_nothing_is_said_of_links(communities: tuple[Community, ...]) -> None:
    assert not any(words.startswith("external_url") for words in notes_on(Config((), communities=communities)))


def test_links_that_lead_to_crosshub_are_not_noted() -> None:
    assert notes_on(Config((), external_url=PUBLIC, communities=(READ,))) == ()


def test_drafts_that_reach_nobody_are_noted() -> None:
    (words,) = notes_on(Config((), communities=(DRAFT, Community("porto"))))

    assert words.startswith('the reports of "oslo" are drafts and reach nobody')


def test_drafts_that_somebody_reads_are_not_noted() -> None:
    assert notes_on(Config((), communities=(DRAFT,), external_url=PUBLIC, reports=TESTED)) == ()
