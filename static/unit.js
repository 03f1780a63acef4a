/* The form of a unit's summary: the tasks ticked are named beside their box; a filled paragraph is open. */
"use strict";

(function () {
  const form = document.getElementById("return-form");
  if (!form) return;

  function name(box) {
    const place = form.querySelector('[data-ticked="' + box.name + '"]');
    if (!place) return;
    const on = Array.from(form.querySelectorAll('input[name="' + box.name + '"]:checked'), (one) => one.value);
    place.textContent = on.length ? "第 " + on.join("、") + " 项" : "未勾选";
  }

  form.addEventListener("input", (event) => {
    if (event.target.dataset.many) name(event.target);
    const folded = event.target.value && event.target.closest("details.unit-more:not([open])");
    if (folded) folded.open = true;
  });
})();
