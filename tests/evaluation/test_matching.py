"""Binary operations between vectors: who finds whom, at every step."""

import pytest

from aggregator.errors import CannotExecute
from tests.evaluation.grids import answer, grid, rows

X = grid('x{a="1", b="p"} 10 20', 'x{a="2", b="p"} 30 _')
Y = grid('y{a="1", b="p"} 1 2', 'y{a="3", b="p"} 5 6')
# Several of one side to one of the other.
MANY = grid('many{a="1", b="p"} 10 20', 'many{a="1", b="q"} 30 _', 'many{a="2", b="p"} 40 50')
ONE = grid('one{a="1", c="r"} 2 2', 'one{a="2"} _ 4')

CASES: dict[str, list[str]] = {
    # One to one: names are dropped, and what finds nobody.
    "x + y": ['{a="1", b="p"} 11 22'],
    "x - y": ['{a="1", b="p"} 9 18'],
    "x * on (a) y": ['{a="1"} 10 40'],
    "x / ignoring (b) y": ['{a="1"} 10 10'],
    "x % on (a, b) y": ['{a="1", b="p"} 0 0'],
    "y ^ ignoring (nonsense) y": ['{a="1", b="p"} 1 4', '{a="3", b="p"} 3125 46656'],
    # atan2 alone keeps the name.
    "x atan2 x": ['x{a="1", b="p"} 0.7853981633974483 0.7853981633974483', 'x{a="2", b="p"} 0.7853981633974483 _'],
    # A comparison keeps the left side as it is, or drops it.
    "x > y": ['x{a="1", b="p"} 10 20'],
    "x < y": [],
    "x > on (a) y": ['{a="1"} 10 20'],
    "x == x": ['x{a="1", b="p"} 10 20', 'x{a="2", b="p"} 30 _'],
    "x > bool y": ['{a="1", b="p"} 1 1'],
    "x < bool y": ['{a="1", b="p"} 0 0'],
    # Many to one, and the other way round.
    "many * on (a) group_left one": ['{a="1", b="p"} 20 40', '{a="1", b="q"} 60 _', '{a="2", b="p"} _ 200'],
    "many * on (a) group_left (c) one": [
        '{a="1", b="p", c="r"} 20 40',
        '{a="1", b="q", c="r"} 60 _',
        '{a="2", b="p"} _ 200',
    ],
    "one * on (a) group_right (c) many": [
        '{a="1", b="p", c="r"} 20 40',
        '{a="1", b="q", c="r"} 60 _',
        '{a="2", b="p"} _ 200',
    ],
    "one - on (a) group_right many": ['{a="1", b="p"} -8 -18', '{a="1", b="q"} -28 _', '{a="2", b="p"} _ -46'],
    "many - ignoring (b, c) group_left one": ['{a="1", b="p"} 8 18', '{a="1", b="q"} 28 _', '{a="2", b="p"} _ 46'],
    "many > on (a) group_left (c) one": [
        'many{a="1", b="p", c="r"} 10 20',
        'many{a="1", b="q", c="r"} 30 _',
        'many{a="2", b="p"} _ 50',
    ],
    "many > bool on (a) group_left one": ['{a="1", b="p"} 1 1', '{a="1", b="q"} 1 _', '{a="2", b="p"} _ 1'],
    # Sets.
    "x and y": ['x{a="1", b="p"} 10 20'],
    "x and on () y": ['x{a="1", b="p"} 10 20', 'x{a="2", b="p"} 30 _'],
    "x unless y": ['x{a="2", b="p"} 30 _'],
    "many unless on (a) one": ['many{a="2", b="p"} 40 _'],
    "many and on (a) one": ['many{a="1", b="p"} 10 20', 'many{a="1", b="q"} 30 _', 'many{a="2", b="p"} _ 50'],
    "x or y": ['x{a="1", b="p"} 10 20', 'x{a="2", b="p"} 30 _', 'y{a="3", b="p"} 5 6'],
    "x or on (b) y": ['x{a="1", b="p"} 10 20', 'x{a="2", b="p"} 30 _'],
    "one or on (a) many": ['one{a="1", c="r"} 2 2', 'one{a="2"} _ 4', 'many{a="2", b="p"} 40 _'],
}


@pytest.mark.parametrize("query", CASES)
def test_series_find_each_other_by_their_labels(query: str) -> None:
    assert rows(answer(query, x=X, y=Y, many=MANY, one=ONE)) == CASES[query]


