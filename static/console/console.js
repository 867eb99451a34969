/* What every page of the console shares: dialogs, menus, controls that send their form. Pages work without it. */
"use strict";

(() => {
  document.querySelector(".console-pages [aria-current=page]")?.scrollIntoView({ block: "nearest" });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      dialog.dispatchEvent(new CustomEvent("console:dialog", { bubbles: true }));
      dialog.showModal();
    }
    event.target.closest("[data-dialog-close]")?.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement && event.target.classList.contains("console-dialog")) event.target.close();
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

  /* A control that says data-autosubmit sends its form when it changes. */
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-autosubmit]")) event.target.form?.requestSubmit();
  });

  /* A link pressed with Ctrl, Cmd or Shift opens elsewhere, as links do; htmx would take it in place. */
  document.addEventListener("click", (event) => {
    if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopPropagation();
  }, true);

  /* An answer waits while a finger or a button is down on the part that it renews: the press would miss. And if that part
     was renewed since it was asked for, the answer goes to the new one. */
  let held = null;
  document.addEventListener("pointerdown", (event) => { held = event.target; }, true);
  for (const kind of ["pointerup", "pointercancel"]) {
    document.addEventListener(kind, () => {
      const released = held;
      setTimeout(() => { if (held === released) held = null; }, 50); // a tap clicks a moment later
    }, true);
  }
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    const { xhr, target } = detail;
    const { onload } = xhr;
    xhr.onload = function arrive() {
      if (target.contains(held)) return setTimeout(arrive, 50);
      if (!target.isConnected) detail.target = document.getElementById(target.id) ?? target;
      return onload.call(xhr);
    };
  });

  /* What select2 draws for a choice is called as the choice is: while it is empty nothing else gives it a name. */
  const nameDrawn = () => {
    for (const choice of document.querySelectorAll("select.select2-hidden-accessible")) {
      const name = choice.getAttribute("aria-label") ?? choice.labels[0]?.textContent.trim();
      const drawn = choice.parentElement.querySelector(".select2-selection[role=combobox]");
      if (!name || !drawn) continue;
      drawn.removeAttribute("aria-labelledby");
      for (const part of [drawn, ...drawn.querySelectorAll("[role=textbox]")]) part.setAttribute("aria-label", name);
    }
  };
  window.addEventListener("load", nameDrawn);
  document.addEventListener("formset:added", () => setTimeout(nameDrawn));

  /* A second press of a button within a moment sends nothing; a download leaves the page where it is. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.pending) return event.preventDefault();
    form.dataset.pending = "true";
    setTimeout(() => { delete form.dataset.pending; }, 3000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-pending]")) delete form.dataset.pending;
  });
})();
