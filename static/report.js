/* The editor of a report: refused saves show their form again, text areas grow, unsaved words are warned of. */
"use strict";

(function () {
  const SHOWN_AGAIN = [400, 409, 412];

  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!form || !form.matches || !form.closest("[data-section-form]")) return;
    if (SHOWN_AGAIN.includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  function grow(area) {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", area.scrollHeight + 4 + "px");
  }

  function growAll(root) {
    (root.querySelectorAll ? root : document).querySelectorAll("textarea[data-autosize]").forEach(grow);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-autosize]")) grow(event.target);
    const form = event.target.closest("[data-section-form]");
    if (form) form.dataset.dirty = "1";
  });
  document.addEventListener("htmx:load", (event) => growAll(event.detail.elt));
  growAll(document);

  /* What was rearranged on the server is not saved either. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const verb = event.detail.requestConfig && event.detail.requestConfig.verb;
    const form = document.querySelector("#" + CSS.escape(event.detail.target.id || "none") + " [data-section-form]");
    if (form && verb === "post") form.dataset.dirty = "1";
  });

  let leaving = false;
  document.addEventListener("submit", (event) => { leaving = !event.defaultPrevented; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && document.querySelector("[data-section-form][data-dirty]")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-leave]");
    if (!link) return;
    const form = link.closest("[data-section-form]");
    if (form && form.dataset.dirty && !window.confirm("本节的修改还没有保存，确定不保存就返回吗？")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (form) {
      delete form.dataset.dirty;
    }
  }, true);
})();
