// The letters to look at, grouped by what is wrong with them; the verified ones last.
const MOST_ASKED = 20_000;
const queue = { rows: [], order: [], now: null };

function groupOf(each) {
  if (each.codes.length) return each.codes[0];
  if (each.status === 'failed') return 'failed';
  return each.status === 'verified' ? '' : 'review';
}

const isOpen = (each) => !each.reviewed && !each.verdict;

function fits(each) {
  const wanted = $('filter-status').value;
  const words = $('filter').value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted === 'open' && !isOpen(each)) return false;
  if (wanted === 'observed' && !each.observations.length) return false;
  if (['review', 'verified', 'failed'].includes(wanted) && each.status !== wanted) return false;
  if (!words.length) return true;
  const all = [each.id, each.case_number ?? '', each.status, each.outcome ?? '', ...each.codes, ...each.observations]
    .join(' ').toLowerCase();
  return words.every((word) => all.includes(word) || all.replaceAll('_', ' ').includes(word));
}

function drawQueue() {
  const groups = new Map();
  for (const each of queue.rows.filter(fits)) {
    const name = groupOf(each);
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  const names = [...groups.keys()].sort((one, other) =>
    (one === '') - (other === '') || groups.get(other).length - groups.get(one).length || (one < other ? -1 : 1));
  queue.order = names.flatMap((name) => groups.get(name));
  const parts = names.map((name) => el('section', { class: 'group', 'aria-label': name ? plain(name) : 'Verified' },
    el('h3', {}, name ? capital(plain(name)) : 'Verified', el('span', { class: 'count' }, groups.get(name).length.toLocaleString('en'))),
    el('ol', {}, ...groups.get(name).map(queueRow))));
  $('queue-list').replaceChildren(...(parts.length ? parts : [el('p', { class: 'quiet none' }, 'No letter fits the filter.')]));
  drawCounts();
}

function queueRow(each) {
  const seen = each.verdict === 'reject' ? 'rejected' : each.verdict === 'accept' ? 'accepted' : each.reviewed ? 'corrected' : '';
  const other = each.dealt && each.dealt !== state.reviewer ? `with ${visible(each.dealt)}` : '';
  const rest = each.codes.slice(1).map(plain);
  const about = [
    each.case_number && each.case_number !== each.id ? visible(each.case_number) : '',
    counted(each.items, 'item'),
    each.outcome ?? '',
    ...rest,
  ].filter(Boolean).join(' · ');
  const link = el('a', { href: `#${each.place}`, 'aria-current': each.place === queue.now ? 'true' : null },
    el('span', { class: 'id' }, visible(each.id)),
    el('span', { class: 'about' }, seen || other ? el('span', { class: `seen ${seen}` }, seen || other) : '', about),
    each.observations.length ? el('span', { class: 'observed' }, each.observations.map(plain).join(' · ')) : '');
  return el('li', { data: { place: each.place } }, link);
}

function drawCounts() {
  const all = queue.rows.length;
  const seen = queue.rows.filter((each) => !isOpen(each)).length;
  const shown = queue.order.length;
  const parts = [shown === all ? counted(all, 'letter') : `${shown.toLocaleString('en')} of ${counted(all, 'letter')}`];
  if (seen) parts.push(`${seen.toLocaleString('en')} looked at`);
  if (state.reviewer) parts.push(visible(state.reviewer));
  $('counted').textContent = parts.join(' · ');
}

function markQueue(place) {
  queue.now = place;
  document.querySelectorAll('#queue a[aria-current]').forEach((each) => each.removeAttribute('aria-current'));
  const link = document.querySelector(`#queue li[data-place="${place}"] a`);
  link?.setAttribute('aria-current', 'true');
  if (link) bring($('queue-list'), link, false);
}

// The next letter of the queue as it is filtered.
async function nextLetter() {
  if (SERVED) return dealt();

  const at = queue.order.findIndex((each) => each.place === queue.now);
  const rest = [...queue.order.slice(at + 1), ...queue.order.slice(0, Math.max(at, 0))];
  if (!rest.length) return say('There is no other letter.');
  location.hash = `#${rest[0].place}`;
  return undefined;
}

// The server knows who has which letter: it deals the first that is free.
async function dealt() {
  const at = queue.order.findIndex((each) => each.place === queue.now);
  const rest = [...queue.order.slice(at + 1), ...queue.order.slice(0, Math.max(at, 0))];
  state.opening = true;
  const place = await dealtOf(rest);
  state.opening = Number.isInteger(place);
  if (place === null) return say('Every letter of the queue has been decided, or is with somebody else.');
  if (!state.opening) return undefined;
  if (location.hash === `#${place}`) openHash();
  else location.hash = `#${place}`;
  return refreshQueue();
}

// The place that the server deals of these letters; null where it has none, undefined where it refuses.
async function dealtOf(letters) {
  const places = letters.filter((each) => !each.verdict).slice(0, MOST_ASKED).map((each) => each.place);
  try {
    return (await ask('api/next', { places })).place;
  } catch (error) {
    tell(visible(error.message));
    await whoFirst(error);
    return undefined;
  }
}
