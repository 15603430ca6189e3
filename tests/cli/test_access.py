"""`crosshub access status`, `accept`, `reopen` and `window`: they work on the database alone."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from aggregator.access.evidence import Unseen
from aggregator.store.instants import utc_now
from tests.access.sightings import measured, told
from tests.cli.looked_at import (
    CONFIG,
    STRANGERS,
    Crosshub,
    command_in,
    look_at,
    make_database,
    output,
    refused,
    windows,
)


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose hubs nobody has looked at, and its database."""
    folder = tmp_path_factory.mktemp("unseen")
    (folder / "crosshub.yaml").write_text(CONFIG)
    make_database(folder)
    return folder


@pytest.fixture
def folder(unseen: Path, tmp_path: Path) -> Path:
    """The same, looked at: one hub with strangers at work, one without a policy, one never."""
    copytree(unseen, tmp_path, dirs_exist_ok=True)
    look_at(tmp_path, ago=timedelta(minutes=1))
    return tmp_path


@pytest.fixture
def crosshub(folder: Path) -> Crosshub:
    return command_in(folder)


def test_status_says_what_is_wrong_first_and_then_what_is_declared_and_by_what_it_was_seen(crosshub: Crosshub) -> None:
    assert output(crosshub("access", "status")).splitlines() == [
        "lisbon/prod   University of Lisbon",
        "  critical    1 busy server on University of Lisbon (lisbon/prod), and 2 accounts that its policy",
        "              does not know",
        "              StrangersAtWork, since …",
        "  high        2 accounts on University of Lisbon (lisbon/prod) that its policy does not know",
        "              UnknownAccounts, since …",
        "  declared    institution (*@ulisboa.pt), owner ana@ulisboa.pt; to be reviewed by 2999-06-30; open",
        "              from … until … (Geo workshop)",
        "  observed    GitHubOAuthenticator 17.4.0, JupyterHub 6.1.1; 2 accounts, 2 new in 7 days; 1 server",
        "  by          REST API; pages: not asked, it has no url; Prometheus; checked …",
        "",
        "oslo/prod",
        "  low         No access policy is declared for oslo/prod",
        "              NoPolicyDeclared, since …",
        "  declared    none declared",
        "  observed    GitHubOAuthenticator 17.4.0, JupyterHub 6.1.1; 1 account, 0 new in 7 days",
        "  by          REST API; pages: not asked, it has no url; Prometheus; checked …",
        "",
        "oslo/new   \\u202eNew [bold]",
        "  declared    none declared",
        "  observed    nothing yet",
        "  by          nobody has looked yet; `crosshub serve` does",
        "",
        "3 hubs, 2 without a policy; 3 findings open: 1 critical, 1 high, 1 low.",
        "What to do about each: https://crosshub.example.org/runbooks",
    ]


def test_status_of_one_hub_is_that_of_no_other(crosshub: Crosshub) -> None:
    one = output(crosshub("access", "status", "--hub", "oslo/prod"))
    by_namespace = output(crosshub("access", "status", "--hub", "lisbon/lisbon-prod"))

    assert one.startswith("oslo/prod\n")
    assert one.endswith(
        "1 hub, 1 without a policy; 1 finding open: 1 low.\n"
        "What to do: https://crosshub.example.org/runbooks/NoPolicyDeclared\n"
    )
    assert by_namespace.startswith("lisbon/prod ")


def test_status_for_programs_has_the_same_in_the_same_order(crosshub: Crosshub) -> None:
    found = json.loads(crosshub("access", "status", "--json").output)

    assert [each["hub"] for each in found] == ["lisbon/prod", "oslo/prod", "oslo/new"]
    assert [(each["kind"], each["state"]) for each in found[0]["findings"]] == [
        ("StrangersAtWork", "open"),
        ("UnknownAccounts", "open"),
    ]
    assert found[2]["checked_at"] is None


