"""`/api/v1/parse_query` and `/format_query`: a query taken apart, and a query written well."""

from aggregator.api.bodies import encode, success
from aggregator.api.desk import Answering
from aggregator.api.parameters import Parameters
from aggregator.api.signatures import SIGNATURES
from aggregator.errors import BadExpression, BadQuery, ClusterRefused
from aggregator.promql.functions import FUNCTIONS
from aggregator.promql.numbers import plain_text
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Kind,
    Matcher,
    Matching,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
)
from aggregator.query.wire import reader
from aggregator.query.words import first_word, words_against
from aggregator.series import NAME

Json = dict[str, object]

_TYPES = {Kind.VECTOR: "vector", Kind.MATRIX: "matrix", Kind.SCALAR: "scalar", Kind.STRING: "string"}


async def parse_query(here: Answering, asked: Parameters) -> bytes:
    """The tree, as Prometheus 3 writes it; brackets do not show in it."""
    return success([encode(as_json(await _tree(here, asked.first("query"))))])


async def format_query(here: Answering, asked: Parameters) -> bytes:
    """The query as the newest cluster writes it, or in one line when none does."""
    text = asked.first("query")
    versions = here.known.versions()
    newest_first = sorted(here.clusters, key=lambda cluster: versions.get(cluster, (0, 0)), reverse=True)
    word = await first_word(here.fleet, newest_first, "format_query", (("query", text),), reader(str))
    if isinstance(word, ClusterRefused):
        raise BadQuery(word.error)
    return success([encode(word.value if word else text_of(await _tree(here, text)))])


async def _tree(here: Answering, text: str) -> Node:
    try:
        return parse(text)
    except BadExpression as fault:
        words = await words_against(here.fleet, here.clusters, "query", (("query", text),)) or str(fault)
        raise BadQuery(f'invalid parameter "query": {words}') from None


def as_json(node: Node) -> Json:
    """One node and what is below it. Source: `translateAST` in Prometheus' web/api/v1/translate_ast.go."""
    match node:
        case Number(value) | Negative(Number(value)):
            sign = -1 if isinstance(node, Negative) else 1
            return {"type": "numberLiteral", "val": plain_text(sign * value)}
        case String(value):
            return {"type": "stringLiteral", "val": value}
        case Negative(inside):
            return {"type": "unaryExpr", "op": "-", "expr": as_json(inside)}
        case Selector():
            return {"type": "vectorSelector"} | _selector(node)
        case Range(selector):
            return {"type": "matrixSelector", "range": node.range} | _selector(selector)
        case Subquery():
            step = node.step or 0
            when = _modifiers(node.offset, node.at)
            return {"type": "subquery", "expr": as_json(node.inside), "range": node.range, "step": step} | when
        case Call():
            return {
                "type": "call",
                "func": _function(node.function),
                "args": [as_json(each) for each in node.arguments],
            }
        case Aggregate():
            return _aggregate(node)
        case Binary():
            return _binary(node)
        case _:
            raise TypeError(f"{type(node).__name__} is part of a plan, not of a query")


def _selector(selector: Selector) -> Json:
    names = [m for m in selector.matchers if m.name == NAME]
    rest = [m for m in selector.matchers if m.name != NAME]
    named = names[0].value if len(names) == 1 and names[0].op == "=" else ""
    return {"name": named, "matchers": [_matcher(m) for m in (*rest, *names)]} | _modifiers(
        selector.offset, selector.at
    )


def _matcher(matcher: Matcher) -> Json:
    return {"name": matcher.name, "value": matcher.value, "type": matcher.op}


def _modifiers(offset: int, at: At | None) -> Json:
    when = None if at is None else at.when
    return {
        "offset": offset,
        "timestamp": when if isinstance(when, int) else None,
        "startOrEnd": when if isinstance(when, str) else None,
    }


def _function(name: str) -> Json:
    arguments, variadic = SIGNATURES[name]
    return {
        "name": name,
        "argTypes": list(arguments),
        "variadic": variadic,
        "returnType": _TYPES[FUNCTIONS[name].gives],
    }


def _aggregate(node: Aggregate) -> Json:
    return {
        "type": "aggregation",
        "op": node.operator,
        "expr": as_json(node.inside),
        "param": None if node.parameter is None else as_json(node.parameter),
        "grouping": list(node.grouping),
        "without": node.without,
    }


def _binary(node: Binary) -> Json:
    return {
        "type": "binaryExpr",
        "op": node.operator,
        "lhs": as_json(node.left),
        "rhs": as_json(node.right),
        "matching": None if node.matching is None else _matching(node.matching),
        "bool": node.bool,
    }


def _matching(matching: Matching) -> Json:
    return {
        "card": matching.cardinality,
        "labels": list(matching.labels),
        "on": matching.on,
        "include": list(matching.include),
    }
