/** A button that puts the text of the element that it names into the clipboard. */
export const copyScript = `
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  const select = () => {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = "copied";
    } catch {
      // Where a page may not reach the clipboard, the older way may, else the reader can.
      select();
      said.textContent = document.execCommand("copy") ? "copied" : "selected: press Ctrl+C";
    }
  });
}`;
