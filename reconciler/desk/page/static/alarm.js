// A sound while something waits that must not be missed, such as a guest whom nobody has woken. Made here, no file.
let context = null;

export function alarm() {
  addEventListener("pointerdown", () => (context ??= new AudioContext()), { once: true });
  addEventListener("keydown", () => (context ??= new AudioContext()), { once: true });
  setInterval(() => document.querySelector("[data-sounds]") && ring(), 4000);
}

function ring() {
  document.title = document.title.startsWith("⚠ ") ? document.title.slice(2) : `⚠ ${document.title}`;
  if (!context || context.state !== "running") return;
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
