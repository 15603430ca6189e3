"""Mails are to the letter what was looked at and found good."""

import pytest

from tests.reports.golden import FOLDER, mails

MAILS = dict(mails())


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_the_one_that_is_kept(name: str) -> None:
    assert MAILS[name] == (FOLDER / name).read_bytes().decode(), "if that is meant: python -m tests.reports.golden"


def test_nothing_is_kept_that_is_no_mail() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(MAILS)
