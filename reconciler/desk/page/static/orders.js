// Sends what somebody asks for: a form with data-api as JSON, a button with data-post at once.
import { ask } from "./ask.js";

const LATE = 1000;  // ms after which somebody who waits wants to hear something

const csrf = () => document.querySelector("meta[name=csrf]").content;

export function onOrders() {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-api]");
    if (!form) return;
    event.preventDefault();
    if (isDoubtful(form) && !(await sure(form.dataset.confirm))) return;
    const button = form.querySelector("button:not([type=button])");
    const asked = body(form);
    await once(button, form.dataset.api + JSON.stringify(asked), async () => {
      if (!(await send(form.dataset.api, asked))) return;
      const present = today(form);
      if (present && JSON.stringify(body(present)) === JSON.stringify(asked)) {  // else the next is being typed there
        const typing = present.contains(document.activeElement);
        present.reset();
        if (typing) present.querySelector("button:not([type=button])").focus();  // a field would hold the news back
      }
      // Not from the form, which the news may have swapped for another by now.
      document.dispatchEvent(new CustomEvent("done", { detail: { order: form.dataset.api, asked } }));
    });
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-part]");
    if (!form) return;
    event.preventDefault();
    await once(form.querySelector("button"), form.dataset.part + JSON.stringify(body(form)), () => put(form));
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-post]");
    if (!button) return;
    if (button.dataset.confirm && !(await sure(button.dataset.confirm))) return;
    const said = button.dataset.body || "{}";
    await once(button, button.dataset.post + said, () => send(button.dataset.post, JSON.parse(said)));
  });
}

// Is a question to be asked first? Not where one of the fields is filled in that it is about.
function isDoubtful(form) {
  const about = form.dataset.unless?.split(" ") ?? [];
  return form.dataset.confirm && !about.some((name) => form.elements[name].value.trim());
}

// Fetch what takes a while, and put it where the form says.
async function put(form) {
  const place = document.getElementById(form.dataset.into);
  place.innerHTML = "<p class=none><progress></progress> A moment …</p>";
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(form.dataset.part, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf() }, body: JSON.stringify(body(form)) });
    if (answer.ok) place.innerHTML = await answer.text();
    else toast("this did not work", (await answer.json()).error?.message, true);
  } catch {
    toast("housephone did not answer", "try again in a moment", true);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

// What is filled in; a field that is empty was not said.
function body(form) {
  const said = {};
  for (const [name, value] of new FormData(form)) {
    if (value === "") continue;
    const field = form.elements[name];
    said[name] = field.type === "checkbox" || field.dataset?.is === "flag" ? true : value.trim();
  }
  return said;
}

export async function send(address, said) {
  let waits = null;
  const late = setTimeout(() => (waits = toast("housephone is still writing it down …")), LATE);
  try {
    const answer = await ask(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf() },
      body: JSON.stringify(said),
    });
    const told = await answer.json();
    if (answer.ok) { toast(told.said ?? "done"); return told; }
    toast(told.error.message, told.error.remedy, true);
  } catch {
    toast("housephone did not answer", "nothing may have been noted: look, then ask again", true);
  } finally {
    clearTimeout(late);
    waits?.remove();
  }
  return null;
}

export function toast(text, small = "", bad = false) {
  const note = document.createElement("p");
  note.className = bad ? "toast bad" : "toast";
  note.append(text);
  if (small) note.append(Object.assign(document.createElement("small"), { textContent: small }));
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), bad ? 12000 : 6000);
  return note;
}

// The same order twice at once is a slip of the hand, whether by the same button or by one that took its place; another
// one goes as well. The button is not disabled, since that would take the focus from it.
const underWay = new Set();
async function once(button, order, work) {
  if (underWay.has(order)) return;
  underWay.add(order);
  button.ariaDisabled = "true";
  try { await work(); } finally {
    underWay.delete(order);
    button.ariaDisabled = null;
  }
}

// The form as it stands on the page now; while an order was under way the news may have swapped it for another.
function today(form) {
  const about = (each) => [...each.querySelectorAll("input[type=hidden]")].map(({ name, value }) => `${name}=${value}`).join();
  if (form.isConnected) return form;
  return [...document.forms].find((each) => each.dataset.api === form.dataset.api && about(each) === about(form));
}

function sure(question) {
  const dialog = document.getElementById("ask");
  document.getElementById("ask-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.querySelector("button[value=yes]").focus();
  return new Promise((tell) => dialog.addEventListener("close", () => tell(dialog.returnValue === "yes"), { once: true }));
}
