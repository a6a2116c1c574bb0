/* The entry's form: fields that do not apply are folded away, the table of information items grows and shrinks.
   Everything works without this script too; what may be saved is decided by the server. */
(function () {
  "use strict";

  function value(form, name) {
    var field = form.elements[name];
    return field ? field.value : "";
  }

  function foldAway(form) {
    form.querySelectorAll("[data-gs-when]").forEach(function (block) {
      var when = JSON.parse(block.getAttribute("data-gs-when"));
      var applies = Object.keys(when).every(function (name) { return when[name].indexOf(value(form, name)) >= 0; });
      var filled = Array.prototype.some.call(block.querySelectorAll("input, select, textarea"), function (field) {
        return field.type === "checkbox" ? field.checked : field.value.trim() !== "";
      });
      // What was filled in stays in sight, so that nothing is sent or lost unseen.
      block.hidden = !applies && !filled;
    });
  }

  function number(table) {
    table.querySelectorAll("tbody tr").forEach(function (row, index) {
      row.querySelector("th").textContent = String(index + 1);
      row.querySelectorAll("[name]").forEach(function (field) {
        field.name = field.name.replace(/__\d+__/, "__" + index + "__");
      });
      var button = row.querySelector("button");
      if (button) {
        button.setAttribute("aria-label", table.getAttribute("data-gs-remove").replace("{number}", String(index + 1)));
      }
    });
  }

  function addRemoveButton(row, table) {
    var cell = row.appendChild(document.createElement("td"));
    var button = cell.appendChild(document.createElement("button"));
    cell.className = "gs-items-remove";
    button.type = "button";
    button.className = "gs-button gs-button-small";
    button.textContent = "×";
    button.addEventListener("click", function () {
      if (table.querySelectorAll("tbody tr").length > 1) {
        row.remove();
      } else {
        row.querySelectorAll("[name]").forEach(function (field) { field.value = ""; });
      }
      number(table);
    });
  }

  function growAndShrink(table) {
    var body = table.querySelector("tbody");
    var blank = body.lastElementChild.cloneNode(true);
    table.querySelector("thead tr").appendChild(document.createElement("td"));
    body.querySelectorAll("tr").forEach(function (row) { addRemoveButton(row, table); });
    var add = document.createElement("button");
    add.type = "button";
    add.className = "gs-button gs-button-small";
    add.textContent = table.getAttribute("data-gs-add");
    add.addEventListener("click", function () {
      var row = body.appendChild(blank.cloneNode(true));
      addRemoveButton(row, table);
      number(table);
      row.querySelector("input").focus();
    });
    table.insertAdjacentElement("afterend", add);
    number(table);
  }

  document.querySelectorAll(".gs-long-form").forEach(function (form) {
    foldAway(form);
    form.addEventListener("change", function () { foldAway(form); });
    form.querySelectorAll("[data-gs-rows]").forEach(growAndShrink);
  });
})();
