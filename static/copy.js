/* A button that copies the text of a field: [data-copy="id of the field"]. Without this the text can be
   selected and copied by hand. */
"use strict";

(function () {
  async function copy(field) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(field.value);
    /* Inside the office network the site may be served without TLS. */
    field.focus();
    field.select();
    if (!document.execCommand("copy")) throw new Error("refused");
  }

  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    const said = button.parentElement.querySelector("[data-copied]");
    button.hidden = false;
    button.addEventListener("click", () => {
      copy(field).then(
        () => { said.textContent = "已复制，可以粘贴到工作群。"; },
        () => { field.focus(); field.select(); said.textContent = "浏览器不允许自动复制，文字已选中，请按 Ctrl+C。"; },
      );
    });
  });
})();
