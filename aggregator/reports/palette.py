"""The colours of mails and pictures, for light and for dark screens; every text has a contrast of 4.5 or more."""

from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "page": "#f3f4f6", "card": "#ffffff", "tile": "#f3f5f8", "text": "#1b1f24", "muted": "#535b64",
        "line": "#d5d9df", "bar": "#2f6fb5", "past": "#a9c3e0", "link": "#1a5ea8", "urgent": "#a3231b",
        "urgent_tile": "#fdf0ee",
    }
)  # fmt: skip
DARK: Mapping[str, str] = MappingProxyType(
    {
        "page": "#111316", "card": "#1b1e23", "tile": "#252a31", "text": "#e8eaed", "muted": "#aab2bb",
        "line": "#3a4049", "bar": "#6aa5e0", "past": "#3d5a78", "link": "#8ab8ee", "urgent": "#ff9c92",
        "urgent_tile": "#3a2220",
    }
)  # fmt: skip

TEXTS = ("text", "muted", "link", "urgent")
GROUNDS = ("page", "card", "tile", "urgent_tile")


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
