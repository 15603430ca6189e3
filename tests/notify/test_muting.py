"""By what an alert is muted."""

from datetime import timedelta

import pytest

from aggregator.clusters.alerting import Inhibit, Maintenance, Receiver, Webhook
from aggregator.clusters.conditions import parse_condition
from aggregator.clusters.values import AlertChange, Hub
from aggregator.events.values import Alert
from aggregator.notify.deciding import Seen, receivers_now
from aggregator.notify.inhibition import BUILT_IN
from aggregator.notify.muting import muted_by
from aggregator.notify.policy import policy_of
from aggregator.notify.silences import Mute, Silence, quiet_of, quiet_times
from tests.notify.made import MINUTE, NOON, a_config, an_alert, outage, over

BLIND = outage("CrosshubBlind", "crosshub")
CLUSTER = outage("ClusterDown", "cluster", cluster="lisbon")
HUB = outage("HubDown", "hub", cluster="lisbon", namespace="prod")
VANISHED = outage("HubVanished", "hub", cluster="lisbon", namespace="prod")
FEATURE = an_alert("SpawnSlow", cluster="lisbon", namespace="prod")
ELSEWHERE = an_alert("SpawnSlow", cluster="lisbon", namespace="other")
OTHER_CLUSTER = an_alert("SpawnSlow", cluster="oslo", namespace="prod")
ACCESS = an_alert("Strangers", source="access", kind="access", cluster="lisbon", namespace="prod")

FULL, SLOW = parse_condition('alertname="HomeDiskFull"'), parse_condition('alertname=~"Spawn.*|HomeDiskFull"')
DISK = Inhibit((FULL,), (SLOW,), ("cluster", "namespace"))
DISK_FULL = an_alert("HomeDiskFull", cluster="lisbon", namespace="prod")
SILENCE = Silence("1", (parse_condition("cluster=lisbon"),), NOON, NOON + MINUTE, "ana", "works", NOON)


def inhibited(alert: Alert, *firing: Alert, rules: tuple[Inhibit, ...] = BUILT_IN) -> str:
    """The name of the alert that inhibits another one."""
    mute = muted_by(rules, (), (alert, *firing), NOON)(alert)
    return "" if mute is None else mute.reason


@pytest.mark.parametrize(
    ("alert", "firing", "by"),
    [
        (FEATURE, (HUB,), "HubDown"),
        (FEATURE, (CLUSTER,), "ClusterDown"),
        (FEATURE, (BLIND,), "CrosshubBlind"),
        (HUB, (CLUSTER,), "ClusterDown"),
        (HUB, (BLIND,), "CrosshubBlind"),
        (CLUSTER, (BLIND,), "CrosshubBlind"),
        (CLUSTER, (HUB,), ""),
        (HUB, (FEATURE, VANISHED), ""),
        (BLIND, (CLUSTER, HUB), ""),
        (ELSEWHERE, (HUB,), ""),
        (ELSEWHERE, (CLUSTER,), "ClusterDown"),
        (OTHER_CLUSTER, (HUB, CLUSTER), ""),
        (ACCESS, (HUB, CLUSTER, BLIND), ""),
        (FEATURE, (over(HUB),), ""),
    ],
)
def test_an_outage_silences_what_is_below_it(alert: Alert, firing: tuple[Alert, ...], by: str) -> None:
    assert inhibited(alert, *firing) == by


def test_what_fulfils_both_sides_of_a_rule_is_inhibited_by_nothing_that_does_so_too() -> None:
    twin = an_alert("HomeDiskFull", cluster="lisbon", namespace="prod", volume="b")

    assert inhibited(FEATURE, DISK_FULL, rules=(DISK,)) == "HomeDiskFull"
    assert inhibited(DISK_FULL, DISK_FULL, twin, rules=(DISK,)) == ""


def test_labels_that_both_lack_are_equal() -> None:
    rule = Inhibit((FULL,), (SLOW,), ("missing",))

    assert inhibited(OTHER_CLUSTER, DISK_FULL, rules=(rule,)) == "HomeDiskFull"


@pytest.mark.parametrize(("later", "silent"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_silence_holds_from_its_start_until_before_its_end(*, later: int, silent: bool) -> None:
    mute_of = muted_by((), [quiet_of(SILENCE)], (FEATURE,), NOON + timedelta(seconds=later))

    assert mute_of(FEATURE) == (Mute("silenced", "1", NOON + MINUTE, "works") if silent else None)
    assert mute_of(OTHER_CLUSTER) is None


def test_inhibition_is_said_before_a_silence() -> None:
    mute = muted_by(BUILT_IN, [quiet_of(SILENCE)], (FEATURE, HUB), NOON)(FEATURE)

    assert mute == Mute("inhibited", HUB.fingerprint, reason="HubDown")


def test_the_configuration_mutes_alerts_of_a_hub_and_whole_clusters_for_a_while() -> None:
    until = NOON + 60 * MINUTE
    hub = Hub(
        "prod", "prod", alerts=(AlertChange("SpawnSlow", mute_until=until, reason="exam week"), AlertChange("X", 3))
    )
    works = Maintenance((parse_condition("cluster=oslo"),), NOON, until, "power works", "ops@example.org")
    mute_of = muted_by((), quiet_times(a_config(hub, maintenance=(works,))), (), NOON)

    assert mute_of(FEATURE) == Mute("muted", "configuration", until, "exam week")
    assert mute_of(OTHER_CLUSTER) == Mute("maintenance", "ops@example.org", until, "power works")
    assert mute_of(ELSEWHERE) is None
    assert muted_by((), quiet_times(a_config(hub)), (), until)(FEATURE) is None


@pytest.mark.parametrize(
    ("seen", "known"),
    [
        (Seen((FEATURE,)), {"oncall"}),
        (Seen((FEATURE,), silences=(SILENCE,)), set()),
        (Seen((FEATURE, outage(cluster="lisbon", namespace="prod"))), set()),
    ],
)
def test_who_is_to_know_of_an_alert_is_not_told_while_it_is_muted(seen: Seen, known: set[str]) -> None:
    policy = policy_of(a_config(receivers=(Receiver("oncall", Webhook("http://127.0.0.1:1")),)))

    assert receivers_now(policy, seen, NOON)(FEATURE) == known
