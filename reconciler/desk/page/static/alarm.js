// A sound while something waits that must not be missed, such as a guest whom nobody has woken. Made here, no file.
// Browsers let a page sound only after a click or a key, also on the page before; until then it is said that it cannot.
const hint = document.getElementById("sound-off");
let context = null;

export function alarm() {
  if (sessionStorage.getItem("sounds")) wake();
  for (const gesture of ["pointerup", "click", "keydown"]) addEventListener(gesture, wake, { capture: true });
  document.addEventListener("renewed", look);
  look();
  setInterval(() => look() && ring(), 4000);
}

const waits = () => document.querySelector("[data-sounds]") !== null;

function wake() {
  if (context?.state === "running") return;
  context ??= new AudioContext({ latencyHint: "playback" });
  context.resume().then(() => {
    sessionStorage.setItem("sounds", "yes");
    if (look()) ring();
  });
}

// Is there something to sound for? Says so where it cannot be heard.
function look() {
  const wanted = waits();
  hint.hidden = !wanted || context?.state === "running";
  if (!wanted && document.title.startsWith("⚠ ")) document.title = document.title.slice(2);
  return wanted;
}

function ring() {
  document.title = document.title.startsWith("⚠ ") ? document.title.slice(2) : `⚠ ${document.title}`;
  if (context?.state !== "running") return;
  for (const [at, pitch] of [[0, 880], [0.25, 660], [0.5, 880]]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.2);
  }
}
