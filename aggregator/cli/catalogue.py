"""`crosshub rollup list`: every number that is kept, in two lines."""

from aggregator.rollups.catalogue import MEASURES, Longer

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
    print(f"\n{len(MEASURES)} numbers. `weeks` is how days become weeks and months. In PromQL each one is")
    print("crosshub_NAME, with cluster, hub, namespace, community and resolution as labels.")
