"""Categories: each request marks the words that decide it, under what they decide."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.treatments import categories
from extractor.treatments.categories import CategoryFound, category_in
from extractor.treatments.drugs import drugs_in
from extractor.treatments.request import Request
from extractor.treatments.visits import visits_in

_ROLES = {"things", "generic", "last", "exams", "visits", "surgeons", "shots"}


def found(words: str) -> CategoryFound | None:
    """Return the category of a request, its drugs and visits read as the house reads them."""
    request = Request(words)
    return category_in(request, drugs_in(request), visits_in(request))


def cases(table: str) -> Iterator[tuple[str, str]]:
    """Yield marked request and category: a category's line, then its requests, indented."""
    category = ""
    for line in table.strip().splitlines():
        if line.startswith("    "):
            yield line.strip(), category
        else:
            category = line.removesuffix(":")


def shown(words: str) -> tuple[str, str]:
    """Return the request with the deciding words marked, and the category they decide."""
    category = found(words)
    if category is None:
        return words, "none"
    name, subcategory, start, end = category
    marked = f"{words[:start]}⟦{words[start:end]}⟧{words[end:]}"
    return marked, f"{name} > {subcategory}" if subcategory else name


CARE = """
Rehabilitation > Physical Therapy/Occupational Therapy:
    ⟦Aqua therapy⟧ twice a week for six weeks in treatment of the lumbar spine
    Additional post operative ⟦physical therapy⟧ 2 times 6 for left shoulder after arthroscopy
    Status post arthroscopy right knee, 12 visits of ⟦PT⟧
    3 times a week for 4 weeks ⟦physical therapy⟧ for neck
    Associated surgical services: post-op ⟦physical therapy⟧
    ⟦Physical therapy⟧ for the lumbar spine following lumbar fusion
Psych Services > Evaluation & Management:
    Referral for ⟦psychological evaluation⟧
    Consultation with ⟦psychologist⟧ for cognitive behavioral therapy
    ⟦Psychological evaluation⟧ prior to spinal cord stimulator trial
    Referral to ⟦psychologist⟧ for coping
    Consultation with a ⟦psychiatrist⟧
    ⟦Psychotropic medication management⟧ 1x6
    ⟦Psychology⟧: first evaluation, one visit
Psych Services > Therapies:
    ⟦Cognitive behavioral psychotherapy⟧ 6 sessions over 12 weeks
    ⟦Cognitive behavioral therapy⟧ 1x12
    ⟦Individual psychotherapy⟧ x 10 sessions
    ⟦Cognitive behavioral therapy⟧ (CBT) 6 sessions
    ⟦Hypnotherapy/relaxation⟧ training
    6 sessions with ⟦psychologist⟧
Rehabilitation > Acupuncture:
    ⟦Acupuncture sessions⟧ with electrical stimulation 2x3
    6 ⟦Acupuncture visits⟧ including infrared heat
    12 visits of ⟦acupuncture⟧ with infrared and massage
    ⟦Acupuncture⟧ Ten (10) sessions for the neck
    ⟦Acupuncture evaluation⟧ and treatment
    ⟦Electro-acupuncture⟧ 2x3
    Additional ⟦acupuncture⟧, cervical spine, 6 visits
Rehabilitation > Chiropractic:
    ⟦Chiropractic therapy⟧ 12 visits with exercise and modalities
    ⟦Chiropractic⟧ x 6 with ultrasound
    ⟦Chiropractic physical therapy⟧ 2x4
    Follow up with ⟦chiropractor⟧, 6 visits
    ⟦Chiropractic manipulation⟧ 6 visits
    ⟦Chiropractic/physiotherapy⟧ 2x6
Home Health:
    ⟦Home health aide⟧ 8 hrs/day x 7 days/week for 6 weeks following surgery
    ⟦Home health care⟧ 4 hours/day: cooking, cleaning
    ⟦Home health aide⟧ 4 hours a day, 5 days per week
    ⟦Home health care⟧ evaluation by RN
    ⟦Home health nurse⟧ for wound care
    ⟦Home care⟧ 24 hours per day, 7 days per week
Transportation:
    ⟦Transportation⟧ to and from surgery center
    ⟦Transportation⟧ to and from appointments
    ⟦Transportation⟧ for physical therapy visits
    ⟦Transportation⟧ services, round trip
    ⟦Taxi⟧ to medical appointments
Programs:
    ⟦Northern California Functional Restoration Program⟧ x 32 days
    ⟦Functional restoration program⟧ evaluation
    Evaluation for ⟦functional restoration program⟧
    ⟦Functional restoration program⟧ (FRP) 80 hours
    ⟦Interdisciplinary pain rehabilitation⟧ program
    Initial evaluation at ⟦functional restoration program⟧
Therapies:
    ⟦Extracorporeal shockwave therapy⟧ for the right elbow, 3 sessions
    ⟦ESWT⟧ right shoulder
    ⟦Extracorporeal shockwave therapy⟧
    ⟦Hyperbaric oxygen⟧ 40 sessions
    ⟦Shock wave therapy⟧ left elbow
    ⟦Transcranial magnetic stimulation⟧
Rehabilitation > Other Therapies:
    ⟦Electrical stimulation⟧ 2x4
    ⟦Ultrasound⟧ 2 times 6
    ⟦Myofascial release⟧ 1x6
    ⟦Low level laser therapy⟧
    ⟦Cognitive rehabilitation⟧
    ⟦Mechanical traction⟧ 2x6
"""

