"""The actions that every kind of case has: one for each command that it offers to people, and one that shows a case."""
from __future__ import annotations

from dataclasses import fields
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Action, Context, DataDict

from ckanext.govshare.display import case_rows
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import Machine, Offer
from ckanext.govshare.logic.schema.fields import reference


def of(machine: Machine[Any]) -> dict[str, Action]:
    """The actions of a kind, by name."""
    made = (_show(machine), *(_give(machine, name, offer) for name, offer in machine.offers.items()))
    return {action.__name__: action for action in made}


def _give(machine: Machine[Any], name: str, offer: Offer) -> Action:
    known = {field.name for field in fields(machine.order)} - {"command", "actor"}

    @validate(offer.parameters)
    def action(context: Context, data_dict: DataDict) -> dict[str, Any]:
        case, _ = kernel.known(machine, context, data_dict["id"])
        tk.check_access(action.__name__, context, {"id": case.id})
        command = offer.choose(data_dict) if offer.choose else offer.command
        order = machine.order(command, roles.actor_of(context), **{k: v for k, v in data_dict.items() if k in known})
        if offer.ready:
            order = offer.ready(context, case, order, data_dict)
        return machine.answer(kernel.give(machine, context, case.id, order))
    action.__name__ = f"govshare_{machine.one}_{name}"
    said = f":param id:{offer.about}"
    told = [f"    :param {given}: as said above\n" for given in offer.parameters() if f":param {given}:" not in said]
    action.__doc__ = f"""{offer.about}

    :param id: of the case
{"".join(told)}    :returns: ``id`` and the ``state`` afterwards
    :raises NotFound: also for cases that the caller may not know of
    :raises NotAuthorized: the caller has not the part for it
    :raises ValidationError: ``state`` where it is not possible now, else the fields that are missing or wrong
    """
    return action


def _show(machine: Machine[Any]) -> Action:
    @tk.side_effect_free
    @validate(reference)
    def action(context: Context, data_dict: DataDict) -> dict[str, Any]:
        """A case: where it stands, its due date and history, and the ``commands`` that the caller may give now.

        :param id: of the case
        :raises NotFound: also for cases that the caller may not know of
        """
        case, held = kernel.known(machine, context, data_dict["id"])
        tk.check_access(action.__name__, context, {"id": case.id})
        return case_rows.whole(machine, case, held, roles.actor_of(context))
    action.__name__ = f"govshare_{machine.one}_show"
    return action
