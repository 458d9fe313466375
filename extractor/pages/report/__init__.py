"""The corpus report: a tabulation as one page, as Markdown, and as CSV files.

The page has no script and its policy would run none; it asks for nothing. What letters say
reaches it escaped by the template and disarmed by ``visible``. The same tabulation gives the same
page byte for byte.
"""

from extractor.pages.report.links import Linker
from extractor.pages.report.markdown import to_markdown
from extractor.pages.report.page import to_html
from extractor.pages.report.sheets import Sheet, sheets, to_csv

__all__ = ["Linker", "Sheet", "sheets", "to_csv", "to_html", "to_markdown"]
