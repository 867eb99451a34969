/* What makes the portal quicker to use. Every page works without it. */
"use strict";

const shown = (template) => {
  const source = document.getElementById(template);
  const dialog = document.querySelector("dialog[open] .dialog-body");
  const toasts = document.getElementById("toasts");
  // An open dialog hides what stands on the page behind it.
  if (source && dialog) dialog.prepend(source.content.cloneNode(true));
  else if (source && toasts) toasts.append(source.content.cloneNode(true));
};

/* Until htmx has started, a link that it would answer in place is a link. */
let isReady = false;
document.addEventListener("DOMContentLoaded", () => { isReady = true; });

/* The pressed button says so at once; a second press does nothing. Once htmx has started it marks its own requests. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || (isReady && form.matches("[hx-post], [hx-get]"))) return;
  if (form.dataset.pending) return event.preventDefault();
  form.dataset.pending = "true";
  const button = event.submitter;
  if (button) {
    button.setAttribute("aria-busy", "true");
    if (button.classList.contains("button")) button.classList.add("is-pending");
  }
});
/* A page that comes back from the browser's memory is pressed no longer. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-pending]")) delete form.dataset.pending;
  for (const button of document.querySelectorAll(".is-pending")) {
    button.classList.remove("is-pending");
    button.removeAttribute("aria-busy");
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  const part = opener?.getAttribute("hx-target");
  if (dialog?.showModal && (isReady || !part) && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    // What the dialog showed last time is not what is asked for now.
    if (part) dialog.querySelector(part)?.replaceChildren();
    dialog.showModal();
  }
  if (event.target instanceof HTMLDialogElement) event.target.close();
  event.target.closest("[data-toast-close]")?.closest("[data-toast]")?.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* A control that says data-autosubmit sends its form when it changes (a sort order, a page size). */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
});

/* A link pressed with Ctrl, Cmd or Shift opens elsewhere, as links do; htmx would take it in place. */
document.addEventListener("click", (event) => {
  if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopPropagation();
}, true);

/* An answer waits while a finger or a button is down on the part that it renews: the press would miss. And if that part
   was renewed since something was done in it, the page shows how things are now. */
let held = null;
document.addEventListener("pointerdown", (event) => { held = event.target; }, true);
for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => {
    const released = held;
    setTimeout(() => { if (held === released) held = null; }, 50); // a tap clicks a moment later
  }, true);
}
document.addEventListener("htmx:beforeSend", ({ detail: { xhr, target, requestConfig } }) => {
  const { onload } = xhr;
  xhr.onload = function arrive() {
    if (target.contains(held)) return setTimeout(arrive, 50);
    const isLost = requestConfig.verb !== "get" && !target.isConnected && !xhr.getResponseHeader("HX-Redirect");
    return isLost ? window.location.reload() : onload.call(xhr);
  };
});

const focusErrors = (root) => root.querySelector?.("[data-error-summary]")?.focus();
document.addEventListener("DOMContentLoaded", () => focusErrors(document));
document.addEventListener("htmx:afterSettle", (event) => focusErrors(event.detail.elt));
document.addEventListener("htmx:sendError", () => shown("toast-offline"));
document.addEventListener("htmx:timeout", () => shown("toast-offline"));
document.addEventListener("htmx:responseError", () => shown("toast-failed"));
