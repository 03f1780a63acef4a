/* 考核办法: the total while one types, rows moved up and down, the numbers of the formula chosen.
   Without scripts the order is typed, and a formula's numbers come with the next saving. */
"use strict";

(function () {
  const form = document.querySelector("form[data-scheme]");
  if (!form) return;
  const all = (selector, root) => Array.from((root || form).querySelectorAll(selector));
  const part = (row, name) => row.querySelector('[name="' + name + "_" + row.dataset.criterion + '"]');
  const rows = () => all("[data-criterion]");

  /* --- the total ------------------------------------------------------------------------------------- */

  const totals = [document.querySelector("[data-total]"), document.querySelector("[data-total-short]")];

  function hundredths(text) {
    const plain = text.normalize("NFKC").replace(/,/g, "").trim();
    return /^\d+(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
  }

  function reckon() {
    let total = 0;
    rows().forEach((row) => {
      const removed = part(row, "remove").checked;
      row.classList.toggle("is-removed", removed);
      if (!removed) total += hundredths(part(row, "weight").value);
    });
    const by = Math.abs(total - 10000) / 100;
    let said = "合计 " + total / 100 + " 分";
    if (total > 10000) said += "，多出 " + by + " 分";
    if (total < 10000) said += "，还差 " + by + " 分";
    totals.forEach((one) => {
      if (!one) return;
      one.textContent = said;
      one.classList.toggle("is-wrong", total !== 10000);
    });
  }

  /* --- the order ------------------------------------------------------------------------------------- */

  function number() {
    rows().forEach((row, place) => { part(row, "order").value = place + 1; });
  }

  all("[data-move]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const row = button.closest("[data-criterion]"), up = button.dataset.move === "up";
      const other = up ? row.previousElementSibling : row.nextElementSibling;
      if (!other || !other.matches("[data-criterion]")) return;
      if (up) other.before(row); else other.after(row);
      number();
      button.focus();
    });
  });

  /* --- the numbers of the formula chosen --------------------------------------------------------------- */

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-criterion]");
    if (row && event.target === part(row, "formula")) {
      const template = document.querySelector('template[data-formula="' + event.target.value + '"]');
      const box = row.querySelector("[data-parameters]");
      box.innerHTML = template ? template.innerHTML.replaceAll("ROW", row.dataset.criterion) : "";
    }
    reckon();
  });
  form.addEventListener("input", reckon);
  reckon();
})();
