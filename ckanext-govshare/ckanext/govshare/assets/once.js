/* A form marked data-gs-once is sent once, however often its button is pressed. */
(function () {
  "use strict";
  document.querySelectorAll("form[data-gs-once]").forEach(function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) {
        event.preventDefault();
      }
      sent = true;
    });
    // Back on the page, from the browser's memory, it may be sent again.
    window.addEventListener("pageshow", function () { sent = false; });
  });
}());
