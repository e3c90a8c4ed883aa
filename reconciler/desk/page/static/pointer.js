// While a finger or a button of the mouse is down nothing is swapped: what was pressed must be there when it is let go.
let release = null, letGo = Promise.resolve();

addEventListener("pointerdown", () => { if (!release) letGo = new Promise((done) => (release = done)); }, { capture: true });
for (const end of ["pointerup", "pointercancel", "blur"]) {
  addEventListener(end, () => setTimeout(() => { release?.(); release = null; }), { capture: true });  // after the click
}

export const released = () => letGo;
