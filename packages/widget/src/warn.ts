/** Reports to the author of the page that the widget cannot start. Not used for what a server or the network does. */
export function warn(): void {
  // eslint-disable-next-line no-console -- the author of a script tag has no other place to look
  console.warn('live-online needs locWidget.server');
}
