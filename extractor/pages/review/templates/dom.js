// Elements made of words, never of markup.
const $ = (id) => document.getElementById(id);

function el(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'class') made.className = value;
    else if (key === 'click') made.addEventListener('click', value);
    else if (key === 'data') Object.assign(made.dataset, value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...inside.filter((each) => each !== undefined && each !== null && each !== false));
  return made;
}

const button = (words, click, given = {}) =>
  el('button', { type: 'button', click, ...given }, ...[words].flat());

const key = (name) => el('kbd', { 'aria-hidden': 'true' }, name);

// What acts instead of being seen: controls, turns of direction, characters of no width.
const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u;
const CODE = (character) =>
  `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

function visible(words) {
  const all = String(words ?? '');
  if (!ACTING.test(all)) return all;
  return [...all].map((each) =>
    ACTING.test(each) && each !== '\n' && each !== '\t' ? `⟨${CODE(each)}⟩` : each).join('');
}

function shortened(words, most) {
  const all = [...visible(words)];
  return all.length <= most ? all.join('') : `${all.slice(0, most - 1).join('').trimEnd()}…`;
}

const plain = (name) => String(name).replaceAll('_', ' ');
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const counted = (count, thing) => `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;

// Scroll a pane, and nothing else, until *node* is in it: a third from its top, or just in sight.
// What then comes into sight may have other heights than were guessed: so again, in the next frames.
function bring(pane, node, centred, again = 5) {
  const edge = pane.getBoundingClientRect();
  const own = node.getBoundingClientRect();
  const room = Math.max(8, Math.min(edge.height / 3, edge.height - own.height));
  let by = 0;
  if (centred) by = own.top - edge.top - room;
  else if (own.top < edge.top + 32) by = own.top - edge.top - 32;
  else if (own.bottom > edge.bottom) by = own.bottom - edge.bottom + 8;
  pane.scrollTop += by;
  if (again && pane.querySelector('.block + .block, .group li'))
    requestAnimationFrame(() => node.isConnected && bring(pane, node, centred, again - 1));
}

function say(words) {
  const said = $('said');
  said.textContent = '';
  said.textContent = words;
  said.classList.toggle('shown', Boolean(words));
}
