// Swaps a region for what it is now; whoever is typing in it is not disturbed.
export async function refresh(region) {
  if (region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) {
    region.dataset.stale = "";
    region.addEventListener("focusout", () => setTimeout(() => "stale" in region.dataset && refresh(region)), { once: true });
    return;
  }
  delete region.dataset.stale;
  const answer = await fetch(region.dataset.src, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const open = [...region.querySelectorAll("details")].map((part) => part.open);
  region.innerHTML = await answer.text();
  region.querySelectorAll("details").forEach((part, at) => at in open && (part.open = open[at]));
  region.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
}
