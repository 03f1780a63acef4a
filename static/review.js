/* Review: common reasons become words in the text, R opens it. Everything also works without this. */
"use strict";

(function () {
  document.querySelectorAll("[data-reasons]").forEach((box) => {
    const area = box.querySelector("textarea");
    box.querySelectorAll("[data-reason]").forEach((tick) => {
      tick.removeAttribute("name"); /* the words go into the text, where they can be edited */
      tick.addEventListener("change", () => {
        const parts = area.value.split("；").map((part) => part.trim()).filter((part) => part && part !== tick.dataset.reason);
        if (tick.checked) parts.push(tick.dataset.reason);
        area.value = parts.join("；");
        area.focus();
      });
    });
  });

  document.querySelectorAll("[data-reason-box][data-folded]").forEach((box) => { box.hidden = true; });
  document.querySelectorAll("[data-focus-reason]").forEach((button) => {
    button.addEventListener("click", () => {
      const box = document.querySelector("[data-reason-box]");
      box.hidden = false;
      box.querySelector("textarea").focus();
      box.scrollIntoView({ block: "nearest" });
    });
  });
})();
