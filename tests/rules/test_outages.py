"""What is judged to be wrong: every combination of evidence, and the alerts expected, written out by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.rules.evidence import NOT_SEEN, ClusterSeen, Evidence, Look, Sight, Up, Watchdog
from aggregator.rules.outages import judged
from aggregator.rules.verdicts import Verdict
from tests.rules.fleets import FLEET, MINUTE, NOON, SILENCE, fleet_with, hub, seen

# The hubs that are seen so: one of lisbon's four, three of them, or all of both clusters.
HOW_MANY = {"one": "a", "three": "abc", "all": "abcdef"}

# D HubDown, V HubVanished, U HubUnclear, M MonitoringDown: of each of these hubs; C ClusterDown, m MonitoringDown: of
# each of their clusters; B CrosshubBlind; . nothing. With ? it takes a second look. Silent is a cluster, so its other
# hubs have no `up` either, and are seen to be well from outside.
TABLE = """
    health  REST     up        one    three  all

    ok      ok       up        .      .      .
    ok      failing  up        U?     U?     U?
    ok      unknown  up        .      .      .
    failing ok       up        U?     U?     U?
    failing failing  up        D      C      B
    failing unknown  up        D      C      B
    unknown ok       up        .      .      .
    unknown failing  up        U?     U?     B
    unknown unknown  up        .      .      .

    ok      ok       down      M?     M?     m?
    ok      failing  down      D      C      C
    ok      unknown  down      M?     M?     m?
    failing ok       down      D      C      C
    failing failing  down      D      C      C
    failing unknown  down      D      C      C
    unknown ok       down      M?     M?     m?
    unknown failing  down      D      C      C
    unknown unknown  down      D?     C?     C?

    ok      ok       vanished  M?     M?     m?
    ok      failing  vanished  V      C      C
    ok      unknown  vanished  M?     M?     m?
    failing ok       vanished  V      C      C
    failing failing  vanished  V      C      C
    failing unknown  vanished  V      C      C
    unknown ok       vanished  M?     M?     m?
    unknown failing  vanished  V      C      C
    unknown unknown  vanished  V?     C?     C?

    ok      ok       absent    .      .      .
    ok      failing  absent    U?     U?     U?
    ok      unknown  absent    .      .      .
    failing ok       absent    U?     U?     U?
    failing failing  absent    D      C      B
    failing unknown  absent    D      C      B
    unknown ok       absent    .      .      .
    unknown failing  absent    D      C      B
    unknown unknown  absent    .      .      .

    ok      ok       silent    m?     m?     m?
    ok      failing  silent    U?,m?  U?,m?  U?,m?
    ok      unknown  silent    m?     m?     m?
    failing ok       silent    U?,m?  U?,m?  U?,m?
    failing failing  silent    D,m?   C      B
    failing unknown  silent    D,m?   C      B
    unknown ok       silent    m?     m?     m?
    unknown failing  silent    D,m?   C      B
    unknown unknown  silent    m?     m?     B?
"""

# The same of hubs that have no url, so that nobody can look at them from outside; N HubUnwatched.
WITHOUT_URL = """
    health  REST     up        one    three  all

    unknown unknown  up        .      .      .
    unknown unknown  down      D?     C?     C?
    unknown unknown  vanished  V?     C?     C?
    unknown unknown  absent    N?     N?     N?
    unknown unknown  silent    m?     m?     B?
