"""Numbers and sizes as people write them."""

import re
from math import isfinite

from aggregator.clusters.faults import Unfit

SIZES = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def size(text: str) -> int:
    """Bytes of `64MiB`, `10 MB` or a plain number."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([A-Za-z]*)", text, re.ASCII)
    if not found or found[2] not in SIZES or len(text) > 20:
        raise ValueError
    if (number := int(float(found[1]) * SIZES[found[2]])) > 0:
        return number
    raise Unfit("must be more than nothing")


def number(text: str) -> float:
    """A finite decimal number."""
    if not re.fullmatch(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", text, re.ASCII) or not isfinite(float(text)):
        raise ValueError
    return float(text)


def whole_number(text: str, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    if not re.fullmatch(r"[-+]?\d{1,18}", text, re.ASCII):
        raise ValueError
    if not least <= int(text) <= most:
        raise Unfit(f"must be {least} or more" if int(text) < least else f"must be {most} or less")
    return int(text)
