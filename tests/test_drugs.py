"""Which drugs a request names, and how strong and how many."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import marked

from extractor.phrases import tokens_of
from extractor.treatments.doses import percents_in
from extractor.treatments.drug_lexicon import drug_class_words, drug_lexicon
from extractor.treatments.drugs import DrugFound, drugs_in
from extractor.treatments.found import Found
from extractor.treatments.request import Request

# Source: the drug classes of the search form of the California DWC.
CLASSES = frozenset(
    (
        "Opioids, NSAID, Muscle Relaxant, Anti-epilepsy drugs, Antidepressant, AntiAnxiety, "
        "Benzodiazepines, Barbiturates, Sedative-hypnotics, Proton Pump Inhibitors, H2 Blocker, "
        "Antiemetic, Topical Analgesics, Topical Compounds, Misc Analgesics, Antimigraine Agent, "
        "Adrenal Cortical Steroids, Anti-infectives, Antihistamine, Antihypertensive, "
        "Anti-coagulant, Antidiabetics, Asthma Medications, Atypical Antipsychotic, Beta-blocker, "
        "Alpha-blocker, Calcium Channel Blocker, Bisphosphonates, Cannabinoids, Dopamine agonists, "
        "Fibric Acid, GI Agents, Hormones, Androgens & Anabolic Steroids, Impotence Agents, "
        "Nutritional Products, Opioid Antagonist, Statin, TNF modifiers, Viscosupplementation, "
        "Injection"
    ).split(", ")
)
LEXICON = drug_lexicon()


def spans(found: tuple[DrugFound, ...]) -> list[tuple[int, int]]:
    """Return all spans of *found*, in order, each once."""
    parts = [part for drug in found for part in (drug.name, drug.strength, drug.quantity)]
    return sorted({(part.start, part.end) for part in parts if part is not None})


def value(part: Found[str] | None) -> str | None:
    """Return what a part of a drug says."""
    return part.value if part else None


def told(found: tuple[DrugFound, ...]) -> list[tuple[str | None, ...]]:
    """Return the values of *found*: name, class, strength, quantity."""
    return [
        (drug.name.value, drug.drug_class, value(drug.strength), value(drug.quantity))
        for drug in found
    ]


@pytest.mark.parametrize(
    ("words", "drug"),
    [
        ("⟦Norco⟧ ⟦10/325mg⟧ ⟦#60⟧", "hydrocodone/acetaminophen|Opioids|10/325mg|60"),
        ("⟦Norco⟧ ⟦10/325⟧ ⟦#120⟧", "hydrocodone/acetaminophen|Opioids|10/325|120"),
        ("⟦Norco⟧ ⟦7.5-325 mg⟧ ⟦#45⟧", "hydrocodone/acetaminophen|Opioids|7.5/325mg|45"),
        ("⟦Norco⟧ ⟦10⟧ ⟦#90⟧", "hydrocodone/acetaminophen|Opioids|10|90"),
        ("⟦Tramadol⟧ ER ⟦150 mg⟧, ⟦#30⟧ with 2 refills", "tramadol|Opioids|150mg|30"),
        ("⟦Fentanyl⟧ patch ⟦25mcg/hr⟧ ⟦#10⟧", "fentanyl|Opioids|25mcg/hr|10"),
        ("⟦Butrans⟧ ⟦10mcg/hr⟧", "buprenorphine|Opioids|10mcg/hr|"),
        ("⟦Lidoderm⟧ ⟦5%⟧ patch (700mg/patch)", "lidocaine|Topical Analgesics|5%|"),
        ("⟦60 tablets⟧ of ⟦Naproxen⟧ ⟦550 mg⟧", "naproxen|NSAID|550mg|60"),
        ("⟦Imitrex⟧ ⟦50mg⟧ ⟦45 tablets⟧, day supply: 30", "sumatriptan|Antimigraine Agent|50mg|45"),
        ("⟦Voltaren⟧ ⟦1%⟧ gel, ⟦120gm⟧, day supply: 15", "diclofenac|Topical Analgesics|1%|120gm"),
        ("⟦Norco⟧ ⟦10/325mg⟧, 30 day supply", "hydrocodone/acetaminophen|Opioids|10/325mg|"),
        ("⟦Anaprox⟧ ⟦550mg⟧ ⟦QTY 90⟧", "naproxen|NSAID|550mg|90"),
        ("⟦Prilosec⟧ ⟦20mg⟧ ⟦Qty: 30.00⟧", "omeprazole|Proton Pump Inhibitors|20mg|30"),
        ("⟦Flexeril⟧ ⟦7.5mg⟧ ⟦quantity of 60⟧", "cyclobenzaprine|Muscle Relaxant|7.5mg|60"),
        ("⟦Soma⟧ ⟦350mg⟧ ⟦x 28⟧", "carisoprodol|Muscle Relaxant|350mg|28"),
        ("⟦Soma⟧ ⟦350 mg⟧ ⟦thirty (30)⟧", "carisoprodol|Muscle Relaxant|350mg|30"),
        ("⟦Ativan⟧ ⟦1mg⟧ ⟦forty-five tablets⟧", "lorazepam|Benzodiazepines|1mg|45"),
        ("⟦Baclofen⟧ ⟦10mg⟧ ⟦#30.00⟧", "baclofen|Muscle Relaxant|10mg|30"),
        ("⟦Menthoderm⟧ gel ⟦240 gm⟧", "methyl salicylate/menthol|Topical Analgesics||240gm"),
        ("⟦Biofreeze⟧ ⟦1 bottle⟧", "menthol|Topical Analgesics||1"),
        ("⟦Meloxicam⟧ (Mobic) ⟦15mg⟧ ⟦#30⟧", "meloxicam|NSAID|15mg|30"),
        ("⟦Etodolac⟧ ⟦400mg⟧ (Lodine) ⟦#60⟧", "etodolac|NSAID|400mg|60"),
        (
            "⟦Hydrocodone/APAP⟧ ⟦5/325mg⟧ ⟦#15⟧",
            "hydrocodone/acetaminophen|Opioids|5/325mg|15",
        ),
        ("⟦Hydrocodone⟧ ⟦10/325mg⟧ ⟦#45⟧", "hydrocodone/acetaminophen|Opioids|10/325mg|45"),
        (
            "⟦Percocet⟧ (oxycodone/acetaminophen) ⟦5-325 mg⟧ ⟦#20⟧",
            "oxycodone/acetaminophen|Opioids|5/325mg|20",
        ),
        ("⟦Tylenol #3⟧ ⟦#40⟧", "acetaminophen/codeine|Opioids||40"),
        ("⟦Voltaren⟧ gel ⟦1%⟧ ⟦100gm⟧ #3", "diclofenac|Topical Analgesics|1%|100gm"),
        ("⟦Voltaren⟧ ⟦50mg⟧ ⟦#60⟧", "diclofenac|NSAID|50mg|60"),
        ("⟦Ketoprofen⟧ ⟦20%⟧ cream ⟦167 grams⟧", "ketoprofen|Topical Analgesics|20%|167grams"),
        ("⟦Toradol⟧ ⟦60mg⟧ IM injection", "ketorolac|Injection|60mg|"),
        ("Injection of ⟦Kenalog⟧ ⟦40mg⟧, left knee", "triamcinolone|Injection|40mg|"),
        ("⟦Vitamin B12⟧ injection", "vitamin b12|Injection||"),
        ("Series of four ⟦hyaluronic acid⟧ injections", "hyaluronic acid|Viscosupplementation||"),
        ("Two ⟦Toradol⟧ injections", "ketorolac|Injection||"),
        ("⟦Fentanyl⟧ ⟦12mcg/hr⟧ transdermal patch ⟦#5⟧", "fentanyl|Opioids|12mcg/hr|5"),
        ("⟦Synvisc One⟧ injection, left knee", "hyaluronic acid|Viscosupplementation||"),
        (
            "⟦Norco⟧ ⟦5/325mg⟧ ⟦#9⟧ and nerve block injection",
            "hydrocodone/acetaminophen|Opioids|5/325mg|9",
        ),
        ("⟦Carafate⟧ ⟦1gm⟧ ⟦#120⟧", "sucralfate|GI Agents|1gm|120"),
        ("⟦Fanatrex⟧ ⟦25mg/ml⟧ suspension ⟦420ml⟧", "gabapentin|Anti-epilepsy drugs|25mg/ml|420ml"),
        (
            "⟦Pamelor⟧ ⟦25mg⟧, one by mouth, twice a day ⟦#60⟧",
            "nortriptyline|Antidepressant|25mg|60",
        ),
        ("⟦Ultram⟧ ⟦50mg⟧ 1 tablet every 6 hours ⟦#120⟧", "tramadol|Opioids|50mg|120"),
        ("Two refills of ⟦Ibuprofen⟧ ⟦600mg⟧ ⟦#90⟧", "ibuprofen|NSAID|600mg|90"),
        ("⟦Ambien⟧ ⟦10mg⟧ x 3 months", "zolpidem|Sedative-hypnotics|10mg|"),
        ("⟦Lyrica⟧ ⟦75mg⟧ ⟦60⟧ with one refill", "pregabalin|Anti-epilepsy drugs|75mg|60"),
        ("⟦Allopurinol⟧ ⟦100mg⟧ ⟦#30⟧", "allopurinol||100mg|30"),
        ("⟦Silenor⟧ ⟦6mg⟧ ⟦#30⟧", "doxepin|Sedative-hypnotics|6mg|30"),
        ("⟦Vitamin D⟧ ⟦50,000 units⟧ ⟦#4⟧", "vitamin d|Nutritional Products|50,000units|4"),
    ],
)
def test_a_drug_with_strength_and_quantity(words: str, drug: str) -> None:
    """A drug is named by its first name; its strength and quantity follow it or precede it."""
    plain, marks = marked(words)
    found = drugs_in(Request(plain))
    assert told(found) == [tuple(part or None for part in drug.split("|"))]
    assert spans(found) == marks


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Omeprazole 20mg #60, Tramadol 50mg #90 and Terocin patch #30",
            ["omeprazole|20mg|60", "tramadol|50mg|90", "lidocaine/menthol||30"],
        ),
        (
            "60 tablets of Naproxen 550mg and 30 tablets of Omeprazole 20mg",
            ["naproxen|550mg|60", "omeprazole|20mg|30"],
        ),
        (
            "Norco, Flexeril and Prilosec",
            ["hydrocodone/acetaminophen||", "cyclobenzaprine||", "omeprazole||"],
        ),
        (
            "Baclofen 20mg #30 was asked for; Baclofen 20mg #12",
            ["baclofen|20mg|30", "baclofen|20mg|12"],
        ),
        ("Naproxen 500mg, physical therapy x 12", ["naproxen|500mg|"]),
    ],
)
def test_several_drugs_keep_their_own(words: str, expected: list[str]) -> None:
    """Of several drugs each keeps what stands beside it; what is no drug gives none anything."""
    found = [
        "|".join(each or "" for each in (n, s, q)) for n, _, s, q in told(drugs_in(Request(words)))
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Flurbiprofen 15%/Lidocaine 5%, 90grams",
            ["flurbiprofen|15%|90grams", "lidocaine|5%|90grams"],
        ),
        (
            "Compound cream: Ketamine 10%, Baclofen 2%, 60 gm",
            ["ketamine|10%|60gm", "baclofen|2%|60gm"],
        ),
        (
            "Gabapentin/Menthol cream 6%/4% 30 gm",
            ["gabapentin|6%|30gm", "menthol|4%|30gm"],
        ),
        ("Cyclo/Keto 10%/5% 20gm", ["cyclobenzaprine|10%|20gm", "ketoprofen|5%|20gm"]),
        ("Amitriptyline/Gabapentin compound #1", ["amitriptyline||1", "gabapentin||1"]),
        (
            "Ointment (Ketoprofen, Baclofen, Menthol)",
            ["ketoprofen||", "baclofen||", "menthol||"],
        ),
        (
            "CFL cream (Ketoprofen 10%, Baclofen 2%) 60gm",
            ["ketoprofen|10%|60gm", "baclofen|2%|60gm"],
        ),
        ("NPC1-Gabapentin 10% 60 gm", ["gabapentin|10%|60gm"]),
    ],
)
def test_the_members_of_a_compound(words: str, expected: list[str]) -> None:
    """A compound's members keep their strengths, share its quantity, and are of one class."""
    found = told(drugs_in(Request(words)))
    assert {drug_class for _, drug_class, _, _ in found} == {"Topical Compounds"}
    assert ["|".join(each or "" for each in (n, s, q)) for n, _, s, q in found] == expected


