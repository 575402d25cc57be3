/** Tells of the bar under the pointer, or of the one that the arrows choose. */
export const barsScript = `
for (const drawing of document.querySelectorAll("[data-bars]")) {
  const bars = [...drawing.querySelectorAll(".hit")];
  const output = drawing.closest("figure").querySelector("output");
  const before = output.textContent;
  let chosen = -1;
  const choose = (place) => {
    if (bars[chosen]) bars[chosen].classList.remove("chosen");
    chosen = place;
    if (bars[chosen]) bars[chosen].classList.add("chosen");
    output.textContent = bars[chosen] ? bars[chosen].dataset.text : before;
  };
  drawing.addEventListener("pointerover", ({ target }) => choose(bars.indexOf(target)));
  drawing.addEventListener("pointerleave", () => choose(-1));
  drawing.addEventListener("blur", () => choose(-1));
  drawing.addEventListener("keydown", (event) => {
    const { key } = event;
    if (!plainKey(event)) return;
    if (key === "ArrowRight") choose(Math.min(bars.length - 1, chosen + 1));
    else if (key === "ArrowLeft") choose(Math.max(0, chosen - 1));
    else if (key === "Home") choose(0);
    else if (key === "End") choose(bars.length - 1);
    else if (key === "Escape") choose(-1);
    else return;
    event.preventDefault();
  });
}`;
