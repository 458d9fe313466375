"""What is asked about a job's letters, with which settings, and whether they are still the same."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from extractor.errors import InputError, SettingsError
from extractor.findings import Code, Finding
from extractor.pipeline import version
from extractor.propose.llm.asking import Question
from extractor.propose.llm.job import Given, Job, Round, request_id, request_line
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.model import Model
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reply import Reply
from extractor.propose.llm.schema import schema_hash
from extractor.propose.llm.wire import Course
from extractor.source import DEFAULT_LIMITS, Input, Limits, read


@dataclass(frozen=True)
class Submission:
    """How letters are asked about in batches.

    Attributes:
        model: The model's name at its endpoint.
        base_url: The endpoint; None is OpenAI's own.
        prompt: A folder with a prompt of your own.
        mode: ``json_schema`` or ``tools``.
        max_output_tokens: The longest reply.
        encoding: The encoding of text files; None finds it out.
        limits: The largest input that is read.
    """

    model: str | None
    base_url: str | None = None
    prompt: Path | None = None
    mode: str = "json_schema"
    max_output_tokens: int = 4096
    encoding: str | None = None
    limits: Limits = DEFAULT_LIMITS

    @classmethod
    def of(cls, job: Job) -> "Submission":
        """Return how a job's letters were asked about."""
        given = job.settings
        return cls(
            given["model"],
            given["base_url"],
            Path(given["prompt"]) if given["prompt"] else None,
            given["mode"],
            given["max_output_tokens"],
            given["encoding"],
            Limits(**given["limits"]),
        )

    @property
    def options(self) -> ModelOptions:
        """How the model is asked."""
        return ModelOptions(
            mode=self.mode, repairs=0, max_output_tokens=self.max_output_tokens, no_cache=True
        )

    def opened(self) -> Model:
        """Return the model, with its prompt read; raises ``SettingsError`` where there is none."""
        return Model(self.model, self.base_url, self.prompt, self.options, version())

    def as_kept(self, model: Model) -> dict[str, object]:
        """Return what a job is known again by, as JSON can hold it."""
        return {
            "model": self.model,
            "base_url": self.base_url,
            "prompt": str(self.prompt.absolute()) if self.prompt else None,
            "prompt_hash": model.prompt.hash,
            "schema_hash": schema_hash(Reply),
            "mode": self.mode,
            "max_output_tokens": self.max_output_tokens,
            "encoding": self.encoding,
            "limits": asdict(self.limits),
        }


def given_of(found: Input) -> Given:
    """Return how an input is kept in a job; raises ``SettingsError`` for what a job cannot name.

    Standard input cannot be read again, and a job keeps paths, not places within a file.
    """
    if found.path is None and found.error is None:
        message = "Standard input cannot be read again when replies are collected: give files."
        raise SettingsError(message)
    if found.place is not None or found.stamp:
        message = "Batches take letters in files of their own: unpack archives and tables first."
        raise SettingsError(message)
    error = found.error and (found.error.code.value, found.error.message)
    return Given(found.id, found.path, error or None)


def inputs_of(job: Job) -> list[Input]:
    """Return the inputs of a job, as they were named."""
    return [
        Input(each.id, each.path, Finding.of(Code(each.error[0]), each.error[1]))
        if each.error
        else Input(each.id, each.path)
        for each in job.inputs
    ]


def questions(inputs: Iterable[Given], asked: Submission, prompt: Prompt) -> Iterator[Question]:
    """Yield the question about each letter as it stands now; those that give no text have none."""
    for each in inputs:
        if each.error or each.path is None:
            continue
        try:
            source = read(each.path, each.id, asked.limits, asked.encoding)
        except InputError:
            continue
        text = source.as_text()
        lines = NumberedLines(text)
        yield Question(tuple(prompt.messages(lines)), text.sha256, prompt.hash, len(lines))


def requests(
    inputs: Iterable[Given], asked: Submission, model: Model, made: Round
) -> Iterator[tuple[str, bytes]]:
    """Yield the id and the line of each letter's request."""
    for question in questions(inputs, asked, model.prompt):
        body = made.wording.body(model.settings, Course(question, Reply, 0.0, made.limit))
        name = request_id(question)
        yield name, request_line(name, body)


def unchanged(job: Job) -> Model:
    """Return the model of a job, where its prompt, schema and letters can be found again.

    Raises:
        SettingsError: They cannot.
    """
    asked = Submission.of(job)
    model = asked.opened()
    now = asked.as_kept(model)
    if now["prompt_hash"] != job.settings["prompt_hash"]:
        message = "The prompt is not the one that the job was submitted with: put that back."
        raise SettingsError(message)
    if now["schema_hash"] != job.settings["schema_hash"]:
        message = "Another version of imr-extractor submitted the job: collect it with that."
        raise SettingsError(message)
    relative = any(each.path and not Path(each.path).is_absolute() for each in job.inputs)
    if relative and Path(job.cwd) != Path.cwd():
        raise SettingsError(f"The letters were named from {job.cwd}: run this there.")
    return model