def test_a_label_that_is_to_be_taken_over_and_is_not_there_is_taken_away() -> None:
    left, right = grid('x{a="1", b="p"} 1'), grid('y{a="1"} 2')

    assert rows(answer("x * on (a) group_left (b) y", x=left, y=right)) == ['{a="1"} 2']


def test_the_name_may_be_taken_over() -> None:
    left, right = grid('x{a="1"} 1'), grid('y{a="1"} 2')

    assert rows(answer("x * on (a) group_left (__name__) y", x=left, y=right)) == ['y{a="1"} 2']
    assert rows(answer("x < bool on (a) group_left (__name__) y", x=left, y=right)) == ['{a="1"} 1']


def test_series_that_never_meet_may_share_their_labels() -> None:
    one = grid('y{a="1", c="r"} 1 _ _', 'y{a="1", c="s"} _ 2 3')

    assert rows(answer("x * on (a) y", x=grid('x{a="1"} 10 10 _'), y=one)) == ['{a="1"} 10 20 _']
    assert rows(answer("x * on (a) group_left (c) y", x=grid('x{a="1"} 10 10 _'), y=one)) == [
        '{a="1", c="r"} 10 _ _',
        '{a="1", c="s"} _ 20 _',
    ]


def told(query: str, *, x: list[str], y: list[str]) -> str:
    """The words with which a query is refused."""
    with pytest.raises(CannotExecute) as refused:
        answer(query, x=grid(*x), y=grid(*y))
    return str(refused.value)


def test_duplicates_on_the_one_side_are_told_in_prometheus_words() -> None:
    words = told("x * on (a) y", x=['x{a="1"} 1'], y=['y{a="1", c="r"} 1', 'y{a="1", c="s"} 2'])

    assert words == (
        'found duplicate series for the match group {a="1"} on the right hand-side of the operation: '
        '[{__name__="y", a="1", c="s"}, {__name__="y", a="1", c="r"}];many-to-many matching not allowed: '
        "matching labels must be unique on one side"
    )


def test_of_a_group_right_the_one_side_is_the_left() -> None:
    words = told("y * on (a) group_right x", x=['x{a="1"} 1'], y=['y{a="1", c="r"} 1', 'y{a="1", c="s"} 2'])

    assert 'match group {a="1"} on the left hand-side' in words


def test_duplicates_count_even_where_they_match_nothing() -> None:
    assert "found duplicate series" in told("x * on (a) y", x=['x{a="9"} 1'], y=['y{a="1", c="r"} 1', 'y{a="1"} 2'])


def test_duplicates_do_not_count_at_steps_where_the_other_side_is_empty() -> None:
    left, right = grid('x{a="1"} _ 1'), grid('y{a="1", c="r"} 1 _', 'y{a="1"} 2 3')

    assert rows(answer("x * on (a) y", x=left, y=right)) == ['{a="1"} _ 3']


def test_several_partners_want_a_group_left() -> None:
    assert told("x * on (a) y", x=['x{a="1", b="p"} 1', 'x{a="1"} 2'], y=['y{a="1"} 1']) == (
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
    )


def test_a_comparison_filters_before_it_counts_partners() -> None:
    left, right = grid('x{a="1", b="p"} 1', 'x{a="1"} 5'), grid('y{a="1"} 2')

    assert rows(answer("x > on (a) y", x=left, y=right)) == ['{a="1"} 5']


def test_what_is_grouped_must_stay_apart() -> None:
    words = told("x * on (a) group_left (b) y", x=['x{a="1", b="p"} 1', 'x{a="1", b="q"} 2'], y=['y{a="1", b="r"} 1'])

    assert words == "multiple matches for labels: grouping labels must ensure unique matches"


def test_different_names_that_are_dropped_make_one_series_where_they_do_not_meet() -> None:
    left = grid('x{a="1"} 1 _', 'z{a="1"} _ 2')

    assert rows(answer("x + on (a) y", x=left, y=grid('y{a="1"} 1 1'))) == ['{a="1"} 2 3']


def test_arms_of_or_may_end_in_the_same_series_at_different_steps() -> None:
    left, right = grid('x{a="1"} 1 _ _'), grid('x{a="1"} 5 6 _', 'x{a="2"} _ _ 7')

    assert rows(answer("x or y", x=left, y=right)) == ['x{a="1"} 1 6 _', 'x{a="2"} _ _ 7']
