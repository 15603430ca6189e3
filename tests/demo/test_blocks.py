"""Blocks are made once, kept, and given to servers whole."""

from pathlib import Path

from aggregator.demo.blocks import Recipe, code, deliver, forget, kept_in, make_window
from aggregator.demo.rhythm import HOUR
from aggregator.demo.windows import Window
from tests.demo.made import instant

RECIPE = Recipe(seed=1, hubs=1, people=0.1)
START = instant("2026-11-17 06:00")
WINDOW = Window(START, START + 6 * HOUR, detail=False)


def test_a_finished_window_is_one_block_and_nothing_else(tmp_path: Path) -> None:
    place = kept_in(tmp_path, RECIPE, RECIPE.cluster(0), WINDOW)

    make_window(RECIPE, 0, WINDOW, place)

    (block,) = place.iterdir()
    assert (block / "meta.json").is_file()
    assert [path.name for path in place.parent.iterdir()] == [WINDOW.name]


def test_servers_share_what_is_kept(tmp_path: Path) -> None:
    make_window(RECIPE, 0, WINDOW, tmp_path / "kept")
    (block,) = (tmp_path / "kept").iterdir()

    for server in ("one", "other"):
        deliver(tmp_path / "kept", tmp_path / server)

    assert (block / "index").stat().st_nlink == 3
    assert [path.name for path in (tmp_path / "other" / "data").iterdir()] == [block.name]


def test_only_what_may_be_wanted_again_is_kept(tmp_path: Path) -> None:
    hour = instant("2026-11-22 12:00") // HOUR
    wanted, superseded = f"weeks-{hour - 162}-162h", f"detail-{hour - 12}-6h"
    unfinished, long_ago, too_detailed = f"{wanted}.making", f"weeks-{hour - 9 * 168}-6h", f"detail-{hour - 200}-6h"
    ours = tmp_path / code() / RECIPE.name / "oslo"
    for place in (
        *(ours / name for name in (wanted, superseded, unfinished, long_ago, too_detailed)),
        tmp_path / "changed" / RECIPE.name / "oslo" / wanted,
    ):
        place.mkdir(parents=True)

    forget(tmp_path, hour * HOUR)

    assert {place.name for place in ours.iterdir()} == {wanted, superseded}
    assert [path.name for path in tmp_path.iterdir()] == [code()]
