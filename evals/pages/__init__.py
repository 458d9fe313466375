"""Pages: what a run is shown as in a browser, one self-contained file without any script."""

from evals.pages.report import render_report, write_report

__all__ = ["render_report", "write_report"]