@pytest.mark.parametrize(
    "words",
    [
        "MRI 1.5 Tesla of the left knee",
        "Vitamin D level",
        "Serum testosterone, free and total",
        "Laboratory: iron, zinc, magnesium",
        "APAP machine",
        "Ergonomic chair to ensure balance and relief",
        "NSAIDs, a muscle relaxant and topical creams",
        "Urine fentanyl screen",
        "Insulin pump",
        "Silicone gel sheets, 4",
    ],
)
def test_what_is_no_drug(words: str) -> None:
    """Tests of substances, devices, classes and ordinary words are no drugs."""
    assert drugs_in(Request(words)) == ()


def test_classes_of_drugs_are_found_apart() -> None:
    """A class is found where it is named, and is one of the DWC's."""
    words, marks = marked("⟦NSAIDs⟧, a ⟦muscle relaxant⟧ and a ⟦compound cream⟧")
    hits = drug_class_words(Request(words))
    assert [hit.value for hit in hits] == ["NSAID", "Muscle Relaxant", "Topical Compounds"]
    assert [(hit.start, hit.end) for hit in hits] == marks


# --- the lexicon ---------------------------------------------------------------------------------


def test_every_class_is_the_dwc_s() -> None:
    """A drug's class is one of the DWC's list or none, and every class of the list has drugs."""
    assert {entry.drug_class for _, entry in LEXICON.names} == CLASSES | {None}


