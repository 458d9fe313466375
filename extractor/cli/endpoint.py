"""``imr check``: whether a model can be asked as the settings stand, and what to change if not."""

from extractor.cli import output

_SIGNS = {True: "ok", False: "NO", None: "?"}


def show(model: str | None, base_url: str | None, mode: str) -> bool:
    """Print, point by point, how the endpoint does; return whether all is good.

    Raises:
        SettingsError: It cannot be asked as the settings stand.
    """
    from extractor.errors import SettingsError
    from extractor.propose.llm.asking import ModelSettings
    from extractor.propose.llm.settings import access

    if not model:
        raise SettingsError("Name a model: --model, or set IMR_MODEL.")
    settings, key = access(ModelSettings(model, base_url or None, mode))
    # What settings alone can tell is told before the client is loaded, which takes a second.
    from extractor.propose.llm.check import run

    points = run(settings, key)
    for point in points:
        output.write_line(f"{_SIGNS[point.good]:<3} {point.name:<10} {output.plain(point.says)}")
    return all(point.good for point in points)
