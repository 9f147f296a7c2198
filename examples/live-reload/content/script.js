// Shows when this page was loaded.
const since = document.getElementById('since');
const loadedAt = Date.now();

setInterval(() => {
  const seconds = Math.round((Date.now() - loadedAt) / 1000);
  since.textContent = seconds < 120 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}, 1000);