def test_no_name_stands_for_two_drugs() -> None:
    """Names are unique in the form that is compared."""
    folded = Counter(" ".join(token.word for token in tokens_of(name)) for name, _ in LEXICON.names)
    assert [name for name, times in folded.items() if times > 1] == []


def generics(*, further: bool) -> Iterator[str]:
    """Yield the generic names of the lexicon's own tables, or of those with further names."""
    for file in files("extractor.treatments").joinpath("lexicon").iterdir():
        if Path(file.name).name.startswith("drugs"):
            written = tomllib.loads(file.read_text("utf-8"))
            written.pop("not", None)
            also = written.pop("also", {})
            for drugs in (also if further else written).values():
                yield from drugs


def test_a_generic_stands_in_one_table() -> None:
    """A drug has one class of its own; names of another class belong to a drug that has one."""
    own = Counter(generics(further=False))
    assert [generic for generic, times in own.items() if times > 1] == []
    assert set(generics(further=True)) <= set(own)
    assert {generic.lower() for generic in own} == {entry.generic for _, entry in LEXICON.names}


def test_each_drug_is_found_by_each_of_its_names() -> None:
    """A name with a strength and a quantity is read as its drug."""
    for name, entry in LEXICON.names:
        words = f"{name} 10mg #30"
        [drug] = drugs_in(Request(words))
        assert (drug.name, value(drug.strength), value(drug.quantity)) == (
            Found(entry.generic, 0, len(name)),
            "10mg",
            "30",
        ), name


