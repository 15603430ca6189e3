"""Text into a tree: the library parses and checks types, its nodes are copied once into values of our own."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

import promql_parser as library

from aggregator.errors import BadExpression, TooComplex
from aggregator.promql.functions import FUNCTIONS, OPERATORS, SET_OPERATORS, kind_of
from aggregator.promql.guard import guard
from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Cardinality,
    Kind,
    Matcher,
    Matching,
    MatchOp,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
    height,
)

Instants = tuple[int, ...]

# Trees are gone through recursively, with up to five frames of Python a level, of which there are a thousand in all.
MAX_HEIGHT = 150

# In milliseconds: what Go's nanoseconds can count, some 292 years.
_SHORT = 4096
_MAX_DURATION = 2**63 // 10**6

# What newer Prometheus know and the library takes for anything.
_NOT_SUPPORTED = {
    re.compile(r"\b(?:smoothed|anchored)\b", re.IGNORECASE): "the modifiers smoothed and anchored are not supported",
    re.compile(r"\boffset\s*-?\s*\(|\[[^\]\"']*[-+*/^%(]", re.IGNORECASE): "arithmetic with durations is not supported",
}


def parse(text: str) -> Node:
    """The tree of a query; raises BadExpression with what is wrong, in the parser's words.

    What was asked is asked again, by the same panels, so the trees of short texts are kept.
    """
    return _kept(text) if len(text) <= _SHORT else _parsed(text)


@lru_cache(maxsize=2048)
def _kept(text: str) -> Node:
    return _parsed(text)


def _parsed(text: str) -> Node:
    guarded = guard(text)
    if not guarded.text.strip():
        raise BadExpression("unknown position: parse error: no expression found in input")
    try:
        tree = _copied(_library_parse(guarded.text), guarded.instants)
    except RecursionError:
        raise _too_high() from None
    except OverflowError:
        # Of Python's timedelta, far beyond what Go takes for a duration.
        raise BadExpression("parse error: duration out of range") from None
    if height(tree) > MAX_HEIGHT:
        raise _too_high()
    return tree


def _too_high() -> TooComplex:
    return TooComplex(f"the query is nested more than {MAX_HEIGHT} deep, operators one after the other included")


def parse_selector(text: str) -> Selector:
    """The selector of a `match[]` parameter."""
    node = parse(text)
    if not isinstance(node, Selector):
        raise BadExpression(f"parse error: a selector was expected, not {text!r}")
    return node


def _library_parse(text: str) -> Any:
    _know_holt_winters()
    try:
        return library.parse(text)
    except ValueError as fault:
        known = next((words for pattern, words in _NOT_SUPPORTED.items() if pattern.search(text)), None)
        raise BadExpression(f"parse error: {known or fault}") from None
    except BaseException as panic:
        # A panic of the native parser is no Exception, but it is an answer about this text all the same.
        if type(panic).__name__ != "PanicException":
            raise
        raise BadExpression("parse error: the parser cannot read this query") from None


@lru_cache(maxsize=1)
def _know_holt_winters() -> None:
    """Teach the library the 2.x name of double_exponential_smoothing (its register is one for the process)."""
    types = [library.ValueType.Matrix, library.ValueType.Scalar, library.ValueType.Scalar]
    library.register_extra_functions([library.Function("holt_winters", types, library.ValueType.Vector)])


def _copied(node: Any, instants: Instants) -> Node:
    copy = _COPY.get(type(node))
    if copy is None:
        raise BadExpression(f"parse error: {type(node).__name__} is not supported")
    return copy(node, instants)


def _number(node: Any, _: Instants) -> Node:
    return Number(node.val)


def _string(node: Any, _: Instants) -> Node:
    return String(node.val)


def _selector(node: Any, instants: Instants) -> Selector:
    if node.matchers.or_matchers:
        raise BadExpression(
            'parse error: unexpected "or" in label matching: alternatives between matchers are not PromQL'
        )
    named = () if node.name is None else (Matcher("__name__", "=", node.name),)
    matchers = tuple(Matcher(m.name, _MATCH_OPS[str(m.op)], m.value) for m in node.matchers.matchers)
    return Selector(named + matchers, _milliseconds(node.offset) or 0, _at(node.at, instants))


def _range(node: Any, instants: Instants) -> Node:
    return Range(_selector(node.vector_selector, instants), _milliseconds(node.range) or 0)


def _subquery(node: Any, instants: Instants) -> Node:
    return Subquery(
        inside=_copied(node.expr, instants),
        range=_milliseconds(node.range) or 0,
        step=_milliseconds(node.step),
        offset=_milliseconds(node.offset) or 0,
        at=_at(node.at, instants),
    )


def _call(node: Any, instants: Instants) -> Node:
    if node.func.name not in FUNCTIONS:
        raise BadExpression(f'parse error: function "{node.func.name}" is not supported')
    return Call(node.func.name, tuple(_copied(argument, instants) for argument in node.args))


def _aggregate(node: Any, instants: Instants) -> Node:
    operator = str(node.op)
    if operator not in OPERATORS:
        raise BadExpression(f'parse error: aggregation "{operator}" is not supported')
    modifier = node.modifier
    return Aggregate(
        operator=operator,
        inside=_copied(node.expr, instants),
        parameter=None if node.param is None else _copied(node.param, instants),
        grouping=() if modifier is None else tuple(dict.fromkeys(modifier.labels)),
        without=modifier is not None and modifier.type == library.AggModifierType.Without,
    )


def _binary(node: Any, instants: Instants) -> Node:
    operator, modifier = str(node.op), node.modifier
    left, right = _copied(node.lhs, instants), _copied(node.rhs, instants)
    if modifier is not None and (modifier.fill_values.lhs, modifier.fill_values.rhs) != (None, None):
        raise BadExpression("parse error: fill modifiers are not supported")
    vectors = kind_of(left) is Kind.VECTOR and kind_of(right) is Kind.VECTOR
    return Binary(
        operator,
        left,
        right,
        matching=_matching(operator, modifier) if vectors else None,
        bool=modifier is not None and modifier.return_bool,
    )


def _matching(operator: str, modifier: Any) -> Matching:
    cardinality: Cardinality = "many-to-many" if operator in SET_OPERATORS else "one-to-one"
    if modifier is None:
        return Matching(cardinality=cardinality)
    labels = modifier.matching
    return Matching(
        on=labels is not None and labels.type == library.LabelModifierType.Include,
        labels=() if labels is None else tuple(dict.fromkeys(labels.labels)),
        cardinality=cardinality if operator in SET_OPERATORS else _CARDINALITIES[str(modifier.card)],
        include=tuple(modifier.group_labels or ()),
    )


def _paren(node: Any, instants: Instants) -> Node:
    return _copied(node.expr, instants)


def _negative(node: Any, instants: Instants) -> Node:
    return Negative(_copied(node.expr, instants))


def _milliseconds(duration: timedelta | None) -> int | None:
    if duration is None:
        return None
    milliseconds = duration // timedelta(milliseconds=1)
    if abs(milliseconds) > _MAX_DURATION:
        raise BadExpression("parse error: duration out of range")
    return milliseconds


def _at(modifier: Any, instants: Instants) -> At | None:
    if modifier is None:
        return None
    if modifier.type == library.AtModifierType.Start:
        return At("start")
    if modifier.type == library.AtModifierType.End:
        return At("end")
    return At(instants[round(modifier.at.timestamp())])


_MATCH_OPS: dict[str, MatchOp] = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}
_CARDINALITIES: dict[str, Cardinality] = {
    "VectorMatchCardinality.OneToOne": "one-to-one",
    "VectorMatchCardinality.ManyToOne": "many-to-one",
    "VectorMatchCardinality.OneToMany": "one-to-many",
    "VectorMatchCardinality.ManyToMany": "many-to-many",
}
_COPY: dict[type, Callable[[Any, Instants], Node]] = {
    library.NumberLiteral: _number,
    library.StringLiteral: _string,
    library.VectorSelector: _selector,
    library.MatrixSelector: _range,
    library.SubqueryExpr: _subquery,
    library.Call: _call,
    library.AggregateExpr: _aggregate,
    library.BinaryExpr: _binary,
    library.ParenExpr: _paren,
    library.UnaryExpr: _negative,
}
