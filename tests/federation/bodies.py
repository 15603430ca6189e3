"""Answers of a Prometheus, written out as it writes them."""

Samples = list[tuple[str, str]]
"""(moment, value), both as text."""


def vector(*series: tuple[str, str, str]) -> bytes:
    """An instant vector of (labels, moment, value); labels are the inside of a JSON object."""
    return _body("vector", [f'{{"metric":{{{labels}}},"value":[{at},"{value}"]}}' for labels, at, value in series])


def matrix(*series: tuple[str, Samples]) -> bytes:
    """A range vector."""
    return _body("matrix", [f'{{"metric":{{{labels}}},"values":[{_listed(samples)}]}}' for labels, samples in series])


def with_remarks(body: bytes, warnings: str = "[]", infos: str = "[]") -> bytes:
    return body[:-1] + f',"warnings":{warnings},"infos":{infos}}}'.encode()


def _listed(samples: Samples) -> str:
    return ",".join(f'[{at},"{value}"]' for at, value in samples)


def _body(kind: str, series: list[str]) -> bytes:
    return f'{{"status":"success","data":{{"resultType":"{kind}","result":[{",".join(series)}]}}}}'.encode()


HISTOGRAM = '{"count":"3","sum":"6","buckets":[[0,"1","2","3"]]}'
HISTOGRAMS = {
    "vector": _body("vector", [f'{{"metric":{{"a":"b"}},"histogram":[60,{HISTOGRAM}]}}']),
    "matrix": _body("matrix", [f'{{"metric":{{"a":"b"}},"histograms":[[60,{HISTOGRAM}],[120,{HISTOGRAM}]]}}']),
    "mixed": _body(
        "matrix", [f'{{"metric":{{"a":"b"}},"values":[[60,"1"]],"histograms":[[120,{HISTOGRAM}]]}}']
    ),
}  # fmt: skip

NOT_PROMETHEUS = {
    "HTML": b"<!DOCTYPE html><html><body>Sign in</body></html>",
    "nothing": b"",
    "no object": b"[]",
    "cut off": vector(('"a":"b"', "60", "1"))[:-4],
    "no data": b'{"status":"success"}',
    "data of another kind": b'{"status":"success","data":["a","b"]}',
    "a scalar": b'{"status":"success","data":{"resultType":"scalar","result":[60,"1"]}}',
    "a string": b'{"status":"success","data":{"resultType":"string","result":[60,"a"]}}',
    "no result": b'{"status":"success","data":{"resultType":"vector"}}',
    "labels that are no text": b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[60,"1"]}]}}',
    "no UTF-8": b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"\xff"},"value":[60,"1"]}]}}',
}  # fmt: skip
