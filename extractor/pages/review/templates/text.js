// Offsets count code points, the browser's strings count halves of some: the way between them.
class Words {
  constructor(source) {
    this.source = source;
    this.pairs = [];
    if (/[\ud800-\udbff]/.test(source)) {
      let at = 0;
      for (const each of source) {
        if (each.length === 2) this.pairs.push(at);
        at += 1;
      }
    }
    this.length = source.length - this.pairs.length;
  }

  unit(point) {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pairs[middle] < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  }

  point(unit) {
    return unit - countPairs(this.source, unit, this.pairs.length);
  }

  slice(start, end) {
    return this.source.slice(this.unit(start), this.unit(end));
  }

  // Whole words, without white space at either end; null where there are none.
  snapped(start, end) {
    let from = this.unit(Math.min(start, end));
    let to = this.unit(Math.max(start, end));
    while (from < to && /\s/.test(this.source[from])) from += 1;
    while (to > from && /\s/.test(this.source[to - 1])) to -= 1;
    if (from === to) return null;
    while (from > 0 && inWord(this.source, from)) from -= 1;
    while (to < this.source.length && inWord(this.source, to)) to += 1;
    return [this.point(from), this.point(to)];
  }

  // Move one end of a span by a word: `step` is 1 or -1.
  moved(span, which, step) {
    const edges = this.edges ??= this.wordEdges();
    const list = edges[which];
    const now = span[which];
    const found = step > 0 ? list.find((each) => each > now) : list.findLast((each) => each < now);
    if (found === undefined) return span;
    const next = which ? [span[0], found] : [found, span[1]];
    return next[0] < next[1] ? next : span;
  }

  wordEdges() {
    const starts = [];
    const ends = [];
    for (const found of this.source.matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]+/gu)) {
      starts.push(this.point(found.index));
      ends.push(this.point(found.index + found[0].length));
    }
    return [starts, ends];
  }

  // Where words stand, whatever white space is between them, in any capitals.
  find(words) {
    const parts = words.trim().split(/\s+/).filter(Boolean);
    if (!parts.length) return [];
    const form = parts.map((each) => each.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('\\s+');
    const found = [];
    for (const each of this.source.matchAll(new RegExp(form, 'giu'))) {
      found.push([this.point(each.index), this.point(each.index + each[0].length)]);
      if (found.length === 500) break;
    }
    return found;
  }
}

function countPairs(source, unit, most) {
  if (!most) return 0;
  let count = 0;
  for (let at = 0; at < unit - 1; at += 1) {
    const code = source.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00 && (source.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      count += 1;
      at += 1;
    }
  }
  return count;
}

const points = (words) => [...words].length;

// Whether the place before unit `at` is within a word, or within a character.
function inWord(source, at) {
  const pair = (source.charCodeAt(at - 1) & 0xfc00) === 0xd800
    && (source.charCodeAt(at) & 0xfc00) === 0xdc00;
  if (pair) return true;
  const letter = /[\p{L}\p{N}\p{M}]$/u;
  const before = source.slice(Math.max(0, at - 2), at);
  const after = String.fromCodePoint(source.codePointAt(at) ?? 32);
  return letter.test(before) && letter.test(after);
}
