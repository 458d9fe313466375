// What a person may do with a letter: each by its key and by its button, both the same.
const ACTS = [
  ['a', 'Accept', () => accept(), true, 'accept the record as it stands'],
  ['c', 'Correct', () => correct(), true, 'correct the value in focus: select its words in the letter'],
  ['x', 'Empty', () => empty(), true, 'empty the value in focus, or take it out of its list'],
  ['r', 'Reject', () => reject(), true, 'reject the record, with a reason'],
  ['u', 'Undo', () => back('undo'), true, 'undo your last step in this letter'],
  ['U', 'Redo', () => back('redo'), true, 'do it again'],
  ['n', 'Next', () => nextLetter(), false, 'the next letter'],
  ['?', 'Keys', () => showKeys(), false, 'this list'],
];
const MOVES = [
  ['j ↓', 'the next value of the record'],
  ['k ↑', 'the value before it'],
  ['t', 'pages as printed, or the text'],
  ['l', 'names of the fields in the letter'],
  ['/', 'filter the queue'],
  ['Esc', 'close what is open'],
];

function drawActs() {
  const letter = shared.letter;
  const made = ACTS.filter(([, , , edits]) => SERVED || !edits).map(([name, label, act]) =>
    button([label, ' ', key(name)], act, { id: `act-${label.toLowerCase()}`,
      disabled: (label === 'Undo' && !letter?.undo) || (label === 'Redo' && !letter?.redo) ? true : null,
      'aria-keyshortcuts': name === '?' ? 'Shift+?' : name === 'U' ? 'Shift+U' : name }));
  if (SERVED) made.push(button('Export …', exportGolden, { id: 'act-export' }));
  $('acts').replaceChildren(...made);
}

const tell = (words) => { $('acts-error').textContent = words; };

// --- the server

async function ask(path, body) {
  let reply;
  try {
    reply = await fetch(path, body === undefined ? { credentials: 'same-origin' } : {
      method: 'POST', credentials: 'same-origin', body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', 'X-IMR-Review': '1' },
    });
  } catch {
    throw new Refusal('no_answer', `The server does not answer. Start it again with --port ${location.port}, open the address that it prints in another tab, then try again here.`);
  }
  let said = null;
  try { said = await reply.json(); } catch { /* said below */ }
  if (reply.ok && said) return said;
  throw new Refusal(said?.code ?? String(reply.status), said?.message ?? `The server refuses (${reply.status}).`, said?.letter);
}

class Refusal extends Error {
  constructor(code, message, letter) {
    super(message);
    this.code = code;
    this.letter = letter;
  }
}

// Send corrections of the letter that is open; true where they were made.
async function change(corrections, refuse) {
  const { place, content } = shared.letter;
  return sent(`api/letters/${place}/corrections`, { corrections, seen: content }, refuse);
}

async function sent(path, body, refuse) {
  if (state.opening) say('The letter is still being opened.');
  if (state.busy || state.opening) return false;
  state.busy = true;
  tell('');
  const { place } = shared.letter;
  try {
    const letter = await ask(path, body);
    if (shared.letter.place === place) renew(letter);
    await refreshQueue();
    return true;
  } catch (error) {
    const message = error instanceof Refusal ? error.message : 'Something of this page failed; load it again.';
    if (error.code === 'changed' && shared.letter.place === place) await takeOther(error.letter);
    (refuse ?? tell)(visible(message));
    await whoFirst(error);
    return false;
  } finally {
    state.busy = false;
  }
}

// Who closed the question for their name is asked again once it is needed.
async function whoFirst(error) {
  if (error.code !== 'reviewer_wanted' || document.querySelector('dialog[open]')) return;
  await askName();
  if (state.reviewer) tell('');
  drawCounts();
}

// Somebody else was here first: show the letter as it stands, and keep what was tried.
async function takeOther(letter) {
  try {
    const tried = editor.on ? editor.slots.map((each) => each.span).filter(Boolean) : [];
    renew(letter ?? await ask(`api/letters/${shared.letter.place}`));
    if (tried.length) pick(tried);
  } catch { /* what was tried is said */ }
}

async function refreshQueue() {
  try {
    const found = await ask('api/queue');
    queue.rows = found.letters;
    drawQueue();
  } catch { /* the letter is there; the queue is asked for again with the next change */ }
}

// --- acts