SURGERY = """
Surgery > Spine:
    ⟦Anterior lumbar interbody fusion⟧ at L5-S1 with 2 day inpatient stay and assistant surgeon
    C5-C6 and C6-7 Anterior Cervical ⟦Diskectomy⟧ & Fusion
    ⟦Spinal cord stimulator trial⟧ with 2 leads, L1-2
    L5-S1 ⟦posterior lumbar interbody fusion⟧ with instrumentation
    L4-L5 and L5-S1 posterior ⟦lumbar decompression⟧ and fusion
    Percutaneous ⟦spinal cord stimulator trial⟧ under fluoroscopy
Surgery > Adjunct Surgical Services:
    Associated surgical service: 1 ⟦day inpatient stay⟧
    Associated surgical services: ⟦Pre-operative medical clearance⟧ (H&P, EKG, labs)
    Facility: ⟦outpatient surgery center⟧
    Pre-operative clearance: ⟦history and physical⟧
    Associated surgical service: ⟦assistant surgeon⟧
    Post-op ⟦skilled nursing facility⟧ x 10 days
Surgery > Arthroscopic:
    Right knee arthroscopic ⟦ACL reconstruction⟧ with allograft
    Left knee diagnostic and ⟦operative arthroscopy⟧ with partial meniscectomy
    Left ⟦shoulder arthroscopy⟧ with subacromial decompression
    Right ⟦knee arthroscopy⟧ with debridement, post-op PT
    ⟦Arthroscopy⟧, shoulder, surgical; with rotator cuff repair
    ⟦Subacromial decompression⟧, distal clavicle resection and possible rotator cuff repair
Surgery > Non-arthroscopic:
    Left ⟦carpal tunnel release⟧ and trigger thumb release
    Left foot ⟦hardware removal⟧, possible fusion
    Wrist ⟦hardware removal⟧ and lumbar fusion
    Right elbow ⟦lateral epicondylar release⟧ and ECRB debridement
    ⟦Open reduction internal fixation⟧ of right ankle
    Left ankle ⟦lateral ligament reconstruction⟧
    ⟦Decompression⟧ of the ulnar nerve at the elbow
"""