"""

OF_HUBS = {"D": "HubDown", "V": "HubVanished", "U": "HubUnclear", "M": "MonitoringDown", "N": "HubUnwatched"}
OF_CLUSTERS = {"C": "ClusterDown", "m": "MonitoringDown"}


def rows(table: str) -> list[tuple[str, ...]]:
    """(health, REST, up, how many, expected), one for each cell."""
    head, *lines = [line.split() for line in table.splitlines() if line.strip()]
    return [(*line[:3], many, cell) for line in lines for many, cell in zip(head[3:], line[3:], strict=True)]


def written(cell: str, odd: str) -> set[str]:
    """`HubDown lisbon/a`, `ClusterDown lisbon?` and so on."""
    hubs = [f"{cluster}/{letter}" for cluster, letters in FLEET.items() for letter in letters if letter in odd]
    clusters = sorted({each.split("/")[0] for each in hubs})
    found: set[str] = set()
    for mark in cell.split(",") if cell != "." else ():
        sure = "?" * mark.endswith("?")
        name = mark.rstrip("?")
        if name == "B":
            found.add(f"CrosshubBlind{sure}")
        elif name in OF_HUBS:
            found |= {f"{OF_HUBS[name]} {each}{sure}" for each in hubs}
        else:
            found |= {f"{OF_CLUSTERS[name]} {each}{sure}" for each in clusters}
    return found


def said(verdict: Verdict) -> str:
    labels = dict(verdict.labels)
    where = "/".join(labels[name] for name in ("cluster", "namespace") if name in labels)
    return f"{verdict.name} {where}".rstrip() + "?" * (not verdict.sure)


def wrong(evidence: Evidence) -> set[str]:
    return {said(verdict) for verdict in judged(evidence, ()).true}


@pytest.mark.parametrize(("health", "rest", "up", "many", "expected"), rows(TABLE))
def test_what_is_wrong_follows_from_the_evidence(health: str, rest: str, up: str, many: str, expected: str) -> None:
    odd = HOW_MANY[many]
    evidence = fleet_with(odd, Up(up), Sight(health), Sight(rest))

    assert wrong(evidence) == written(expected, odd)


@pytest.mark.parametrize(("health", "rest", "up", "many", "expected"), rows(WITHOUT_URL))
def test_hubs_without_a_url_are_judged_by_their_scrapes(
    health: str, rest: str, up: str, many: str, expected: str
) -> None:
    odd = HOW_MANY[many]
    evidence = fleet_with(odd, Up(up), Sight(health), Sight(rest), url=False)

    assert wrong(evidence) == written(expected, odd)


def test_both_tables_are_whole() -> None:
    combinations = {row[:4] for row in rows(TABLE)}

    assert len(combinations) == len(rows(TABLE)) == 3 * 3 * 5 * 3
    assert len(rows(WITHOUT_URL)) == 5 * 3


FAILING, UNKNOWN = Sight.FAILING, Sight.UNKNOWN


@pytest.mark.parametrize(
    ("name", "evidence", "expected"),
    [
        ("a cluster with one hub, of which both fail, is down",
         seen([hub("oslo", "e", Up.SILENT, FAILING, FAILING), hub("lisbon", "a")]), {"ClusterDown oslo"}),
        ("the one hub of a cluster that answers is down by itself",
         seen([hub("oslo", "e", Up.DOWN, FAILING, FAILING), hub("lisbon", "a")]), {"HubDown oslo/e"}),
        ("both hubs of a cluster together are the cluster",
         seen([hub("oslo", "e", Up.DOWN, FAILING), hub("oslo", "f", Up.VANISHED, FAILING), hub("lisbon", "a")]),
         {"ClusterDown oslo"}),
        ("of two hubs one that works is no cluster",
         seen([hub("oslo", "e", Up.DOWN, FAILING), hub("oslo", "f"), hub("lisbon", "a")]), {"HubDown oslo/e"}),
        ("the only cluster there is cannot be told from our own way out",
         seen([hub("oslo", "e", Up.SILENT, FAILING, FAILING)], clusters=("oslo",)), {"ClusterDown oslo"}),
        ("the only cluster, whose metrics say that all is well",
         seen([hub("oslo", each, Up.UP, FAILING, FAILING) for each in "efg"], clusters=("oslo",)), {"ClusterDown oslo"}),
        ("one hub somewhere that answers shows that we can see",
         seen([hub("oslo", "e", Up.SILENT, FAILING, FAILING), hub("lisbon", "a", Up.SILENT)]),
         {"ClusterDown oslo", "MonitoringDown lisbon?"}),
        ("two clusters without hubs that are both silent",
         Evidence(NOON, (ClusterSeen("lisbon", failed=SILENCE), ClusterSeen("oslo", failed=SILENCE))),
         {"CrosshubBlind?"}),
        ("all hubs refuse us and one of them is not scraped either, so it is not our way out",
         seen([hub("oslo", "e", Up.DOWN, FAILING, FAILING), hub("lisbon", "a", Up.UP, FAILING, FAILING)]),
         {"HubDown oslo/e", "HubDown lisbon/a"}),
        ("a hub that no configuration names",
         seen([hub("oslo", "e"), replace(hub("oslo", "x", Up.UP, UNKNOWN, UNKNOWN), known=False, url=False)]),
         {"UnknownHub oslo/x?"}),
        ("where no hubs are named at all, none is missing",
         seen([replace(hub("oslo", "x", Up.UP, UNKNOWN, UNKNOWN), known=False, url=False)]), set()),
        ("a Prometheus that fails with nobody to ask otherwise says nothing of its hubs",
         seen([replace(hub("oslo", "e", Up.SILENT, UNKNOWN, UNKNOWN), url=False), hub("lisbon", "a")]),
         {"MonitoringDown oslo?"}),
    ],
)  # fmt: skip
def test_what_is_wrong_in_special_cases(name: str, evidence: Evidence, expected: set[str]) -> None:
    assert wrong(evidence) == expected, name


DAYS = timedelta(days=1)


@pytest.mark.parametrize(
    ("ends", "look", "severities"),
    [
        (NOON + 15 * DAYS, Look(Sight.OK), set()),
        (NOON + 13 * DAYS, Look(Sight.OK), {"ticket"}),
        (NOON + 2 * DAYS, Look(Sight.OK), {"ticket", "page"}),
        (NOON - DAYS, Look(Sight.FAILING, "certificate has expired"), {"ticket", "page"}),
        (None, Look(Sight.FAILING, "certificate has expired"), {"ticket", "page"}),
        (NOON + 2 * DAYS, NOT_SEEN, {"ticket", "page"}),
        (None, NOT_SEEN, set()),
    ],
)
def test_a_certificate_that_ends_soon_is_told_of(ends: object, look: Look, severities: set[str]) -> None:
    one = replace(hub("lisbon", "a"), ends=ends, certificate=look)  # type: ignore[arg-type]

    found = judged(seen([one]), ()).true

    assert {dict(verdict.labels)["severity"] for verdict in found} == severities
    assert {verdict.name for verdict in found} <= {"CertificateExpires"}


@pytest.mark.parametrize(
    ("ago", "fires", "stopped"), [(9, True, False), (10, True, False), (11, True, True), (1, False, True)]
)
def test_a_watchdog_that_is_not_heard_is_told_of(ago: int, fires: bool, stopped: bool) -> None:  # noqa: FBT001
    labels = (("alertname", "Watchdog"), ("cluster", "lisbon"))
    dog = Watchdog("alertmanager", labels, NOON - ago * MINUTE, fires)

    assert wrong(replace(seen([]), watchdogs=(dog,))) == ({"WatchdogStopped lisbon"} if stopped else set())


ANSWERS = ClusterSeen("lisbon", since=NOON - 60 * MINUTE)


@pytest.mark.parametrize(
    ("name", "lisbon", "ago", "fires", "stopped"),
    [
        ("its Prometheus answers and has not told of it for long", ANSWERS, 11, True, True),
        ("it has told that it does not fire for long", ANSWERS, 11, False, True),
        ("it has just begun, and rules are looked at after that", ANSWERS, 1, False, False),
        ("its Prometheus is silent, which is told of as that", replace(ANSWERS, failed=SILENCE), 11, True, False),
        ("it has just begun to answer again", replace(ANSWERS, since=NOON - MINUTE), 30, True, False),
        ("nobody asks it any more", None, 11, True, False),
    ],
)
def test_a_watchdog_that_a_prometheus_tells_of_when_asked(
    name: str, lisbon: ClusterSeen | None, ago: int, *, fires: bool, stopped: bool
) -> None:
    dog = Watchdog(
        "prometheus of lisbon", (("alertname", "Watchdog"), ("cluster", "lisbon")), NOON - ago * MINUTE, fires
    )
    clusters = (ClusterSeen("oslo"), *([lisbon] if lisbon else []))

    found = {each for each in wrong(Evidence(NOON, clusters, (dog,))) if "Watchdog" in each}

    assert found == ({"WatchdogStopped lisbon"} if stopped else set()), name


def test_an_outage_is_told_with_its_evidence() -> None:
    one = replace(
        hub("lisbon", "a", Up.DOWN, FAILING, UNKNOWN),
        name="prod",
        title="University of Lisbon",
        community="lisbon",
        up_since=NOON - MINUTE,
        people=41,
    )

    (verdict,) = judged(seen([one, hub("lisbon", "b"), hub("oslo", "e")]), ()).true

    assert dict(verdict.labels) == {
        "alertname": "HubDown",
        "cluster": "lisbon",
        "community": "lisbon",
        "hub": "prod",
        "kind": "outage",
        "namespace": "a",
        "scope": "hub",
        "severity": "page",
    }
    assert dict(verdict.annotations)["summary"] == "University of Lisbon (lisbon/prod) is down"
    assert verdict.evidence == (
        "its health page: 502, three times",
        "its API was not seen",
        "`up` of the hub: 0 since 11:59 UTC",
        "the cluster's Prometheus answers",
    )
    assert verdict.people == 41


@pytest.mark.parametrize(
    ("evidence", "scopes"),
    [
        (fleet_with("a", Up.DOWN, FAILING, FAILING), {"hub": "page"}),
        (fleet_with("abc", Up.DOWN, FAILING, FAILING), {"cluster": "page"}),
        (fleet_with("abcdef", Up.SILENT, FAILING, FAILING), {"crosshub": "page"}),
        (fleet_with("a", Up.SILENT, Sight.OK, Sight.OK), {None: "ticket"}),
        (fleet_with("a", Up.UP, FAILING, Sight.OK), {None: "ticket"}),
    ],
)
def test_what_silences_others_says_how_far(evidence: Evidence, scopes: dict[str | None, str]) -> None:
    found = [dict(verdict.labels) for verdict in judged(evidence, ()).true]

    assert {labels.get("scope"): labels["severity"] for labels in found} == scopes
