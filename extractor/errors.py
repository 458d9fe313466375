"""Every exception that imr-extractor raises itself.

    ImrError
    ├── InputError             an input cannot be read; carries its finding code
    ├── LayoutError            a layout file is not one
    ├── CatalogueError         an entry of the catalogue of guidelines is not one
    ├── OutputError            an output cannot be written, or was made otherwise
    ├── GoldenError            a golden case is incomplete or its spans do not read
    ├── CorrectionError        a person's correction cannot be read, written or applied
    ├── ReviewError            a reviewer's request cannot be done; carries its reason code
    ├── SettingsError          a model cannot be asked as the settings stand
    ├── UnreadableDatabase     a database of letters is damaged, or is none
    ├── QueryError             a search is for nothing, or by a value that there is none of
    ├── BatchRunning           a batch is not done yet, and all of its replies are wanted
    ├── ModelError             a model gave no reply to a letter; carries its finding code
    │   ├── EndpointFailed     not reachable, too slow, broken off, or an error of its own
    │   │   ├── Unauthorized   the key is missing, wrong or may not use the model
    │   │   ├── UnknownModel   the endpoint has no such model, or no such address
    │   │   ├── BadRequest     the endpoint does not take the request as it is
    │   │   ├── QuotaExhausted the account has nothing left to spend
    │   │   ├── RateLimited    too many calls, however long was waited
    │   │   ├── MalformedReply a reply that is none of the schema
    │   │   └── NotCached      only the cache may be asked, and it lacks the reply
    │   ├── Refused            the model declines to answer
    │   ├── ContentFiltered    the endpoint held the reply back
    │   ├── TruncatedReply     the reply is longer than the model may write
    │   ├── PromptTruncated    the model was not shown the whole letter
    │   ├── SourceChanged      the letter is not as it was when its batch was submitted
    │   └── BudgetExhausted    the run may spend no more
    └── QuoteError             a quote cannot be located
        ├── MissingQuote       its words do not stand there
        └── AmbiguousQuote     its words stand there more than once

Letters never raise: what is wrong with one letter is a finding in its record.
"""

from collections.abc import Sequence

from extractor.findings import Code


class ImrError(Exception):
    """Anything imr-extractor refuses to do; the message says what to do next."""


class InputError(ImrError):
    """An input gives no text; ``code`` is the finding that its record carries."""

    def __init__(self, code: Code, message: str) -> None:
        """Keep the finding *code* beside the message."""
        super().__init__(message)
        self.code = code


class LayoutError(ImrError):
    """A layout file is missing a part or has one that is not known."""


class CatalogueError(ImrError):
    """A file of the catalogue of guidelines has an entry that is none, or that another has too."""


class OutputError(ImrError):
    """An output cannot be written, or stands there already and was made otherwise."""


class GoldenError(ImrError):
    """A golden case lacks a half, or a span of it does not read its quote."""


class CorrectionError(ImrError):
    """A person's correction cannot be read, written, or applied to the record as it stands."""


class ReviewError(ImrError):
    """What a reviewer asks of the server cannot be done; ``code`` is the reason, for programs."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the reason *code* beside the message."""
        super().__init__(message)
        self.code = code


class SettingsError(ImrError):
    """A model cannot be asked as the settings stand: a key, a model or an address is missing."""


class ModelError(ImrError):
    """A model gave no reply to a letter; ``code`` is the finding that its record carries.

    ``usage`` counts the tokens that were spent on it, as ``extractor.propose.llm.asking.Usage``,
    and ``calls`` the requests that were sent for it. ``cached`` says that it was
    found in the cache.
    """

    code = Code.ENDPOINT_FAILED
    usage: tuple[int, ...] = ()
    calls: int = 0
    cached: bool = False


class EndpointFailed(ModelError):
    """The endpoint cannot be reached, is too slow, breaks off, or has an error of its own."""


class Unauthorized(EndpointFailed):
    """The key is missing, wrong, or may not use the model."""


class UnknownModel(EndpointFailed):
    """The endpoint has no model of that name, or nothing stands at that address."""


class BadRequest(EndpointFailed):
    """The endpoint does not take the request as it is."""


class QuotaExhausted(EndpointFailed):
    """The account behind the key has nothing left to spend."""


class RateLimited(EndpointFailed):
    """The endpoint still says that there are too many calls when the time for waiting is up."""


class MalformedReply(EndpointFailed):
    """The reply is none of the schema.

    ``raw`` is what the model wrote, ``faults`` a sentence for each place that is wrong with it.
    """

    def __init__(self, message: str, raw: str = "", faults: Sequence[str] = ()) -> None:
        """Keep the reply, to be sent back, beside the message."""
        super().__init__(message)
        self.raw = raw
        self.faults = tuple(faults)


class NotCached(EndpointFailed):
    """Only the cache may be asked, and it does not hold the reply."""


class Refused(ModelError):
    """The model declines to answer."""

    code = Code.REFUSED


class ContentFiltered(ModelError):
    """The endpoint held the reply back."""

    code = Code.CONTENT_FILTERED


class TruncatedReply(ModelError):
    """The reply is longer than the model may write, with the limit raised once."""

    code = Code.TRUNCATED_REPLY


class PromptTruncated(ModelError):
    """The model was not shown the whole letter."""

    code = Code.PROMPT_TRUNCATED


class BudgetExhausted(ModelError):
    """The run may spend no more."""

    code = Code.BUDGET_EXHAUSTED


class SourceChanged(ModelError):
    """The letter is not as it was when the batch that should answer for it was submitted."""

    code = Code.SOURCE_MISMATCH


class UnreadableDatabase(ImrError):
    """A database of letters is damaged, of another version, or none that was written here."""


class QueryError(ImrError):
    """A search is for nothing, or asks by a value that there is none of.

    ``value`` is what was asked for and ``known`` what there is, where that is a closed list.
    """

    def __init__(self, message: str, value: str = "", known: Sequence[str] = ()) -> None:
        """Keep what was asked for, and what there is, beside the message."""
        super().__init__(message)
        self.value = value
        self.known = tuple(known)


class BatchRunning(ImrError):
    """A batch is not done yet, and all of its replies are wanted."""


class QuoteError(ImrError):
    """A quote cannot be located in the letter."""


class MissingQuote(QuoteError):
    """The words of a quote do not stand in the place it names."""


class AmbiguousQuote(QuoteError):
    """The words of a quote stand more than once in the place it names."""