DEVICES = """
DMEPOS > DME:
    Associated surgical services: ⟦Cold therapy unit⟧ rental, 7 days, post-op
    Purchase of Pro Tech hot and cold ⟦contrast unit⟧ with wrap
    Associated surgical service: ⟦cold therapy unit⟧ x 7 days
    Durable medical equipment (⟦wheelchair⟧)
    ⟦Home exercise kit⟧ for the lumbar spine
    ⟦Traction⟧
    ⟦Vascutherm cold compression⟧ unit 30 day rental
DMEPOS > Electrical Stimulation:
    Purchase of ⟦TENS unit⟧ with supplies
    One month home-based trial of ⟦neurostimulator TENS-EMS⟧
    ⟦X-Force stimulator⟧ with 3 months supplies
    ⟦Interferential unit⟧, 60 day rental
    ⟦Transcutaneous electrical nerve stimulation⟧ (TENS) unit
    ⟦Interferential stimulator⟧ with electrodes
DMEPOS > Prosthetics/Orthotics:
    Lumbar ⟦back brace⟧, purchase
    Purchase of right wrist ⟦cock-up splint⟧
    ⟦Hinged knee brace⟧ after ACL surgery
    Associated surgical service: ⟦Ultrasling⟧
    ⟦Shoulder sling⟧ with abduction pillow
    ⟦Orthotics⟧ for plantar fasciitis
    ⟦Compression stockings⟧, 2 pairs
    Made to measure ⟦pressure garment⟧, left hand
DMEPOS > Supplies:
    ⟦Thermacare heat wraps⟧
    ⟦Electrodes⟧ x 8, batteries x 6 for TENS unit
    ⟦Replacement batteries⟧
    ⟦Silicone gel sheets⟧ for the scar, 4
    ⟦Insulin syringes⟧, one box
    ⟦TENS supplies⟧ x 6 months
    ⟦Electrodes⟧ for TENS unit
"""

VISITS = """
Evaluation & Management > Medical Specialties:
    Consultation with ⟦pain management specialist⟧ for cervical epidural steroid injection
    Follow-up evaluation with a ⟦pain management specialist⟧ (lumbar)
    ⟦Orthopedic consult⟧ for possible surgery
    Follow-up with ⟦pain management⟧ for medial branch block
    Initial ⟦orthopedic consultation⟧ and follow up
    ⟦Orthopedic re-evaluation⟧ within 6 weeks
Surgery > Surgical Consult:
    Consultation and treatment with an ⟦orthopedic surgeon⟧ for the right shoulder
    Second opinion: ⟦orthopedic surgeon⟧
    Second opinion with ⟦spine surgeon⟧
    Referral to ⟦spine surgeon⟧ for evaluation
    ⟦General surgeon⟧ consult for hernia
    ⟦Orthopedic spine surgeon⟧ re-consult
Evaluation & Management > Dental Services:
    ⟦Periodontal scaling⟧ 4 quadrants
    ⟦Dental evaluation⟧ for tooth damage due to medication
    ⟦Dental consultation⟧
    ⟦Root canal⟧ tooth #19
    Referral to ⟦oral surgeon⟧
    Referral to a ⟦dentist⟧
"""

