"""Pictures of mails as a browser shows them, for people who want to see what they will get: `docs/pictures`.

`python -m tests.reports.pictures` makes all of them anew; it takes Debian's chromium.
"""

import base64
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from aggregator.reports.render import rendered
from aggregator.reports.values import Rendered, Report
from tests.reports.made import BAD, GOOD, IDLE, OPERATORS, SEVERAL

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = 720, 390
TALLEST = 3000
COLOURS = 64


@dataclass(frozen=True)
class Shot:
    """What is shown, and how."""

    report: Report
    width: int = DESKTOP
    dark: bool = False
    images: bool = True
    language: str = "en"


SHOTS: Mapping[str, Shot] = {
    "mail-light-desktop": Shot(GOOD),
    "mail-dark-desktop": Shot(GOOD, dark=True),
    "mail-light-phone": Shot(GOOD, PHONE),
    "mail-dark-phone-portuguese": Shot(BAD, PHONE, dark=True, language="pt"),
    "mail-images-off": Shot(GOOD, images=False),
    "mail-idle-hub": Shot(IDLE),
    "mail-bad-week": Shot(BAD),
    "mail-several-hubs": Shot(SEVERAL),
    "mail-operators": Shot(OPERATORS),
}


def picture(shot: Shot) -> bytes:
    """A PNG of a mail, as long as it is."""
    page = _with_images(rendered(shot.report, shot.language), images=shot.images)
    with tempfile.TemporaryDirectory() as folder:
        file, png = Path(folder, "mail.html"), Path(folder, "mail.png")
        file.write_text(page, encoding="utf-8")
        flags = ["--force-dark-mode"] if shot.dark else []
        subprocess.run(
            [_chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *flags,
             f"--user-data-dir={folder}/profile", f"--window-size={shot.width},{TALLEST}", f"--screenshot={png}", f"file://{file}"],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return _cropped(png)


def _with_images(mail: Rendered, *, images: bool) -> str:
    page = mail.html
    for image in mail.images if images else ():
        page = page.replace(f"cid:{image.cid}", f"data:image/png;base64,{base64.b64encode(image.png).decode()}")
    return page


def _cropped(png: Path) -> bytes:
    """Without the empty page below the mail, and in few colours: it is kept for ever."""
    with Image.open(png) as opened:
        image = opened.convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((2, image.height - 2)))
    box = ImageChops.difference(image, ground).getbbox()
    height = min(image.height, box[3] + 12) if box else image.height
    file = BytesIO()
    image.crop((0, 0, image.width, height)).quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        sys.exit("Chromium is missing. Install it with: sudo apt-get install --no-install-recommends chromium")
    return found


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, shot in SHOTS.items():
        if re.search(sys.argv[1] if len(sys.argv) > 1 else "", name):
            png = picture(shot)
            (FOLDER / f"{name}.png").write_bytes(png)
            print(f"{name}.png  {len(png):,} bytes")
