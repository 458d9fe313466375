// A record as rows: each value with its path, its name, its colour, and what it takes.
const GROUPS = {
  case: 'Case and people',
  summary: 'Clinical summary',
  request: 'Request',
  decision: 'Decision and conclusion',
  administrator: 'Claims administrator',
  reviewer: 'Reviewer',
  rationale: 'Rationale',
  citation: 'Citation',
};
const PROSE = new Set(['summary', 'administrator', 'reviewer', 'rationale']);
const CASE = [
  ['case_number', 'Case number', 'words'],
  ['date_assigned', 'Date assigned', 'date'],
  ['date_of_injury', 'Date of injury', 'date'],
  ['decision_date', 'Decision date', 'date'],
  ['ur_denial_date', 'UR denial date', 'date'],
  ['priority', 'Priority', 'priority'],
  ['application_received', 'Application received', 'date'],
];
const EXPERT = [
  ['specialties', 'Specialty'],
  ['subspecialties', 'Subspecialty'],
  ['licensed_in', 'Licensed in'],
];
const PATIENT = [
  ['age', 'Age', 'age'],
  ['sex', 'Sex', 'sex'],
  ['date_of_injury', 'Date of injury', 'date'],
  ['ur_date', 'Utilization review', 'date'],
];
const CITES = {
  mtus: 'MTUS', non_mtus: 'not MTUS', both: 'MTUS and not MTUS', none: 'no evidence', unclear: 'unclear',
};
const SIDES = [['claims_administrator', 'administrator'], ['reviewer', 'reviewer']];

function row(path, label, group, kind, value, more = {}) {
  const shown = value ? (more.shown ?? String(value.value ?? value.quote)) : '';
  return { path, label, group, kind, value, shown: plain1(kind, shown), tags: [], ...more, add: Boolean(more.add) };
}

const WORDED = new Set(['decision', 'conclusion', 'priority', 'sex']);
const plain1 = (kind, shown) => (WORDED.has(kind) ? plain(shown) : shown);

function listed(path, label, group, kind, values) {
  const rows = values.map((each, at) => row(`${path}/${at}`, label, group, kind, each));
  return [...rows, row(`${path}/${values.length}`, label, group, kind, null, { add: true })];
}

function sectionsOf(record) {
  const patient = record.patient;
  return [
    { title: 'Case', path: '/case', rows: CASE.map(([name, label, kind]) =>
      row(`/case/${name}`, label, 'case', kind, record.case[name])) },
    { title: 'Expert reviewer', path: '/expert', rows: EXPERT.flatMap(([name, label]) =>
      listed(`/expert/${name}`, label, 'case', 'words', record.expert[name])) },
    { title: 'Injured worker', path: '/patient', rows: [
      ...PATIENT.map(([name, label, kind]) =>
        row(`/patient/${name}`, label, 'case', kind, patient[name])),
      ...listed('/patient/diagnosis_codes', 'Diagnosis code', 'case', 'words', patient.diagnosis_codes),
      row('/clinical_summary', 'Clinical summary', 'summary', 'words', record.clinical_summary),
    ] },
    ...record.items.map(itemSection),
  ];
}

function itemSection(item, at) {
  const path = `/items/${at}`;
  return {
    title: item.request.value, number: item.number, path, item, at,
    rows: [...askedRows(item, path), ...SIDES.flatMap(([side, group]) => basisRows(item, path, side, group)),
      row(`${path}/rationale`, 'Rationale', 'rationale', 'words', item.rationale),
      ...citationRows(`${path}/rationale_citations`, item.rationale_citations),
      row(`${path}/conclusion`, 'Conclusion', 'decision', 'conclusion', item.conclusion,
        { shown: item.conclusion?.value }),
      ...listedOf(item.reasons, `${path}/reasons`, 'Reason', 'rationale', 'reason',
        (each) => [each.evidence, plain(each.kind)])],
  };
}

function askedRows(item, path) {
  const same = item.treatment.start === item.request.start && item.treatment.end === item.request.end;
  const partial = item.partial_approval ?? {};
  return [
    row(`${path}/request`, 'Request', 'request', 'words', item.request),
    row(`${path}/treatment`, 'What is decided', 'request', 'words', item.treatment, { quiet: same }),
    row(`${path}/decision`, 'Decision', 'decision', 'decision', item.decision),
    ...['original', 'authorized', 'remaining'].flatMap((name) => (partial[name]
      ? [row(`${path}/partial_approval/${name}`, `${capital(name)} part`, 'request', 'words', partial[name])] : [])),
    categoryRow(item, path),
    ...drugRows(item, path),
    row(`${path}/visits`, 'Visits', 'request', 'number', item.visits),
    ...listedOf(item.body_regions, `${path}/body_regions`, 'Body region', 'request', 'region',
      (each) => [each.evidence, [each.side, each.region, ...each.levels].filter(Boolean).join(' ')]),
    row(`${path}/retrospective`, 'Retrospective', 'request', 'flag', item.retrospective,
      { shown: item.retrospective?.value ? 'yes' : 'no' }),
    ...listed(`${path}/dates_of_service`, 'Date of service', 'request', 'date', item.dates_of_service),
  ];
}

function categoryRow(item, path) {
  const given = item.category;
  const shown = given && [given.name, given.subcategory].filter(Boolean).join(' / ');
  return row(`${path}/category`, 'Category', 'request', 'category', given?.evidence ?? null, { shown, whole: given });
}

function drugRows(item, path) {
  const drug = item.drug;
  const rows = [row(`${path}/drug`, 'Drug', 'request', 'drug', drug?.name ?? null,
    { tags: drug?.class ? [drug.class] : [], whole: drug })];
  if (!drug) return rows;
  return [...rows,
    row(`${path}/drug/strength`, 'Strength', 'request', 'words', drug.strength),
    row(`${path}/drug/quantity`, 'Quantity', 'request', 'words', drug.quantity)];
}

function listedOf(parts, path, label, group, kind, of) {
  const rows = parts.map((each, at) => {
    const [value, shown] = of(each);
    return row(`${path}/${at}`, label, group, kind, value, { shown, whole: each });
  });
  return [...rows, row(`${path}/${parts.length}`, label, group, kind, null, { add: true })];
}

function basisRows(item, path, side, group) {
  const basis = item[side];
  const label = GROUPS[group];
  const first = row(`${path}/${side}/text`, label, group, 'basis', basis?.text ?? null,
    { tags: basis ? [`cites ${CITES[basis.cites]}`] : [], whole: basis, side: `${path}/${side}` });
  return basis ? [first, ...citationRows(`${path}/${side}/citations`, basis.citations)] : [first];
}

function citationRows(path, citations) {
  const rows = citations.flatMap((each, at) => {
    const own = row(`${path}/${at}`, 'Citation', 'citation', 'citation', each,
      { shown: each.quote, tags: [CITES[each.authority] ?? 'authority unknown', each.guideline] });
    const excerpt = row(`${path}/${at}/excerpt`, 'Excerpt', 'citation', 'none', each.excerpt);
    return each.excerpt ? [own, excerpt] : [own];
  });
  return [...rows, row(`${path}/${citations.length}`, 'Citation', 'citation', 'citation', null, { add: true })];
}
