// The wake-up calls: shows those of one room only, prints the list, and leaves the keys where the next call is typed.
const sift = document.getElementById("sift");
const calls = document.getElementById("calls");

function show() {
  const wanted = sift.value.trim().toLowerCase();
  let shown = 0;
  for (const row of calls.querySelectorAll("[data-words]")) {
    row.hidden = !row.dataset.words.startsWith(wanted);
    shown += !row.hidden;
  }
  for (const part of calls.querySelectorAll("section")) part.hidden = !part.querySelector("[data-words]:not([hidden])");
  for (const word of calls.querySelectorAll(".overbooked")) word.hidden = wanted !== "";
  document.getElementById("none").hidden = wanted === "" || shown > 0;
}

sift.addEventListener("input", show);
calls.addEventListener("renewed", show);
document.getElementById("print").addEventListener("click", () => print());
document.addEventListener("done", ({ detail: { order } }) => {
  if (order === "/wakeups/quick") document.getElementById("quick").focus();
});
show();
