/* What CKAN's forms do by inline scripts, which the portal's Content-Security-Policy refuses to run.
   Elements say what a click does: data-check, data-focus, data-press and data-empty name other elements by id. */
(function () {
  "use strict";

  function named(element, attribute) {
    var id = element.getAttribute(attribute);
    return id && document.getElementById(id);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-form-step]");
    if (!button) {
      return;
    }
    var choice = named(button, "data-check");
    if (choice) {
      choice.checked = true;
    }
    var emptied = named(button, "data-empty");
    if (emptied) {
      emptied.value = "";
    }
    var pressed = named(button, "data-press");
    if (pressed) {
      pressed.click();
    }
    var focused = named(button, "data-focus");
    if (focused) {
      focused.focus();
    }
  });

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