async function back(name) {
  if (!shared.letter?.[name]) return say(`There is nothing to ${name}.`);
  if (await sent(`api/letters/${shared.letter.place}/${name}`, {})) say(name === 'undo' ? 'Undone.' : 'Done again.');
}

function standing() {
  const { record, dismissible } = shared.letter;
  const open = record.findings.map((each, index) => ({ ...each, index }))
    .filter((each) => each.severity === 'error' && !each.dismissed && each.code !== 'rejected');
  return { may: open.filter((each) => dismissible[each.index]), not: open.filter((each) => !dismissible[each.index]) };
}

function accept() {
  if (!shared.letter) return undefined;
  const { may, not } = standing();
  if (!may.length && !not.length) return send([{ action: 'accept', path: '' }], 'Accepted. n opens the next letter.');
  const parts = [];
  if (may.length) parts.push(`${counted(may.length, 'error')} will be dismissed for your reason: ${codes(may)}.`);
  if (not.length) parts.push(`${counted(not.length, 'error')} cannot be dismissed, only corrected, and the letter stays for review: ${codes(not)}.`);
  return askReason('Accept with open errors', parts, may.length ? 'Why they may stand' : 'Why', 'Accept', (reason, refuse) =>
    send([...may.map((each) => ({ action: 'dismiss', finding: each.index, reason })),
      { action: 'accept', path: '', reason }], 'Accepted. n opens the next letter.', refuse));
}

const codes = (found) => [...new Set(found.map((each) => plain(each.code)))].join(', ');

function reject() {
  if (!shared.letter) return;
  askReason('Reject this record', ['The letter stays for review, marked as rejected.'], 'Why', 'Reject', (reason, refuse) =>
    send([{ action: 'reject', path: '', reason }], 'Rejected. n opens the next letter.', refuse));
}

function askDismissal(index) {
  const each = shared.letter.record.findings[index];
  askReason(`Dismiss: ${plain(each.code)}`, [each.message], 'Why it may stand', 'Dismiss', (reason, refuse) =>
    send([{ action: 'dismiss', finding: index, reason }], 'Dismissed.', refuse));
}

async function send(corrections, words, refuse) {
  const done = await change(corrections, refuse);
  if (done) say(words);
  return done;
}

function empty() {
  const each = shared.rows.get(shared.active);
  if (!each?.value) return say('Choose a value first: j and k go through them.');
  const path = /\/(drug\/name)$/.test(each.path) ? each.path.slice(0, -5)
    : each.side ?? each.path.replace(/\/partial_approval\/.*/, '/partial_approval').replace(/(\/(?:category|body_regions\/\d+|reasons\/\d+))\/evidence$/, '$1');
  return send([{ action: 'clear', path }], `Emptied: ${titleOf(each)}.`, tell);
}

function chooseCites(each, value) {
  return send([{ action: 'set', path: `${each.side}/cites`, new: { value } }], 'Corrected.', tell);
}

function itemTools(section) {
  const last = shared.letter.record.items.length - 1;
  const { at, path } = section;
  const act = (words, correction, said) => button(words, () => send([correction], said, tell), { class: 'act' });
  const partial = () => openEditor({ title: `Partial approval of item ${at + 1}`, fixed: true, action: 'set', kind: 'parts', path: `${path}/partial_approval`,
    slots: ['original', 'authorized', 'remaining'].map((name) => ({ name, label: capital(name),
      span: spanOf(section.item.partial_approval?.[name]) })) });
  const split = () => openItem({ title: `Split item ${at + 1}: where the second begins`, action: 'split', path });
  return el('details', { class: 'tools' }, el('summary', {}, 'Change this item'), el('div', { class: 'toolbar' },
    at > 0 ? act('Move up', { action: 'move', path, to: at - 1 }, 'Moved up.') : '',
    at < last ? act('Move down', { action: 'move', path, to: at + 1 }, 'Moved down.') : '',
    at < last ? act('Merge with the next', { action: 'merge', path }, 'Merged.') : '',
    button('Split …', split, { class: 'act' }),
    button('Partial approval …', partial, { class: 'act' }),
    act('Remove', { action: 'clear', path }, 'Removed. u takes it back.'),
    ...SIDES.filter(([side]) => section.item[side]).map(([side, group]) => citesChoice(section, side, group))));
}

const spanOf = (value) => (value ? [value.start, value.end] : null);

