/** Looks over the widget's shoulder: what goes over its socket is told as `wire` events of the window. Nothing is changed. */
(() => {
  const tell = (detail) => window.dispatchEvent(new CustomEvent('wire', { detail }));
  const isText = (data) => typeof data === 'string';

  window.WebSocket = class extends WebSocket {
    #isCounters;

    constructor(url, protocols) {
      super(url, protocols);
      this.#isCounters = new URL(this.url).pathname.endsWith('/socket.io/');
      if (!this.#isCounters) return;
      this.addEventListener('message', ({ data }) => isText(data) && tell({ way: 'in', data }));
      this.addEventListener('close', () => tell({ way: 'closed' }));
    }

    send(data) {
      if (this.#isCounters && isText(data)) tell({ way: 'out', data });
      super.send(data);
    }
  };
})();
