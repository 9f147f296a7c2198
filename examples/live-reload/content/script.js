// Shows when this page was loaded.
const since = document.getElementById('since');
const loadedAt = Date.now();

setInterval(() => {
  const seconds = Math.round((Date.now() - loadedAt) / 1000);
  since.textContent = seconds < 120 ? `${seconds} seconds ago` : `${Math.floor(seconds / 60)} minutes ago`;
}, 1000);
