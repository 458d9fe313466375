// Corrections by words of the letter: what is being corrected, and the form that says so.
const editor = { on: false };

const CHOSEN = {
  decision: () => [['value', 'Decision', state.choices.decision]],
  conclusion: () => [['value', 'Conclusion', state.choices.conclusion]],
  priority: () => [['value', 'Priority', state.choices.priority]],
  sex: () => [['value', 'Sex', state.choices.sex]],
  flag: () => [['value', 'Retrospective', ['yes', 'no']]],
  reason: () => [['value', 'Reason', state.choices.reasons]],
  number: () => [['value', 'Number', null]],
  category: () => [['name', 'Category', Object.keys(state.choices.categories)], ['subcategory', 'Subcategory', []]],
  drug: () => [['class', 'Drug class', ['', ...state.choices.drug_classes]]],
  region: () => [['region', 'Region', state.choices.regions], ['side', 'Side', ['', ...state.choices.sides]], ['levels', 'Levels', null]],
  cites: () => [['value', 'Cites', state.choices.cites]],
};
// What a field holds already is said by the words alone: dates, ages, sexes are read from them.
const READ = new Set(['priority', 'sex']);

function correct(path = shared.active) {
  const each = shared.rows.get(path);
  if (!each || each.kind === 'none') return say('Choose a value first: j and k go through them.');
  const span = each.value ? [each.value.start, each.value.end] : null;
  openEditor({ title: `${each.value ? 'Correct' : 'Give'}: ${titleOf(each)}`, path, row: each, kind: each.kind,
    action: each.add ? 'add' : 'set', slots: [{ name: 'new', label: 'Words', span }] });
}

function openEditor(given) {
  Object.assign(editor, { on: true, slot: 0, error: '', hits: [], hit: -1, values: {}, find: '', ...given });
  if (shared.view === 'pages') setView('text');
  const first = editor.slots.findIndex((each) => !each.span);
  editor.slot = Math.max(0, first);
  fillValues();
  drawEditor();
  pick(editor.slots.map((each) => each.span).filter(Boolean));
  if (isNarrow()) show('letter');
  $('find')?.focus();
}

function fillValues() {
  const { row: each } = editor;
  const whole = each?.whole ?? {};
  if (!each) return;
  const flag = each.value && each.kind === 'flag' ? (each.value.value ? 'yes' : 'no') : undefined;
  editor.values = { ...whole, value: flag ?? whole.kind ?? each.value?.value };
  if (Array.isArray(whole.levels)) editor.values.levels = whole.levels.join(', ');
}

function closeEditor() {
  const row = shared.rows.get(shared.active);
  Object.assign(editor, { on: false, slots: [] });
  $('editing').replaceChildren();
  pick([]);
  row?.choice?.focus();
}

function pick(spans) {
  shared.picked = spans;
  redrawText();
  const first = document.querySelector('#text .picked');
  if (first) bring($('paper'), first, false);
}

// Words that were chosen in the letter: they fill the place that is waiting for them.
function takeSelection() {
  if (!SERVED || shared.view !== 'text') return;
  const span = chosenSpan();
  if (!span) return;
  getSelection().removeAllRanges();
  if (!editor.on) {
    const row = shared.rows.get(shared.active);
    const usable = row && row.kind !== 'none' ? row : firstRow();
    openEditor({ title: 'Correct by these words', path: usable.path, row: usable, kind: usable.kind,
      action: usable.add ? 'add' : 'set', slots: [{ name: 'new', label: 'Words', span: null }] });
  }
  fillSlot(span);
}

const firstRow = () => [...shared.rows.values()].find((each) => each.kind !== 'none');

function fillSlot(span) {
  editor.slots[editor.slot].span = span;
  const waiting = editor.slots.findIndex((each) => !each.span);
  if (waiting >= 0) editor.slot = waiting;
  editor.error = '';
  drawEditor();
  pick(editor.slots.map((each) => each.span).filter(Boolean));
}

