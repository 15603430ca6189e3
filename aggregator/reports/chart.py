"""The picture of a mail: a bar a day over some weeks, those of the period darker. Drawn by Pillow at twice its size."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from aggregator.reports.palette import LIGHT
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import DayCount

WIDTH, HEIGHT, SCALE = 560, 150, 2
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 12, 26
STEPS = (1, 2, 5)


def chart(days: Sequence[DayCount], first: date, tongue: Tongue) -> bytes:
    """A PNG. Days from `first` on are those of the period; one of which nothing is known is a hatch on the ground.

    It stands on a ground of its own, so that it reads the same on dark screens.
    """
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), LIGHT["card"])
    draw = ImageDraw.Draw(image)
    most = max((day.count for day in days if day.count), default=1.0)
    step = tick(most)
    top = -(-most // step) * step
    _grid(draw, step, top, tongue)
    wide = (WIDTH - LEFT - RIGHT) / len(days)
    for place, day in enumerate(days):
        left = LEFT + place * wide
        _bar(draw, day, (left + 1, left + wide - 1), top, LIGHT["bar"] if day.date >= first else LIGHT["past"])
    mondays = [(place, day.date) for place, day in enumerate(days) if day.date.weekday() == 0]
    for place, monday in mondays[::2] if len(mondays) > 5 else mondays:
        _label(draw, LEFT + place * wide, tongue.numeric_day(monday))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def tick(most: float) -> float:
    """A round number, of which about three reach the largest one."""
    power = 1.0
    while True:
        for step in STEPS:
            if most / (step * power) <= 4:
                return step * power
        power *= 10


def _grid(draw: ImageDraw.ImageDraw, step: float, top: float, tongue: Tongue) -> None:
    for number in range(round(top / step) + 1):
        height = _height(number * step, top)
        draw.line(_scaled(LEFT, height, WIDTH - RIGHT, height), fill=LIGHT["line"], width=1)
        at = _point(LEFT - 6, height)
        draw.text(at, _ascii(tongue.number(number * step)), fill=LIGHT["muted"], font=_font(), anchor="rm")


def _bar(draw: ImageDraw.ImageDraw, day: DayCount, span: tuple[float, float], top: float, colour: str) -> None:
    left, right = span
    ground = HEIGHT - BOTTOM
    if day.count is None:
        draw.line(_scaled(left, ground, right, ground - 5), fill=LIGHT["muted"], width=2)
        return
    draw.rectangle(_scaled(left, min(_height(day.count, top), ground), right, ground), fill=colour)


def _label(draw: ImageDraw.ImageDraw, left: float, words: str) -> None:
    ground = HEIGHT - BOTTOM
    draw.line(_scaled(left, ground, left, ground + 4), fill=LIGHT["muted"], width=1)
    draw.text(_point(left + 1, ground + 6), _ascii(words), fill=LIGHT["muted"], font=_font(), anchor="la")


def _height(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _scaled(left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
    return (*_point(left, top), *_point(right, bottom))


def _point(left: float, top: float) -> tuple[int, int]:
    return round(left * SCALE), round(top * SCALE)


def _ascii(text: str) -> str:
    """The font that comes with Pillow has no other letters, and a space between thousands may be a narrow one."""
    return "".join(char if char.isascii() else " " for char in text)


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(13 * SCALE)
