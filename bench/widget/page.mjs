/** In the page, before its scripts: notes when the number appears, and when the socket opens. */
export function trace() {
  const steps = (window.steps = {});
  const note = (step) => (steps[step] ??= performance.now());
  new MutationObserver(() => {
    const badge = document.getElementById('_loc');
    if (badge?.textContent) note('first total');
    if (badge?.dataset.state === 'live') note('own total');
  }).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
  const { WebSocket } = window;
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('open', () => note('socket opened'));
    }
  };
}

/** In the page: the steps in ms since the script was asked for. */
export function readSteps() {
  const [script] = performance.getEntriesByName(document.querySelector('script').src);
  const times = {
    'script asked': script.requestStart,
    'script arrived': script.responseEnd,
    ...window.steps,
  };
  return Object.fromEntries(Object.entries(times).map(([step, at]) => [step, at - script.startTime]));
}

/** In the page: whether the connection has brought a total. */
export function isLive() {
  return window.steps['own total'] !== undefined;
}