function chosenInEditor(each) {
  if (!editor.on || editor.fixed || each.kind === 'none') return;
  const span = editor.slots[0].span;
  Object.assign(editor, { path: each.path, row: each, kind: each.kind, action: each.add ? 'add' : 'set',
    title: `Correct: ${titleOf(each)}`, slots: [{ name: 'new', label: 'Words', span }] });
  fillValues();
  drawEditor();
}

function drawEditor() {
  const held = document.activeElement?.id;
  const form = el('form', { class: 'editor', 'aria-labelledby': 'editor-title' },
    el('h3', { id: 'editor-title' }, editor.title),
    editor.fixed ? '' : fieldChoice(),
    slotList(), finder(), valueFields(),
    el('p', { class: 'error', role: 'alert', id: 'editor-error' }, editor.error),
    el('div', { class: 'ends' },
      el('button', { type: 'submit', class: 'main', id: 'apply' }, 'Apply'),
      button(['Cancel ', key('Esc')], closeEditor)));
  form.addEventListener('submit', (event) => { event.preventDefault(); apply(); });
  $('editing').replaceChildren(form);
  if (held && $(held) && form.contains($(held))) $(held).focus();
}

function fieldChoice() {
  const groups = shared.sections.map((section) => el('optgroup', { label: section.number ? `Item ${section.number}` : section.title },
    ...section.rows.filter((each) => each.kind !== 'none').map((each) =>
      el('option', { value: each.path, selected: each.path === editor.path },
        `${each.add ? 'add: ' : ''}${each.label}${!each.add && each.value ? ` · ${shortened(each.shown, 30)}` : ''}`))));
  const select = el('select', { id: 'field' }, ...groups);
  select.addEventListener('change', () => chosenInEditor(shared.rows.get(select.value)));
  return el('label', { class: 'line' }, el('span', {}, 'Field'), select);
}

function slotList() {
  return el('div', { class: 'slots', role: 'group', 'aria-label': 'Words of the letter' }, ...editor.slots.map((each, at) => {
    const words = each.span ? `“${shortened(shared.words.slice(...each.span).replace(/\s+/g, ' '), 160)}”` : 'select words in the letter, or find them';
    return button([el('span', { class: 'label' }, each.label), el('span', { class: each.span ? '' : 'quiet' }, words)],
      () => { editor.slot = at; drawEditor(); }, { class: 'slot', 'aria-pressed': String(at === editor.slot) });
  }));
}

// A way to the words for those who do not drag: find them, then move either end word by word.
function finder() {
  const input = el('input', { id: 'find', type: 'search', autocomplete: 'off', spellcheck: 'false' });
  input.value = editor.find;
  input.addEventListener('input', () => { editor.find = input.value; editor.hits = []; });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !input.value.trim()) return;
    event.preventDefault();
    findWords(event.shiftKey ? -1 : 1);
  });
  const nudge = (words, name, which, by) => button(words, () => moveEnd(which, by), { 'aria-label': name, title: name, class: 'nudge', id: `nudge-${which}${by}` });
  return el('div', { class: 'finder' },
    el('label', { class: 'line' }, el('span', {}, 'Find words'), input),
    el('span', { class: 'nudges' },
      nudge('⇤', 'Begin a word earlier', 0, -1), nudge('⇥', 'Begin a word later', 0, 1),
      nudge('←', 'End a word earlier', 1, -1), nudge('→', 'End a word later', 1, 1)),
    el('span', { class: 'quiet small' }, editor.hits.length ? `${editor.hit + 1} of ${editor.hits.length}` : ''));
}

function findWords(by) {
  if (!editor.hits.length) {
    editor.hits = shared.words.find(editor.find);
    editor.hit = by > 0 ? -1 : 0;
  }
  if (!editor.hits.length) {
    editor.error = 'These words do not stand in the letter.';
    return drawEditor();
  }
  editor.hit = (editor.hit + by + editor.hits.length) % editor.hits.length;
  const [start, end] = editor.hits[editor.hit];
  editor.slots[editor.slot].span = shared.words.snapped(start, end);
  editor.error = '';
  drawEditor();
  pick(editor.slots.map((each) => each.span).filter(Boolean));
}

