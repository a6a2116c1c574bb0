"""Registration only: what GovShare adds to CKAN, and where each part is."""
from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import CKANConfig
from ckan.config.declaration import Declaration
from ckan.lib.plugins import DefaultPermissionLabels, DefaultTranslation
from ckan.types import CKANApp

from ckanext.govshare import cli, regulations, search, security, subscriptions, views
from ckanext.govshare import config as govshare_config
from ckanext.govshare.display import helpers
from ckanext.govshare.logic import action, auth, labels, validators
from ckanext.govshare.logic.cases import consequences, kernel


@tk.blanket.actions(action.get_actions)
@tk.blanket.auth_functions(auth.get_auth_functions)
@tk.blanket.blueprints(views.get_blueprints)
@tk.blanket.cli(cli.get_commands)
@tk.blanket.helpers(helpers)
@tk.blanket.validators(validators)
class GovSharePlugin(DefaultTranslation, DefaultPermissionLabels, p.SingletonPlugin):
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.IDomainObjectModification)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IGroupController, inherit=True)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IPermissionLabels)
    p.implements(p.ITranslation)

    def declare_config_options(self, declaration: Declaration, key: Any) -> None:
        govshare_config.declare(declaration)
        security.declare(declaration)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "govshare")
        security.configure(config)

    def configure(self, config: CKANConfig) -> None:
        security.verify(config)
        regulations.verify()
        kernel.install(consequences.TABLE)

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        return security.protect(views.take_over(app), config)

    def notify(self, entity: Any, operation: str) -> None:
        if isinstance(entity, model.Package):
            subscriptions.package_changed(entity)

    def edit(self, entity: Any) -> None:
        if isinstance(entity, model.Group):
            subscriptions.group_changed(entity)

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        return labels.of_entry(dataset_obj)

    def get_user_dataset_labels(self, user_obj: model.User | None) -> list[str]:
        return labels.of_user(user_obj)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return search.index_fields(pkg_dict)

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return search.query_params(search_params)

    def after_dataset_search(self, search_results: dict[str, Any], search_params: dict[str, Any]) -> dict[str, Any]:
        return search.label_facets(search_results)

    def dataset_facets(self, facets_dict: dict[str, str], *_: Any) -> dict[str, str]:
        return search.dataset_facets(facets_dict)

    organization_facets = group_facets = dataset_facets