STRENGTHS = st.sampled_from(
    [("10mg", "10mg"), ("7.5 mg", "7.5mg"), ("25 mcg/hr", "25mcg/hr"), ("5mg/ml", "5mg/ml")]
)
QUANTITIES = st.integers(1, 999).flatmap(
    lambda n: st.sampled_from(
        [f"#{n}", f"# {n}", f"Qty: {n}", f"quantity {n}", f"x {n}", f"{n} tablets", f"({n})"]
    ).map(lambda printed: (printed, str(n)))
)
SURE = [(name, entry) for name, entry in LEXICON.names if not entry.needs_dose]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SURE), STRENGTHS, QUANTITIES), min_size=1, max_size=3))
def test_what_is_rendered_is_read_back(
    drugs: list[tuple[tuple[str, object], tuple[str, str], tuple[str, str]]],
) -> None:
    """Drugs written one after another, each with strength and quantity, are read back in order."""
    words = "; ".join(f"{name} {strength[0]} {count[0]}" for (name, _), strength, count in drugs)
    found = drugs_in(Request(words))
    assert [words[drug.name.start : drug.name.end] for drug in found] == [
        name for (name, _), _, _ in drugs
    ]
    assert [(value(drug.strength), value(drug.quantity)) for drug in found] == [
        (strength[1], count[1]) for _, strength, count in drugs
    ]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="Norco #10/325.,%()mg and60x-\n", max_size=80))
def test_every_span_lies_in_the_words(words: str) -> None:
    """Whatever is read, its span is within the words and begins and ends with no white space."""
    for start, end in spans(drugs_in(Request(words))):
        assert 0 <= start < end <= len(words)
        assert words[start:end] == words[start:end].strip()


def test_a_list_of_percents() -> None:
    """Strengths printed as one list are as many as the list holds."""
    assert [each.value for each in percents_in("20%/10%/0.5% cream", 0, 18)] == [
        "20%",
        "10%",
        "0.5%",
    ]
    assert percents_in("20% cream", 0, 9) == []


@pytest.mark.parametrize("part", ["Norco ", "10/325/", "#1 ", "lido/", "9", "Norco 10mg/", "("])
def test_a_long_request_is_read(part: str) -> None:
    """A request of a hundred thousand characters is read, however it repeats itself."""
    words = part * (100_000 // len(part))
    assert all(end <= len(words) for _, end in spans(drugs_in(Request(words))))
