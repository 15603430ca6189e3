"""Which images servers ran: what they are called, what share of the hours they had, and when they are missed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from aggregator.reports.contents import report
from aggregator.reports.images import shares, short_names
from aggregator.reports.render import rendered
from aggregator.reports.snapshot import frozen, thawed
from aggregator.rollups.images import OTHERS, Hours
from tests.reports.facts import WEEK, facts, hub, weeks
from tests.reports.made import GOOD, LISBON

RAN = {"scipy": 30.0}
LAST, NOW = WEEK.earlier(1).number, WEEK.number


@pytest.mark.parametrize(
    ("images", "names"),
    [
        (("quay.io/jupyter/scipy:1", "r:2"), ("jupyter/scipy", "r")),
        (("localhost/scipy", "registry:5000/a/b/r@sha256:0b1d"), ("scipy", "a/b/r")),
        (("jupyter/scipy", "pangeo/scipy:1"), ("jupyter/scipy", "pangeo/scipy")),
        # Of one image there are two tags; or two registries have one of the same name.
        (("quay.io/j/scipy:1", "quay.io/j/scipy:2", "r:2"), ("j/scipy:1", "j/scipy:2", "r")),
        (("quay.io/j/scipy:1", "ghcr.io/j/scipy:1"), ("quay.io/j/scipy:1", "ghcr.io/j/scipy:1")),
        (("scipy", "quay.io/scipy", "scipy:1"), ("scipy", "quay.io/scipy", "scipy:1")),
        (("sha256:0b1d", "sha256:77aa"), ("sha256:0b1d", "sha256:77aa")),
        ((":", "/", "@", "quay.io/"), (":", "/", "@", "quay.io/")),
    ],
)
def test_names_are_as_short_as_they_are_nobody_elses(images: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert tuple(short_names(images).values()) == names


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ({"a": 6.0, "b": 3.0, "c": 1.0}, {"a": 0.6, "b": 0.3, "c": 0.1}),
        ({"a": 4.0, "b": 3.0, "c": 2.0, "d": 0.5, OTHERS: 0.5}, {"a": 0.4, "b": 0.3, "c": 0.2, OTHERS: 0.1}),
        # What was kept without a name is no image, however much it is.
        ({OTHERS: 6.0, "a": 4.0}, {"a": 0.4, OTHERS: 0.6}),
    ],
)
def test_three_are_named_and_the_rest_are_others(hours: Hours, told: Mapping[str, float]) -> None:
    assert list(shares(hours).items()) == list(told.items())


@pytest.mark.parametrize(
    ("images", "ran", "is_missed"),
    [
        ({NOW: RAN, LAST: RAN}, 30.0, False),
        ({LAST: RAN}, 30.0, True),
        ({LAST: RAN}, 0.0, False),  # nobody ran anything
        ({}, 30.0, False),  # the cluster never told
    ],
)
def test_images_are_missed_where_they_were_told_before(
    images: Mapping[int, Hours], ran: float, *, is_missed: bool
) -> None:
    of_hub = replace(hub(periods=weeks("server_hours", (ran, 30.0))), images=images)

    (told,) = report(facts(of_hub)).hubs

    assert ("images" in told.lacking) is is_missed
    assert told.images == images.get(NOW, {})


def test_several_hubs_are_told_of_together() -> None:
    hubs = (
        replace(LISBON, images={"scipy:1": 30.0, "r:1": 10.0}),
        replace(LISBON, namespace="other", images={"scipy:1": 60.0}),
    )

    text = rendered(replace(GOOD, hubs=hubs), "en").text

    assert "  Images by share of server hours: scipy (90\u00a0%) and r (10\u00a0%).\n" in text


def test_nothing_is_said_where_nobody_tells() -> None:
    silent = replace(GOOD, hubs=(replace(LISBON, images={}),))

    assert "Images" not in rendered(silent, "en").text


def test_a_report_that_was_kept_before_images_were_is_read_as_one_without() -> None:
    before = frozen(replace(GOOD, hubs=(replace(LISBON, images={}),))).replace(b',"images":{}', b"")
    assert b"images" not in before

    assert thawed(before).hubs[0].images == {}