function citesChoice(section, side, group) {
  const select = el('select', {}, ...state.choices.cites.map((each) =>
    el('option', { value: each, selected: section.item[side].cites === each }, CITES[each] ?? each)));
  select.addEventListener('change', () => chooseCites({ side: `${section.path}/${side}` }, select.value));
  return el('label', { class: 'line' }, el('span', {}, `${GROUPS[group]} cites`), select);
}

function itemAdder() {
  const at = shared.letter.record.items.length;
  return button('Add an item …', () => openItem({ title: `Add item ${at + 1}`, action: 'add', path: `/items/${at}` }), { class: 'act add-item' });
}

function openItem(given) {
  openEditor({ fixed: true, kind: 'decision', slots: [{ name: 'request', label: 'Request', span: null },
    { name: 'decision', label: 'Decision', span: null }], chosen: CHOSEN.decision(), row: null, ...given });
}

async function exportGolden() {
  const places = queue.order.filter((each) => each.verdict === 'accept').map((each) => each.place);
  if (!places.length) return tell('No letter of the queue is accepted yet: only accepted ones are exported.');
  try {
    const made = await ask('api/export', { places });
    say(`${counted(made.cases.length, 'golden folder')} in ${visible(made.folder)}.`);
  } catch (error) {
    tell(visible(error.message));
  }
  return undefined;
}

// --- dialogs

function askReason(title, sentences, label, act, then) {
  const dialog = $('ask');
  const input = el('textarea', { id: 'reason', rows: '3', required: true, maxlength: '2000' });
  const error = el('p', { class: 'error', role: 'alert' });
  const form = el('form', {}, el('h2', { id: 'ask-title' }, title), ...sentences.map((each) => el('p', {}, visible(each))),
    el('label', { for: 'reason' }, label), input, error,
    el('div', { class: 'ends' }, el('button', { type: 'submit', class: 'main' }, act), button(['Cancel ', key('Esc')], () => dialog.close())));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!input.value.trim()) {
      error.textContent = 'Give a reason: it is kept with the record.';
      return;
    }
    if (await then(input.value.trim(), (message) => { error.textContent = message; })) dialog.close();
  });
  dialog.replaceChildren(form);
  const held = document.activeElement;
  dialog.addEventListener('close', () => refocus(held), { once: true });
  dialog.showModal();
  input.focus();
}

// What a dialog was opened from may have been drawn anew: the focus goes to what stands there now.
function refocus(held) {
  const now = document.activeElement;
  if (held.isConnected || (now !== document.body && !now.closest('dialog'))) return;
  ($(held.id) ?? shared.rows.get(shared.active)?.choice ?? $('record-title')).focus({ preventScroll: true });
}

// Who sits before the page; asked for once, where the server does not know.
function askName() {
  return new Promise((done) => {
    const dialog = $('ask');
    const input = el('input', { id: 'reason', required: true, maxlength: '80', autocomplete: 'name' });
    const error = el('p', { class: 'error', role: 'alert' });
    const form = el('form', {}, el('h2', { id: 'ask-title' }, 'Who reviews?'),
      el('p', {}, 'Your name is kept with each of your decisions.'), el('label', { for: 'reason' }, 'Name'), input, error,
      el('div', { class: 'ends' }, el('button', { type: 'submit', class: 'main' }, 'Begin')));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      try {
        state.reviewer = (await ask('api/reviewer', { name: input.value })).reviewer;
        dialog.close();
      } catch (refused) {
        error.textContent = visible(refused.message);
      }
    });
    dialog.replaceChildren(form);
    dialog.addEventListener('close', () => done(), { once: true });
    dialog.showModal();
    input.focus();
  });
}

function showKeys() {
  const dialog = $('keys');
  const known = [...ACTS.filter(([, , , edits]) => SERVED || !edits).map(([name, , , , words]) => [name, words]), ...MOVES];
  dialog.replaceChildren(el('h2', { id: 'keys-title' }, 'Keys'),
    el('dl', { class: 'keys' }, ...known.flatMap(([name, words]) => [el('dt', {}, ...name.split(' ').map((each) => el('kbd', {}, each))), el('dd', {}, words)])),
    el('p', { class: 'quiet small' }, 'No key acts while you type. Redo is Ctrl+Shift+Z too.'),
    el('div', { class: 'ends' }, button('Close', () => dialog.close(), { class: 'main' })));
  dialog.showModal();
}
