const USUAL_ACTIONS = ['kill', 'freeze', 'drain'];
/** What the buttons of a card do in each state. A button without an action is disabled. */
const ACTIONS = { running: USUAL_ACTIONS, frozen: ['kill', 'thaw'], draining: ['kill'], dead: ['start'] };
const REDIS_NOTES = {
  running: 'connects the servers',
  frozen: 'does not answer',
  dead: 'the servers keep their last total',
};

/**
 * Makes a card for each server, and one for Redis. The keys 1 to 4 focus a card; the first letter of an action performs it.
 *
 * @param {HTMLElement} parent
 * @param {HTMLTemplateElement} template
 * @param {string[]} names
 * @param {(message: object) => void} send
 * @returns {(processes: object[], open: number) => void} Shows the state of all, in the order of the names.
 */
export function createCards(parent, template, names, send) {
  const cards = names.map((name) => {
    const card = template.content.firstElementChild.cloneNode(true);
    card.dataset.process = name;
    card.style.setProperty('--line', `var(--${name})`);
    card.querySelector('use').setAttribute('href', name === 'redis' ? '#buoy' : '#light');
    card.querySelector('h2').textContent = name === 'redis' ? 'Redis' : `Server ${name}`;
    const buttons = card.querySelectorAll('button');
    for (const button of buttons)
      button.onclick = () => send({ action: button.dataset.action, target: name });
    // Redis has no connections to move.
    if (name === 'redis') buttons[2].remove();
    parent.append(card);
    return card;
  });

  addEventListener('keydown', ({ key, repeat, ctrlKey, metaKey, altKey }) => {
    if (repeat || ctrlKey || metaKey || altKey || !/^[1-4kftds]$/i.test(key)) return;
    if (/\d/.test(key)) cards[key - 1].focus();
    else {
      const card = document.activeElement.closest('.card');
      card?.querySelector(`[data-action^="${key.toLowerCase()}"]:enabled`)?.click();
    }
  });

  return (processes, open) => {
    processes.forEach((process, index) => {
      const { state, pid, total, connections } = process;
      const card = cards[index];
      card.dataset.state = state;
      card.querySelector('.state').textContent = state;
      card.querySelector('output').textContent = total ?? '';
      card.querySelector('.total span').textContent =
        names[index] === 'redis' ? REDIS_NOTES[state] : noteOf(process, open);
      card.querySelector('.facts').textContent = [
        ...(connections === undefined ? [] : [`${connections} connection${connections === 1 ? '' : 's'}`]),
        pid === undefined ? 'no process' : `process ${pid}`,
      ].join(' · ');
      card.querySelectorAll('button').forEach((button, position) => {
        const action = ACTIONS[state][position];
        button.disabled = action === undefined;
        button.dataset.action = button.textContent = action ?? USUAL_ACTIONS[position];
      });
    });
  };
}

function noteOf({ state, total, stale }, open) {
  if (state === 'dead') return 'does not run';
  if (total === undefined) return 'starts';
  if (state === 'frozen') return 'was its last total';
  if (stale) return 'is the last total: no Redis';
  return total === open ? 'is right' : `is not ${open} yet`;
}
