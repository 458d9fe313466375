"""What a model would be asked about a letter, without asking one."""

import json

from extractor.cli import output
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reply import Reply
from extractor.propose.llm.schema import strict_schema
from extractor.propose.llm.tokens import ENCODING, counter
from extractor.text import Text


def show(text: Text, prompt: Prompt, *, as_json: bool) -> None:
    """Print messages, schema and tokens of the question about a letter's *text*."""
    messages, schema = prompt.messages(NumberedLines(text)), strict_schema(Reply)
    tokens = {
        "messages": sum(counter().count(message["content"]) for message in messages),
        "letter": counter().count(messages[-1]["content"]),
        "schema": counter().count(json.dumps(schema)),
    }
    if as_json:
        _print_json(prompt, {"messages": messages, "schema": schema, "tokens": tokens})
        return
    for message in messages:
        _print(message["role"], message["content"])
    _print("schema", json.dumps(schema, indent=1, ensure_ascii=False))
    _print("tokens", _told(tokens, prompt))


def _print(title: str, content: str) -> None:
    output.write(f"--- {title} ---\n{output.disarmed(content)}\n\n")


def _print_json(prompt: Prompt, question: dict[str, object]) -> None:
    about = {"name": prompt.name, "version": prompt.version, "hash": prompt.hash}
    whole = {"prompt": about, **question, "counted_by": counter().name}
    output.write(output.disarmed(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n")


def _told(tokens: dict[str, int], prompt: Prompt) -> str:
    how = f"counted by {ENCODING}" if counter().name == ENCODING else "estimated"
    return (
        f"{tokens['messages']} in messages ({tokens['letter']} of them the letter's), "
        f"{tokens['schema']} in the schema, {how}; prompt {output.plain(prompt.name)} "
        f"{output.plain(prompt.version)}, {prompt.hash[:12]}"
    )