def test_status_names_nobody(crosshub: Crosshub) -> None:
    printed = crosshub("access", "status").output + crosshub("access", "status", "--json").output

    assert "m1ner" not in printed
    assert "evil" not in printed


def test_what_could_not_be_seen_at_the_last_look_says_so(folder: Path, crosshub: Crosshub) -> None:
    look_at(folder, ago=timedelta(), told=Unseen("its API cannot be reached"), measured=Unseen("no answer in 20 s"))

    printed = " ".join(output(crosshub("access", "status", "--hub", "lisbon/prod")).split())

    assert "UnknownAccounts, since …; not seen since …: its API cannot be reached" in printed
    assert "observed nothing by REST API: not seen, its API cannot be reached;" in printed
    assert "Prometheus: not seen, no answer in 20 s; checked …" in printed


def test_where_nobody_has_looked_for_long_status_says_so(folder: Path, crosshub: Crosshub) -> None:
    look_at(folder, ago=timedelta(hours=2))

    assert "checked …, 2 hours ago: is `crosshub serve` running?" in " ".join(
        output(crosshub("access", "status")).split()
    )


def test_what_is_accepted_is_shown_with_its_reason_and_open_no_longer(crosshub: Crosshub) -> None:
    name = ("lisbon/prod", "UnknownAccounts")
    said = crosshub("access", "accept", *name, "--until", "2999-07-15", "--reason", "two visitors", "--author", "ana")
    status = crosshub("access", "status", "--hub", "lisbon/prod")
    reopened = crosshub("access", "reopen", *name)
    again = crosshub("access", "reopen", *name)

    assert said.output.splitlines() == [
        "UnknownAccounts on lisbon/prod: accepted by ana until 2999-07-16 00:00 WEST.",
        "Nobody is told until then: 2 accounts on University of Lisbon (lisbon/prod) that its policy does not know.",
    ]
    assert "by ana until 2999-07-15 23:00 UTC: two visitors" in " ".join(status.output.split())
    assert "1 finding open: 1 critical; 1 accepted." in status.output
    assert status.output.index("  critical ") < status.output.index("  accepted ")
    assert reopened.output.endswith("is accepted no longer; it is told of when it is seen next.\n")
    assert again.output == "UnknownAccounts on lisbon/prod was not accepted; nothing has changed.\n"


def test_what_is_over_may_be_accepted_for_when_it_comes_back(folder: Path, crosshub: Crosshub) -> None:
    look_at(folder, ago=timedelta(), told=told(), measured=measured())

    said = crosshub(*ACCEPT, "--until", "2999-07-15", "--reason", "x")

    assert said.output.endswith("It is over at the moment; nobody is told if it comes back before then.\n")
    assert "0 findings open." in crosshub("access", "status", "--hub", "lisbon/prod").output


@pytest.mark.parametrize(
    ("people", "until", "words"),
    [
        ("80", "2999-12-03T18:00", "While it lasts, more than 120 new accounts are told of."),
        ("0", "2999-12-03T18:00", "While it lasts, more than 0 new accounts are told of."),
        (None, "2999-12-03T18:00", "New accounts are not told of while it lasts, however many come; with --people they would be."),
        ("80", "2999-12-31T18:00", "It is longer than 14 days, which is a finding itself."),
        ("80", None, "It counts for 14 days, and that it has no end is a finding itself."),
    ],
)  # fmt: skip
def test_a_window_says_what_follows_from_it(
    crosshub: Crosshub, people: str | None, until: str | None, words: str
) -> None:
    options = [*(["--people", people] if people else []), *(["--until", until] if until else [])]

    said = crosshub(*ADD, "--from", "2999-12-01T09:00", *options)

    first, *rest = said.output.splitlines()
    end = f"until {until.replace('T', ' ')} WET" if until else "without an end"
    assert re.sub(r"\b[0-9a-f]{8}\b", "ID", first) == f"Window ID: lisbon/prod is open from 2999-12-01 09:00 WET {end}."
    assert words in rest
    assert rest[-1] == "Afterwards it is checked that the hub was closed."


