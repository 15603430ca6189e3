"""A demo works in a directory of its own and nowhere else."""

from pathlib import Path

import pytest

from aggregator.demo.directory import MARKER, NotOurs, owned


def test_a_directory_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(NotOurs, match="not empty and no demo made it"), owned(tmp_path):
        pass

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")

    with pytest.raises(NotOurs), owned(tmp_path / "demo"):
        pass


def test_a_place_where_nothing_can_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(NotOurs, match="cannot be used: Not a directory"), owned(tmp_path / "file" / "demo"):
        pass


def test_servers_of_the_last_time_are_gone_and_blocks_are_kept(tmp_path: Path) -> None:
    with owned(tmp_path / "demo") as home:
        (home.blocks / "kept").mkdir(parents=True)
        home.server("lisbon").mkdir(parents=True)

    with owned(tmp_path / "demo") as home:
        assert (home.blocks / "kept").is_dir()
        assert not home.server("lisbon").exists()
    assert (tmp_path / "demo" / MARKER).is_file()


def test_two_demos_do_not_share_a_directory(tmp_path: Path) -> None:
    with owned(tmp_path), pytest.raises(NotOurs, match="another demo runs"), owned(tmp_path):
        pass
