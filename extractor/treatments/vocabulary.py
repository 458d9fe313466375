"""The closed lists of a request's fields: categories, drug classes, regions of the body.

Categories, subcategories and drug classes are those of the search form with which the Division of
Workers' Compensation (DWC) publishes its decisions, spelled and ordered as it prints them.
"""

from collections.abc import Mapping
from types import MappingProxyType

PHARMACEUTICALS = "Pharmaceuticals"

DRUG_CLASSES = (
    "Opioids",
    "NSAID",
    "Muscle Relaxant",
    "Anti-epilepsy drugs",
    "Antidepressant",
    "AntiAnxiety",
    "Benzodiazepines",
    "Barbiturates",
    "Sedative-hypnotics",
    "Proton Pump Inhibitors",
    "H2 Blocker",
    "Antiemetic",
    "Topical Analgesics",
    "Topical Compounds",
    "Misc Analgesics",
    "Antimigraine Agent",
    "Adrenal Cortical Steroids",
    "Anti-infectives",
    "Antihistamine",
    "Antihypertensive",
    "Anti-coagulant",
    "Antidiabetics",
    "Asthma Medications",
    "Atypical Antipsychotic",
    "Beta-blocker",
    "Alpha-blocker",
    "Calcium Channel Blocker",
    "Bisphosphonates",
    "Cannabinoids",
    "Dopamine agonists",
    "Fibric Acid",
    "GI Agents",
    "Hormones",
    "Androgens & Anabolic Steroids",
    "Impotence Agents",
    "Nutritional Products",
    "Opioid Antagonist",
    "Statin",
    "TNF modifiers",
    "Viscosupplementation",
    "Injection",
)

CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Diagnostic Testing": (
            "Imaging/Radiology",
            "EMG/NCV/NCS",
            "Lab & Pathology",
            "Other Diagnostic Tests",
        ),
        "DMEPOS": ("DME", "Electrical Stimulation", "Prosthetics/Orthotics", "Supplies"),
        "Evaluation & Management": ("Dental Services", "Medical Specialties"),
        "Home Health": (),
        "Injection": ("Facet Injection", "Injection"),
        PHARMACEUTICALS: DRUG_CLASSES,
        "Programs": (),
        "Psych Services": ("Evaluation & Management", "Therapies"),
        "Rehabilitation": (
            "Acupuncture",
            "Chiropractic",
            "Physical Therapy/Occupational Therapy",
            "Other Therapies",
        ),
        "Surgery": (
            "Adjunct Surgical Services",
            "Arthroscopic",
            "Non-arthroscopic",
            "Spine",
            "Surgical Consult",
        ),
        "Therapies": (),
        "Transportation": (),
    }
)
"""The DWC's treatment categories, each with its subcategories; a category may have none."""

REGIONS = (
    "head",
    "face",
    "jaw",
    "eye",
    "ear",
    "teeth",
    "cervical spine",
    "thoracic spine",
    "lumbar spine",
    "sacroiliac joint",
    "coccyx",
    "spine",
    "back",
    "shoulder",
    "upper arm",
    "elbow",
    "forearm",
    "wrist",
    "hand",
    "finger",
    "thumb",
    "chest",
    "abdomen",
    "pelvis",
    "hip",
    "groin",
    "buttock",
    "thigh",
    "knee",
    "lower leg",
    "ankle",
    "foot",
    "toe",
    "upper extremity",
    "lower extremity",
)
"""The regions of the body; "spine" and "back" where the request does not say which part."""
