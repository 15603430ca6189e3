"""The fingerprint of a label set, the same that Prometheus and Alertmanager have for it."""

from aggregator.series import Labels

# FNV-1a with 64 bits; http://www.isthe.com/chongo/tech/comp/fnv/
OFFSET = 14695981039346656037
PRIME = 1099511628211
MASK = 2**64 - 1
SEPARATOR = b"\xff"


def fingerprint(labels: Labels) -> str:
    """16 hexadecimal digits: `model.LabelSet.Fingerprint` of prometheus/common, where labels are sorted by name."""
    text = b"".join(part.encode() + SEPARATOR for label in labels for part in label)
    number = OFFSET
    for byte in text:
        number = ((number ^ byte) * PRIME) & MASK
    return f"{number:016x}"
