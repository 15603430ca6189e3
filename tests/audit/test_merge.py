"""Values merged as Helm does: maps deep, lists replaced, null deletes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.audit.trees import Items, Leaf, Map, Place, Value, merged, nested

# Machines that are busy are no reason to fail.
SAME = settings(deadline=None, derandomize=True)
HERE = Place("values.yaml", 1)
PLAIN = st.none() | st.booleans() | st.sampled_from(["ana", "rui"]) | st.lists(st.sampled_from(["a", "b"]), max_size=2)
VALUES = st.recursive(PLAIN, lambda inner: st.dictionaries(st.sampled_from("pqr"), inner, max_size=3), max_leaves=8)
FILES = st.dictionaries(st.sampled_from("pqr"), VALUES, max_size=3)


def tree(value: Any) -> Value:
    """A value as it would be read."""
    match value:
        case dict():
            return Map(HERE, {key: tree(each) for key, each in value.items()})
        case list():
            return Items(HERE, tuple(tree(each) for each in value))
        case _:
            return Leaf(HERE, value)


def plain(value: Value) -> Any:
    """And back."""
    match value:
        case Map():
            return {key: plain(each) for key, each in value.entries.items()}
        case Items():
            return [plain(each) for each in value.items]
        case Leaf():
            return value.value


def file(value: dict[str, Any]) -> Map:
    """The values of a file."""
    read = tree(value)
    assert isinstance(read, Map)
    return read


def as_helm(*files: dict[str, Any]) -> Any:
    """The same as Helm's source has it: mergeMaps file by file, then nulls are taken out."""
    values: dict[str, Any] = {}
    for each in files:
        values = _merge_maps(values, each)
    return _without_nulls(values)


def _merge_maps(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    out = dict(a)
    for key, value in b.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = _merge_maps(out[key], value)
            continue
        out[key] = value
    return out


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(each) for key, each in value.items() if each is not None}


@SAME
@given(st.lists(FILES, max_size=4))
def test_any_files_in_any_order_come_to_what_helm_makes_of_them(files: list[dict[str, Any]]) -> None:
    assert plain(merged(map(file, files))) == as_helm(*files)


@SAME
@given(FILES)
def test_a_file_given_twice_is_a_file_given_once(values: dict[str, Any]) -> None:
    assert plain(merged((file(values), file(values)))) == plain(merged((file(values),)))


@SAME
@given(FILES, FILES)
def test_an_empty_file_changes_nothing(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    both = plain(merged((file(lower), file(upper))))

    assert plain(merged((file(lower), file({}), file(upper)))) == both
    assert plain(merged((file({}), file(lower), file(upper), file({})))) == both


@SAME
@given(FILES, FILES)
def test_what_the_last_file_says_holds(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    both = plain(merged((file(lower), file(upper))))

    for key, value in upper.items():
        if value is None:
            assert key not in both
        elif not isinstance(value, dict):
            assert both[key] == value


@SAME
@given(FILES, FILES)
def test_below_a_prefix_it_is_the_same(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    path = ("basehub", "jupyterhub")
    inside = plain(merged((nested(path, file(lower)), nested(path, file(upper)))))

    assert inside == {"basehub": {"jupyterhub": plain(merged((file(lower), file(upper))))}}


def test_a_list_is_replaced_and_never_added_to() -> None:
    lower, upper = {"admin_users": ["ana"]}, {"admin_users": ["rui"]}

    assert plain(merged((file(lower), file(upper)))) == {"admin_users": ["rui"]}


def test_what_a_null_deleted_does_not_come_back() -> None:
    files: list[dict[str, Any]] = [{"hub": {"a": "ana"}}, {"hub": None}, {"hub": {"b": "rui"}}]

    assert plain(merged(map(file, files))) == {"hub": {"b": "rui"}}


def test_a_value_keeps_the_place_of_the_file_that_said_it() -> None:
    lower = Map(Place("a", 1), {"p": Leaf(Place("a", 2), "x"), "q": Leaf(Place("a", 3), "x")})
    upper = Map(Place("b", 1), {"q": Leaf(Place("b", 7), "y")})

    both = merged((lower, upper))

    assert {key: value.at for key, value in both.entries.items()} == {"p": Place("a", 2), "q": Place("b", 7)}
