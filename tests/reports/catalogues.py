"""Every sentence of a report, as the code has it, and the catalogues that translate them.

`python -m tests.reports.catalogues` brings the files up to date: new sentences stand in them untranslated, and those that
nobody says any more are gone.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import aggregator.reports

REPORTS = Path(aggregator.reports.__file__).parent
LOCALE = REPORTS / "locale"
KEYWORDS = {"say": None, "later": None, "many": (1, 2)}


def sentences() -> Catalog:
    """All that is said, in the order in which it is found."""
    found = Catalog()
    for file, line, message, _, _ in extract_from_dir(REPORTS, [("**.py", "python")], keywords=KEYWORDS):
        del line
        found.add(message, locations=[(str(file), 0)])
    return found


def translated(file: Path) -> Catalog:
    """What a file holds."""
    with file.open("rb") as lines:
        return read_po(lines, locale=file.stem)


def bring_up_to_date(file: Path) -> None:
    """Writes the file anew, with what is said now."""
    catalogue = translated(file)
    catalogue.update(sentences(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "crosshub", "reports", ""
    catalogue.last_translator, catalogue.language_team, catalogue.header_comment = "", "", ""
    with file.open("wb") as lines:
        write_po(lines, catalogue, omit_header=False, no_location=True, sort_output=True, width=118)


if __name__ == "__main__":
    for each in sorted(LOCALE.glob("*.po")):
        bring_up_to_date(each)
        print(each)
