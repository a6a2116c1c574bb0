"""The holes of CKAN 2.12.0 stay closed, and every answer carries its protection."""
from __future__ import annotations

import re
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import trustme
from browser import Browser
from ckan.common import g
from ckan.lib import mailer
from ckan.tests import factories
from mail_server import HOST, mail_server
from werkzeug.datastructures import FileStorage
from world import World

CSRF_FIELD = re.compile(r'name="_csrf_token" value="([^"]+)"')
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]|<[^>]+\son[a-z]+\s*=|\shx-on|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"<(?:script|img|iframe|link rel=\"stylesheet\")[^>]+(?:src|href)=\"(?:https?:)?//([^/\"]+)", re.IGNORECASE)
PASSWORD = "correct horse battery"


@pytest.fixture
def person(world: World) -> dict[str, Any]:
    user: dict[str, Any] = factories.User(password=PASSWORD)
    return user


@pytest.fixture
def tokens_page(person: dict[str, Any]) -> str:
    return f"/user/{person['name']}/api-tokens"


class TestForgedRequests:
    """CVE-2026-41255."""

    @pytest.fixture
    def session(self, app: Any, person: dict[str, Any]) -> Browser:
        return Browser(app, person["name"])

    @pytest.fixture
    def program(self, app: Any, person: dict[str, Any]) -> Browser:
        return Browser(app, token=factories.APIToken(user=person["name"])["token"])

    def test_a_session_without_csrf_token_may_not_post(self, session: Browser, tokens_page: str) -> None:
        assert session.post(tokens_page, data={"name": "forged"}).status_code == HTTPStatus.BAD_REQUEST

    def test_a_session_with_its_csrf_token_may_post(self, session: Browser, tokens_page: str) -> None:
        token = CSRF_FIELD.findall(session.get(tokens_page).body)[0]
        answer = session.post(tokens_page, data={"name": "mine", "_csrf_token": token})
        assert answer.status_code == HTTPStatus.OK

    def test_an_api_token_may_post(self, program: Browser, tokens_page: str) -> None:
        assert program.post(tokens_page, data={"name": "by token"}).status_code == HTTPStatus.OK

    def test_a_request_by_token_exempts_no_later_request_to_the_same_view(
            self, program: Browser, session: Browser, tokens_page: str) -> None:
        program.post(tokens_page, data={"name": "by token"})
        assert session.post(tokens_page, data={"name": "forged"}).status_code == HTTPStatus.BAD_REQUEST

    def test_an_anonymous_visit_exempts_no_later_request_to_the_same_view(
            self, app: Any, session: Browser, tokens_page: str) -> None:
        Browser(app).get(tokens_page)
        assert session.post(tokens_page, data={"name": "forged"}).status_code == HTTPStatus.BAD_REQUEST

    def test_the_api_by_session_needs_a_csrf_token_also_after_anonymous_use(self, app: Any, session: Browser) -> None:
        address = "/api/3/action/package_search"
        assert Browser(app).post(address, json={}).status_code == HTTPStatus.OK
        assert session.post(address, json={}).status_code == HTTPStatus.BAD_REQUEST

    def test_a_log_in_cannot_be_forged(self, app: Any, person: dict[str, Any]) -> None:
        visitor = Browser(app)
        visitor.get("/user/login")
        answer = visitor.post("/user/login", data={"login": person["name"], "password": PASSWORD})
        assert answer.status_code == HTTPStatus.BAD_REQUEST


