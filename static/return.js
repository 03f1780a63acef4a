/* The return form: saves by itself, says honestly what is saved, and never loses a typed word.
   Without scripts the same form posts as it stands. */
"use strict";

(function () {
  const RETRY = [4, 8, 15, 30]; /* seconds */
  const MAX_SIZE = 20 * 1024 * 1024;
  const MAX_COUNT = 10;
  const TYPES = /\.(pdf|docx|xlsx|pptx|ofd|jpe?g|png)$/i;

  const form = document.getElementById("return-form");
  const username = document.body.dataset.username || "";
  const store = (report) => "return:" + username + ":" + report;

  function kept(report) {
    try { return JSON.parse(sessionStorage.getItem(store(report)) || "null"); } catch (error) { return null; }
  }

  /* --- a return that can no longer be changed, with words of ours still on this machine ------------- */

  const remains = document.getElementById("kept-text");
  if (remains) {
    const left = kept(remains.dataset.report);
    const rows = remains.querySelector("[data-kept-rows]");
    Object.entries((left && left.values) || {}).forEach(([name, text]) => {
      if (!text || /-done$|^nature$|ground$/.test(name)) return;
      const area = document.createElement("textarea");
      area.className = "input";
      area.readOnly = true;
      area.value = text;
      area.setAttribute("aria-label", (left.labels && left.labels[name]) || name);
      rows.append(area);
      remains.hidden = false;
    });
  }

  if (!form) return;

  const KEY = store(form.dataset.report);
  const stateLine = document.getElementById("save-state");
  const base = JSON.parse(document.getElementById("return-values").textContent);
  const carried = JSON.parse(document.getElementById("return-carried").textContent);
  const rejected = {};
  let revision = Number(form.elements.revision.value);
  let timer = null;
  let firstChange = 0;
  let tries = 0;
  let saving = null;
  let shut = "";
  let savedAt = form.dataset.savedAt;
  let leaving = false;

  /* --- what stands in the form ---------------------------------------------------------------------- */

  const plain = (text) => String(text == null ? "" : text).replace(/\r\n?/g, "\n").trim();

  function controlsOf(name) {
    const found = form.elements[name];
    if (!found) return [];
    return found instanceof RadioNodeList ? Array.from(found) : [found];
  }

  function valueOf(name) {
    const controls = controlsOf(name);
    if (!controls.length) return null;
    if (controls[0].type === "radio") { const on = controls.find((one) => one.checked); return on ? on.value : ""; }
    if (controls[0].dataset.many) return controls.filter((one) => one.checked).map((one) => one.value).join(",");
    if (controls[0].type === "checkbox") return controls[0].checked ? "on" : "";
    return controls[0].value;
  }

  function put(name, value) {
    controlsOf(name).forEach((control) => {
      if (control.type === "radio") control.checked = control.value === value;
      else if (control.dataset.many) control.checked = String(value).split(",").includes(control.value);
      else if (control.type === "checkbox") control.checked = Boolean(value);
      else control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  function labelOf(name) {
    const control = controlsOf(name)[0];
    if (!control) return name;
    const row = control.closest(".return-row");
    const title = row ? row.querySelector(".return-row-title").firstChild.textContent.trim() + "：" : "";
    if (control.type === "radio") return "填报方式";
    if (control.dataset.many) return title + control.dataset.many;
    const label = control.labels && control.labels[0];
    return title + (label ? label.textContent.trim() : name);
  }

  const names = Object.keys(base).filter((name) => controlsOf(name).length);
  const isChanged = (name) => plain(valueOf(name)) !== plain(base[name]);
  const isWaiting = (name) => isChanged(name) && plain(valueOf(name)) !== rejected[name];
  const changed = () => names.filter(isChanged);

  /* Rows are written whole: with one field of a row go its others. */
  const rowOf = (name) => (name.match(/^((node|target|project)-\d+|paragraph-\d+-\d+)-/) || [""])[0];
  function withTheirRow(some) {
    const rows = new Set(some.map(rowOf).filter(Boolean));
    return names.filter((name) => some.includes(name) || Array.from(rows).some((row) => name.startsWith(row)));
  }

  /* --- kept on this machine until the server has it -------------------------------------------------- */

  function keep() {
    const some = changed();
    try {
      if (!some.length) { sessionStorage.removeItem(KEY); return; }
      const values = {}, was = {}, labels = {};
      some.forEach((name) => { values[name] = valueOf(name); was[name] = base[name]; labels[name] = labelOf(name); });
      sessionStorage.setItem(KEY, JSON.stringify({ values, was, labels }));
    } catch (error) { /* storage full or switched off: the page still has it */ }
  }

  function restore() {
    const left = kept(form.dataset.report);
    if (!left || form.hasAttribute("data-problem")) return;
    const conflicts = [];
    Object.entries(left.values).forEach(([name, mine]) => {
      if (!names.includes(name) || plain(mine) === plain(base[name])) return;
      if (plain(left.was[name]) !== plain(base[name])) conflicts.push({ name, mine, theirs: base[name] });
      put(name, mine);
    });
    if (conflicts.length) choose(conflicts, "");
    else if (changed().length) {
      window.suzhou.toast("已找回上次没来得及保存的内容，正在保存。", "good");
      schedule(300);
    }
  }

  /* --- the state, in words ---------------------------------------------------------------------------- */

  function say(text, tone, action, label) {
    stateLine.textContent = text;
    stateLine.className = "actionbar-state save-state" + (tone ? " is-" + tone : "");
    if (!action) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = label;
    button.addEventListener("click", action);
    stateLine.append(button);
  }

  function sayState() {
    const bad = Object.keys(rejected).filter((name) => isChanged(name) && plain(valueOf(name)) === rejected[name]);
    if (bad.length) {
      const which = bad.map(labelOf).map((label) => "“" + label + "”").join("、");
      say((savedAt ? "其余已保存 " + savedAt + "；" : "") + which + "未保存，请改正", "bad");
    } else if (savedAt) say("已保存 " + savedAt, "good");
  }

  function showError(name, sentence) {
    const control = controlsOf(name)[0];
    const field = control && control.closest(".field");
    if (!field) { if (sentence) window.suzhou.toast(sentence, "bad"); return; }
    let place = field.querySelector(".field-error");
    if (!place) {
      if (!sentence) return;
      place = document.createElement("ul");
      place.className = "field-error";
      place.id = control.id + "-error";
      field.querySelector(".field-foot").before(place);
      control.setAttribute("aria-describedby", place.id + " " + (control.getAttribute("aria-describedby") || ""));
    }
    place.replaceChildren();
    field.classList.toggle("has-error", Boolean(sentence));
    if (!sentence) { control.removeAttribute("aria-invalid"); return; }
    control.setAttribute("aria-invalid", "true");
    const line = document.createElement("li");
    line.textContent = sentence;
    place.append(line);
  }

  function showAdvice(remarks) {
    names.forEach((name) => {
      const control = controlsOf(name)[0];
      const place = control && document.getElementById(control.id + "-advice");
      if (place) place.textContent = remarks[name] || "";
    });
    const values = form.querySelector("[data-advice=target_values]");
    if (values) values.textContent = remarks.target_values || "";
  }

  /* --- saving ------------------------------------------------------------------------------------------- */

  function schedule(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait === undefined ? 1500 : wait);
  }

  function post(data) {
    const control = new AbortController();
    const giveUp = window.setTimeout(() => control.abort(), 20000);
    data.append("csrfmiddlewaretoken", window.suzhou.csrfToken());
    return fetch(window.location.pathname, {
      method: "POST", body: data, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: control.signal,
      headers: { Accept: "application/json", "X-CSRFToken": window.suzhou.csrfToken() },
    }).finally(() => window.clearTimeout(giveUp));
  }

  /* Resolves to true once nothing typed is left unsaved. */
  function save() {
    window.clearTimeout(timer);
    if (saving) return saving.then(() => save());
    const waiting = names.filter(isWaiting);
    if (shut || !waiting.length) { keep(); sayState(); return Promise.resolve(!changed().length); }
    const sent = {};
    withTheirRow(waiting).forEach((name) => { sent[name] = valueOf(name); });
    const data = new FormData();
    data.append("verb", "save");
    data.append("revision", revision);
    Object.entries(sent).forEach(([name, value]) => {
      if (value !== "" || controlsOf(name)[0].type !== "checkbox") data.append(name, value);
    });
    firstChange = 0;
    keep();
    say("正在保存…");
    saving = post(data).then((answer) => taken(answer, sent), () => unreachable("网络不通"))
      .finally(() => { saving = null; });
    return saving.then((good) => {
      if (good && names.some(isWaiting)) return save();
      if (good) sayState();
      return good && !changed().length;
    });
  }

  async function taken(answer, sent) {
    if (answer.type === "opaqueredirect" || answer.status === 401) return signedOut();
    let said = null;
    try { said = await answer.json(); } catch (error) { /* a page, not an answer */ }
    if (answer.ok && said) {
      Object.keys(sent).forEach((name) => { base[name] = sent[name]; delete rejected[name]; showError(name, ""); });
      setRevision(said.revision);
      savedAt = said.saved_at;
      tries = 0;
      showAdvice(said.advice);
      keep();
      sayState();
      return true;
    }
    if (answer.status === 400 && said && said.fields) return mistaken(said.fields, sent);
    if (answer.status === 412 && said) return merge(said.current);
    if (said && (answer.status === 403 || answer.status === 409)) return refused(said.reason);
    if (answer.status === 403) return signedOut();
    if (answer.status === 413) return refused("内容过大");
    return unreachable(answer.status === 404 ? "这一项已不在您名下" : "服务器暂时没有响应");
  }

  function unreachable(why) {
    const wait = RETRY[Math.min(tries, RETRY.length - 1)];
    tries += 1;
    keep();
    say("未保存：" + why + "，内容保留在本页", "bad", () => { tries = 0; save(); }, "重试");
    schedule(wait * 1000);
    return false;
  }

  function signedOut() {
    keep();
    const again = () => window.suzhou.signInAgain(() => { tries = 0; save(); });
    say("未保存：登录已超时，内容保留在本页", "bad", again, "重新登录");
    again();
    return false;
  }

  function refused(reason) {
    shut = reason;
    keep();
    say("未保存：" + reason + "（内容保留在本页）", "bad", () => { leaving = true; window.location.reload(); }, "查看最新");
    return false;
  }

  function mistaken(fields, sent) {
    let known = false;
    Object.entries(fields).forEach(([name, sentence]) => {
      if (name in sent) { rejected[name] = plain(sent[name]); known = true; }
      showError(name, sentence);
    });
    keep();
    if (!known) return refused(Object.values(fields)[0]);
    /* The others are not to wait for the mistaken one. A row waits whole. */
    const rows = Object.keys(fields).map(rowOf).filter(Boolean);
    Object.keys(sent).forEach((name) => { if (rows.some((row) => name.startsWith(row))) rejected[name] = plain(sent[name]); });
    sayState();
    return true;
  }

  function setRevision(number) {
    revision = number;
    form.elements.revision.value = number;
  }

  /* --- somebody else saved meanwhile: each field from whoever changed it, both texts where both did ----- */

  function merge(current) {
    if (!current.editable) return refused("这一项现为“" + current.state + "”，不能再改");
    const conflicts = [];
    let took = 0;
    names.forEach((name) => {
      const mine = valueOf(name), theirs = current.values[name] || "";
      if (plain(theirs) === plain(base[name])) return;
      if (plain(mine) === plain(base[name])) { base[name] = theirs; put(name, theirs); took += 1; }
      else if (plain(mine) === plain(theirs)) base[name] = theirs;
      else conflicts.push({ name, mine, theirs });
    });
    setRevision(current.revision);
    if (took) window.suzhou.toast((current.by || "他人") + "刚保存了另外几处，已并入本页。");
    if (!conflicts.length) return true; /* saved at once under the new revision */
    choose(conflicts, current.by);
    return false;
  }

  function choose(conflicts, by) {
    const dialog = document.getElementById("conflict-dialog");
    const rows = dialog.querySelector("[data-conflict-rows]");
    dialog.querySelector("[data-conflict-lead]").textContent =
      (by ? by + "刚刚" : "在您填写期间，已有人") + "保存了下面几处，与您填写的不同。请逐处选择，两份文字都不会丢失。";
    rows.replaceChildren();
    conflicts.forEach(({ name, mine, theirs }) => {
      const row = document.createElement("fieldset");
      row.className = "conflict";
      const title = document.createElement("h3");
      title.textContent = labelOf(name);
      row.append(title);
      [["mine", "您填写的", mine], ["theirs", "现有的", theirs]].forEach(([value, words, text]) => {
        const label = document.createElement("label");
        const radio = document.createElement("input");
        radio.type = "radio";
        radio.name = "choice-" + name;
        radio.value = value;
        radio.checked = value === "mine";
        const shown = document.createElement("span");
        shown.className = "conflict-text";
        shown.textContent = text || "（空）";
        label.append(radio, " " + words, shown);
        row.append(label);
      });
      rows.append(row);
    });
    keep();
    shut = "choosing";
    dialog.querySelector("[data-conflict-apply]").onclick = () => {
      conflicts.forEach(({ name, theirs }) => {
        base[name] = theirs;
        const choice = rows.querySelector('input[name="choice-' + name + '"]:checked');
        if (choice && choice.value === "theirs") put(name, theirs);
      });
      shut = "";
      dialog.close();
      save();
    };
    dialog.onclose = () => {
      if (shut === "choosing") say("未保存：有几处与他人保存的不同，请选择", "bad", () => dialog.showModal(), "对照两份文字");
    };
    say("未保存：有几处与他人保存的不同", "bad");
    if (!dialog.open) dialog.showModal();
  }

  /* --- typing -------------------------------------------------------------------------------------------- */

  form.addEventListener("input", (event) => {
    const name = event.target.name;
    if (!names.includes(name)) return;
    couple(event.target);
    if (rejected[name] !== undefined && plain(valueOf(name)) !== rejected[name]) { delete rejected[name]; showError(name, ""); }
    keep();
    if (shut) return;
    if (!isChanged(name) && !changed().length) { sayState(); return; }
    firstChange = firstChange || Date.now();
    if (!saving) say("正在填写，稍后自动保存");
    schedule(Date.now() - firstChange > 10000 ? 0 : 1500);
  });

  /* A date means done; not done has no date. */
  function couple(control) {
    const found = control.name.match(/^(node-\d+-)(done|done_on)$/);
    if (!found) return;
    const box = form.elements[found[1] + "done"], date = form.elements[found[1] + "done_on"];
    if (control === date && date.value) box.checked = true;
    if (control === box && !box.checked) date.value = "";
  }

  function showNature() {
    const nature = valueOf("nature") || "progress";
    form.querySelectorAll("[data-when]").forEach((part) => {
      const filled = Array.from(part.querySelectorAll("input, textarea, select")).some((control) =>
        control.type === "checkbox" ? control.checked : control.value !== "");
      part.hidden = part.dataset.when !== nature && (part.dataset.when === "no_change" || !filled);
    });
  }
  form.addEventListener("change", (event) => { if (event.target.name === "nature") showNature(); });

  window.addEventListener("online", () => { tries = 0; if (names.some(isWaiting)) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && !shut && names.some(isWaiting)) save(); });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || !changed().length) return;
    keep();
    event.preventDefault();
  });

  /* Going to another page saves first; what cannot be saved is asked about by the browser. */
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download")) return;
    if (link.dataset.missing) { event.preventDefault(); document.getElementById("submit-dialog").close(); goTo(link.dataset.missing); return; }
    if (link.hasAttribute("data-dialog-back")) { event.preventDefault(); document.getElementById("submit-dialog").close(); return; }
    if (!changed().length || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    await save();
    window.location.assign(link.href);
  });

  function goTo(id) {
    const place = document.getElementById(id);
    if (!place) return;
    place.scrollIntoView({ block: "center" });
    const control = place.querySelector("textarea, input, select");
    if (control) control.focus();
  }

  /* --- the buttons ------------------------------------------------------------------------------------------ */

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button && button.dataset.carry) carry(button.dataset.carry);
    else if (button && button.dataset.remove) removeFile(button);
    else if (button && button.hasAttribute("data-submit")) submit(button);
    else if (button && button.hasAttribute("data-after-save")) afterSave(button);
    else if (button && button.hasAttribute("data-send-on")) sendOn(button);
    else save().then((good) => { if (good) window.suzhou.toast("已保存。", "good"); });
  });

  function carry(which) {
    const all = which === "all";
    let done = 0;
    (all ? Object.keys(carried) : which.split(" ")).forEach((name) => {
      const text = carried[name], now = valueOf(name);
      if (!text || now === null || (all && now) || plain(now).includes(plain(text))) return;
      const long = controlsOf(name)[0].tagName === "TEXTAREA";
      if (now && !long) return;
      put(name, now && long ? now + "\n" + text : text);
      done += 1;
    });
    window.suzhou.toast(done ? "已带入，请按最新情况修改。" : "这些内容已经在了，没有重复带入。", done ? "good" : "");
    if (!all && done) goTo("field-" + which.split(" ")[0]);
  }

  /* Words a box of the page offers, typed into their field; saved with the form and not before. */
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-type-into]");
    if (!button) return;
    const name = button.dataset.typeInto, text = button.dataset.typeText, now = valueOf(name);
    const control = controlsOf(name)[0];
    if (!control) { window.suzhou.toast("本表没有这一栏，可以复制后填到别处。"); return; }
    if (plain(now).includes(plain(text))) { window.suzhou.toast("这些内容已经在了，没有重复带入。"); return; }
    put(name, now && control.tagName === "TEXTAREA" ? now + "\n" + text : text);
    showNature();
    window.suzhou.toast("已带入，请按最新情况修改。", "good");
    goTo("field-" + name);
  });

  /* Something the server does with what is saved: the form goes as it would without scripts. */
  async function afterSave(button) {
    const good = await save();
    if (!good) { window.suzhou.toast("还有内容没有保存，保存后才能采用。", "bad"); return; }
    postWith(button);
  }

  async function submit(button) {
    button.disabled = true;
    try {
      const good = await save();
      if (!good) { window.suzhou.toast("还有内容没有保存，保存后才能提交。", "bad"); return; }
      const answer = await fetch(window.location.pathname + "?confirm=submit", {
        headers: { "X-Fragment": "1" }, credentials: "same-origin", redirect: "manual", cache: "no-store",
      });
      if (answer.type === "opaqueredirect") { window.suzhou.signInAgain(() => submit(button)); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const dialog = document.getElementById("submit-dialog");
      dialog.innerHTML = await answer.text();
      dialog.showModal();
    } catch (error) {
      window.suzhou.toast("暂时连不上服务器，没有提交。内容都在，请稍后再试。", "bad");
    } finally { button.disabled = false; }
  }

  /* Saves, then posts the form with this button's verb: the page the server answers with is the next one. */
  async function sendOn(button) {
    button.disabled = true;
    const good = await save();
    if (!good) { button.disabled = false; window.suzhou.toast("还有内容没有保存，保存后才能交回。", "bad"); return; }
    postWith(button);
  }

  /* The whole form, as if this button had sent it. */
  function postWith(button) {
    const verb = document.createElement("input");
    verb.type = "hidden";
    verb.name = button.name;
    verb.value = button.value;
    form.append(verb);
    leaving = true;
    form.submit();
  }

  /* --- files ---------------------------------------------------------------------------------------------------- */

  const picker = document.getElementById("files");
  const zone = form.querySelector("[data-dropzone]");
  const uploads = document.getElementById("uploads");
  form.querySelectorAll("[data-plain-upload]").forEach((button) => { button.hidden = true; });
  let line = Promise.resolve();
  if (picker) {
    picker.removeAttribute("name");
    picker.classList.add("visually-hidden"); /* its label is the button */
    picker.addEventListener("change", () => { takeIn(picker.files); picker.value = ""; });
    ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("is-over"); }));
    ["dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.remove("is-over"); }));
    zone.addEventListener("drop", (event) => takeIn(event.dataTransfer.files));
    /* A file dropped beside the box must not replace the page. */
    ["dragover", "drop"].forEach((kind) => document.addEventListener(kind, (event) => event.preventDefault()));
  }

  function takeIn(files) {
    Array.from(files).forEach((file) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.className = "grow";
      name.textContent = file.name;
      row.append(name);
      uploads.append(row);
      const why = refusal(file);
      if (why) return failed(row, why);
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", "上传 " + file.name);
      const words = document.createElement("span");
      words.className = "small muted num";
      words.textContent = "等待上传";
      row.append(bar, words);
      line = line.then(() => upload(file, row, bar, words));
    });
  }

  function refusal(file) {
    if (!TYPES.test(file.name)) return "“" + file.name + "”的类型不能上传，只接受 PDF、Word（docx）、Excel（xlsx）、PPT（pptx）、OFD、JPG、PNG。";
    if (!file.size) return "“" + file.name + "”是空文件，请检查后重新选择。";
    if (file.size > MAX_SIZE) return "“" + file.name + "”超过 20 MB，请压缩或拆分后再上传。";
    if (form.querySelectorAll("#attachment-list li").length >= MAX_COUNT) return "每项最多 10 份佐证材料，请先移除不需要的，或合并后再上传。";
    return "";
  }

  function failed(row, why, again) {
    row.replaceChildren();
    const words = document.createElement("span");
    words.className = "grow field-error";
    words.setAttribute("role", "alert");
    words.textContent = why;
    row.append(words);
    const buttons = again ? [["重试", () => { row.remove(); again(); }]] : [];
    buttons.concat([["知道了", () => row.remove()]]).forEach(([label, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-quiet";
      button.textContent = label;
      button.addEventListener("click", act);
      row.append(button);
    });
  }

  function upload(file, row, bar, words) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const data = new FormData();
      data.append("verb", "attach");
      data.append("csrfmiddlewaretoken", window.suzhou.csrfToken());
      data.append("files", file);
      request.open("POST", window.location.pathname);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        bar.value = Math.round(100 * event.loaded / event.total);
        words.textContent = bar.value < 100 ? bar.value + "%" : "正在检查…";
      });
      const end = (why) => { if (why) failed(row, why, () => takeIn([file])); resolve(); };
      request.addEventListener("error", () => end("“" + file.name + "”没有上传：网络不通。"));
      request.addEventListener("load", () => {
        if (new URL(request.responseURL).pathname !== window.location.pathname) {
          window.suzhou.signInAgain(() => { row.remove(); takeIn([file]); });
          return end("“" + file.name + "”没有上传：登录已超时。");
        }
        let said = null;
        try { said = JSON.parse(request.responseText); } catch (error) { /* a page */ }
        if (!said) return end("“" + file.name + "”没有上传：服务器暂时没有响应，请稍后再试。");
        if (request.status !== 200) { failed(row, said.reason); return resolve(); }
        showFiles(said);
        if (said.problems.length) failed(row, said.problems[0]);
        else row.remove();
        resolve();
      });
      request.send(data);
    });
  }

  function showFiles(said) {
    document.getElementById("attachment-list").innerHTML = said.attachments;
    /* One step on is ours alone; further means somebody else saved, which the next save will find out. */
    if (said.revision === revision + 1 || said.revision === revision) setRevision(said.revision);
  }

  async function removeFile(button) {
    const yes = await window.suzhou.confirmed("移除“" + button.dataset.remove + "”？已报出的版本里仍保留。", "移除佐证材料", "移除");
    if (!yes) return;
    const data = new FormData();
    data.append("verb", button.value);
    try {
      const answer = await post(data);
      if (answer.type === "opaqueredirect") { window.suzhou.signInAgain(() => removeFile(button)); return; }
      const said = await answer.json();
      if (answer.ok) showFiles(said);
      else window.suzhou.toast(said.reason, "bad");
    } catch (error) { window.suzhou.toast("没有移除：网络不通，请稍后再试。", "bad"); }
  }

  /* --- by keyboard ------------------------------------------------------------------------------------------------- */

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && event.key === "Enter") return press(event, form.querySelector("[data-submit]"));
    if (!event.altKey || ctrl) return undefined;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") return press(event, document.querySelector('[data-alt="' + event.key + '"]'), true);
    if (event.code === "KeyL") return press(event, form.querySelector('[data-carry="all"]'));
    if (event.code === "KeyN") return nothingChanged(event);
    return undefined;
  });

  /* always: the browser's own meaning of the key (going back) is not to happen here, even with nowhere to go */
  function press(event, control, always) {
    if (control || always) event.preventDefault();
    if (control && !control.disabled) control.click();
  }

  function nothingChanged(event) {
    if (!controlsOf("nature").length) return;
    event.preventDefault();
    put("nature", "no_change");
    showNature();
    goTo("field-no_change_reason");
  }

  /* --- start ------------------------------------------------------------------------------------------------------- */

  showNature();
  restore();
})();
