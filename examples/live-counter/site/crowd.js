// The control of the simulated crowd. main.js writes the port of the control into this address while it serves the page.
const section = document.querySelector('#crowd');
const control = section.dataset.control;
const slider = section.querySelector('input');
const output = section.querySelector('output');

async function ask(method, query = '') {
  const response = await fetch(`${control}crowd${query}`, { method });
  return response.json();
}

function show({ target, size }) {
  output.value = target === size ? `${size}` : `${size} of ${target}`;
}

slider.addEventListener('input', () => void ask('POST', `?visitors=${slider.value}`).then(show));

try {
  const state = await ask('GET');
  slider.max = state.max;
  slider.value = state.target;
  show(state);
  section.hidden = false;
  setInterval(() => document.hidden || void ask('GET').then(show), 1_000);
} catch {
  // The pages are served without the control.
}
