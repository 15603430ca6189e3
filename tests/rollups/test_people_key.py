"""The key of the hashes of user names."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aggregator.errors import BadConfig
from aggregator.rollups.people_key import key_for, people_key


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    made, found = people_key(tmp_path / "key"), people_key(tmp_path / "key")

    assert made == found
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_whoever_starts_at_the_same_moment_gets_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(people_key, [tmp_path / "key"] * 40))

    assert len({key.secret for key in keys}) == 1


def test_a_name_has_one_hash_whatever_its_case(tmp_path: Path) -> None:
    key, other = people_key(tmp_path / "key"), people_key(tmp_path / "other")

    assert key.hash_of("Ana@ulisboa.pt") == key.hash_of("ana@ulisboa.pt") != key.hash_of("rui@ulisboa.pt")
    assert key.hash_of("ana") != other.hash_of("ana")


def test_a_key_is_not_shown(tmp_path: Path) -> None:
    key = people_key(tmp_path / "key")

    assert key.secret.hex() not in repr(key)
    assert repr(key) == f"PeopleKey({key.mark})"


def test_a_key_that_hashes_were_made_with_and_that_is_lost_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"key is not there, and the hashes .* made with it \(abc\): put it back"):
        key_for(tmp_path / "key", "abc")

    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("text", ["", "hunter2", "00" * 31, "ü" * 64])
def test_a_file_that_holds_no_key_is_an_error_and_stays_as_it_is(text: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(text)

    with pytest.raises(BadConfig, match="holds no key; a key is 64 hexadecimal digits"):
        people_key(tmp_path / "key")
    assert (tmp_path / "key").read_text() == text


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="is not there and cannot be made: No such file or directory"):
        people_key(tmp_path / "none" / "key")
