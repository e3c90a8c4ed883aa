// The fleet's page fetches its list again now and then; nothing on it is typed in, so it is simply swapped.
const EVERY = 15000;
const fleet = document.getElementById("fleet");
const away = document.getElementById("away");

async function renew() {
  try {
    const answer = await fetch("/parts/fleet");
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    const held = fleet.contains(document.activeElement) ? document.activeElement.href : null;
    fleet.innerHTML = text;
    if (held) [...fleet.querySelectorAll("a")].find((link) => link.href === held)?.focus();
    away.hidden = true;
  } catch {
    away.hidden = false;
  }
}

setInterval(() => document.hidden || renew(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || renew());
