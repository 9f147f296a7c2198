/** What runs inside the page. */

/** Notes the time between frames, in ms, until `stopFrames()` returns them. */
export function recordFrames() {
  const intervals = [];
  let last;
  let next = requestAnimationFrame(function frame(now) {
    if (last !== undefined) intervals.push(now - last);
    last = now;
    next = requestAnimationFrame(frame);
  });
  window.stopFrames = () => {
    cancelAnimationFrame(next);
    return intervals;
  };
}

export function readFrames() {
  return window.stopFrames();
}

/** Scrolls far down, and begins again at the top after the end. */
export function jump(px) {
  scrollTo(0, (scrollY + px) % document.body.scrollHeight);
}
