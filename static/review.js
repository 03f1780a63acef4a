/* Review: common reasons become words in the text, R opens it, many are chosen and decided at once.
   Everything also works without this. */
"use strict";

(function () {
  const within = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* --- common reasons: by tick, or by their digits while nothing else has been written ------------------ */

  function prepareReasons(box) {
    const area = box.querySelector("textarea");
    const ticks = within("[data-reason]", box);
    const parts = () => area.value.split("；").map((part) => part.trim()).filter(Boolean);
    const common = ticks.map((tick) => tick.dataset.reason);
    let literal = false; /* a click into the text: digits are digits */
    ticks.forEach((tick) => {
      tick.removeAttribute("name"); /* the words go into the text, where they can be edited */
      tick.addEventListener("change", () => {
        const kept = parts().filter((part) => part !== tick.dataset.reason);
        if (tick.checked) kept.push(tick.dataset.reason);
        area.value = kept.join("；");
      });
    });
    area.addEventListener("pointerdown", () => { literal = true; });
    area.addEventListener("blur", () => { literal = false; });
    area.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && !event.shiftKey) {
        const send = area.form.querySelector("[data-send-reason]");
        if (!send) return;
        event.preventDefault();
        area.form.requestSubmit(send);
        return;
      }
      const tick = /^[1-9]$/.test(event.key) && ticks[Number(event.key) - 1];
      if (!tick || literal || parts().some((part) => !common.includes(part))) return;
      event.preventDefault();
      tick.click();
    });
  }

  within("[data-reasons]").forEach(prepareReasons);

  within("[data-reason-box][data-folded]").forEach((box) => { box.hidden = true; });
  within("[data-focus-reason]").forEach((button) => {
    button.addEventListener("click", () => {
      const box = document.querySelector("[data-reason-box]");
      box.hidden = false;
      box.querySelector("textarea").focus();
      box.scrollIntoView({ block: "nearest" });
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        box.hidden = true;
        button.focus();
      });
    });
  });

  /* --- many at once: what is ticked stays ticked while one goes through the list ------------------------- */

  const form = document.querySelector("[data-bulk]");
  const dialog = document.getElementById("bulk-dialog");
  if (!form || !dialog) return;

  const KEY = "chosen:" + (document.body.dataset.username || "") + ":" + form.dataset.bulk;
  const boxes = within("input[name=chosen]", form);

  function keep() {
    try { sessionStorage.setItem(KEY, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.value))); }
    catch (error) { /* storage full or switched off: the page still has it */ }
  }

  function recount() {
    if (boxes.length) boxes[0].dispatchEvent(new Event("input", { bubbles: true }));
    keep();
  }

  try {
    const kept = new Set(JSON.parse(sessionStorage.getItem(KEY) || "[]"));
    boxes.forEach((box) => { if (kept.has(box.value)) box.checked = true; });
  } catch (error) { /* nothing kept */ }
  recount();
  form.addEventListener("change", keep);
  form.addEventListener("input", keep);

  within("[data-choose-unremarked]", form).forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    boxes.forEach((box) => { box.checked = !box.hasAttribute("data-remarked"); });
    recount();
  }));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter || form.querySelector("[name=verb]");
    if (!boxes.some((box) => box.checked)) { window.suzhou.toast("请先勾选要办理的。", "warn"); return; }
    const data = new FormData(form);
    data.set("verb", button.value);
    data.set("csrfmiddlewaretoken", window.suzhou.csrfToken());
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: data, headers: { "X-Fragment": "1" }, credentials: "same-origin", redirect: "manual", cache: "no-store",
      });
      if (answer.type === "opaqueredirect") { window.suzhou.signInAgain(() => form.requestSubmit(button)); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      dialog.innerHTML = await answer.text();
      within("[data-reasons]", dialog).forEach(prepareReasons);
      dialog.showModal();
      const first = dialog.querySelector("textarea") || dialog.querySelector("[autofocus]");
      if (first) first.focus();
    } catch (error) {
      window.suzhou.toast("暂时连不上服务器，没有办理。所选都在，请稍后再试。", "bad");
    } finally { button.disabled = false; }
  });

  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-bulk-back]")) return;
    event.preventDefault();
    dialog.close();
  });
})();
