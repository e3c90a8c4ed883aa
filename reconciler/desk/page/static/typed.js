// What somebody has typed and not sent yet. It stays when its form is made anew, and when he must sign in again: then it
// is kept in this tab until he is back, and no longer.
const KEY = "typed";

export const fields = (region) => [...region.querySelectorAll("form[data-api] :is(input:not([type=hidden]), select, textarea)")];
export const nameOf = (field) => `${field.form.dataset.api} ${field.name}`;

export function isTouched(field) {
  if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected));
  return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
}

export function setAside() {
  const typed = fields(document).filter(isTouched).map((field) => [nameOf(field), field.value, field.checked]);
  if (typed.length) sessionStorage.setItem(KEY, JSON.stringify({ page: location.pathname, typed }));
}

// Tells whether something was put back.
export function putBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEY));
  sessionStorage.removeItem(KEY);
  if (kept?.page !== location.pathname) return false;
  const typed = new Map(kept.typed.map(([name, ...how]) => [name, how]));
  for (const field of fields(document).filter((each) => typed.has(nameOf(each)))) {
    [field.value, field.checked] = typed.get(nameOf(field));
    field.closest("details")?.setAttribute("open", "");
  }
  return true;
}