INJECTIONS = """
Injection > Injection:
    ⟦Trigger point injections⟧ with ultrasound guidance, bilateral trapezius
    Ultrasound guided ⟦trigger point injections⟧
    Ultrasound-guided ⟦steroid injection⟧, right hip
    Left shoulder ⟦corticosteroid injection⟧ under ultrasound guidance
    ⟦Injection of Kenalog⟧ and lidocaine into the left shoulder
    ⟦Cervical epidural steroid injection⟧ C7-T1 with MAC anesthesia
Injection > Facet Injection:
    Left C3-6 ⟦radiofrequency ablation⟧ under fluoroscopic guidance
    ⟦Medial branch blocks⟧ L3-4, L4-5
    Bilateral ⟦facet joint injections⟧ under fluoroscopic guidance and sedation
    Lumbar ⟦facet rhizotomy⟧ bilateral L4-S1
    Bilateral L3, L4, L5 ⟦medial branch RFA⟧
    Cervical ⟦facet injections⟧ C5-7 under fluoroscopy
Pharmaceuticals > Opioids:
    ⟦Norco⟧ 10/325mg #60 for severe pain, 1 tablet by mouth every 6 hours
    ⟦Ultram⟧ 100mg qty: 120, with a written record of every dose
    Unknown prescription of ⟦Norco⟧
    ⟦Hydrocodone/APAP⟧ 5/325mg, 30 day supply
    ⟦Norco⟧ 10/325mg #120
    Retrospective: ⟦Percocet⟧ 10/325 mg, #90
    ⟦Tramadol⟧ ER 150 mg, #30, refills 2
    ⟦MS Contin⟧ 15mg
Pharmaceuticals > Topical Compounds:
    Retrospective request for ⟦Flurbiprofen⟧ 20%, Tramadol 20% cream 210 grams DOS 2/3/14
    ⟦Flurbiprofen⟧ 20%/Baclofen 2%/Lidocaine 5% cream 180gm
    ⟦Compound cream⟧
    Topical cream (⟦ketoprofen⟧, lidocaine, gabapentin)
    Compounded topical: ⟦gabapentin⟧/lidocaine 240gm
Pharmaceuticals > NSAID:
    ⟦Naproxen⟧ Sodium 550mg tablet
Pharmaceuticals > Anti-epilepsy drugs:
    ⟦Lyrica⟧ 75 mg, #60 with 3 refills, as outpatient
    1 prescription of ⟦gabapentin⟧ 600mg #90 with 2 refills
Pharmaceuticals > Antidepressant:
    ⟦Cymbalta⟧ 30mg
Pharmaceuticals:
    ⟦Medications⟧
Pharmaceuticals > Proton Pump Inhibitors:
    ⟦Omeprazole⟧ 20mg #60
    ⟦Prilosec⟧ 20mg #60
Pharmaceuticals > Viscosupplementation:
    ⟦Hyalgan injections⟧ to left knee, series of five
    ⟦Synvisc injections⟧, right knee, series of 3
    Left knee injection with ⟦Supartz⟧
    ⟦Viscosupplementation injections⟧ x 5
    ⟦Euflexxa injection⟧ to left knee x3
    Ultrasound guided ⟦hyaluronic acid injections⟧
Pharmaceuticals > Injection:
    ⟦Toradol 60mg IM injection⟧
    ⟦Vitamin B12 injection⟧
    ⟦Injection of Toradol⟧ 60 mg
    ⟦Toradol injection⟧
    ⟦IM Toradol⟧ 60 mg
Pharmaceuticals > Topical Analgesics:
    ⟦Terocin patches⟧ #30
    ⟦Lidoderm⟧ patches 5%
    ⟦Topical cream⟧
Pharmaceuticals > Cannabinoids:
    ⟦Medical marijuana⟧
Pharmaceuticals > Muscle Relaxant:
    ⟦Soma⟧ 350mg #90
Pharmaceuticals > Benzodiazepines:
    ⟦Xanax⟧ 0.5mg #60
Pharmaceuticals > Sedative-hypnotics:
    ⟦Ambien⟧ 10mg
Pharmaceuticals > Opioid Antagonist:
    ⟦Naloxone⟧
"""

DIAGNOSTIC = """
Diagnostic Testing > Lab & Pathology:
    ⟦Urine drug screen⟧, retrospective, date of service 6/4/2014
    One (1) ⟦urine drug screen⟧ to monitor Norco
    Labs: ⟦CBC⟧, chem panel, liver and kidney function
    ⟦Laboratory testing⟧ to include CBC, CRP, CPK
    Labs: ⟦comprehensive metabolic panel⟧
    Urine ⟦toxicology screening⟧, 4 times per year
    ⟦Compound drug screening⟧
Diagnostic Testing > Imaging/Radiology:
    ⟦X-rays⟧ of the cervical spine: AP, lateral, flexion and extension
    ⟦Open MRI⟧ of the pelvis
    ⟦Magnetic resonance image⟧ (MRI), elbow
    Repeat ⟦MRI⟧ of lumbar spine, without contrast, 3.0 Tesla
    Retro request for ⟦CT⟧ abdomen/pelvis (DOS 3/2/2015), EMG
    Outpatient ⟦MRI⟧ of the brain with and without gadolinium
    ⟦MRI⟧ right shoulder and left knee; acupuncture 2x4
    Retrospective request for ⟦x-ray⟧ of the hand, DOS 4/1/14
Diagnostic Testing > Other Diagnostic Tests:
    ⟦Functional capacity⟧ evaluation of lumbar spine
    Initial ⟦functional capacity⟧ evaluation
    ⟦Functional capacity⟧ evaluation
    ⟦Computerized range of motion and muscle testing⟧
    ⟦Ergonomic evaluation⟧ of workstation
    ⟦Autonomic nervous system testing⟧
Diagnostic Testing > EMG/NCV/NCS:
    ⟦EMG⟧ (electromyography)/NCV (nerve conduction velocity) of BLE
    ⟦EMG/NCV⟧ bilateral upper extremities
    Repeat ⟦electrodiagnostic studies⟧ of the lower extremities
    ⟦Nerve conduction velocity⟧ studies of the left leg
    ⟦Nerve conduction study⟧ (NCS) left lower extremity
    ⟦EMG⟧/NVC of the bilateral lower extremities
"""

