"""Families become text that Prometheus reads back as it was."""

import numpy as np

from aggregator.demo.openmetrics import backfill_text, number_texts, scrape_text, series_text
from aggregator.demo.samples import About, Family, labelled, of_rows, of_stays, stays
from aggregator.series import Labels

GRID = np.arange(5, dtype=np.int64) * 60_000 + 1_700_000_000_000


def family(values: list[list[float]], rows: list[Labels]) -> Family:
    return of_rows(About("m", "gauge", "a metric"), rows, GRID[: len(values[0])], np.array(values))


def test_each_sample_is_a_line_with_its_time() -> None:
    text = b"".join(backfill_text([family([[1.0, 2.5]], [labelled("m", {"a": "b"})])], GRID))

    assert text == b'm{a="b"} 1.0 1700000000\nm{a="b"} 2.5 1700000060\n# EOF\n'


def test_a_steady_series_reads_as_any_other() -> None:
    text = b"".join(backfill_text([family([[7, 7, 7]], [labelled("m", {"a": "b"})])], GRID))

    assert text == b'm{a="b"} 7 1700000000\nm{a="b"} 7 1700000060\nm{a="b"} 7 1700000120\n# EOF\n'


def test_a_series_with_holes_keeps_its_times() -> None:
    rows = [labelled("m", {"a": "b"})]
    holes = np.array([[True, False, True, False, True]])

    text = b"".join(backfill_text([of_rows(About("m", "gauge", ""), rows, GRID, np.arange(5)[None, :], holes)], GRID))

    assert text.split()[1:8:3] == [b"0", b"2", b"4"]
    assert text.split()[2:9:3] == [b"1700000000", b"1700000120", b"1700000240"]


def test_things_that_come_and_go_are_seen_only_while_they_are_there() -> None:
    begins, ends = GRID[[1, 0, 3]] + np.array([0, 1, 1]), GRID[[3, 0, 3]] + np.array([0, 2, 2])

    where = stays(GRID, begins, ends)

    found = of_stays(About("m", "gauge", ""), [{"n": str(n)} for n in range(3)], where, where.ones)
    assert found.raw.labels == (labelled("m", {"n": "0"}),)
    assert found.raw.times.tolist() == GRID[1:3].tolist()


def test_odd_label_values_are_escaped() -> None:
    assert series_text(labelled("m", {"a": 'x"\\\n'})) == b'm{a="x\\"\\\\\\n"}'


def test_numbers_are_written_so_that_nothing_is_lost() -> None:
    values = np.array([0.1, 1e300, 2.0**53 + 2, 1 / 3])

    assert [float(text) for text in number_texts(values)] == values.tolist()
    assert number_texts(np.array([1.0, 1073741824.0])) == [b"1", b"1073741824"]


def test_a_scrape_says_type_and_help_once_for_families_of_one_name() -> None:
    one, other = (family([[1.0]], [labelled("m", {"a": name})]) for name in "xy")

    text = b"".join(scrape_text([one, other])).decode()

    assert text == '# HELP m a metric\n# TYPE m gauge\nm{a="x"} 1\nm{a="y"} 1\n'
