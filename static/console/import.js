// The file of an import: its name and size once chosen, and a place to drop it.

const drop = document.querySelector("[data-import-drop]");

if (drop) {
  const input = drop.querySelector("input[type=file]");
  const chosen = drop.querySelector("[data-import-chosen]");
  const hint = drop.querySelector("[data-import-drop-hint]");
  hint.hidden = false;

  const show = () => {
    const [file] = input.files;
    chosen.hidden = !file;
    if (!file) return;
    const kilobytes = Math.max(1, Math.round(file.size / 1000));
    const [amount, unit] = kilobytes < 1000 ? [kilobytes, "kilobyte"] : [kilobytes / 1000, "megabyte"];
    const size = new Intl.NumberFormat(document.documentElement.lang || undefined, {
      style: "unit",
      unit,
      maximumFractionDigits: 1,
    }).format(amount);
    chosen.textContent = `${file.name} · ${size}`;
  };

  // Taken on the way down: unfold's listener at the field itself looks for a text field that only its own widget has.
  drop.addEventListener(
    "change",
    (event) => {
      event.stopPropagation();
      show();
    },
    true,
  );
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("is-over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    show();
  });
  // Somebody may have been quicker than this script, and a page gone back to keeps its file.
  show();
}
