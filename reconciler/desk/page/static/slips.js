// Slips of the hand: a button clicked twice in one place is pressed once, and so is one whose key is held down. What the
// second press would meet is no longer what was meant: a form that was sent already, or the question whether he is sure.
const TWICE = 400;  // ms

export function onSlips() {
  let last = { timeStamp: -Infinity };
  addEventListener("click", (event) => {
    if (!event.detail || !event.target.closest("button")) return;  // a key makes a click without a count
    const near = Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY) < 8;
    if (near && event.timeStamp - last.timeStamp < TWICE) {
      event.preventDefault();
      event.stopPropagation();
    }
    last = event;
  }, { capture: true });
  addEventListener("keydown", (event) => { if (event.repeat && event.key === "Enter") event.preventDefault(); }, { capture: true });
}
