/* Show and hide of the navigation and of the filters on small screens. Without script everything is shown. */
(function () {
  "use strict";
  document.documentElement.classList.add("gs-script");
  document.querySelectorAll("[data-gs-toggle]").forEach(function (button) {
    var target = document.getElementById(button.getAttribute("data-gs-toggle"));
    if (!target) { return; }
    function set(open) {
      button.setAttribute("aria-expanded", String(open));
      target.classList.toggle("is-open", open);
    }
    set(false);
    button.addEventListener("click", function () {
      set(button.getAttribute("aria-expanded") !== "true");
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
        set(false);
        button.focus();
      }
    });
  });
  document.querySelectorAll("select[data-gs-submit]").forEach(function (select) {
    select.addEventListener("change", function () { select.form.submit(); });
  });
})();

/* CKAN's client asks for translations as zh_Hans-CN, which no server knows, and its modules then never start. */
(function () {
  "use strict";
  if (!window.ckan || !window.ckan.Client) { return; }
  var ask = window.ckan.Client.prototype.getLocaleData;
  window.ckan.Client.prototype.getLocaleData = function (locale, success, error) {
    return ask.call(this, locale.replaceAll("-", "_"), success, error);
  };
})();
