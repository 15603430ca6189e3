"""`crosshub rollup list`: every number that is kept, in two lines."""

from textwrap import fill

from aggregator.rollups.catalogue import MEASURES, Longer

WIDTH = 80
WEEKS = {
    Longer.SUM: "added up",
    Longer.MAX: "the greatest",
    Longer.MIN: "the least",
    Longer.MEAN: "the average",
    Longer.LAST: "the last",
    Longer.ASKED: "asked anew",
    Longer.COUNTED: "counted anew",
}
"""How days become weeks and months."""


def show_catalogue() -> None:
    """Prints the catalogue."""
    rows = [("name", "unit", "weeks", "told by"), *((m.name, m.unit, WEEKS[m.longer], m.by) for m in MEASURES)]
    name, unit, weeks, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    means = ["", *(each.means for each in MEASURES)]
    for row, sentence in zip(rows, means, strict=True):
        print(f"{row[0]:{name}}  {row[1]:{unit}}  {row[2]:{weeks}}  {row[3]}")
        if sentence:
            print(f"    {sentence}")
    by_day = ", ".join(each.name for each in MEASURES if not each.has_hours)
    print("\n" + fill(f"Kept by the hour, day, week and month; not by the hour: {by_day}.", WIDTH))
    print(f"{len(MEASURES)} numbers. `weeks` is how days become weeks and months. In PromQL each one is")
    print("crosshub_NAME, with cluster, hub, namespace, community and resolution as labels.")
