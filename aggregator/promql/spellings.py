"""Spellings that newer Prometheus read and older ones do not, though the tree they give is the same."""

import re

from aggregator.promql.functions import Version

_UNREAD = re.compile(r"""#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`""")
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BARE_DURATION = re.compile(
    rf"\[\s*{_NUMBER}\s*[:\]]|:\s*{_NUMBER}\s*\]|\boffset\s+-?\s*{_NUMBER}(?![\w.])", re.IGNORECASE
)
_DURATION_AS_NUMBER = re.compile(r"(?<![\[:\w.\s])\s*\b\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*\b")
_AFTER_OFFSET = re.compile(r"\boffset\s+-?\s*[\dsmhdwy]+", re.IGNORECASE)

NUMBERS_ARE_DURATIONS: Version = (2, 54)


def spelt_since(text: str) -> Version:
    """The first Prometheus that reads all spellings of the text; (0, 0) where every one does.

    Numbers and durations stand for one another since 2.54: `x[300]`, `x > 5m`.
    """
    code = _UNREAD.sub('""', text)
    if _BARE_DURATION.search(code) or _DURATION_AS_NUMBER.search(_AFTER_OFFSET.sub("", code)):
        return NUMBERS_ARE_DURATIONS
    return (0, 0)
