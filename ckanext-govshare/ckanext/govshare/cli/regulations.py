"""Commands about the regulations: count a limit's days, and check the profiles and the calendar."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import click

from ckanext.govshare import regulations
from ckanext.govshare.domain.calendar import CalendarError
from ckanext.govshare.domain.profiles import ProfileError
from ckanext.govshare.logic.messages import translate


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
    provisional = f" {tk._('provisional')}" if found["provisional"] else ""
    click.echo(f"{found['title']}: {found['due']} 24:00{provisional} ({source}; {found['calendar_version']})")


@click.group()
def profiles() -> None:
    """The regulation profiles and the working-day calendar."""


@profiles.command()
def check() -> None:
    """Read every profile and the calendar file, and say which texts in force here end soon."""
    try:
        known, calendar, warnings = regulations.regimes(), regulations.calendar(), regulations.warnings()
        here = regulations.current().profile.id
    except (ProfileError, CalendarError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{', '.join(known)}: {tk._('read')}; {tk._('in force here')}: {here}")
    click.echo(f"{calendar.version}: {min(calendar.years)}-{max(calendar.years)}")
    for warning in warnings:
        click.echo(f"{tk._('Warning')}: {translate(warning)}")
