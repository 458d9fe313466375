// What is open, and what the keys do.
const SERVED = document.body.classList.contains('served');
const state = { reviewer: null, choices: null, busy: false, opening: false, turn: 0 };

const isNarrow = () => matchMedia('(max-width: 60rem)').matches;
shared.fresh = new Set();
shared.picked = [];
shared.marks = [];
shared.faults = [];

function show(view) {
  document.body.dataset.view = view;
  document.querySelectorAll('.views button').forEach((each) =>
    each.setAttribute('aria-pressed', String(each.dataset.view === view)));
  if (isNarrow()) placeIn(view);
}

// What was drawn while it was out of sight is scrolled once it is seen.
function placeIn(view) {
  const pane = { letter: $('paper'), record: $('values') }[view];
  const chosen = pane?.querySelector('.on, [aria-current]');
  if (chosen) bring(pane, chosen, true);
  else if (pane && shared.fresh.delete(view)) pane.scrollTop = 0;
}

// Take in a letter: as it is opened, or as it is after a change.
function take(letter) {
  shared.letter = letter;
  shared.words = new Words(letter.text);
  shared.sections = sectionsOf(letter.record);
  shared.rows = new Map(shared.sections.flatMap((each) => each.rows).map((each) => [each.path, each]));
  shared.faults = faultsOf(letter.record, shared.words.length);
  shared.marks = letter.text ? marksOf([...shared.rows.values()].filter((each) => !each.quiet)) : [];
  shared.picked = [];
}

function renew(letter) {
  const panel = $('values');
  const top = panel.scrollTop;
  const held = document.activeElement;
  const inside = panel.contains(held);
  const open = [...panel.querySelectorAll('details.tools')].map((each) => each.open);
  take(letter);
  drawRecord();
  redrawPaper();
  drawActs();
  panel.scrollTop = top;
  panel.querySelectorAll('details.tools').forEach((each, at) => { each.open = Boolean(open[at]); });
  const row = shared.rows.get(shared.active);
  if (row) mark(shared.active);
  if (inside) (row?.choice ?? $('record-title')).focus({ preventScroll: true });
  else if (held.id && !held.isConnected) $(held.id)?.focus();
}

// Mark the value that was chosen before, without moving anything.
function mark(path) {
  const each = shared.rows.get(path);
  each.choice?.setAttribute('aria-current', 'true');
  (shared.view === 'pages' ? lightPages : lightText)(path);
  drawCrumbs(around(each), path);
}

function redrawPaper() {
  const paper = $('paper');
  const top = paper.scrollTop;
  paper.replaceChildren(shared.view === 'pages' ? drawPages() : drawText());
  paper.scrollTop = top;
}

function redrawText() {
  if (shared.view !== 'text' || !shared.letter) return;
  redrawPaper();
  if (shared.active) lightText(shared.active);
}

function setView(view) {
  shared.view = view;
  const pages = view === 'pages';
  $('switch').setAttribute('aria-pressed', String(pages));
  redrawPaper();
  const each = shared.rows.get(shared.active);
  if (each) light(each, 'switch');
}

const toggleView = () => shared.letter?.pages && setView(shared.view === 'pages' ? 'text' : 'pages');

function toggleLabels() {
  const off = document.body.classList.toggle('unlabelled');
  $('labels').setAttribute('aria-pressed', String(!off));
}

// Where in the queue, and at which value, so that a reload opens the same.
function remember() {
  const path = shared.active ?? '';
  history_(`#${shared.letter.place}${path}`);
}

const history_ = (hash) => window.history.replaceState(null, '', hash);

async function openHash() {
  const found = /^#(\d+)(\/[\w/]*)?$/.exec(location.hash);
  const place = found ? Number(found[1]) : await firstPlace();
  if (place === undefined) return $('values').replaceChildren(el('p', { class: 'quiet' }, 'There is no letter.'));
  if (shared.letter?.place === place && !found?.[2]) return undefined;
  return openLetter(place, found?.[2] ?? null);
}