NOTHING = """
none:
    Interpreter for physical therapy
    Nurse case manager
    Unknown treatment
    Spanish interpreter
    6 sessions
    Medical records
"""


@pytest.mark.parametrize(("marked", "category"), [*cases(CARE)])
def test_care(marked: str, category: str) -> None:
    """The care asked for decides, however it is spelt and whatever it follows."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(("marked", "category"), [*cases(SURGERY)])
def test_surgery(marked: str, category: str) -> None:
    """The first operation named decides; arthroscope, spine or limb tell which kind."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(("marked", "category"), [*cases(DEVICES)])
def test_devices(marked: str, category: str) -> None:
    """The last noun of a compound decides, and the first of a list."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(("marked", "category"), [*cases(VISITS)])
def test_visits(marked: str, category: str) -> None:
    """A visit is what it is with or of, and a surgeon makes it a Surgical Consult."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(("marked", "category"), [*cases(INJECTIONS)])
def test_injections(marked: str, category: str) -> None:
    """A shot of a drug, an injection at a site, and a drug are three things."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(("marked", "category"), [*cases(DIAGNOSTIC)])
def test_diagnostic(marked: str, category: str) -> None:
    """The test asked for decides, not its reason, guidance, date or code."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(("marked", "category"), [*cases(NOTHING)])
def test_nothing(marked: str, category: str) -> None:
    """Words that name no treatment of the list decide nothing."""
    assert shown(marked.replace("⟦", "").replace("⟧", "")) == (marked, category)


@pytest.mark.parametrize(
    ("words", "in_visits", "alone"),
    [
        ("Ultrasound 2 times 6", "Other Therapies", "Imaging/Radiology"),
        ("Interferential, 6 visits", "Other Therapies", "Electrical Stimulation"),
        ("Psychologist, 6 sessions", "Therapies", "Evaluation & Management"),
    ],
)
def test_a_treatment_in_visits(words: str, in_visits: str, alone: str) -> None:
    """A test, device or consultation asked for in visits is a therapy."""
    request = Request(words)
    given, bare = category_in(request, (), visits_in(request)), category_in(request, (), None)
    assert given is not None
    assert bare is not None
    assert (given.subcategory, bare.subcategory) == (in_visits, alone)


def test_a_long_request_is_read_to_its_end() -> None:
    """However long the context before it, the thing asked for is found."""
    words = "of the (left, knee: for / " * 5_000 + "; MRI"
    category = found(words)
    assert category is not None
    assert words[category.start :] == "MRI"


def test_no_phrase_stands_for_two_things() -> None:
    """A term belongs to one group of the lexicon only, in one role."""
    owners: dict[str, set[str]] = {}
    for path in Path(categories.__file__).parent.glob("lexicon/categories_*.toml"):
        for number, group in enumerate(tomllib.loads(path.read_text("utf-8"))["group"]):
            for key in _ROLES & group.keys():
                for phrase in group[key].split(","):
                    owners.setdefault(" ".join(phrase.split()), set()).add(f"{path}{number}{key}")
    assert {phrase for phrase, of in owners.items() if len(of) > 1} == set()
