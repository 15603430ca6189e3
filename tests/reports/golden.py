"""Mails as they are meant to be, kept to be read: `tests/reports/golden`.

`python -m tests.reports.golden` writes them anew; look at the difference before it is kept.
"""

from collections.abc import Iterator
from pathlib import Path

from aggregator.reports.render import rendered
from tests.reports.made import REPORTS

FOLDER = Path(__file__).parent / "golden"
PORTUGUESE = ("bad", "idle", "several")


def mails() -> Iterator[tuple[str, str]]:
    """Name and content of each file."""
    for name, report in REPORTS.items():
        for language in ("en", "pt") if name in PORTUGUESE else ("en",):
            mail = rendered(report, language, csv=True)
            yield f"{name}.{language}.txt", f"Subject: {mail.subject}\n\n{mail.text}"
            yield f"{name}.{language}.html", mail.html
    yield "several.csv", rendered(REPORTS["several"], "en", csv=True).attachments[0].content.decode("utf-8-sig")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.iterdir():
        file.unlink()
    for name, content in mails():
        (FOLDER / name).write_text(content, encoding="utf-8", newline="")
