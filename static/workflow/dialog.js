/* On the console a form before a transition opens in a dialog. Without this script it is a page of its own. */
"use strict";

(() => {
  if (window.workflowDialog) return;
  window.workflowDialog = true;

  const opened = () => {
    let dialog = document.querySelector("dialog.workflow-dialog");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "workflow-dialog";
      document.body.append(dialog);
    }
    return dialog;
  };

  let asked = 0;

  /* Show what the server answers; it sends the browser on by HX-Redirect, and anything unforeseen to a page. Of two
     clicks only the last opens the form, so that none is replaced while it is being filled in. */
  const show = async (url, options) => {
    const mine = (asked += 1);
    const answer = await fetch(url, { ...options, headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!options && mine !== asked) return;
    const next = answer.headers.get("HX-Redirect");
    if (next) return window.location.assign(next);
    if (![200, 403, 409, 422].includes(answer.status)) return window.location.assign(url);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = found.querySelector("[data-workflow-answer]") ?? found.querySelector("main") ?? found.body;
    const dialog = opened();
    dialog.replaceChildren(document.adoptNode(part));
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[data-error-summary], input:not([type=hidden]), textarea, select") ?? dialog).focus();
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("a[data-workflow-dialog]");
    if (opener && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      show(opener.href).catch(() => window.location.assign(opener.href));
    }
    const closer = event.target.closest("dialog.workflow-dialog [data-workflow-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    if (event.target.matches?.("dialog.workflow-dialog")) event.target.close();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("dialog.workflow-dialog")) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "true";
    show(form.action, { method: "POST", body: new FormData(form) }).catch(() => { delete form.dataset.sending; form.submit(); });
  });
})();
