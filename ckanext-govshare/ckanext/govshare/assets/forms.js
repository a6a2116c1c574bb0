/* What CKAN's page of API tokens does by inline scripts, which the portal's Content-Security-Policy refuses to run. */
(function () {
  "use strict";

  function enableRevoke() {
    var button = document.getElementById("revoke-tokens-button");
    if (button) {
      button.disabled = !document.querySelector("#api-tokens-table [name=token]:checked");
    }
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches("#api-tokens-table [name=token]")) {
      enableRevoke();
    }
  });
  document.addEventListener("htmx:afterRequest", enableRevoke);
  document.addEventListener("htmx:afterSettle", function () {
    var created = document.querySelector("#api-tokens-table [data-just-created]");
    if (created) {
      created.removeAttribute("data-just-created");
      created.scrollIntoView(false);
    }
  });
}());
