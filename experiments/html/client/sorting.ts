/** Tables whose headings are buttons: a click sorts, another one turns the order round. */
export const sortingScript = `
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  const valueOf = (row, place) => {
    const { value } = row.cells[place].dataset;
    return value === undefined ? row.cells[place].textContent : value === "" ? null : Number(value);
  };
  const compare = (a, b) => typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
  headings.forEach((heading, place) => heading.querySelector("button").addEventListener("click", () => {
    const order = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order === 1 ? "ascending" : "descending");
    // What is not known stays at the end.
    const known = (row) => valueOf(row, place) !== null;
    const sorted = rows.filter(known).sort((a, b) => order * compare(valueOf(a, place), valueOf(b, place)));
    body.append(...sorted, ...rows.filter((row) => !known(row)));
  }));
}`;
