const RETRY_MS = 500;
const token = document.querySelector('meta[name="control-token"]').content;

/**
 * The wire to the example's control, open as long as this page is shown: it is also how the example knows of this tab.
 *
 * @param {(message: object) => void} hear
 * @param {(isThere: boolean) => void} changed
 * @returns {(order: object) => void}
 */
export function openControl(hear, changed) {
  let socket;
  let isShown = true;

  function open() {
    const own = new WebSocket(`ws://${location.host}/control?token=${token}`);
    socket = own;
    own.onopen = () => changed(true);
    own.onmessage = ({ data }) => hear(JSON.parse(data));
    own.onclose = () => {
      if (socket !== own) return;
      changed(false);
      if (isShown) setTimeout(open, RETRY_MS);
    };
  }
  addEventListener('pagehide', () => {
    isShown = false;
    socket.close();
  });
  addEventListener('pageshow', ({ persisted }) => {
    isShown = true;
    if (persisted) open();
  });
  open();
  return (order) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(order));
}
