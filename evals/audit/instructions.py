"""What a labeller is told: how to fill the sheets, and what each column asks."""

from evals.audit.columns import of_items, of_letters
from evals.audit.plan import Plan

LETTERS, ITEMS = "letters.csv", "items.csv"
_HEAD = """\
LABELLING SHEETS

Read each letter of {letters} and write down what the LETTER says. Do not look at the records
meanwhile, nor at anything computed from them: the sheets are empty for that reason. Take the
letters in the order given, which is random. A letter that is hard to read is the one that matters:
leaving it out makes every number wrong. Ask, note what you did in "note", but label it.

1. {letters}: one row per letter; "file" is where it lies (`imr text FILE` prints it, a PDF too).
{counting}
2. In every cell:
   - what the letter says, in the form that the list below asks for;
   - none   where you looked and the letter has no such thing;
   - blank  where you did not check.
   "id" and "note" are not read. Columns may be moved and added, headings must stay.
3. Words "as printed" are compared word by word: copy them from the letter, white space aside.
   Dates: 2016-11-18, 11/18/2016 or November 18, 2016.
4. In a spreadsheet, open the sheets with every column as TEXT, or it turns 7.5/325 into a date and
   847.20 into 847.2. Save as CSV (UTF-8); semicolons between cells are read too.

The whole convention stands in golden/README.md of imr-extractor, the closed lists in
`imr codebook`.
"""
_COUNTING = """\
   Its last column, "items", is how many disputed items the letter decides (none: 0). Write it
   last: it says that the letter is done. Letters without it are left out.
   {items}: one row per disputed item, in the order of the letter's decisions. A row for each
   letter is there; add rows with the same name in "letter" for its other items, and leave the row
   empty where it has none. "item" is 1, 2, 3 ..., or blank for the order of the rows."""
_DONE = """\
   Its last column, "done": any word says that the letter is done. Letters without it are left
   out."""


def instructions(plan: Plan) -> str:
    """Return what the labeller is told: how to fill the sheets, and what each column asks."""
    asked = of_items(plan.fields)
    counting = _COUNTING.format(items=ITEMS) if asked else _DONE
    parts = [_HEAD.format(letters=LETTERS, counting=counting)]
    for file, columns in ((LETTERS, of_letters(plan.fields)), (ITEMS, asked)):
        if columns:
            parts.append(f"\n{file.upper()}\n")
            parts += [f"- {column.name}: {column.asks}.\n" for column in columns]
    return "".join(parts)
