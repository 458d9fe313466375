"""What researchers tabulate: letters in, tables of counts out; nothing is shown or written here.

Counts come before ratios, each table says of how many letters and items, and what the letters do
not say has a row of its own. Letters are counted one after the other and not kept.
"""

from extractor.tabulate.counted import Counted
from extractor.tabulate.database import letters_in_database
from extractor.tabulate.flow import Flow, Step
from extractor.tabulate.groups import FURTHER, UNREAD, Grouping, Key
from extractor.tabulate.letters import Disputed, Letter, Odd, letter_of
from extractor.tabulate.odd import Observed
from extractor.tabulate.published import Beside, Figure, Source
from extractor.tabulate.tables import Row, Scope, Table
from extractor.tabulate.tabulation import Tabulation, tabulate

__all__ = [
    "FURTHER",
    "UNREAD",
    "Beside",
    "Counted",
    "Disputed",
    "Figure",
    "Flow",
    "Grouping",
    "Key",
    "Letter",
    "Observed",
    "Odd",
    "Row",
    "Scope",
    "Source",
    "Step",
    "Table",
    "Tabulation",
    "letter_of",
    "letters_in_database",
    "tabulate",
]
