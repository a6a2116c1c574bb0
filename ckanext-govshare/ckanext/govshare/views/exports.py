"""A data file's table as CSV, XLSX, JSON or XML, whole or filtered (OPN-5: 001 第二十六条), and CKAN's dump in its place."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import Blueprint, Response, make_response

from ckanext.govshare.domain import dump_queries, table_queries
from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.table_queries import TooSlow
from ckanext.govshare.logic.gate import access, exports
from ckanext.govshare.logic.gate.access import Fetch
from ckanext.govshare.logic.gate.accounting import record_fetch
from ckanext.govshare.logic.gate.exports import Order
from ckanext.govshare.logic.gate.watching import watched
from ckanext.govshare.logic.wording import error_dict, translate
from ckanext.govshare.security import uploads
from ckanext.govshare.security.headers import keep_to_yourself
from ckanext.govshare.views.downloads import refused

blueprint = Blueprint("govshare_exports", __name__)

BUSY_SECONDS = 30
# A grant that covers CSV covers it with tabs, too.
_AGREED_AS = {"tsv": "csv"}


def export(id: str, resource_id: str, form: str) -> Response | tuple[str, int]:
    """The table of a resource of entry `id`; `?filter=…&sort=…&q=…&fields=…` as in `table_queries`, `&bom=1` for CSV."""
    if form not in exports.FORMATS:
        raise tk.ObjectNotFound

    def order(file: DataFile) -> Order:
        query = table_queries.parse(tk.request.args.to_dict(flat=False), file.columns)
        return Order(file, query, form, bom=tk.request.args.get("bom", "") not in ("", "0", "false"))
    return _answer(resource_id, form, order, entry=id)


def dump(resource_id: str) -> Response | tuple[str, int]:
    """What programs written for CKAN know, with CKAN's parameters."""
    def order(file: DataFile) -> Order:
        asked = dump_queries.parse(tk.request.args.to_dict(), file.columns)
        form = "ckan_json" if asked.format == "json" else asked.format
        return Order(file, asked.query, form, asked.bom, asked.offset, asked.limit)
    return _answer(resource_id, tk.request.args.get("format") or "csv", order)


blueprint.add_url_rule("/dataset/<id>/resource/<resource_id>/export/<form>", "export", export)


def _answer(resource_id: str, form: str, order: Callable[[DataFile], Order], entry: str = "",
            ) -> Response | tuple[str, int]:
    """The table in `form`, for those who may have it in this form."""
    agreed = _AGREED_AS.get(form, form)
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
    try:
        fetch = access.admit(context, resource_id, agreed)
    except tk.NotAuthorized as refusal:
        return refused(refusal, resource_id)
    if not fetch.file.has_table or entry not in ("", fetch.package.id, fetch.package.name):
        raise tk.ObjectNotFound
    try:
        return _send(context, fetch, order(fetch.file), agreed)
    except tk.NotAuthorized as refusal:
        return refused(refusal, resource_id)
    except Invalid as error:
        return _page(HTTPStatus.BAD_REQUEST, error_dict(error.errors))
    except TooSlow as error:
        return _page(HTTPStatus.BAD_REQUEST, {"": [translate(error.message)]})
    except exports.Busy:
        return _page(HTTPStatus.SERVICE_UNAVAILABLE,
                     {"": [tk._("Many files are being sent just now. Please try again in a minute.")]})


def _send(context: Context, fetch: Fetch, order: Order, agreed: str) -> Response:
    if tk.request.method == "HEAD":
        return _with_headers(Response(), fetch, order)
    rows = order.rows()
    sending = exports.send(order)
    try:
        details = {"file": fetch.file.id, "form": order.form, "filtered": not order.query.whole}
        record_fetch(context, fetch, Channel.EXPORT, rows, details=details)
        return _with_headers(Response(watched(sending, context, fetch, agreed)), fetch, order)
    except BaseException:
        sending.close()
        raise


def _with_headers(answer: Response, fetch: Fetch, order: Order) -> Response:
    ending = "json" if order.form == "ckan_json" else order.form
    stem = fetch.file.filename.rpartition(".")[0] or fetch.file.filename or fetch.package.title or "data"
    answer.headers["Content-Type"] = uploads.media_type(ending, "utf-8")
    answer.headers["Content-Disposition"] = uploads.attachment(f"{stem}.{ending}")
    answer.headers["Content-Security-Policy"] = uploads.SANDBOX
    answer.headers["X-Accel-Buffering"] = "no"  # nginx passes it on as it comes, and keeps none of it on its disk
    if fetch.access.traced:
        keep_to_yourself(answer)
    return answer


def _page(status: HTTPStatus, errors: Mapping[str, Sequence[str]]) -> Response:
    """The page that says what is wrong, by the name of the parameter."""
    answer = make_response(tk.render("govshare/exports/refused.html", {"errors": errors}), status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer
