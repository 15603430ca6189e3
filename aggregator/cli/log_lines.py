"""Records of the log as lines: what others call their hubs, users and labels cannot begin a line or command a terminal."""

import logging

from aggregator.errors import printable

FORMAT = "%(asctime)s %(levelname)s %(message)s"
BELOW = "    "


class LogLines(logging.Formatter):
    """A line a record, and below it, indented, where an error came from. Everything in it is printable."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        """The line."""
        return printable(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802
        """The lines below it; words of an error may have several of their own."""
        return _below(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """The same, of where a record was written."""
        return _below(super().formatStack(stack_info))


def write_log_lines() -> None:
    """Lets every record of this process go to the standard error as such lines."""
    lines = logging.StreamHandler()
    lines.setFormatter(LogLines())
    logging.basicConfig(level=logging.INFO, handlers=[lines])


def _below(text: str) -> str:
    return "\n".join(f"{BELOW}{printable(line)}" for line in text.split("\n"))
