/* Small manners shared by all pages; every page also works without them.
   Each part finds its elements by a data attribute, so that fragments brought by htmx work as well. */
"use strict";

window.suzhou = (function () {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const typing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

  /* --- toasts: errors stay, the rest leaves after eight seconds ------------------------------------ */

  function toast(text, tone) {
    const box = document.getElementById("toasts");
    if (!box) return;
    const note = document.createElement("div");
    note.className = "note toast-note" + (tone ? " note-" + tone : "");
    note.setAttribute("role", tone === "bad" ? "alert" : "status");
    const body = document.createElement("div");
    body.className = "note-body";
    body.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.setAttribute("aria-label", "关闭提示");
    close.dataset.toastClose = "";
    close.textContent = "×";
    note.append(body, close);
    box.append(note);
    leaveInTime(note);
  }

  function leaveInTime(note) {
    if (note.classList.contains("note-bad")) return;
    window.setTimeout(() => note.remove(), 8000);
  }

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-toast-close]");
    if (close) close.closest(".toast-note").remove();
  });

  /* --- navigation on small screens, menus ---------------------------------------------------------- */

  function setNavigation(open) {
    document.body.classList.toggle("side-open", open);
    all("[data-nav-toggle]").forEach((button) => button.setAttribute("aria-expanded", String(open)));
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-nav-toggle]")) {
      setNavigation(!document.body.classList.contains("side-open"));
    } else if (document.body.classList.contains("side-open") && !event.target.closest(".side")) {
      setNavigation(false);
    }
    all("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    setNavigation(false);
    all("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* --- dialogs -------------------------------------------------------------------------------------- */

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.dialogOpen).showModal();
    }
    const closer = event.target.closest("[data-dialog-close]");
    if (closer) closer.closest("dialog").close();
    const refused = event.target.closest("[data-refused]");
    if (refused) toast(refused.dataset.refused, "warn");
    if (event.target.closest("[data-print]")) window.print();
  });

  function confirmed(text, title, yes) {
    const dialog = document.getElementById("confirm-dialog");
    if (!dialog || !dialog.showModal) return Promise.resolve(window.confirm(text));
    dialog.querySelector("#confirm-title").textContent = title || "请确认";
    dialog.querySelector("#confirm-text").textContent = text;
    const ok = dialog.querySelector("[data-confirm-ok]");
    const no = dialog.querySelector("[data-confirm-no]");
    ok.textContent = yes || "确定";
    return new Promise((resolve) => {
      const end = (answer) => {
        ok.onclick = no.onclick = dialog.onclose = null;
        dialog.close();
        resolve(answer);
      };
      ok.onclick = () => end(true);
      no.onclick = () => end(false);
      dialog.onclose = () => end(false);
      dialog.showModal();
      no.focus();
    });
  }

  /* --- sending forms: ask first, see that the session lives, and never send twice ------------------- */

  const asked = new WeakMap(); /* form → the button its sender said yes to */
  const alive = new WeakSet(); /* forms whose session was just seen to live */

  function sendAgain(form, submitter) {
    if (submitter && submitter.isConnected && submitter.form === form) form.requestSubmit(submitter);
    else form.requestSubmit();
  }

  async function sessionLives() {
    try {
      const answer = await fetch("/work/me/", { method: "HEAD", redirect: "manual", credentials: "same-origin", cache: "no-store" });
      return answer.type !== "opaqueredirect";
    } catch (error) {
      return true; /* no network: let the browser say so itself */
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-sign-in-again]") || form.getAttribute("method") === "dialog") return;
    const submitter = event.submitter;
    const question = (submitter && submitter.dataset.confirm) || form.dataset.confirm;
    const words = submitter && submitter.dataset.confirm ? submitter.dataset : form.dataset;
    if (question && !(asked.has(form) && asked.get(form) === submitter)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      confirmed(question, words.confirmTitle, words.confirmYes || (submitter && submitter.textContent.trim())).then((yes) => {
        if (!yes) return;
        asked.set(form, submitter);
        sendAgain(form, submitter);
      });
      return;
    }
    if (form.method !== "post" || form.hasAttribute("data-allow-repeat")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (document.body.dataset.username && form.hasAttribute("data-keep") && !alive.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      form.dataset.sent = "checking";
      sessionLives().then((lives) => {
        delete form.dataset.sent;
        const goOn = () => { alive.add(form); sendAgain(form, submitter); };
        if (lives) goOn();
        else signInAgain(goOn);
      });
      return;
    }
    alive.delete(form);
    asked.delete(form);
    if (form.closest("[hx-post]") || form.hasAttribute("hx-post")) return; /* htmx has hx-disabled-elt */
    form.dataset.sent = "1";
    /* Disabled only after the browser has taken the button's own name and value along. */
    window.setTimeout(() => all("button:not([type=button]), input[type=submit]", form).forEach((button) => {
      button.disabled = true;
      button.classList.add("is-busy");
    }), 0);
  }, true);

  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all(".is-busy", form).forEach((button) => {
      button.disabled = false;
      button.classList.remove("is-busy");
    });
  }));

  /* --- signing in again without leaving the page ----------------------------------------------------- */

  let afterSignIn = null;

  function signInAgain(then) {
    const dialog = document.getElementById("sign-in-again");
    if (!dialog) { window.location.reload(); return; }
    afterSignIn = then || null;
    dialog.querySelector("[data-sign-in-error]").textContent = "";
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[name=password]").focus();
  }

  function csrfToken() {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return (cookie && cookie[1]) || (field && field.value) || "";
  }

  function renewTokens(token) {
    all("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-sign-in-again]");
    if (!form) return;
    event.preventDefault();
    const error = form.querySelector("[data-sign-in-error]");
    const address = document.body.dataset.signIn;
    try {
      const page = await (await fetch(address, { credentials: "same-origin", cache: "no-store" })).text();
      const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("input[name=csrfmiddlewaretoken]");
      const data = new FormData(form);
      data.set("csrfmiddlewaretoken", fresh ? fresh.value : csrfToken());
      data.set("next", "/work/me/");
      const answer = await fetch(address, { method: "POST", body: data, credentials: "same-origin" });
      const text = await answer.text();
      const result = new DOMParser().parseFromString(text, "text/html");
      if (new URL(answer.url).pathname === address) {
        const reason = result.querySelector(".field-error, .note-bad");
        error.textContent = reason ? reason.textContent.trim() : "用户名或密码不正确，请重新输入。";
        return;
      }
      const token = result.querySelector("input[name=csrfmiddlewaretoken]");
      renewTokens(token ? token.value : csrfToken());
      form.querySelector("[name=password]").value = "";
      form.closest("dialog").close();
      toast("已重新登录，填写的内容都在。", "good");
      const then = afterSignIn;
      afterSignIn = null;
      if (then) then();
    } catch (failure) {
      error.textContent = "暂时连不上服务器，请稍后再试；页面上的内容不会丢失。";
    }
  });

  /* --- htmx ------------------------------------------------------------------------------------------- */

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if (answer.responseURL && new URL(answer.responseURL).pathname === document.body.dataset.signIn) {
      event.detail.shouldSwap = false;
      const element = event.detail.requestConfig && event.detail.requestConfig.elt;
      signInAgain(() => { if (element && window.htmx) window.htmx.trigger(element, "retry"); });
    }
  });

  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const note = new DOMParser().parseFromString(answer.responseText || "", "text/html").querySelector(".note-bad");
    const reason = note && note.textContent.trim().replace(/\s+/g, " ");
    if (answer.status === 403) toast(reason || "您没有这样做的权限。", "bad");
    else if (answer.status === 503) toast("系统正忙，刚才的内容没有保存，仍在页面上。请稍后再试。", "bad");
    else toast(reason || "出错了，刚才的内容没有保存，仍在页面上。请稍后再试。", "bad");
  });

  document.addEventListener("htmx:sendError", () => toast("网络不通，刚才的内容没有保存，仍在页面上。", "bad"));

  /* --- forms: counters, filters, choosing all ---------------------------------------------------------- */

  function count(area) {
    const place = document.querySelector('[data-counter-for="' + area.id + '"]');
    if (!place) return;
    const limit = Number(area.dataset.counter);
    const length = Array.from(area.value.trim()).length;
    place.textContent = limit ? length + " / " + limit + " 字" : length + " 字";
    place.classList.toggle("is-over", limit > 0 && length > limit);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-counter]")) count(event.target);
    const box = event.target.closest("[data-check-all], input[type=checkbox]");
    if (box) countChecked(box);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.type !== "search" && event.target.type !== "text") form.requestSubmit();
  });

  /* Empty filters stay out of the address. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-autosubmit")) return;
    all("input[name], select[name]", form).forEach((field) => { if (field.value === "") field.disabled = true; });
  });
  window.addEventListener("pageshow", () => all("form[data-autosubmit] :disabled").forEach((field) => { field.disabled = false; }));

  function countChecked(changed) {
    const form = changed.closest("form") || document;
    const head = form.querySelector("[data-check-all]");
    if (!head) return;
    const boxes = all('input[type=checkbox][name="' + head.dataset.checkAll + '"]:not(:disabled)', form);
    if (changed === head) boxes.forEach((box) => { box.checked = head.checked; });
    const chosen = boxes.filter((box) => box.checked).length;
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
    all("[data-checked-count]", form).forEach((place) => { place.textContent = chosen; });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const control = document.querySelector('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (control && !control.disabled) {
      event.preventDefault();
      control.click();
    }
  });

  /* --- tables: columns one wants to see, remembered on this machine ------------------------------------ */

  function hiddenColumns(name) {
    try { return new Set(JSON.parse(localStorage.getItem("columns:" + name) || "[]")); }
    catch (error) { return new Set(); }
  }

  function applyColumns(table) {
    const hidden = hiddenColumns(table.dataset.columns);
    const heads = all("thead tr:first-child > [data-col]", table);
    heads.forEach((head) => {
      const hide = hidden.has(head.dataset.col);
      const index = head.cellIndex;
      head.classList.toggle("is-hidden-column", hide);
      Array.from(table.tBodies).concat(table.tFoot || []).forEach((body) => Array.from(body.rows).forEach((row) => {
        const cell = row.cells[index];
        if (cell && row.cells.length > 1 && cell.colSpan === 1) cell.classList.toggle("is-hidden-column", hide);
      }));
    });
  }

  function buildChooser(menu) {
    const name = menu.dataset.columnChooser;
    const table = document.querySelector('table[data-columns="' + name + '"]');
    const list = menu.querySelector(".menu-list");
    if (!table || list.childElementCount) return;
    all("thead tr:first-child > [data-col]", table).forEach((head) => {
      const label = document.createElement("label");
      label.className = "column-choice";
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = !hiddenColumns(name).has(head.dataset.col);
      box.addEventListener("change", () => {
        const hidden = hiddenColumns(name);
        if (box.checked) hidden.delete(head.dataset.col); else hidden.add(head.dataset.col);
        try { localStorage.setItem("columns:" + name, JSON.stringify(Array.from(hidden))); } catch (error) { /* not remembered */ }
        applyColumns(table);
      });
      label.append(box, head.textContent.replace(/[↑↓]/g, "").trim());
      list.append(label);
    });
  }

  /* --- charts ------------------------------------------------------------------------------------------- */

  const INK = "#1b2430", MUTED = "#4a5565", LINE = "#c6cdd8";
  const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",system-ui,sans-serif';
  const axis = {
    axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false },
    axisLabel: { color: MUTED, fontSize: 13 }, splitLine: { lineStyle: { color: "#e9edf2" } },
  };
  const THEME = {
    color: ["#1556b0", "#7a8797", "#13713a", "#8a5200", "#b3181f"],
    textStyle: { fontFamily: FONT, color: INK },
    categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: axis,
    legend: { textStyle: { color: INK, fontSize: 13 } }, tooltip: { backgroundColor: "#fff", borderColor: LINE, textStyle: { color: INK } },
  };

  function draw(place) {
    if (!window.echarts || place.dataset.drawn) return;
    const source = document.getElementById(place.dataset.chart);
    if (!source) return;
    const option = JSON.parse(source.textContent);
    /* Tooltips as drawn text: markup with style attributes is refused by the site's content policy. */
    if (option.tooltip !== false) option.tooltip = Object.assign({ confine: true }, option.tooltip, { renderMode: "richText" });
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) option.animation = false;
    option.aria = Object.assign({ enabled: false }, option.aria);
    const chart = window.echarts.init(place, THEME, { renderer: "svg" });
    chart.setOption(option);
    chart.on("click", (event) => { if (event.data && event.data.url) window.location.assign(event.data.url); });
    place.dataset.drawn = "1";
    new ResizeObserver(() => chart.resize({ animation: { duration: 0 } })).observe(place);
    window.addEventListener("beforeprint", () => chart.resize({ animation: { duration: 0 } }));
  }

  /* --- paper shows what is folded on the screen ---------------------------------------------------------- */

  window.addEventListener("beforeprint", () => all("details[data-on-paper]:not([open])").forEach((fold) => {
    fold.open = true;
    fold.dataset.openedForPaper = "";
  }));
  window.addEventListener("afterprint", () => all("[data-opened-for-paper]").forEach((fold) => {
    fold.open = false;
    delete fold.dataset.openedForPaper;
  }));

  /* --- a form that came back: where the first mistake is, whatever was folded over it ------------------- */

  function goToFirstMistake() {
    const marked = "[aria-invalid=true]:not([type=hidden])", choices = ".has-error :is(input, select, textarea):not([type=hidden])";
    const wrong = document.querySelector("main form :is(" + marked + ", " + choices + ")");
    if (!wrong) return;
    for (let fold = wrong.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    wrong.focus({ preventScroll: true });
    wrong.scrollIntoView({ block: "center" });
  }

  /* --- start --------------------------------------------------------------------------------------------- */

  function prepare(root) {
    all("[data-counter]", root).forEach(count);
    all("table[data-columns]", root).forEach(applyColumns);
    all("[data-column-chooser]", root).forEach(buildChooser);
    all("[data-chart]", root).forEach(draw);
    all("[data-toast]", root).forEach((note) => { if (!note.dataset.timed) { note.dataset.timed = "1"; leaveInTime(note); } });
    const current = (root || document).querySelector(".master-item[aria-current]");
    if (current) current.scrollIntoView({ block: "nearest" });
  }

  function start() {
    prepare();
    goToFirstMistake();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement || document));

  return { toast, confirmed, signInAgain, csrfToken, prepare };
})();
