/* 临时调度: choosing subjects and fields quickly, marking what was changed, keeping the office's table fresh.
   Without scripts everything here is done by the page as it stands. */
"use strict";

(function () {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* --- looking for subjects among many ----------------------------------------------------------------- */

  all("[data-ticks]").forEach((box) => {
    const count = box.querySelector("[data-ticked]");
    box.addEventListener("change", () => {
      const ticked = all("input[type=checkbox]:checked", box).length;
      count.hidden = !ticked;
      count.querySelector(".num").textContent = ticked;
    });
    const look = box.querySelector("[data-look]");
    look.addEventListener("input", () => {
      const words = look.value.trim().toLowerCase().split(/\s+/);
      all("[data-group]", box).forEach((group) => {
        let shown = 0;
        all("label", group).forEach((label) => {
          const fits = words.every((word) => label.textContent.toLowerCase().includes(word));
          label.hidden = !fits && !label.querySelector("input").checked;
          shown += label.hidden ? 0 : 1;
        });
        group.hidden = !shown;
      });
    });
    look.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  });

  /* --- a set of fields put into the form, without losing what else was typed ---------------------------- */

  const sets = document.getElementById("quick-sets");
  all("[data-set]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    const fields = JSON.parse(sets.textContent)[link.dataset.set].fields;
    all("[data-place]").forEach((row, place) => {
      const said = fields[place] || { label: "", kind: "text" };
      ["label", "kind", "unit", "source"].forEach((part) => {
        row.querySelector('[name="' + part + "_" + row.dataset.place + '"]').value = said[part] || "";
      });
    });
  }));

  /* --- answering: a row that was changed says so --------------------------------------------------------- */

  const form = document.querySelector("form[data-quick]");
  if (form) {
    const valuesOf = (row) => all("textarea, input:not([type=hidden])", row)
      .map((one) => one.type === "radio" ? one.checked : one.value).join("\u0000");
    all("[data-row]", form).forEach((row) => {
      const before = valuesOf(row);
      const button = row.querySelector("[data-one]");
      const words = button && button.innerHTML;
      row.addEventListener("input", () => {
        const changed = valuesOf(row) !== before;
        row.classList.toggle("is-changed", changed);
        if (!button) return;
        if (changed) button.textContent = button.dataset.one;
        else button.innerHTML = words;
      });
    });
    const wrong = form.querySelector("[aria-invalid]");
    if (wrong) wrong.focus();
  }

  /* --- the table, fresh while somebody looks at it; a table left alone must not keep a session alive ------ */

  const REFRESH = 30000, WATCHED = 20 * 60000;
  let touched = Date.now();
  ["pointermove", "keydown", "scroll"].forEach((kind) => document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true }));
  async function refresh() {
    const live = document.querySelector("[data-live]");
    if (!live) return;
    if (document.hidden || Date.now() - touched > WATCHED || document.querySelector("dialog[open]")) return;
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (fresh && !live.contains(document.activeElement)) live.replaceWith(fresh);
    } catch (error) { /* tried again in a while */ }
  }
  if (document.querySelector("[data-live]")) window.setInterval(refresh, REFRESH);
})();
