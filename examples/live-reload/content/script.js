// Counts how long this page has stood without being loaded again.
const since = document.getElementById('since');
const loadedAt = Date.now();

function tell() {
  const seconds = Math.round((Date.now() - loadedAt) / 1000);
  if (seconds < 2) since.textContent = 'just now';
  else if (seconds < 120) since.textContent = `${seconds} seconds ago`;
  else since.textContent = `${Math.floor(seconds / 60)} minutes ago`;
}

tell();
setInterval(tell, 1000);