ADD = ("access", "window", "add", "lisbon/prod", "--reason", "Geo workshop", "--author", "ana")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2999-07-15T18:00", datetime(2999, 7, 15, 17, tzinfo=UTC)),
        ("2999-12-15T18:00", datetime(2999, 12, 15, 18, tzinfo=UTC)),
        ("2999-07-15T18:00+03:00", datetime(2999, 7, 15, 15, tzinfo=UTC)),
        ("2999-07-15", datetime(2999, 7, 15, 23, tzinfo=UTC)),
        ("29990715", datetime(2999, 7, 15, 23, tzinfo=UTC)),
    ],
)
def test_an_end_is_by_the_clock_of_the_hub_and_a_day_ends_with_it(
    folder: Path, crosshub: Crosshub, given: str, kept: datetime
) -> None:
    crosshub(*ADD, "--until", given)

    (window,) = windows(folder)
    assert window.window.until == kept
    assert abs(window.window.since - utc_now()) < timedelta(minutes=5)


def test_windows_of_the_file_and_of_the_command_are_listed_until_they_are_over(crosshub: Crosshub) -> None:
    added = crosshub(*ADD, "--until", "2999-05-03", "--people", "40")
    later = crosshub(*ADD, "--from", "2999-05-04T09:00", "--until", "2999-05-05")
    name, other = (each.output.split()[1].rstrip(":") for each in (added, later))
    listed = output(crosshub("access", "window", "list"))
    ended = [crosshub("access", "window", "end", each, "--author", "rui").output for each in (name, other)]
    left = output(crosshub("access", "window", "list"))
    remembered = output(crosshub("access", "window", "list", "--all"))

    assert listed.splitlines() == [
        f"{name}   lisbon/prod   open",
        "  from … until …, 40 people expected",
        "  Geo workshop, ana",
        f"{other}   lisbon/prod   to come",
        "  from … until …",
        "  Geo workshop, ana",
        "(file)     lisbon/prod   to come",
        "  from … until …, 80 people expected",
        "  Geo workshop, rui@ulisboa.pt",
    ]
    assert ended == [
        f"Window {name} of lisbon/prod is over. From now on it is checked that the hub was closed.\n",
        f"Window {other} of lisbon/prod will not begin.\n",
    ]
    assert left.splitlines() == listed.splitlines()[-3:]
    assert [line for line in remembered.splitlines() if "lisbon/prod" in line] == [
        "(file)     lisbon/prod   over",
        f"{name}   lisbon/prod   over, ended by rui",
        f"{other}   lisbon/prod   never began, ended by rui",
        "(file)     lisbon/prod   to come",
    ]


def test_where_no_window_is_open_or_to_come_the_list_says_so(tmp_path: Path) -> None:
    (tmp_path / "crosshub.yaml").write_text(
        "clusters: [{name: a, prometheus: {url: http://127.0.0.1:1}, hubs: [{name: b}]}]"
    )
    make_database(tmp_path)
    crosshub = command_in(tmp_path)

    assert crosshub("access", "window", "list").output == "No window is open or to come.\n"
    assert crosshub("access", "window", "list", "--all").output == "No window is declared.\n"


