// The record beside the letter: its sections, their values, and what was found of them.
function drawRecord() {
  const { letter, sections } = shared;
  const slots = new Map();
  const top = el('div', { class: 'findings', id: 'whole' });
  slots.set('', top);
  const parts = sections.map((each) => drawSection(each, slots));
  drawFindings(letter, slots);
  const panel = $('values');
  panel.replaceChildren(top, ...parts, ...(SERVED ? [itemAdder(), history(letter)] : [howToEdit()]));
  drawState(letter);
  panel.scrollTop = 0;
}

function drawState(letter) {
  const { record } = letter;
  const { document: about, provenance } = record;
  $('record-title').textContent = visible(about.id);
  const word = record.status === 'verified' && provenance.reviewed ? 'verified, by a person' : record.status;
  const verdict = { accept: 'accepted', reject: 'rejected' }[letter.verdict];
  $('state').replaceChildren(
    el('span', { class: `badge ${record.status}` }, word),
    verdict ? el('span', { class: `badge ${letter.verdict === 'accept' ? 'verified' : 'failed'}` }, verdict) : '',
    record.outcome ? el('span', { class: 'badge info' }, record.outcome) : '',
    el('span', { class: 'quiet small' }, [
      about.layout ? `layout ${visible(about.layout)}` : 'no known layout',
      counted(record.items.length, 'item'),
      about.pages ? counted(about.pages, 'page') : '',
      `read by ${visible(provenance.proposer)} ${visible(provenance.version)}`,
    ].filter(Boolean).join(' · ')),
  );
}

function drawSection(section, slots) {
  const list = el('ul', { class: 'rows' });
  const found = el('div', { class: 'findings' });
  slots.set(section.path, found);
  for (const each of section.rows) {
    if (!isShown(each)) continue;
    const own = drawRow(each, slots);
    list.append(own);
  }
  if (!list.children.length && !section.item) return section.rows.length && SERVED ? list : found;
  const named = section.number
    ? [el('span', { class: 'number' }, String(section.number)), el('span', { class: 'vh' }, '. '), el('span', { class: 'name' }, shortened(section.title, 160))]
    : [section.title];
  const decision = section.item
    ? el('span', { class: `verdict ${section.item.decision.value}` }, section.item.decision.value) : '';
  const head = el('h3', {}, ...named, ' ', decision);
  return el('section', { class: section.item ? 'item' : 'facts-of', 'aria-label': section.item ? `Item ${section.number}` : null },
    head, SERVED && section.item ? itemTools(section) : '', found, list);
}

// What is absent is shown where it can be given.
function isShown(each) {
  if (each.quiet) return SERVED && each.path === shared.active;
  return Boolean(each.value) || SERVED;
}

function drawRow(each, slots) {
  const slot = el('div', { class: 'findings' });
  const absent = !each.value;
  const words = absent ? (each.add ? 'add …' : '—') : shortened(each.shown, 6000);
  const page = each.value?.page;
  const choice = button([
    el('span', { class: 'label' }, each.label),
    el('span', { class: `shown${PROSE.has(each.group) ? ' long' : ''}` }, words),
    ...each.tags.map((tag) => el('span', { class: 'tag' }, shortened(tag, 80))),
    page ? el('span', { class: 'page' }, `p. ${page}`) : '',
  ], () => choose(each.path, 'record'), { class: `value g-${each.group}${absent ? ' absent' : ''}` });
  const own = el('li', { class: 'row', data: { path: each.path } }, choice, slot);
  slots.set(each.path, slot);
  each.own = own;
  each.choice = choice;
  return own;
}

// A finding stands at the nearest part of the record that its path leads to.
function drawFindings(letter, slots) {
  letter.record.findings.forEach((each, index) => {
    let path = each.path;
    const also = [path, `${path}/text`, `${path}/citations/0`];
    let slot = also.map((name) => slots.get(name)).find(Boolean);
    while (!slot && path) {
      path = path.slice(0, path.lastIndexOf('/'));
      slot = slots.get(path);
    }
    (slot ?? slots.get('')).append(drawFinding(each, index, letter));
  });
}

