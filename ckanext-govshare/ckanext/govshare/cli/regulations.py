"""Commands about the regulations: count a limit's days, and check the profiles and the calendar."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import click

from ckanext.govshare import regulations
from ckanext.govshare.domain.calendar import CalendarError
from ckanext.govshare.domain.profiles import ProfileError
from ckanext.govshare.logic.wording import translate


@click.command()
@click.argument("rule")
@click.argument("start")
@click.option("--profile", help="A profile's id; by default the one in force on this site.")
def deadline(rule: str, start: str, profile: str | None) -> None:
    """When the limit of RULE ends for an event on START (an ISO date or time), day by day."""
    try:
        found = tk.get_action("govshare_deadline_compute")({}, {"rule": rule, "start": start, "profile": profile or ""})
    except tk.ValidationError as error:
        wrong = "; ".join(f"{field}: {', '.join(messages)}" for field, messages in error.error_dict.items())
        raise click.ClickException(wrong) from error
    for day in found["days"]:
        click.echo(f"{day['date']}  {day['number'] or '-':>3}  {day['reason']}")
    source = found["article"] or tk._("Platform default, not a limit set by law")
    provisional = f" ({tk._('Provisional')})" if found["provisional"] else ""
    click.echo(f"{found['title']}: {found['due']} 24:00{provisional} ({source}; {found['calendar_version']})")


@click.group()
def profiles() -> None:
    """The regulation profiles and the working-day calendar."""


@profiles.command()
@click.option("--calendar-file", help="A calendar file to check instead of the one in force on this site.")
def check(calendar_file: str | None) -> None:
    """Read every profile and the calendar, and say which texts in force here end soon."""
    try:
        known, here, warnings = regulations.regimes(), regulations.current().profile.id, regulations.warnings()
        calendar = regulations.read_calendar(calendar_file) if calendar_file else regulations.calendar()
    except (ProfileError, CalendarError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(known)} profiles are in order: {', '.join(known)}. In force here: {here}")
    click.echo(f"Calendar: {calendar.version}, {min(calendar.years)} to {max(calendar.years)}")
    for warning in warnings:
        click.echo(f"Warning: {translate(warning)}")
