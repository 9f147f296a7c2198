/** What can be done to something, by its state. */
const POSSIBLE = {
  running: ['kill', 'freeze', 'drain'],
  frozen: ['kill', 'thaw'],
  draining: ['kill'],
  dead: ['start'],
};
/** What the first two buttons do, by the state; one that is not listed here can be killed and frozen. */
const FACES = {
  dead: { kill: ['start', 'Start', 'S'], freeze: ['freeze', 'Freeze', 'F'] },
  frozen: { kill: ['kill', 'Kill', 'K'], freeze: ['thaw', 'Thaw', 'F'] },
};
const USUAL_FACES = { kill: ['kill', 'Kill', 'K'], freeze: ['freeze', 'Freeze', 'F'] };
const QUIET_MS = 1_000;
const SVG_NAMES = { redis: '#buoy' };

/**
 * A card for each server, and one for Redis.
 *
 * @param {HTMLElement} home
 * @param {HTMLTemplateElement} template
 * @param {string[]} names
 * @param {(order: object) => void} send
 */
export function createCards(home, template, names, send) {
  let chosen = 0;
  const cards = names.map((name, index) => {
    const card = template.content.firstElementChild.cloneNode(true);
    card.dataset.unit = name;
    card.querySelector('use').setAttribute('href', SVG_NAMES[name] ?? '#light');
    card.querySelector('.number-key').textContent = index + 1;
    card.querySelector('h2').textContent = name === 'redis' ? 'Redis' : `Server ${name}`;
    // Redis has nothing to drain: it ends at once.
    if (name === 'redis') card.querySelector('[data-do="drain"]').remove();
    card.onclick = () => choose(index);
    for (const button of card.querySelectorAll('button')) {
      button.onclick = () => send({ do: button.dataset.do, to: name });
    }
    home.append(card);
    return card;
  });
  choose(0);

  function choose(index) {
    chosen = index;
    cards.forEach((card, at) => card.classList.toggle('chosen', at === index));
  }

  function show(card, state, { says, note, facts }) {
    card.dataset.state = state;
    card.querySelector('.state').textContent = state;
    card.querySelector('.says output').textContent = says;
    card.querySelector('.says span').textContent = note;
    card.querySelector('.facts').textContent = facts;
    const faces = FACES[state] ?? USUAL_FACES;
    dress(card.querySelector('[data-do="kill"], [data-do="start"]'), faces.kill);
    dress(card.querySelector('[data-do="freeze"], [data-do="thaw"]'), faces.freeze);
    for (const button of card.querySelectorAll('button')) {
      button.disabled = !POSSIBLE[state].includes(button.dataset.do);
    }
  }

  return {
    choose,
    /** Does to the chosen card what one of its buttons does. */
    order(deed) {
      const wanted = deed === 'freeze' ? '[data-do="freeze"], [data-do="thaw"]' : `[data-do="${deed}"]`;
      cards[chosen].querySelector(wanted)?.click();
    },
    /** Marks the card of the server that this tab is on. */
    here(name) {
      for (const card of cards) card.classList.toggle('here', card.dataset.unit === name);
    },
    show({ servers, redis, real }) {
      servers.forEach((server, index) => show(cards[index], server.state, wordsOf(server, real)));
      show(cards.at(-1), redis.state, {
        says: '',
        note: {
          running: 'the servers meet here',
          frozen: 'takes calls, and answers none',
          dead: 'the servers go on with what they know',
        }[redis.state],
        facts: redis.pid === null ? 'no process' : `process ${redis.pid}`,
      });
    },
  };
}

function dress(button, [deed, text, key]) {
  if (button.dataset.do === deed) return;
  button.dataset.do = deed;
  button.firstChild.data = `${text} `;
  button.lastChild.textContent = key;
}

function wordsOf({ state, total, stale, pages, pid, silentMs }, real) {
  const facts = pid === null ? 'no process' : `process ${pid}`;
  if (total === null) return { says: '', note: state === 'dead' ? 'says nothing' : 'is starting', facts };
  const onIt = `${pages} ${pages === 1 ? 'page' : 'pages'} on it · ${facts}`;
  const isQuiet = silentMs > QUIET_MS;
  const note = isQuiet
    ? `was its last word, ${Math.round(silentMs / 1_000)} s ago`
    : stale
      ? 'is the last it knows: no Redis'
      : total === real
        ? 'it says, and is right'
        : `it says, not yet ${real}`;
  return { says: String(total), note, facts: onIt };
}
