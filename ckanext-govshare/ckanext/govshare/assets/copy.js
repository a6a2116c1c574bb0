/* A button beside each example that copies it. Without script there is none, and the text can be selected. */
(function () {
  "use strict";
  function select(block) {
    var range = document.createRange(), selection = window.getSelection();
    range.selectNodeContents(block);
    selection.removeAllRanges();
    selection.addRange(range);
  }
  function copy(block) {
    if (navigator.clipboard) { return navigator.clipboard.writeText(block.textContent); }
    // Without https browsers offer the older way alone.
    select(block);
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject();
  }
  document.querySelectorAll("pre[data-gs-copy]").forEach(function (block) {
    var button = document.createElement("button"), label = block.getAttribute("data-gs-copy");
    button.type = "button";
    button.className = "gs-button gs-button-small gs-copy";
    button.textContent = label;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", function () {
      copy(block.querySelector("code")).then(function () {
        button.textContent = block.getAttribute("data-gs-copied");
        window.setTimeout(function () { button.textContent = label; }, 2000);
      }, function () { select(block); });
    });
    block.parentNode.insertBefore(button, block);
  });
})();