function moveEnd(which, by) {
  const slot = editor.slots[editor.slot];
  if (!slot.span) {
    editor.error = 'Find the first word, then move its ends.';
    return drawEditor();
  }
  slot.span = shared.words.moved(slot.span, which, by);
  drawEditor();
  pick(editor.slots.map((each) => each.span).filter(Boolean));
}

function valueFields() {
  const fields = editor.slots.length > 1 ? editor.chosen ?? [] : (CHOSEN[editor.kind]?.() ?? []);
  if (READ.has(editor.kind)) return '';
  return el('div', { class: 'chosen' }, ...fields.map(([name, label, choices]) => valueField(name, label, choices)));
}

const partsOf = (name) => (Object.hasOwn(state.choices.categories, name ?? '') ? state.choices.categories[name] : []);

function valueField(name, label, choices) {
  const now = editor.values[name];
  const known = name === 'subcategory' ? ['', ...partsOf(editor.values.name)] : choices;
  const input = known
    ? el('select', { id: `value-${name}` }, ...(known.includes('') || name === 'subcategory' ? [] : [el('option', { value: '' }, 'choose …')]),
      ...known.map((each) => el('option', { value: each, selected: each === now }, each ? plain(each) : 'none')))
    : el('input', { id: `value-${name}`, type: name === 'levels' ? 'text' : 'number', min: '0', autocomplete: 'off' });
  if (!known) input.value = now ?? '';
  input.addEventListener('input', () => {
    editor.values[name] = input.value;
    if (name === 'name') { editor.values.subcategory = ''; drawEditor(); }
  });
  return el('label', { class: 'line' }, el('span', {}, label), input);
}

function valueOf(kind, values) {
  switch (kind) {
    case 'number': return values.value === '' || values.value === undefined ? null : Number(values.value);
    case 'flag': return values.value ? values.value === 'yes' : null;
    case 'decision': case 'conclusion': case 'reason': return values.value || null;
    case 'category': return { name: values.name || null, subcategory: values.subcategory || null };
    case 'drug': return { class: values.class || null };
    case 'region': return { region: values.region || null, side: values.side || null,
      levels: String(values.levels ?? '').split(/[\s,]+/).filter(Boolean) };
    default: return null;
  }
}

// Say what is missing, or send it.
async function apply() {
  const empty = editor.slots.find((each) => !each.span);
  const { kind, values } = editor;
  if (empty) editor.error = `Choose the words of “${empty.label}” in the letter.`;
  else if (['decision', 'conclusion', 'reason'].includes(kind) && !values.value) editor.error = 'Choose a value.';
  else if (kind === 'category' && !values.name) editor.error = 'Choose a category.';
  else if (kind === 'region' && !values.region) editor.error = 'Choose a region.';
  else if (kind === 'flag' && !values.value) editor.error = 'Choose yes or no.';
  else if (kind === 'number' && !values.value) editor.error = 'Give a number.';
  else return sendEditor();
  drawEditor();
}

async function sendEditor() {
  const said = await change([correctionOf()], (message) => { editor.error = message; drawEditor(); });
  if (said) {
    closeEditor();
    say('Corrected.');
  }
}

// Where the words stay, only what was chosen changes, and the rest of the drug stays known.
const sameWords = (each, [start, end]) => each?.value?.start === start && each.value.end === end;

function correctionOf() {
  const { action, path, kind, values, slots } = editor;
  const span = ([start, end], value) => ({ start, end, value });
  if (slots.length === 1) {
    const said = valueOf(kind, values);
    if (kind === 'drug' && sameWords(editor.row, slots[0].span)) return { action, path: `${path}/class`, new: { value: said.class } };
    return { action, path, new: span(slots[0].span, said) };
  }
  const parts = Object.fromEntries(slots.map((each) =>
    [each.name, span(each.span, each.name === 'decision' ? values.value || null : null)]));
  return { action, path, parts };
}