function drawFinding(each, index, letter) {
  const error = each.severity === 'error';
  const kind = each.dismissed ? 'dismissed' : each.severity;
  const places = [each, ...each.related].filter((place) => Number.isInteger(place.start));
  const spans = [...new Map(places.map((place) => [`${place.start}-${place.end}`, place])).values()];
  return el('div', { class: `finding ${kind}`, id: `finding-${index}`, tabindex: '-1' },
    el('p', { class: 'what' },
      el('strong', {}, each.dismissed ? 'Dismissed' : error ? 'Error' : 'Observation'), ' ',
      el('code', {}, each.code)),
    el('p', {}, visible(each.message)),
    each.dismissed ? el('p', { class: 'who' }, `${visible(each.dismissed.by)}, ${day(each.dismissed.at)}: “${visible(each.dismissed.reason)}”`) : '',
    el('div', { class: 'passages' },
      ...spans.map((place, at) => passage(place, spans.length > 1 ? at + 1 : 0)),
      SERVED && !each.dismissed && letter.dismissible[index]
        ? button('Dismiss …', () => askDismissal(index), { class: 'small act' }) : ''));
}

const day = (at) => visible(String(at).replace('T', ' ').replace(/(:\d\d)?(\+00:00|Z)$/, ' UTC'));

function passage(place, number) {
  const quote = place.quote || shared.words.slice(place.start, place.end).replace(/\s+/g, ' ').trim();
  const words = quote ? `“${shortened(quote, 140)}”` : 'where it stands';
  return button([number ? el('span', { class: 'nth' }, String(number)) : '', words, place.page ? ` p. ${place.page}` : ''],
    () => jump(place), { class: 'passage' });
}

function howToEdit() {
  return el('p', { class: 'quiet small how' }, 'This page is for reading. To correct, accept or reject, run ',
    el('code', {}, 'imr review … --serve'), '.');
}

function history(letter) {
  const done = letter.history ?? [];
  if (!done.length) return '';
  const lines = done.map((each) => el('li', { class: each.undone ? 'undone' : null },
    `${visible(each.by)} · ${day(each.at)} · ${plain(each.action)} ${visible(each.path ?? '')}${each.undone ? ' (undone)' : ''}`));
  return el('details', { class: 'history' }, el('summary', {}, `What was done to this letter (${done.length})`), el('ol', {}, ...lines));
}

// --- choosing

function choose(path, from, paths) {
  const each = shared.rows.get(path);
  if (!each) return;
  shared.active = path;
  document.querySelectorAll('#values .value[aria-current]').forEach((old) => old.removeAttribute('aria-current'));
  if (each.choice) {
    each.choice.setAttribute('aria-current', 'true');
    if (from === 'letter') bring($('values'), each.own, true);
    if (from !== 'record') each.choice.focus({ preventScroll: true });
    if (from === 'key') bring($('values'), each.own, false);
  }
  light(each, from);
  drawCrumbs(paths ?? around(each), path);
  remember();
  chosenInEditor(each);
}

// The paths of the values over another, it included, from the widest.
function around(each) {
  if (!each.value) return [each.path];
  const { start, end } = each.value;
  return shared.marks.filter((mark) => mark.start <= start && mark.end >= end).map((mark) => mark.path);
}

function light(each, from) {
  const first = shared.view === 'pages' ? lightPages(each.path) : lightText(each.path);
  if (!first || from === 'letter') return;
  if (from === 'record' && isNarrow()) show('letter');
  bring($('paper'), first, true);
}

function jump(place) {
  if (shared.view === 'pages' && !boxesOf(place).length) setView('text');
  if (isNarrow()) show('letter');
  if (shared.view === 'pages') return jumpToBox(place);
  const found = [...document.querySelectorAll('#text .w')];
  const at = found.findLast((each) => each.at <= place.start) ?? found[0];
  if (!at) return;
  bring($('paper'), at, true);
  flash(place);
}

// Show a passage for a moment, and keep it shown until another is.
function flash(place) {
  document.querySelectorAll('#text .shown-place').forEach((each) => each.classList.remove('shown-place'));
  for (const each of document.querySelectorAll('#text .w')) {
    if (each.at >= place.start && each.at < Math.max(place.end, place.start + 1)) each.classList.add('shown-place');
  }
}

function jumpToBox(place) {
  document.querySelectorAll('#sheets .jumped').forEach((each) => each.remove());
  boxesOf(place).forEach(([number, ...edges], at) => {
    const box = el('div', { class: 'jumped' });
    placed(box, edges);
    $('sheets').children[number - 1]?.querySelector('.over').append(box);
    if (!at) bring($('paper'), box, true);
  });
}

function showFinding(index) {
  const found = $(`finding-${index}`);
  if (!found) return;
  if (isNarrow()) show('record');
  bring($('values'), found, true);
  found.focus({ preventScroll: true });
}

// The next value, or the one before, in the order of the record.
function step(by) {
  const all = [...document.querySelectorAll('#values .row')];
  const now = all.findIndex((each) => each.dataset.path === shared.active);
  const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by];
  if (next) choose(next.dataset.path, 'key');
}
