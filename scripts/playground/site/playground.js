/** Adds and removes visitors: frames with a page that embeds the counter of one server. */
const servers = document.querySelector('main').dataset.servers.split(' ');
document.body.classList.toggle('one-server', servers.length === 1);

for (const name of servers) {
  const section = document.querySelector(`[data-server="${name}"]`);
  const visitors = section.querySelector('.visitors');
  const [add, remove] = ['add', 'remove'].map((action) => section.querySelector(`[data-action="${action}"]`));

  const addVisitor = () => {
    const frame = document.createElement('iframe');
    frame.src = `/${name}.html`;
    frame.title = `A visitor at server ${name}`;
    visitors.append(frame);
    remove.disabled = false;
  };
  const removeVisitor = () => {
    visitors.lastElementChild?.remove();
    remove.disabled = !visitors.hasChildNodes();
  };

  add.addEventListener('click', addVisitor);
  remove.addEventListener('click', removeVisitor);
  addVisitor();
  section.hidden = false;
}
