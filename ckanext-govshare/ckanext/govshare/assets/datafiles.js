/* The reading of a data file is followed on its page, and a file that is too large is told before it travels. */
(function () {
  "use strict";

  function show(panel, progress) {
    var bar = panel.querySelector("progress");
    var step = panel.querySelector("[data-gs-step]");
    if (step.textContent !== progress.step) {
      step.textContent = progress.step;
    }
    if (progress.total) {
      bar.max = progress.total;
      bar.value = progress.done;
    } else {
      bar.removeAttribute("value");
    }
  }

  function follow(panel) {
    var pause = 700;
    function again() {
      pause = Math.min(pause * 1.15, 4000);
      window.setTimeout(ask, pause);
    }
    function ask() {
      window.fetch(panel.getAttribute("data-gs-follow"), {credentials: "same-origin"}).then(function (answer) {
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      }).then(function (progress) {
        if (progress.finished) {
          window.location.reload();
          return;
        }
        show(panel, progress);
        again();
      }).catch(again);
    }
    window.setTimeout(ask, pause);
  }

  function weigh(input) {
    var message = document.getElementById("field-upload-error");
    var file = input.files[0];
    var tooBig = Boolean(file) && file.size > Number(input.getAttribute("data-gs-max"));
    message.textContent = tooBig ? message.getAttribute("data-gs-too-big") : "";
    input.setCustomValidity(message.textContent);
  }

  document.querySelectorAll("[data-gs-follow]").forEach(follow);
  document.querySelectorAll("input[data-gs-max]").forEach(function (input) {
    input.addEventListener("change", function () { weigh(input); });
  });
}());
