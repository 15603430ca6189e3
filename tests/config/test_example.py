import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aggregator.clusters.config import load
from aggregator.clusters.forms import Form, Inside, Keyed, ListOf, MappingOf, OnlyOne, fields_of
from aggregator.clusters.values import (
    Basic,
    Config,
    Defaults,
    Every,
    Query,
    Retention,
)
from tests.config.written import EXAMPLE, LISBON, write


def test_the_whole_example_loads() -> None:
    config = load(EXAMPLE)

    lisbon = config.clusters[0]
    assert (lisbon.name, lisbon.prometheus.urls) == ("lisbon", ("https://prometheus.lisbon.example.org",))
    assert isinstance(lisbon.prometheus.auth, Basic)
    assert lisbon.prometheus.auth.username == "crosshub"
    assert lisbon.prometheus.headers == (("X-Scope-OrgID", "lisbon"),)
    assert lisbon.hubs[0].timezone == ZoneInfo("Europe/Lisbon")
    assert [receiver.name for receiver in config.receivers] == [
        "oncall", "oncall-bot", "pager", "audit", "ops-mail", "am",
    ]  # fmt: skip


def test_the_access_policy_of_the_example_is_read_to_its_end() -> None:
    access = load(EXAMPLE).clusters[0].hubs[0].access

    assert access is not None
    assert (access.policy, access.owner, access.review_by) == ("institution", "ana@ulisboa.pt", date(2027, 6, 30))
    assert access.open_windows[0].since == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_the_example_says_the_defaults_as_they_are(tmp_path: Path) -> None:
    example, bare = load(EXAMPLE), load(write(tmp_path, LISBON))

    assert example.query == bare.query == Query()
    assert example.every == bare.every == Every()
    assert example.retention == bare.retention == Retention()
    assert example.defaults == bare.defaults == Defaults()
    assert (example.listen, example.external_url) == (bare.listen, bare.external_url)
    assert (EXAMPLE.parent / "crosshub.people-key", tmp_path / "crosshub.people-key") == (
        example.people_key_file,
        bare.people_key_file,
    )


def test_the_example_names_every_key_of_the_schema() -> None:
    words = set(re.findall(r"[\w-]+", EXAMPLE.read_text()))

    missing = {key for key in _keys(MappingOf(Config)) if key not in words}

    assert {key for key in missing if not key.endswith("_env")} == set()  # those are told of in one sentence


def _keys(form: Form) -> Iterator[str]:
    match form:
        case MappingOf():
            for field in fields_of(form.cls):
                for key, inner in field.forms.items():
                    yield key
                    yield from _keys(inner)
        case ListOf() | OnlyOne():
            yield from _keys(form.item)
        case Inside():
            for key, inner in form.keys.items():
                yield key
                yield from _keys(inner)
        case Keyed():
            yield from (key for key in _keys(MappingOf(form.item)) if key != form.name_field)
        case _:
            return


def test_the_page_on_what_is_kept_begins_with_a_configuration_that_loads(tmp_path: Path) -> None:
    page = (EXAMPLE.parent / "rollups.md").read_text()
    text = page.partition("```yaml\n")[2].partition("```")[0]

    (cluster,) = load(write(tmp_path, text)).clusters

    assert [hub.community for hub in cluster.hubs] == ["lisbon"]