class TestSessions:
    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, app: Any, person: dict[str, Any]) -> None:
        answer = Browser(app).get("/user/login")
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("ckan=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


class TestDataStore:
    """CVE-2026-42031, and the table of all tables."""

    @pytest.fixture
    def sql_search(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
        from ckanext.datastore.backend import DatastoreBackend
        from ckanext.datastore.logic.action import datastore_search_sql

        backend = DatastoreBackend.get_active_backend()
        monkeypatch.setattr(backend, "enable_sql_search", True)
        monkeypatch.setattr(backend, "allowed_sql_functions", set(), raising=False)
        monkeypatch.setitem(tk.config, "ckan.datastore.sqlsearch.enabled", True)

        def search(sql: str) -> Any:
            backend.configure(tk.config)
            return datastore_search_sql({"ignore_auth": True}, {"sql": sql})
        return search

    def test_sql_search_is_off(self, app: Any, world: World) -> None:
        answer = app.get("/api/3/action/datastore_search_sql", query_string={"sql": "SELECT 1"})
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert "Action name not known" in answer.body

    def test_a_rewriting_function_is_refused_even_where_sql_search_is_on(self, sql_search: Any) -> None:
        with pytest.raises(tk.NotAuthorized, match="ts_rewrite"):
            sql_search("SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')")

    def test_harmless_functions_remain(self, sql_search: Any) -> None:
        assert sql_search("SELECT upper('a') AS a")["records"] == [{"a": "A"}]

    def test_our_functions_are_ckans_without_the_rewriting_one(self) -> None:
        from ckanext.datastore.plugin import sql_functions_allowlist_file

        ours = set(Path(tk.config["ckan.datastore.sqlsearch.allowed_functions_file"]).read_text().split())
        assert ours == set(Path(sql_functions_allowlist_file()).read_text().split()) - {"ts_rewrite"}

    def test_the_table_of_tables_is_answered_as_one_that_does_not_exist(self, app: Any, world: World) -> None:
        told = [app.get("/api/3/action/datastore_search", query_string={"resource_id": name})
                for name in ("_table_metadata", "no-such-table")]
        assert [answer.status_code for answer in told] == [HTTPStatus.NOT_FOUND] * 2
        assert told[0].body == told[1].body


class TestMail:
    """CVE-2026-41132."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def send(self, with_request_context: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA) -> Any:
        trusted = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(trusted))

        def mail(server: str) -> None:
            for key, value in {"smtp.server": server, "smtp.starttls": True, "smtp.mail_from": "portal@example.com",
                               "govshare.mail_ca_file": str(trusted)}.items():
                monkeypatch.setitem(tk.config, key, value)
            mailer.mail_recipient("Li", "li@example.com", "Subject", "Body")
        return mail

    def test_mail_reaches_a_server_that_a_trusted_authority_vouches_for(self, send: Any, authority: trustme.CA) -> None:
        with mail_server(authority) as box:
            send(box.address)
        assert len(box.messages) == 1
        assert "li@example.com" in box.messages[0]

    def test_a_server_that_vouches_for_itself_gets_no_mail(self, send: Any) -> None:
        with mail_server(trustme.CA()) as box, pytest.raises(mailer.MailerException, match="certificate"):
            send(box.address)
        assert box.messages == []

    def test_a_certificate_for_another_host_is_refused(self, send: Any, authority: trustme.CA) -> None:
        with mail_server(authority, name=f"not-{HOST}") as box, pytest.raises(mailer.MailerException, match="certificate"):
            send(box.address)
        assert box.messages == []


class TestForwardedHeaders:
    def test_a_caller_cannot_name_his_own_address(self, app: Any, world: World) -> None:
        with app.flask_app.test_client() as client:
            client.get("/", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"})
            assert g.remote_addr == "127.0.0.1"
            assert tk.request.scheme == "http"

    @pytest.mark.parametrize(("trusted", "forwarded", "address"), [
        (1, "6.6.6.6, 10.0.0.7", "10.0.0.7"),
        (2, "6.6.6.6, 10.0.0.7, 192.0.2.1", "10.0.0.7"),
    ])
    def test_only_what_our_own_proxies_added_is_believed(
            self, monkeypatch: pytest.MonkeyPatch, trusted: int, forwarded: str, address: str) -> None:
        from flask import Flask, request

        from ckanext.govshare.security import proxies

        monkeypatch.setitem(tk.config, "govshare.trusted_proxies", trusted)
        site = Flask("site")
        site.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.headers.get('X-Forwarded-For')}")
        proxies.install(site)
        assert site.test_client().get("/", headers={"X-Forwarded-For": forwarded}).text == f"{address} None"


class TestHeaders:
    @pytest.mark.parametrize("page", ["/", "/dataset/", "/api/3/action/status_show", "/no-such-page", "/user/login"])
    def test_every_answer_carries_them(self, app: Any, world: World, page: str) -> None:
        headers = app.get(page).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"

    @pytest.mark.parametrize(("site", "expected"), [("https://data.example.com", "max-age=31536000"), ("http://127.0.0.1", None)])
    def test_browsers_are_bound_to_https_where_the_site_has_it(self, site: str, expected: str | None) -> None:
        from flask import Flask

        from ckanext.govshare.security import headers

        small = Flask("site")
        small.add_url_rule("/", view_func=lambda: "")
        headers.install(small, {"ckan.site_url": site})
        assert small.test_client().get("/").headers.get("Strict-Transport-Security") == expected

    def test_the_version_is_not_told(self, app: Any, world: World) -> None:
        assert "ckan_version" not in app.get("/api/3/action/status_show").json["result"]


class TestUploads:
    def test_a_data_file_is_not_served_by_its_place_on_disk(self, app: Any, world: World) -> None:
        entry = world.draft()
        file = FileStorage(BytesIO(b"station,value\n1,2\n"), filename="stations.csv")
        world.call(world.editor, "resource_create", package_id=entry["id"], name="stations", url="stations.csv",
                   url_type="upload", upload=file)
        storage = Path(tk.config["ckan.storage_path"])
        (stored,) = (path for path in storage.rglob("*") if path.is_file() and path.read_bytes().startswith(b"station,value"))
        place = stored.relative_to(storage)
        try:
            for address in (f"/{place}", f"/uploads/{place}", f"/uploads/../../{place}", f"/storage/{place}",
                            f"/file/public-download/{place}", f"/file/public-download/resources/{place.name}"):
                assert Browser(app).get(address).status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN), address
        finally:
            stored.unlink()


    def test_an_uploaded_script_is_no_script_of_this_site(self, app: Any, world: World) -> None:
        entry = world.draft()
        file = FileStorage(BytesIO(b"alert(1)"), filename="evil.js", content_type="text/javascript")
        world.call(world.editor, "resource_create", package_id=entry["id"], name="evil", url="evil.js", url_type="upload",
                   upload=file)
        self.publish(world, entry)
        answer = Browser(app).get(self.download(world, entry))
        assert answer.status_code == HTTPStatus.OK
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")

    def publish(self, world: World, entry: dict[str, Any]) -> None:
        world.vouch(entry, "js")
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])

    def download(self, world: World, entry: dict[str, Any]) -> str:
        (file,) = world.call("", "package_show", id=entry["id"])["resources"]
        return f"/dataset/{entry['id']}/resource/{file['id']}/download/evil.js"

    def test_the_api_answers_in_json_alone(self, app: Any, world: World) -> None:
        assert Browser(app).get("/api/3/action/status_show?callback=alert").status_code == HTTPStatus.BAD_REQUEST
        assert Browser(app).get("/api/3/action/status_show").mimetype == "application/json"


class TestPagesObeyTheirPolicy:
    """The Content-Security-Policy runs no inline script and loads nothing from elsewhere; no page may need it to."""

    PUBLIC = ("/", "/dataset/", "/organization/", "/group/", "/user/login", "/about", "/no-such-page")
    PERSONAL = ("/user/edit", "/dashboard/datasets", "/dataset/new", "/entry/", "/user/me")

    def check(self, page: str) -> None:
        assert INLINE.findall(page) == []
        assert set(ELSEWHERE.findall(page)) <= {"localhost"}

    @pytest.mark.parametrize("page", PUBLIC)
    def test_public_pages(self, app: Any, world: World, page: str) -> None:
        world.approved()
        self.check(app.get(page).body)

    @pytest.mark.parametrize("page", PERSONAL)
    def test_pages_of_clerks(self, app: Any, world: World, page: str) -> None:
        answer = Browser(app, world.editor).get(page, follow_redirects=True)
        assert answer.status_code == HTTPStatus.OK
        self.check(answer.body)

    def test_pages_of_an_entry(self, app: Any, world: World) -> None:
        entry = world.draft(resources=[{"name": "站点", "url": "https://example.com/a.csv", "format": "CSV"}])
        clerk = Browser(app, world.editor)
        for page in (f"/dataset/{entry['name']}", f"/dataset/edit/{entry['name']}", f"/dataset/{entry['name']}/resource/new",
                     f"/entry/{entry['id']}", f"/user/{world.editor}/api-tokens"):
            answer = clerk.get(page)
            assert answer.status_code == HTTPStatus.OK, page
            self.check(answer.body)
