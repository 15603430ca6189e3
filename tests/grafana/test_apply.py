"""`crosshub grafana plan` and `apply` against a Grafana: what they write, and what they leave alone."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from aggregator.clusters.secrets import Secret
from aggregator.grafana.apply import Failed, Options, Outcome
from aggregator.grafana.desired import SECRET, desired
from aggregator.grafana.drawing import MARK, SCHEMA
from aggregator.grafana.plan import Home, Kind, Refused, Verb
from aggregator.grafana.speaking import Trouble
from aggregator.grafana.wanted import Wanted
from tests.fakes.grafana import FakeGrafana, fake_grafana
from tests.fakes.http import Request
from tests.grafana.reconciling import FLEET, HUBS, WANTED, apply, plan, whole

ALL = len(WANTED.folders) + len(WANTED.sources) + len(WANTED.boards)


async def test_an_empty_grafana_gets_everything(token: Secret) -> None:
    async with fake_grafana() as grafana:
        outcome = await whole(grafana, token)

        assert outcome.is_whole
        assert set(grafana.folders) == {each.uid for each in WANTED.folders}
        assert {uid: each["folder"] for uid, each in grafana.boards.items()} == {
            each.uid: each.folder for each in WANTED.boards
        }
        assert set(grafana.sources) == {"crosshub", "crosshub-c-lisbon"}
        assert grafana.sources["crosshub"]["isDefault"]
        assert grafana.secrets["crosshub"] == {SECRET: "Bearer hunter2"}
        assert grafana.preferences["homeDashboardUID"] == FLEET
        assert [answer.body["status"] for _, answer in outcome.health if not isinstance(answer, Trouble)] == [
            "OK",
            "OK",
        ]


async def test_a_second_time_nothing_is_written(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        before = len(grafana.writes)

        outcome = await whole(grafana, token)

        assert outcome.done == ()
        assert len(grafana.writes) == before
        assert (await plan(grafana, token)).changes == ()


async def test_a_plan_says_what_would_be_and_writes_nothing(token: Secret) -> None:
    async with fake_grafana() as grafana:
        found = await plan(grafana, token)

        assert len(found.changes) == ALL + 1
        assert {each.verb for each in found.changes if each.kind is not Kind.HOME} == {Verb.CREATE}
        assert grafana.writes == []


Edit = Callable[[FakeGrafana], Any]
EDITS: dict[str, tuple[Edit, str, str]] = {
    "a panel": (
        lambda g: g.edit_board(FLEET, panels=[{"id": 1, "title": "Mine"}, *g.boards[FLEET]["body"]["panels"][1:]]),
        FLEET,
        "1 panel",
    ),
    "a title": (lambda g: g.edit_board(FLEET, title="Mine"), FLEET, "title"),
    "its tags": (lambda g: g.edit_board(FLEET, tags=[]), FLEET, "tags"),
    "its folder": (lambda g: g.boards[FLEET].update(folder=""), FLEET, "is in the folder General"),
    "a folder's title": (lambda g: g.folders[HUBS].update(title="Ours"), HUBS, "is called 'Ours'"),
    "an address": (lambda g: g.sources["crosshub"].update(url="http://elsewhere"), "crosshub", "url"),
    "a name": (lambda g: g.sources["crosshub"].update(name="Mine"), "crosshub", "name"),
    "a setting": (
        lambda g: g.sources["crosshub"]["jsonData"].update(incrementalQuerying=True),
        "crosshub",
        "jsonData.incrementalQuerying",
    ),
    "a secret": (lambda g: g.secrets["crosshub"].clear(), "crosshub", "its secret header"),
}


@pytest.mark.parametrize("edit", EDITS)
async def test_what_was_edited_by_hand_is_put_right_and_nothing_else(token: Secret, edit: str) -> None:
    act, uid, why = EDITS[edit]
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        act(grafana)

        (change,) = (await whole(grafana, token)).done

        assert (change.verb, change.uid, change.why) == (Verb.CHANGE, uid, why)
        assert (await plan(grafana, token)).changes == ()


async def test_another_token_is_written_and_no_word_of_it_is_said(token: Secret) -> None:
    other = desired(Wanted(url="http://crosshub:9099", clusters=("lisbon",)), "correct horse")
    async with fake_grafana() as grafana:
        await whole(grafana, token)

        outcome = await whole(grafana, token, other)

        assert [each.why for each in outcome.done] == ["its token", "its token"]
        assert grafana.secrets["crosshub"] == {SECRET: "Bearer correct horse"}
        assert "horse" not in f"{outcome} {other}"
        assert "horse" not in str(grafana.sources)


async def test_a_token_that_is_taken_away_is_forgotten_by_grafana(token: Secret) -> None:
    without = desired(Wanted(url="http://crosshub:9099", clusters=("lisbon",), token_file=None), None)
    async with fake_grafana() as grafana:
        await whole(grafana, token)

        await whole(grafana, token, without)

        assert grafana.secrets["crosshub"] == {SECRET: ""}
        assert "httpHeaderName1" not in grafana.sources["crosshub"]["jsonData"]
        assert (await plan(grafana, token, without)).changes == ()


async def test_a_data_source_that_somebody_changed_meanwhile_is_looked_at_again(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        grafana.sources["crosshub"]["url"] = "http://elsewhere"

        def somebody_writes(there: FakeGrafana, request: Request) -> None:
            there.before_write = None
            there.sources["crosshub"]["version"] += 1

        grafana.before_write = somebody_writes

        assert (await whole(grafana, token)).is_whole
        assert grafana.sources["crosshub"]["url"] == "http://crosshub:9099"


async def test_what_was_deleted_by_hand_comes_back(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        del grafana.boards[FLEET], grafana.sources["crosshub-c-lisbon"]

        outcome = await whole(grafana, token)

        assert {(each.verb, each.uid) for each in outcome.done} == {
            (Verb.CREATE, FLEET),
            (Verb.CREATE, "crosshub-c-lisbon"),
        }


def ours(uid: str, title: str) -> dict[str, Any]:
    return {"uid": uid, "title": title, "tags": [MARK], "panels": []}


@pytest.mark.parametrize("one_title_a_folder", [False, True])
async def test_after_a_rename_the_old_one_goes_only_when_asked(token: Secret, *, one_title_a_folder: bool) -> None:
    async with fake_grafana(one_title_a_folder=one_title_a_folder) as grafana:
        grafana.folders[HUBS] = {"uid": HUBS, "title": "Crosshub", "version": 1}
        grafana.add_board(ours("crosshub-all-hubs", "Fleet"), HUBS)

        kept = await whole(grafana, token)

        assert "crosshub-all-hubs" in grafana.boards
        assert any("--prune" in note for note in kept.notes)
        assert kept.is_whole is not one_title_a_folder

        pruned = await whole(grafana, token, options=Options(prune=True))

        assert pruned.is_whole
        assert "crosshub-all-hubs" not in grafana.boards
        assert FLEET in grafana.boards
        assert (await plan(grafana, token, options=Options(prune=True))).changes == ()


async def test_prune_deletes_what_is_ours_alone(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        grafana.add_board(ours("crosshub-old", "Old"), HUBS)
        grafana.add_board(ours("xYz123", "Fleet copy"), HUBS)
        grafana.add_board(ours("crosshub-moved", "Moved"), "theirs")
        grafana.add_board({"uid": "crosshub-mine", "title": "Untagged", "panels": []}, HUBS)
        grafana.add_source("theirs", "Theirs")
        fewer = desired(Wanted(url="http://crosshub:9099", with_people=False), "hunter2")

        outcome = await whole(grafana, token, fewer, Options(prune=True))

        gone = {each.uid for each in outcome.done if each.verb is Verb.DELETE}
        assert gone == {"crosshub-old", "crosshub-people", "crosshub-folder-people", "crosshub-c-lisbon"}
        assert {"xYz123", "crosshub-moved", "crosshub-mine"} <= grafana.boards.keys()
        assert "theirs" in grafana.sources


async def test_a_folder_in_which_others_keep_dashboards_stays(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        grafana.add_board({"uid": "theirs", "title": "Theirs", "panels": []}, "crosshub-folder-people")
        fewer = desired(Wanted(url="http://crosshub:9099", with_people=False), "hunter2")

        outcome = await whole(grafana, token, fewer, Options(prune=True))

        assert "theirs" in grafana.boards
        assert "crosshub-people" not in grafana.boards
        assert any("1 dashboard or library panel in it is" in note for note in outcome.notes)


async def test_a_folder_in_which_others_keep_library_panels_stays(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        grafana.library |= {"one": {"folderUid": "crosshub-folder-people"}, "two": {"folderUid": "theirs"}}
        fewer = desired(Wanted(url="http://crosshub:9099", with_people=False), "hunter2")

        outcome = await whole(grafana, token, fewer, Options(prune=True))

        assert set(grafana.library) == {"one", "two"}
        assert "crosshub-folder-people" in grafana.folders
        assert any("1 dashboard or library panel in it is" in note for note in outcome.notes)


async def test_what_others_made_under_our_uid_or_name_is_left_alone(token: Secret) -> None:
    async with fake_grafana() as grafana:
        theirs = {"uid": FLEET, "title": "My fleet", "panels": [], "tags": []}
        grafana.add_board(theirs, "theirs")
        grafana.add_source("abc", "Crosshub", isDefault=True)
        grafana.add_source("crosshub-c-lisbon", "Lisbon by hand")
        grafana.preferences["homeDashboardUID"] = FLEET
        before = (dict(grafana.sources), grafana.boards[FLEET])

        outcome = await whole(grafana, token)

        assert {each.uid for each in outcome.refused} == {FLEET, "crosshub", "crosshub-c-lisbon"}
        assert (dict(grafana.sources), grafana.boards[FLEET]) == before
        assert not outcome.is_whole


async def test_the_default_data_source_and_the_home_of_others_stay(token: Secret) -> None:
    async with fake_grafana() as grafana:
        grafana.add_source("theirs", "Theirs", isDefault=True)
        grafana.add_board({"uid": "start", "title": "Start", "panels": []})
        grafana.preferences["homeDashboardUID"] = "start"

        outcome = await whole(grafana, token)

        assert grafana.sources["theirs"]["isDefault"]
        assert not grafana.sources["crosshub"]["isDefault"]
        assert grafana.preferences["homeDashboardUID"] == "start"
        assert any("--home" in note for note in outcome.notes)
        await whole(grafana, token, options=Options(home=Home.ALWAYS))
        assert grafana.preferences["homeDashboardUID"] == FLEET


async def test_what_a_file_provisions_is_refused_before_anything_is_sent(token: Secret) -> None:
    async with fake_grafana() as grafana:
        grafana.add_board({"uid": FLEET, "title": "Fleet", "tags": [MARK], "panels": []}, HUBS, "fleet.json")
        grafana.add_source("crosshub", "Crosshub", readOnly=True)

        outcome = await whole(grafana, token)

        assert [type(each) for each in outcome.refused] == [Refused, Refused]
        assert "is provisioned from fleet.json, and differs" in str(outcome.refused[1])
        assert outcome.failed == ()
        sent = [orjson.loads(each.body) for each in grafana.writes]
        assert FLEET not in [each["dashboard"]["uid"] for each in sent if "dashboard" in each]
        assert "crosshub" not in [each["uid"] for each in sent if "jsonData" in each]


async def test_what_a_file_provisions_and_is_as_wanted_is_nothing_to_do(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        grafana.provisioned |= {each.uid: f"{each.uid}.json" for each in WANTED.boards}

        found = await plan(grafana, token)

        assert (found.changes, found.refused) == ((), ())


@pytest.mark.parametrize("end", ["", "/"])
async def test_a_grafana_may_be_below_a_path(token: Secret, end: str) -> None:
    async with fake_grafana(below="/grafana") as grafana:
        outcome = await apply(f"{grafana.server.url}/grafana{end}", token)

        assert isinstance(outcome, Outcome)
        assert outcome.is_whole
        assert {each.path.partition("/api/")[0] for each in grafana.server.requests} == {"/grafana"}


async def test_what_was_killed_half_way_is_carried_on(token: Secret) -> None:
    for writes in range(0, ALL, 4):
        async with fake_grafana(ends_after=writes) as grafana:
            broken = await whole(grafana, token)
            assert not broken.is_whole
            assert len(broken.done) == writes
            grafana.ends_after = None

            carried_on = await whole(grafana, token)

            assert carried_on.is_whole
            assert not {each.uid for each in broken.done} & {
                each.uid for each in carried_on.done if each.kind is not Kind.HOME
            }
            assert (await plan(grafana, token)).changes == ()


async def test_two_at_once_end_with_what_one_would_have_made(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        for uid in ("crosshub-fleet", "crosshub-hub", "crosshub-usage"):
            grafana.edit_board(uid, title="Edited")

        one, other = await asyncio.gather(whole(grafana, token), whole(grafana, token))

        assert one.is_whole
        assert other.is_whole
        assert (await plan(grafana, token)).changes == ()


async def test_whoever_writes_meanwhile_is_looked_at_and_not_written_over_unseen(token: Secret) -> None:
    async with fake_grafana() as grafana:
        await whole(grafana, token)
        grafana.edit_board(FLEET, title="Edited")

        def somebody_writes(there: FakeGrafana, request: Request) -> None:
            there.before_write = None
            there.edit_board(FLEET, title="Edited again")

        grafana.before_write = somebody_writes
        before = len(grafana.writes)

        outcome = await whole(grafana, token)

        assert outcome.is_whole
        assert [orjson.loads(each.body)["dashboard"]["version"] for each in grafana.writes[before:]] == [2, 3]
        assert grafana.boards[FLEET]["body"]["title"] == "Fleet"


async def test_a_conflict_that_stays_is_told_and_the_rest_is_done(token: Secret) -> None:
    async with fake_grafana() as grafana:
        grafana.folders["theirs"] = {"uid": "theirs", "title": "Crosshub: people", "version": 1}

        outcome = await whole(grafana, token)

        assert {each.change.uid for each in outcome.failed} == {"crosshub-folder-people", "crosshub-people"}
        assert isinstance(outcome.failed[0], Failed)
        assert "something else has its name" in str(outcome.failed[0])
        assert FLEET in grafana.boards


@pytest.mark.parametrize("schema", [SCHEMA, SCHEMA + 1])
async def test_a_grafana_that_brings_dashboards_up_to_date_by_itself_is_not_written_each_time(
    token: Secret, schema: int
) -> None:
    async with fake_grafana(version="13.1.0", migrates_to=schema) as grafana:
        await whole(grafana, token)
        assert (await whole(grafana, token)).done == ()

        grafana.edit_board(FLEET)

        assert [each.uid for each in (await whole(grafana, token)).done] == [FLEET]
