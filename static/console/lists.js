// Lists of the console: menus close, columns move, empty fields stay out of the address.

const menus = () => document.querySelectorAll("details.list-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const form of document.querySelectorAll("form[data-list-filters]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      if (field.name && (field.value === "" || "notSent" in field.dataset)) field.disabled = true;
    }
  });
}

window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-list-filters] :disabled")) field.disabled = false;
});

for (const list of document.querySelectorAll("[data-list-columns]")) {
  for (const button of list.querySelectorAll("[data-move]")) button.hidden = false;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("li");
    if (button.dataset.move === "up") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    button.focus();
  });
}
