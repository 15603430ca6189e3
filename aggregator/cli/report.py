"""`crosshub report`: what communities are told of a period of their hubs, and what becomes of it."""

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

Community = Annotated[str | None, typer.Argument(metavar="COMMUNITY", help="Whose; with --operators nobody's.")]
Operators = Annotated[bool, typer.Option("--operators", help="The report about all hubs.")]
To = Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="Only this recipient.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As `list` has it.")]

report = typer.Typer(no_args_is_help=True, help="What communities are told of their week, day or month.")


@report.command()
def preview(
    context: typer.Context,
    *,
    community: Annotated[
        str | None, typer.Argument(metavar="COMMUNITY", help="Whose report; with --operators nobody's.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="2026-W47, 2026-11-16 or 2026-11; else the last week that is over."),
    ] = None,
    operators: Annotated[bool, typer.Option("--operators", help="The report about all hubs.")] = False,
    language: Annotated[str | None, typer.Option(metavar="en|pt", help="Else that of the community.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print the text part; so it is without any other choice.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the HTML part, with its picture in it.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table of numbers.")] = None,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a PDF; takes the extra `pdf`.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the HTML part in a browser.")] = False,
) -> None:
    """Show a report as it would be made now from what is kept. Nothing is sent, and nothing is noted."""
    config = chosen_config(context)

    from aggregator.cli.previewing import Choice, preview_of, print_text, show_html, write_attached, write_html
    from aggregator.reports.render import CSV, PDF

    _one_of(community, operators=operators)
    mail = preview_of(config, Choice(community, period, language, pdf=pdf is not None))
    if html is not None:
        write_html(mail, html)
    if csv is not None:
        write_attached(mail, CSV, csv)
    if pdf is not None:
        write_attached(mail, PDF, pdf)
    if show:
        show_html(mail)
    if text or not (html or csv or pdf or show):
        print_text(mail)


@report.command()
def send(
    context: typer.Context,
    *,
    community: Community = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS", help="To whom; else to reports.test_address.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="2026-W47, 2026-11-16 or 2026-11; else the last week that is over."),
    ] = None,
    operators: Operators = False,
    language: Annotated[str | None, typer.Option(metavar="en|pt", help="Else that of the community.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="With the table of numbers.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="With the report as a PDF; takes the extra `pdf`.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
) -> None:
    """Send a report as it is now, at once, to one address alone. Nothing is noted; its recipients get theirs when it is due."""
    config = chosen_config(context)

    from aggregator.cli.previewing import Choice
    from aggregator.cli.report_sending import Wish, send_report

    _one_of(community, operators=operators)
    send_report(config, Wish(Choice(community, period, language, pdf), to, csv, dry_run))


@report.command(name="list")
def list_(
    context: typer.Context,
    *,
    community: Community = None,
    operators: Operators = False,
    most: Annotated[int, typer.Option(min=1, help="So many of the latest.")] = 20,
    missed: Annotated[bool, typer.Option("--missed", help="Those that were not made, and why.")] = False,
) -> None:
    """List when reports are due, and those that were made, with how many got them."""
    config = chosen_config(context)

    from aggregator.cli.report_listing import list_missed, list_reports

    if missed:
        list_missed(config)
    else:
        list_reports(config, "" if operators else community, most)


@report.command()
def show(
    context: typer.Context,
    name: Id,
    *,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the HTML part as it was sent.")] = None,
) -> None:
    """Show a report as it was sent, but for each recipient's own link, and what became of it for each."""
    config = chosen_config(context)

    from aggregator.cli.report_listing import show_report

    show_report(config, name, html)


@report.command()
def resend(context: typer.Context, name: Id, *, to: To = None) -> None:
    """Put a report that was made into the outbox once more, as it was; the service sends it."""
    config = chosen_config(context)

    from aggregator.cli.report_sending import resend_report

    resend_report(config, name, to)


@report.command()
def pause(
    context: typer.Context,
    *,
    community: Community = None,
    operators: Operators = False,
    to: To = None,
    until: Annotated[str | None, typer.Option(metavar="MOMENT", help="2027-01-15; else until `resume`.")] = None,
) -> None:
    """Pause the reports of a community, or those to one address. They are made and kept, and not sent."""
    config = chosen_config(context)

    from aggregator.cli.report_listing import pause_reports

    pause_reports(config, _one_of(community, operators=operators), to, until)


@report.command()
def resume(context: typer.Context, *, community: Community = None, operators: Operators = False, to: To = None) -> None:
    """End a pause; with --to also what the reader stopped, and what was suppressed since it was refused."""
    config = chosen_config(context)

    from aggregator.cli.report_listing import resume_reports

    resume_reports(config, _one_of(community, operators=operators), to)


def _one_of(community: str | None, *, operators: bool) -> str:
    """The community, empty for operators; raises BadParameter."""
    if operators == (community is not None):
        raise typer.BadParameter("name a community, or say --operators", param_hint="COMMUNITY")
    return community or ""
