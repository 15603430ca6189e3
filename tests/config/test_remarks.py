"""What `crosshub check` remarks on, though it is no fault."""

import pytest

from aggregator.clusters.alerting import Receiver, Slack
from aggregator.clusters.remarks import remarks_on
from aggregator.clusters.reporting import Community, Reports
from aggregator.clusters.values import Config

READ = Community("lisbon", recipients=("ana@example.org",))
DRAFT = Community("oslo", draft=True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9099", "http://localhost:9099", "http://[::1]:9099/crosshub"])
def test_links_that_lead_to_the_readers_own_machine_are_remarked_on(url: str) -> None:
    (words,) = remarks_on(Config((), external_url=url, communities=(READ,)))

    assert words.startswith(f"external_url is {url}: links in mails and messages lead to the machine of whoever reads")


def test_messages_have_links_as_well() -> None:
    assert remarks_on(Config((), receivers=(Receiver("on-call", Slack(channel="#x")),)))


def test_where_nothing_is_sent_nothing_is_remarked_on() -> None:
    assert remarks_on(Config(())) == ()


def test_links_that_lead_to_crosshub_are_not_remarked_on() -> None:
    assert remarks_on(Config((), external_url="https://crosshub.example.org", communities=(READ,))) == ()


def test_drafts_that_reach_nobody_are_remarked_on() -> None:
    (words,) = remarks_on(Config((), communities=(DRAFT, Community("porto"))))

    assert words.startswith('the reports of "oslo" are drafts and reach nobody')


def test_drafts_that_somebody_reads_are_not_remarked_on() -> None:
    assert remarks_on(Config((), communities=(DRAFT,), reports=Reports(test_address="me@example.org"))) == ()