// Where to begin: the first letter of the queue that is free, so that no two begin with one.
async function firstPlace() {
  const first = (queue.order[0] ?? queue.rows[0])?.place;
  return (SERVED ? await dealtOf(queue.order) : null) ?? first;
}

// Until it is there, no key decides of the letter before it; of two that are asked for, the last.
async function openLetter(place, path) {
  const turn = state.turn += 1;
  state.opening = true;
  const letter = await load(place);
  if (turn !== state.turn) return;
  state.opening = false;
  if (!letter) return;
  if (editor.on) closeEditor();
  take(letter);
  shared.active = null;
  shared.fresh = new Set(['letter', 'record']);
  shared.view = letter.pages ? 'pages' : 'text';
  $('switch').hidden = !letter.pages;
  $('switch').setAttribute('aria-pressed', String(shared.view === 'pages'));
  drawRecord();
  redrawPaper();
  $('paper').scrollTop = 0;
  drawActs();
  drawCrumbs([]);
  markQueue(place);
  if (!location.hash) history_(`#${place}`);
  document.title = `${visible(letter.record.document.id)} · Review`;
  if (path && shared.rows.has(path)) choose(path, 'key');
  else if (isNarrow() && document.body.dataset.view === 'queue') show('letter');
}

async function load(place) {
  if (!SERVED) {
    const kept = $(`letter-${place}`);
    return kept ? JSON.parse(kept.textContent) : null;
  }
  try {
    return await ask(`api/letters/${place}`);
  } catch (error) {
    tell(visible(error.message));
    return null;
  }
}

const TYPING = 'input, textarea, select, [contenteditable]';

function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === 'Escape' && editor.on && !document.querySelector('dialog[open]')) return closeEditor();
  if (document.querySelector('dialog[open]') || event.target.closest(TYPING)) return undefined;
  if (event.ctrlKey && event.shiftKey && event.key.toLowerCase() === 'z' && SERVED) return did(event, () => back('redo'));
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const moves = { j: () => step(1), k: () => step(-1), t: toggleView, l: toggleLabels, '/': toFilter };
  if (document.activeElement?.closest('#values .row')) Object.assign(moves, { ArrowDown: moves.j, ArrowUp: moves.k });
  const known = ACTS.find(([name, , , edits]) => name === event.key && (SERVED || !edits));
  const act = known ? known[2] : moves[event.key];
  return act ? did(event, act) : undefined;
}

function did(event, act) {
  event.preventDefault();
  act();
}

function toFilter() {
  if (isNarrow()) show('queue');
  $('filter').focus();
}

function listen() {
  document.addEventListener('keydown', pressed);
  window.addEventListener('hashchange', openHash);
  $('paper').addEventListener('click', (event) => (shared.view === 'pages' ? clickPages : clickText)(event));
  $('paper').addEventListener('pointerup', () => setTimeout(takeSelection));
  $('paper').addEventListener('keyup', (event) => event.key === 'Enter' && takeSelection());
  $('switch').addEventListener('click', toggleView);
  $('labels').addEventListener('click', toggleLabels);
  if (SERVED) window.addEventListener('focus', refreshQueue); // others have gone on meanwhile
  let waiting;
  $('filter').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawQueue, 120);
  });
  $('filter-status').addEventListener('change', drawQueue);
  document.querySelectorAll('.views button').forEach((each) => each.addEventListener('click', () => show(each.dataset.view)));
  $('legend').lastElementChild.append(...Object.entries(GROUPS).map(([name, words]) =>
    el('li', {}, el('span', { class: `swatch g-${name}` }, words))));
}

async function begin() {
  listen();
  const first = JSON.parse($('first').textContent);
  if (SERVED) {
    try {
      const [found, choices] = await Promise.all([ask('api/queue'), ask('api/choices')]);
      Object.assign(first, found);
      state.choices = choices;
    } catch (error) {
      drawActs();
      return tell(visible(error.message));
    }
  }
  state.reviewer = first.reviewer;
  if (SERVED && !state.reviewer) await askName();
  queue.rows = first.letters;
  document.body.classList.toggle('single', first.letters.length < 2);
  drawActs();
  drawQueue();
  return openHash();
}

begin();
