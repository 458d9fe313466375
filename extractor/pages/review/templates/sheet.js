// A PDF's pages as they are printed, with the boxes of each value over them.
function drawPages() {
  const { letter } = shared;
  const made = el('div', { class: 'sheets', id: 'sheets' });
  letter.pages.forEach((page, at) => made.append(sheet(page, at + 1, letter.pages.length)));
  for (const mark of shared.marks) {
    boxesOf(mark).forEach(([number, ...edges], at) => {
      const box = el('div', { class: `box g-${mark.group}${PROSE.has(mark.group) ? ' prose' : ''}`, title: titleOf(mark.row) });
      placed(box, edges);
      box.path = mark.path;
      if (!at) box.dataset.tag = tagOf(mark.row);
      if (!at && /^\/items\/\d+\/request$/.test(mark.path)) {
        box.classList.add('heads');
        box.dataset.tag = `item ${placeOf(mark.path)}`;
      }
      made.children[number - 1]?.querySelector('.over').append(box);
    });
  }
  for (const fault of shared.faults) drawFault(made, fault);
  return made;
}

const boxesOf = (span) => shared.letter.boxes?.[`${span.start}-${span.end}`] ?? [];

function placed(box, [left, top, right, bottom]) {
  const share = (value) => `${(value * 100).toFixed(3)}%`;
  box.style.left = share(left);
  box.style.top = share(top);
  box.style.width = share(right - left);
  box.style.height = share(bottom - top);
}

function sheet(page, number, count) {
  const image = el('img', { alt: `Page ${number} of ${count}; its words are in the text view.`, decoding: 'async',
    loading: 'lazy', width: Math.round(page.width), height: Math.round(page.height) });
  if (/^(data:image\/(png|jpeg|webp);base64,|api\/)/.test(page.image)) image.src = page.image;
  const frame = el('div', { class: 'frame' }, image, el('div', { class: 'over' }));
  frame.style.aspectRatio = `${page.width} / ${page.height}`;
  return el('figure', { class: 'sheet' }, el('figcaption', {}, `Page ${number} of ${count}`), frame);
}

function drawFault(made, fault) {
  boxesOf(fault).forEach(([number, ...edges], at) => {
    const over = made.children[number - 1]?.querySelector('.over');
    if (!over) return;
    if (!fault.long) {
      const line = el('div', { class: `fault ${fault.error ? 'wrong' : 'odd'}` });
      placed(line, edges);
      over.append(line);
    }
    if (at) return;
    const mark = flag(fault);
    mark.style.left = `${(edges[0] * 100).toFixed(3)}%`;
    mark.style.top = `${(edges[1] * 100).toFixed(3)}%`;
    over.append(mark);
  });
}

function lightPages(path) {
  let first;
  document.querySelectorAll('#sheets .box').forEach((each) => {
    each.classList.toggle('on', each.path === path);
    if (each.path === path) first ??= each;
  });
  return first;
}

// The values whose boxes hold the place of a click, from the widest to the narrowest.
function clickPages(event) {
  const over = event.target.closest('.frame')?.querySelector('.over');
  if (!over || event.target.closest('.flag')) return;
  const hit = [...over.querySelectorAll('.box')].filter((each) => {
    const edge = each.getBoundingClientRect();
    return event.clientX >= edge.left && event.clientX <= edge.right
      && event.clientY >= edge.top && event.clientY <= edge.bottom;
  });
  const paths = shared.marks.map((each) => each.path).filter((path) => hit.some((each) => each.path === path));
  if (!paths.length) return;
  const at = paths.indexOf(shared.active);
  choose(paths[at > 0 ? at - 1 : paths.length - 1], 'letter', paths);
}
