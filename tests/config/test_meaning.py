from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.clusters.addresses import Listen
from aggregator.clusters.alerting import Slack
from aggregator.clusters.conditions import Condition
from aggregator.clusters.config import load, with_environment
from aggregator.clusters.reporting import Report
from aggregator.clusters.times import duration
from aggregator.errors import BadConfig
from aggregator.settings import Settings, settings_in
from tests.config.written import LISBON, write


def test_a_cluster_takes_from_defaults_what_it_does_not_say(tmp_path: Path) -> None:
    text = """
defaults: {timeout: 9s, max_body: 2KiB, breaker: {failures: 2, open: 1m}}
clusters:
  - {name: a, prometheus: {url: http://a}}
  - {name: b, prometheus: {url: http://b, timeout: 1m30s, breaker: {failures: 7}}}
"""

    a, b = (cluster.prometheus for cluster in load(write(tmp_path, text)).clusters)

    assert (a.timeout, a.max_in_flight, a.max_body, a.breaker.failures, a.breaker.open) == (9, 10, 2048, 2, 60)
    assert (b.timeout, b.max_in_flight, b.max_body, b.breaker.failures, b.breaker.open) == (90, 10, 2048, 7, 60)


def test_a_hub_is_called_after_its_name_and_belongs_to_its_clusters_community(tmp_path: Path) -> None:
    text = (
        "communities: [{name: ulisboa}, {name: guests}]\n"
        "clusters:\n  - name: lisbon\n    community: ulisboa\n    prometheus: {url: http://lisbon}\n"
        "    hubs: [{name: prod}, {name: geo, namespace: geo-hub, title: Geography, community: guests}]\n"
    )

    prod, geo = load(write(tmp_path, text)).clusters[0].hubs

    assert (prod.namespace, prod.title, prod.community) == ("prod", "prod", "ulisboa")
    assert (geo.namespace, geo.title, geo.community) == ("geo-hub", "Geography", "guests")


def test_moments_are_in_the_zone_of_their_hub_and_otherwise_in_utc(tmp_path: Path) -> None:
    text = """
clusters:
  - name: quito
    prometheus: {url: http://quito}
    hubs:
      - name: prod
        access:
          policy: closed
          open_windows: [{from: 2026-07-01T09:00, until: "2026-07-02T09:00+02:00"}]
        alerts: {SpawnSlow: {mute_until: 2026-07-05, reason: exams}}
        timezone: America/Guayaquil
maintenance: [{match: ['cluster="quito"'], from: 2026-07-01T00:00:00, until: 2026-07-02}]
"""

    config = load(write(tmp_path, text))

    hub = config.clusters[0].hubs[0]
    assert hub.access is not None
    window = hub.access.open_windows[0]
    assert (window.since, window.until) == (datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC))
    assert hub.alerts[0].mute_until == datetime(2026, 7, 5, 5, tzinfo=UTC)
    assert config.maintenance[0].since == datetime(2026, 7, 1, tzinfo=UTC)
    assert config.maintenance[0].until == datetime(2026, 7, 2, tzinfo=UTC)


def test_a_community_gets_its_week_on_monday_at_eight_where_its_first_hub_is(tmp_path: Path) -> None:
    text = LISBON + (
        "    hubs: [{name: prod, timezone: Europe/Lisbon, community: ulisboa}]\n"
        "communities: [{name: ulisboa}, {name: guests, reports: [{kind: monthly}, {kind: daily}]}]\n"
    )

    ulisboa, guests = load(write(tmp_path, text)).communities

    assert ulisboa.reports == (Report("weekly", "0 8 * * MON", ZoneInfo("Europe/Lisbon")),)
    assert guests.reports == (
        Report("monthly", "0 8 1 * *", ZoneInfo("UTC")),
        Report("daily", "0 8 * * *", ZoneInfo("UTC")),
    )


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load(write(tmp_path, LISBON + "database: sqlite:///data/c.db\nrules: [alerts/*.yaml, /etc/x.yaml]\n"))

    assert config.database == f"sqlite:///{tmp_path}/data/c.db"
    assert config.rules == (f"{tmp_path}/alerts/*.yaml", "/etc/x.yaml")
    assert config.people_key_file == tmp_path / "crosshub.people-key"


def test_anchors_and_merged_mappings_are_followed_and_the_own_key_wins(tmp_path: Path) -> None:
    text = """
clusters:
  - name: a
    prometheus: &common {url: http://a, timeout: 5s, encoding: gzip}
  - name: b
    prometheus: {<<: *common, url: http://b, timeout: 6s}
"""

    b = load(write(tmp_path, text)).clusters[1].prometheus

    assert (b.urls, b.timeout, b.encoding) == (("http://b",), 6, "gzip")


def test_the_same_address_behind_different_proxies_is_not_the_same_cluster(tmp_path: Path) -> None:
    text = """
clusters:
  - {name: a, prometheus: {url: http://prometheus, proxy: socks5://127.0.0.1:1081}}
  - {name: b, prometheus: {url: http://prometheus, proxy: socks5://127.0.0.1:1082}}
"""

    assert len(load(write(tmp_path, text)).clusters) == 2


def test_matchers_are_read_as_alertmanager_reads_them(tmp_path: Path) -> None:
    text = (
        LISBON
        + """receivers: [{name: a, slack: {bot_token_env: BOT, channel: "#hubs"}}]
routes: [{match: ['severity="page"', "cluster=~lisbon", 'x != "a\\"b"'], receivers: [a]}, {receivers: [a]}]
"""
    )

    config = load(write(tmp_path, text))

    assert config.routes[0].match == (
        Condition("severity", "=", "page"),
        Condition("cluster", "=~", "lisbon"),
        Condition("x", "!=", 'a"b'),
    )
    assert isinstance(config.receivers[0].via, Slack)
    assert config.receivers[0].via.channel == "#hubs"


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("1h30m", 5400), ("3y", 94608000), ("250ms", 0.25), ("1.5m", 90), ("0s", 0)]
)
def test_durations_are_written_as_in_prometheus(text: str, seconds: float) -> None:
    assert duration(text) == seconds


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = load(write(tmp_path, LISBON))
    settings = settings_in({"CROSSHUB_DATABASE": "postgresql://u:p@h/n", "CROSSHUB_LISTEN": "[::1]:80"})

    won = with_environment(config, settings, tmp_path)

    assert (won.database, won.listen) == ("postgresql://u:p@h/n", Listen("::1", 80))
    assert "u:p" not in repr(settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(listen="9099"), "CROSSHUB_LISTEN: is not host and port such as 127.0.0.1:9099"),
        (
            Settings(database="mysql://u:hunter2@h"),
            "CROSSHUB_DATABASE: begins with neither sqlite:/// nor postgresql://",
        ),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(tmp_path: Path, settings: Settings, words: str) -> None:
    config = load(write(tmp_path, LISBON))

    with pytest.raises(BadConfig) as bad:
        with_environment(config, settings, tmp_path)

    assert str(bad.value) == words
