// Swaps a region for what it is now; whoever is typing in it is not disturbed.
import { ask } from "./ask.js";

export async function refresh(region) {
  if (region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) {
    region.dataset.stale = "";
    region.addEventListener("focusout", () => setTimeout(() => "stale" in region.dataset && refresh(region)), { once: true });
    return;
  }
  delete region.dataset.stale;
  const answer = await ask(region.dataset.src, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const title = (part) => part.querySelector("summary").textContent;
  const open = new Map([...region.querySelectorAll("details")].map((part) => [title(part), part.open]));
  region.innerHTML = await answer.text();
  for (const part of region.querySelectorAll("details")) part.open = open.get(title(part)) ?? part.open;
  region.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
}
