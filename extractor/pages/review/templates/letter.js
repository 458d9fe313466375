// The letter's words, cut wherever a value begins or ends: a piece knows every value over it.
const BLOCK = 2500;
const HUGE = 100_000; // a letter so long is drawn in blocks as they come into sight
const shared = { letter: null, words: null, rows: new Map(), sections: [], active: null, view: 'text' };

function marksOf(rows) {
  const marks = [];
  for (const each of rows) {
    const at = each.value;
    if (!at || at.start === undefined || at.start >= at.end) continue;
    marks.push({ start: at.start, end: at.end, group: each.group, path: each.path, row: each });
  }
  return marks.sort((one, other) => (other.end - other.start) - (one.end - one.start));
}

// Cut points: where marks begin and end, and now and then the end of a line, so that blocks that
// are out of sight need not be drawn.
function cuts(words, marks) {
  const points = new Set([0, words.length]);
  for (const each of marks) {
    points.add(Math.min(each.start, words.length));
    points.add(Math.min(each.end, words.length));
  }
  const blocks = new Set([0]);
  let unit = words.length < HUGE ? -1 : words.source.indexOf('\n', BLOCK);
  while (unit >= 0 && unit + 1 < words.source.length) {
    const at = words.point(unit + 1);
    points.add(at);
    blocks.add(at);
    unit = words.source.indexOf('\n', unit + BLOCK);
  }
  return [[...points].sort((one, other) => one - other), blocks];
}

function drawText() {
  const { words, letter } = shared;
  const marks = [...shared.marks, ...shared.picked.map((span) => ({ start: span[0], end: span[1], picked: true }))];
  const [points, blocks] = cuts(words, [...marks, ...shared.faults]);
  const page = el('div', { class: 'text', id: 'text' });
  const starts = Map.groupBy ? Map.groupBy(marks, (each) => each.start) : grouped(marks);
  let over = [];
  let block = page;
  points.slice(0, -1).forEach((start, at) => {
    over = [...over.filter((each) => each.end > start), ...(starts.get(start) ?? [])];
    if (blocks.has(start)) page.append(block = el('div', { class: 'block' }));
    for (const fault of shared.faults) if (fault.start === start) block.append(flag(fault));
    piece(block, words, start, points[at + 1], over);
  });
  if (!letter.text) page.append(...missing(letter));
  return page;
}

function grouped(marks) {
  const found = new Map();
  for (const each of marks) found.set(each.start, [...(found.get(each.start) ?? []), each]);
  return found;
}

function missing(letter) {
  const why = letter.problem
    ? [el('strong', {}, plain(letter.problem.code)), `: ${visible(letter.problem.message)}`]
    : ['The letter gave no text; the record says why.'];
  return [el('p', { class: 'notice' }, ...why)];
}

// One piece of the letter: plain words, or words under one value or several.
function piece(block, words, start, end, over) {
  const own = over.filter((each) => each.path !== undefined)
    .sort((one, other) => (other.end - other.start) - (one.end - one.start));
  const wrong = shared.faults.filter((each) => each.start <= start && each.end >= end && !each.long);
  const picked = over.some((each) => each.picked);
  if (!own.length && !wrong.length && !picked) return leaves(block, words, start, end);
  const inner = own.at(-1);
  const seg = el('span', { class: 'seg' });
  if (inner) dress(seg, own, inner, start);
  if (wrong.length) seg.classList.add(wrong.some((each) => each.error) ? 'wrong' : 'odd');
  if (picked) seg.classList.add('picked');
  seg.paths = own.map((each) => each.path);
  leaves(seg, words, start, end);
  block.append(seg);
}

function dress(seg, own, inner, start) {
  seg.classList.add(`g-${inner.group}`);
  if (PROSE.has(inner.group)) seg.classList.add('prose');
  const lines = own.filter((each) => !PROSE.has(each.group)).slice(-3);
  lines.forEach((each, at) => seg.style.setProperty(`--u${at}`, `var(--ink-${each.group})`));
  if (lines.length) seg.classList.add('lined');
  const begins = own.filter((each) => each.start === start);
  if (begins.length) {
    const names = begins.map((each) => tagOf(each.row));
    seg.dataset.tag = names.filter((each, at) => names.indexOf(each) === at).join(' · ');
    seg.classList.add('begins');
    seg.style.setProperty('--tag', `var(--ink-${begins.at(-1).group})`);
  }
  seg.title = own.map((each) => titleOf(each.row)).join(' › ');
}

const placeOf = (path) => {
  const found = /^\/items\/(\d+)/.exec(path);
  return found ? Number(found[1]) + 1 : 0;
};
const tagOf = (each) => {
  const item = placeOf(each.path);
  return item ? `${item} ${each.label.toLowerCase()}` : each.label.toLowerCase();
};
const titleOf = (each) => {
  const item = placeOf(each.path);
  return item ? `${each.label} of item ${item}` : each.label;
};

