"""A dashboard as Grafana's JSON, by Grafana's own library; the only place that knows that library.

The JSON is classic, schema version 41: Grafana 10.4 to 13 load it, and later ones bring it up to date by themselves.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as c
from grafana_foundation_sdk.models import dashboard as d
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from aggregator.grafana.values import Annotation, Column, Dashboard, Limits, Look, Names, Panel, Query, Row, Variable

SCHEMA = 41
TAG = "crosshub"
MARK = "managed-by:crosshub"
"""The tag by which a dashboard is known to be ours."""

WIDTH = 24
OWN_NUMBERS, NOTED = "crosshub_server_", "1m"
"""Crosshub's own numbers, and how often it notes them: seldomer, perhaps, than clusters scrape."""

SOURCE = c.DataSourceRef(type_val="prometheus", uid="${datasource}")
GRAFANA = c.DataSourceRef(type_val="grafana", uid="-- Grafana --")
PALETTE = d.FieldColorModeId.PALETTE_CLASSIC_BY_NAME
# What the library writes by itself, and no version of Grafana has a field for.
STRAY = {"auto", "auto_count", "auto_min"}
# What it writes of a table, and only older versions than 13 have.
OLD_OPTIONS = {"footer"}


def drawn(board: Dashboard) -> str:
    """The text of a dashboard's file: the same bytes for the same dashboard."""
    return json.dumps(_object(board), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _object(board: Dashboard) -> dict[str, Any]:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.about)
        .tags([TAG, MARK])
        .timezone("browser")
        .readonly()
        .tooltip(d.DashboardCursorSync.CROSSHAIR)
        .time(f"now-{board.back}", "now")
        .refresh(board.refresh)
        .variables([_source_variable(), *map(_variable, board.variables)])
        .annotations([_built_in(), *map(_annotation, board.annotations)])
        .links(_links(board))
        .build()
    )
    told: dict[str, Any] = _plain(made)
    told |= {"schemaVersion": SCHEMA, "panels": list(_panels(board.rows)), "version": 1}
    told["templating"]["list"] = [_without(each, STRAY) for each in told["templating"]["list"]]
    return told


def _source_variable() -> dashboard.DatasourceVariable:
    current = d.VariableOption(selected=True, text="Crosshub", value="crosshub")
    variable = dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus").current(current)
    return variable.regex("/^Crosshub/").description("The Crosshub that is asked.")