ACCEPT = ("access", "accept", "lisbon/prod", "UnknownAccounts")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("access", "status", "--hub", "lisbon/pord"), 'there is no hub "lisbon/pord"; did you mean "lisbon/prod"?'),
        (("access", "accept", "lisbon/x", "UnknownAccounts", "--until", "2999-01-01", "--reason", "x"), "there is no hub"),
        (("access", "accept", "lisbon/prod", "UnknownAcounts", "--until", "2999-01-01", "--reason", "x"),
         'there is no finding "UnknownAcounts"; did you mean "UnknownAccounts"?'),
        (("access", "accept", "lisbon/prod", "KnownAccessHole", "--until", "2999-01-01", "--reason", "x"),
         "KnownAccessHole was never found on lisbon/prod; `crosshub access status --hub lisbon/prod` shows what was"),
        ((*ACCEPT, "--until", "2020-01-01", "--reason", "x"), "--until: 2020-01-02 00:00 WET is over"),
        ((*ACCEPT, "--until", "soon", "--reason", "x"), '--until: "soon" is no moment; write it as 2026-12-01T09:00'),
        ((*ACCEPT, "--until", "9999-12-31", "--reason", "x"), '--until: "9999-12-31" is too far away'),
        ((*ACCEPT, "--until", "2999-01-01", "--reason", " "), "--reason: say why"),
        (("access", "reopen", "lisbon/prod", "Nonsense"), 'there is no finding "Nonsense"'),
        (("access", "reopen", "lisbon/prod", "KnownAccessHole"), "KnownAccessHole was never found on lisbon/prod"),
        ((*ADD, "--from", "2999-12-03T09:00", "--until", "2999-12-03T08:00"), "--until: 2999-12-03 08:00 WET is not after --from"),
        ((*ADD, "--from", "2999-12-03T09:00", "--until", "2999-12-03T09:00"), "is not after --from"),
        ((*ADD, "--from", "2019-12-03T09:00", "--until", "2019-12-03T18:00"), "--until: 2019-12-03 18:00 WET is over"),
        ((*ADD, "--from", "tomorrow"), '--from: "tomorrow" is no moment'),
        (("access", "window", "add", "lisbon/prod", "--reason", ""), "--reason: say why"),
        (("access", "window", "add", "lisbon/pord", "--reason", "x"), "there is no hub"),
        (("access", "window", "end", "deadbeef"), 'there is no window "deadbeef" that is not over'),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why_and_changes_nothing(
    folder: Path, crosshub: Crosshub, arguments: tuple[str, ...], words: str
) -> None:
    before = crosshub("access", "status", "--json").output

    assert words in refused(crosshub(*arguments))
    assert crosshub("access", "status", "--json").output == before
    assert windows(folder) == ()


def test_a_window_is_ended_once(crosshub: Crosshub) -> None:
    name = crosshub(*ADD, "--until", "2999-12-03").output.split()[1].rstrip(":")
    crosshub("access", "window", "end", name)

    assert f'there is no window "{name}" that is not over' in refused(crosshub("access", "window", "end", name))


@pytest.mark.parametrize(
    "arguments",
    [
        ("access", "status"),
        (*ACCEPT, "--until", "2999-01-01", "--reason", "x"),
        ("access", "reopen", "lisbon/prod", "UnknownAccounts"),
        ADD,
        ("access", "window", "end", "x"),
        ("access", "window", "list"),
    ],
    ids=" ".join,
)
def test_without_a_database_nothing_is_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "crosshub.yaml").write_text(CONFIG + "database: sqlite:///crosshbu.db\n")

    assert "crosshbu.db is not there" in refused(command_in(tmp_path)(*arguments))
    assert not (tmp_path / "crosshbu.db").exists()


def test_what_people_write_and_hubs_tell_does_not_command_the_terminal(folder: Path, crosshub: Crosshub) -> None:
    hostile = "\x1b]0;gone\x07[bold]"
    look_at(folder, ago=timedelta(), told=told(*STRANGERS, authenticator=f"a.{hostile}", version=hostile))
    added = crosshub("access", "window", "add", "lisbon/prod", "--reason", hostile, "--author", hostile)
    accepted = crosshub(*ACCEPT, "--until", "2999-01-01", "--reason", hostile, "--author", hostile)
    printed = [added, accepted, crosshub("access", "window", "list", "--all"), crosshub("access", "status")]

    assert all(each.exit_code == 0 for each in printed)
    assert not any({"\x1b", "\x07", "\u202e"} & set(each.output) for each in printed)
    assert all("\\x1b]0;gone\\x07[bold]" in each.output for each in printed[1:])