// The words themselves; what would act is shown by its code, in one place of the same length.
function leaves(into, words, start, end) {
  const text = words.slice(start, end);
  let run = '';
  let at = start;
  const flush = () => {
    if (!run) return;
    into.append(leaf(run, at - points(run)));
    run = '';
  };
  if (!ACTING.test(text.replaceAll(/[\n\t]|\r\n/g, ''))) {
    into.append(leaf(text, start));
    return;
  }
  const all = [...text];
  all.forEach((each, index) => {
    const harmless = !ACTING.test(each) || each === '\n' || each === '\t'
      || (each === '\r' && all[index + 1] === '\n');
    if (harmless) {
      run += each;
      at += 1;
      return;
    }
    flush();
    into.append(odd(each, at));
    at += 1;
  });
  flush();
}

function leaf(text, at) {
  const made = el('span', { class: 'w' }, text);
  made.at = at;
  return made;
}

function odd(character, at) {
  const edge = character === '\f';
  const made = el('span', { class: edge ? 'w edge' : 'w ctl', data: { code: edge ? 'next page' : CODE(character) } }, '\ufffd');
  made.at = at;
  return made;
}

// A finding's mark in the letter, where it begins.
function flag(fault) {
  const words = `${fault.error ? 'Error' : 'Observation'}: ${plain(fault.code)}${fault.other ? ', the passage it is compared with' : ''}`;
  const kind = fault.dismissed ? 'dismissed' : fault.error ? 'error' : 'observation';
  return el('button', { type: 'button', class: `flag ${kind}`, title: words, 'aria-label': words,
    click: () => showFinding(fault.index) });
}

function faultsOf(record, length) {
  const faults = [];
  record.findings.forEach((each, index) => {
    const about = { index, code: each.code, error: each.severity === 'error', dismissed: Boolean(each.dismissed) };
    const places = [each, ...each.related].filter((place) => place.start !== null && place.start !== undefined);
    const seen = new Set();
    places.forEach((place, at) => {
      const end = Math.min(place.end ?? place.start, length);
      if (place.start >= length || seen.has(`${place.start}-${end}`)) return;
      seen.add(`${place.start}-${end}`);
      faults.push({ ...about, start: place.start, end, other: at > 0, long: end - place.start > 200 || Boolean(each.dismissed) });
    });
  });
  return faults;
}

// --- a place of the page as an offset, and back

function offsetAt(node, offset) {
  if (node.nodeType === Node.TEXT_NODE) {
    const own = node.parentElement;
    return own.at === undefined ? null : own.at + points(node.data.slice(0, offset));
  }
  const next = node.childNodes[offset];
  const first = next && (next.at === undefined ? next.querySelector?.('.w') : next);
  if (first) return first.at;
  const inside = [...(node.querySelectorAll?.('.w') ?? [])].at(-1);
  return inside ? inside.at + points(inside.textContent) : null;
}

function chosenSpan() {
  const selection = getSelection();
  const text = $('text');
  if (!text || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
  const from = offsetAt(range.startContainer, range.startOffset);
  const to = offsetAt(range.endContainer, range.endOffset);
  return from === null || to === null ? null : shared.words.snapped(from, to);
}

function segmentsOf(path) {
  return [...document.querySelectorAll('#text .seg')].filter((each) => each.paths.includes(path));
}

function lightText(path) {
  document.querySelectorAll('#text .seg.on').forEach((each) => each.classList.remove('on'));
  const found = segmentsOf(path);
  found.forEach((each) => each.classList.add('on'));
  return found[0];
}

// The values over a place, from the widest to the one that is meant, each a way back to its row.
function drawCrumbs(paths, chosen) {
  const crumbs = $('crumbs');
  crumbs.replaceChildren();
  if (!paths.length) {
    crumbs.append(el('span', { class: 'quiet' }, 'Choose a value, or words that are coloured.'));
    return;
  }
  paths.forEach((path, at) => {
    const each = shared.rows.get(path);
    if (!each) return;
    if (at) crumbs.append(el('span', { 'aria-hidden': 'true' }, ' › '));
    crumbs.append(button(titleOf(each), () => choose(path, 'letter'),
      { class: `crumb g-${each.group}`, 'aria-current': path === chosen ? 'true' : null }));
  });
}

// A click chooses the narrowest value; one more the next around it.
function clickText(event) {
  const seg = event.target.closest('.seg');
  if (!seg || !seg.paths.length || chosenSpan()) return;
  const at = seg.paths.indexOf(shared.active);
  const inner = seg.paths.length - 1;
  choose(seg.paths[at > 0 ? at - 1 : inner], 'letter', seg.paths);
}