def _variable(variable: Variable) -> dashboard.QueryVariable:
    made = (
        dashboard.QueryVariable(variable.name)
        .label(variable.title)
        .description(variable.about)
        .datasource(SOURCE)
        .query({"query": variable.query, "refId": "PrometheusVariableQueryEditor-VariableQuery", "qryType": 1})
        .definition(variable.query)
        .refresh(d.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(d.VariableSort.NATURAL_ASC)
        .multi(True)
        .include_all(True)
        .current(d.VariableOption(selected=True, text=["All"], value=["$__all"]))
    )
    return made.all_value(variable.everything) if variable.everything else made


def _built_in() -> dashboard.AnnotationQuery:
    """Those that people make by hand."""
    made = dashboard.AnnotationQuery().name("Annotations & Alerts").datasource(GRAFANA).enable(True).hide(True)
    return made.icon_color("rgba(0, 211, 255, 1)").type("dashboard").built_in(1)


def _annotation(annotation: Annotation) -> dashboard.AnnotationQuery:
    made = dashboard.AnnotationQuery().name(annotation.title).datasource(SOURCE).enable(annotation.shown)
    made = made.icon_color(annotation.colour).expr(annotation.expr).step("60s")
    return made.title_format(annotation.words).text_format(annotation.details).tag_keys("cluster,namespace,severity")


def _links(board: Dashboard) -> list[Any]:
    """Back to the fleet, and to every other dashboard, with the same choices and the same time."""
    others = dashboard.DashboardLink("All dashboards").type(d.DashboardLinkType.DASHBOARDS).tags([TAG])
    links = [others.as_dropdown(True).include_vars(True).keep_time(True).tooltip("With the same choices and times.")]
    if board.name != "fleet":
        back = (
            dashboard.DashboardLink("Fleet").type(d.DashboardLinkType.LINK).url("/d/crosshub-fleet").icon("dashboard")
        )
        links.insert(0, back.include_vars(True).keep_time(True).tooltip("All hubs."))
    return links


def _panels(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Rows and panels where they stand, numbered from 1 on."""
    top, number = 0, 0
    for row in rows:
        number += 1
        title = (
            dashboard.Row(row.title).id(number).grid_pos(d.GridPos(h=1, w=WIDTH, x=0, y=top)).collapsed(row.collapsed)
        )
        top += 1
        inside: list[dict[str, Any]] = []
        left, height = 0, 0
        for panel in row.panels:
            number += 1
            if left + panel.width > WIDTH:
                top, left, height = top + height, 0, 0
            inside.append(_panel(panel, number, d.GridPos(h=panel.height, w=panel.width, x=left, y=top)))
            left, height = left + panel.width, max(height, panel.height)
        top += height
        told = _plain(title.build())
        yield told | {"panels": inside if row.collapsed else []}
        yield from () if row.collapsed else inside


def _panel(panel: Panel, number: int, place: d.GridPos) -> dict[str, Any]:
    made: Any = _LOOKS[panel.look](panel)
    made = made.title(panel.title).description(panel.about).id(number).grid_pos(place).datasource(SOURCE)
    made = made.targets(list(map(_target, panel.asked(), _letters())))
    if panel.look is not Look.TABLE:
        made = made.unit(panel.unit)
    for name, value in _settings(panel).items():
        if value not in (None, "", ()):
            made = getattr(made, name)(value)
    if panel.limits:
        made = made.thresholds(_limits(panel.limits))
    if panel.names:
        made = made.mappings([_names(panel.names)])
    if panel.link:
        made = made.links([_way_to(panel.link)])
    told: dict[str, Any] = _plain(made.build())
    return told | {"options": _without(told["options"], OLD_OPTIONS)}


def _settings(panel: Panel) -> dict[str, object]:
    """What is said of a panel as it stands, by what the library calls it."""
    return {
        "interval": panel.step,
        "time_from": panel.back,
        "decimals": panel.decimals,
        "min": panel.lowest,
        "max": panel.highest,
        "no_value": panel.nothing,
    }


def _letters() -> Iterator[str]:
    return (f"{first}{letter}" for first in ("", "A", "B") for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _target(query: Query, letter: str) -> prometheus.Dataquery:
    made = prometheus.Dataquery().expr(query.expr).ref_id(letter).datasource(SOURCE)
    made = made.instant() if query.now else made.range()
    if OWN_NUMBERS in query.expr and "$__rate_interval" in query.expr:
        made = made.interval(NOTED)
    if query.is_heat:
        return made.format(PromQueryFormat.HEATMAP).legend_format("{{le}}")
    return made.legend_format(query.legend) if query.legend else made.format(PromQueryFormat.TABLE)


def _lines(panel: Panel) -> timeseries.Panel:
    made = timeseries.Panel().line_width(1).fill_opacity(8).show_points(c.VisibilityMode.NEVER).span_nulls(False)
    made = made.color_scheme(dashboard.FieldColor().mode(PALETTE)).legend(_legend()).tooltip(_tooltip())
    if panel.limits:
        style = c.GraphThresholdsStyleMode.DASHED
        made = made.thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
    return made.overrides([])


def _stack(panel: Panel) -> timeseries.Panel:
    stacked = common.StackingConfig().mode(c.StackingMode.NORMAL).group("A")
    return _lines(panel).fill_opacity(35).stacking(stacked)


def _bars(panel: Panel) -> timeseries.Panel:
    return _stack(panel).draw_style(c.GraphDrawStyle.BARS).fill_opacity(75).bar_width_factor(0.9)


def _number(panel: Panel) -> stat.Panel:
    made = stat.Panel().reduce_options(_last()).graph_mode(c.BigValueGraphMode.AREA).overrides([])
    if all(query.now for query in panel.queries):
        made = made.graph_mode(c.BigValueGraphMode.NONE)
    coloured = any(colour != "text" for _, colour in panel.limits)
    made = made.color_mode(c.BigValueColorMode.BACKGROUND if coloured else c.BigValueColorMode.VALUE)
    return made.text_mode(c.BigValueTextMode.AUTO).color_scheme(_by_limits())


def _ranks(panel: Panel) -> bargauge.Panel:
    made = bargauge.Panel().reduce_options(_last()).orientation(c.VizOrientation.HORIZONTAL).overrides([])
    made = made.display_mode(c.BarGaugeDisplayMode.BASIC).value_mode(c.BarGaugeValueMode.TEXT).show_unfilled(True)
    made = made.name_placement(c.BarGaugeNamePlacement.LEFT).sizing(c.BarGaugeSizing.AUTO).legend(_legend())
    return made.color_scheme(_by_limits() if panel.limits else dashboard.FieldColor().mode(PALETTE))


def _states(_: Panel) -> statetimeline.Panel:
    made = statetimeline.Panel().merge_values(True).show_value(c.VisibilityMode.NEVER).row_height(0.85)
    made = made.legend(_legend()).tooltip(_tooltip()).fill_opacity(75).line_width(0).overrides([])
    return made.color_scheme(_by_limits()).align_value(c.TimelineValueAlignment.LEFT)


def _heat(panel: Panel) -> heatmap.Panel:
    colours = heatmap.HeatmapColorOptions().scheme("Oranges").steps(64).exponent(0.5).fill("dark-orange")
    axis = heatmap.YAxisConfig().unit(panel.unit).axis_placement(c.AxisPlacement.LEFT)
    made = heatmap.Panel().calculate(False).color(colours).y_axis(axis).cell_gap(1).overrides([])
    return made.tooltip(heatmap.HeatmapTooltip().mode(c.TooltipDisplayMode.SINGLE).show_color_scale(True))


def _table(panel: Panel) -> table.Panel:
    made = table.Panel().show_header(True).cell_height(c.TableCellHeight.SM)
    made = made.overrides([_override(each, _of_column(each)) for each in panel.columns]).unit(panel.unit)
    rising = {each.title for each in panel.columns if each.rises}
    sorts: list[Any] = [
        common.TableSortByFieldState().display_name(each).desc(each not in rising) for each in panel.sorted_by
    ]
    return made.sort_by(sorts).transformations(_transformations(panel)).filterable(True)


_LOOKS = {
    Look.LINES: _lines,
    Look.STACK: _stack,
    Look.BARS: _bars,
    Look.NUMBER: _number,
    Look.RANKS: _ranks,
    Look.STATES: _states,
    Look.HEAT: _heat,
    Look.TABLE: _table,
}


def _transformations(panel: Panel) -> list[d.DataTransformerConfig]:
    """The answers to all queries as one table, its columns named and in order, and no others."""
    asked = [each for each in panel.columns if each.expr]
    values = _value_fields(len(panel.asked()))
    fields = dict(zip((id(each) for each in asked), values, strict=False))
    names = {fields.get(id(each), each.label): each.title for each in panel.columns}
    order = {name: place for place, name in enumerate(names)}
    organize = {"renameByName": names, "indexByName": order, "includeByName": dict.fromkeys(names, True)}
    only = {"include": {"pattern": "|".join(f"^{name}$" for name in names)}}
    by = [{"field": values[-1], "desc": True}]
    return [
        d.DataTransformerConfig(id_val="merge", options={}),
        *([d.DataTransformerConfig(id_val="sortBy", options={"sort": by})] if panel.order else []),
        d.DataTransformerConfig(id_val="filterFieldsByName", options=only),
        d.DataTransformerConfig(id_val="organize", options=organize | {"excludeByName": {}}),
    ]


def _value_fields(count: int) -> list[str]:
    """What Grafana calls the values of each query of a table: with one query it has no letter to tell apart."""
    return (
        ["Value"] if count == 1 else [f"Value #{letter}" for _, letter in zip(range(count), _letters(), strict=False)]
    )


def _override(column: Column, properties: list[d.DynamicConfigValue]) -> dashboard.DashboardFieldConfigSourceOverrides:
    matcher = d.MatcherConfig(id_val="byName", options=column.title)
    return dashboard.DashboardFieldConfigSourceOverrides().matcher(matcher).properties(properties)


def _of_column(column: Column) -> list[d.DynamicConfigValue]:
    coloured = bool(column.limits or column.names)
    url = _row_url(column) if column.link else f"${{__data.fields.{column.opens}}}"
    found: list[tuple[str, object, object]] = [
        # A name that looks like a number, or a date, is none; and what the panel says where there is nothing at all is
        # not said in each cell that is empty.
        ("unit", True, column.unit or ("short" if column.expr else "string")),
        ("noValue", True, ""),
        ("decimals", column.decimals is not None, column.decimals),
        ("custom.width", column.width, column.width),
        # The one is of older versions than 12, the other of later ones; each passes over what it does not know.
        ("custom.hidden", column.hidden, True),
        ("custom.hideFrom", column.hidden, {"viz": True, "legend": False, "tooltip": False}),
        ("mappings", column.names, [_plain(_names(column.names))]),
        ("thresholds", column.limits, _plain(_limits(column.limits).build())),
        ("custom.cellOptions", coloured, {"type": "color-background", "mode": "basic"}),
        ("color", coloured, {"mode": "thresholds"}),
        ("custom.cellOptions", column.bar, {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}),
        ("custom.cellOptions", column.wraps, {"type": "auto", "wrapText": True}),
        ("custom.inspect", column.wraps, True),
        ("links", column.link or column.opens, [{"title": "Open", "url": url}]),
    ]
    return [d.DynamicConfigValue(id_val=name, value=value) for name, wanted, value in found if wanted]


def _row_url(column: Column) -> str:
    """To another dashboard, for the cluster of a row, and for its hub where the column names that."""
    chosen = "var-cluster=${__data.fields.Cluster:percentencode}"
    if column.label == "namespace":
        chosen += "&var-hub=${__data.fields.Hub:percentencode}"
    return f"/d/crosshub-{column.link}?{chosen}&${{datasource:queryparam}}&${{__url_time_range}}"


def _way_to(name: str) -> dashboard.DashboardLink:
    url = f"/d/crosshub-{name}?${{__all_variables}}&${{__url_time_range}}"
    return dashboard.DashboardLink("More").type(d.DashboardLinkType.LINK).url(url)


def _limits(limits: Limits) -> dashboard.ThresholdsConfig:
    steps = [d.Threshold(value=value, color=colour) for value, colour in limits]
    return dashboard.ThresholdsConfig().mode(d.ThresholdsMode.ABSOLUTE).steps(steps)


def _names(names: Names) -> d.ValueMap:
    results = ((value, d.ValueMappingResult(text=text, color=colour)) for value, text, colour in names)
    return d.ValueMap(options=dict(results))


def _by_limits() -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(d.FieldColorModeId.THRESHOLDS)


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)


def _legend() -> common.VizLegendOptions:
    made = common.VizLegendOptions().show_legend(True).display_mode(c.LegendDisplayMode.LIST)
    return made.placement(c.LegendPlacement.BOTTOM).calcs([])


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(c.TooltipDisplayMode.MULTI).sort(c.SortOrder.DESCENDING)


def _plain(made: Any) -> Any:
    """What the library made, as JSON's own values."""
    return json.loads(json.dumps(made, cls=JSONEncoder))


def _without(told: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in names}
