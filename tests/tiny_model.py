"""A language model of a few megabytes, written here: a file that llama.cpp's server loads.

It knows bytes only and likes those best that end what it says, whatever it was asked; where its
turn begins it likes to call a tool. A server that binds it to a schema makes a short reply of the
schema of it. It is right about nothing.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

CONTEXT = 32_768
_WIDTH = 288
_ALIGNED = 32
_U32, _F32, _BOOL, _TEXT, _ARRAY, _I32 = 4, 6, 7, 8, 9, 5
_UNKNOWN, _CONTROL, _OWN, _BYTE = 2, 3, 4, 6
_SPECIAL = ("<unk>", "<s>", "</s>", "<tool_call>")
# Of two bytes that a grammar allows the model says the one that is named first here.
_LIKED = b']}":,ntruefalse0123456789{[ '
_LINE_END, _CALL = len(_SPECIAL) + ord("\n"), _SPECIAL.index("<tool_call>")
_TURN, _END = len(_SPECIAL) + ord("\t"), _SPECIAL.index("</s>")
_QUOTE, _CLOSING = ord('"'), {len(_SPECIAL) + byte for byte in b"]}"}
_FOLLOWS = {(_TURN, _CALL), (_CALL, _LINE_END), (_LINE_END, _END)}
_TEMPLATE = """\
{%- if tools %}<|im_start|>system
# Tools
<tools>{% for tool in tools %}
{{ tool | tojson }}{% endfor %}
</tools>
For each function call return a json object with function name and arguments within
<tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}\t{{ message.content }}
{%- for tool_call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ tool_call.function.name }}", "arguments": {{ tool_call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant\t{% endif %}"""


def write(path: Path) -> Path:
    """Write the model to *path*, as GGUF; return it."""
    values = [*_settings()]
    tensors = _tensors()
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + b"".join(values)
    offset, body = 0, b""
    for name, (shape, data) in tensors.items():
        dimensions = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        head += _text(name) + dimensions + struct.pack("<IQ", 0, offset)
        body += _padded(data)
        offset = len(body)
    path.write_bytes(_padded(head) + body)
    return path


def _settings() -> Iterable[bytes]:
    tokens = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [_UNKNOWN, _CONTROL, _CONTROL, _OWN, *[_BYTE] * 256]
    yield _value("general.architecture", _TEXT, _text("llama"))
    yield _value("general.name", _TEXT, _text("tiny"))
    for name, number in {
        "llama.context_length": CONTEXT,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": _WIDTH,
        "llama.attention.head_count": 1,
        "llama.rope.dimension_count": _WIDTH,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }.items():
        yield _value(name, _U32, struct.pack("<I", number))
    yield _value("llama.attention.layer_norm_rms_epsilon", _F32, struct.pack("<f", 1e-5))
    yield _value("tokenizer.ggml.add_space_prefix", _BOOL, b"\0")
    yield _value("tokenizer.ggml.model", _TEXT, _text("llama"))
    yield _value("tokenizer.ggml.tokens", _ARRAY, _array(_TEXT, map(_text, tokens), len(tokens)))
    scores = [struct.pack("<f", 0.0)] * len(tokens)
    yield _value("tokenizer.ggml.scores", _ARRAY, _array(_F32, scores, len(tokens)))
    packed = [struct.pack("<i", kind) for kind in kinds]
    yield _value("tokenizer.ggml.token_type", _ARRAY, _array(_I32, packed, len(tokens)))
    yield _value("tokenizer.chat_template", _TEXT, _text(_TEMPLATE))


def _tensors() -> Mapping[str, tuple[Sequence[int], bytes]]:
    """Return the weights: attention and feed-forward are nothing, only the last word counts."""
    words = len(_SPECIAL) + 256
    square, line = (_WIDTH, _WIDTH), (_WIDTH,)
    nothing, ones = _floats([0.0] * _WIDTH**2), _floats([1.0] * _WIDTH)
    block: dict[str, tuple[Sequence[int], bytes]]
    block = {f"attn_{part}": (square, nothing) for part in ("q", "k", "v", "output")}
    block |= {f"ffn_{part}": (square, nothing) for part in ("gate", "up", "down")}
    block |= {"attn_norm": (line, ones), "ffn_norm": (line, ones)}
    table = (_WIDTH, words)
    itself = [float(word == place) for word in range(words) for place in range(_WIDTH)]
    scale = _WIDTH**0.5  # by which the norm stretches a vector that is 1 in one place
    liking = [_liking(word, last) / scale for word in range(words) for last in range(_WIDTH)]
    return {
        "token_embd.weight": (table, _floats(itself)),
        "output_norm.weight": (line, ones),
        "output.weight": (table, _floats(liking)),
        **{f"blk.0.{name}.weight": each for name, each in block.items()},
    }


def _liking(word: int, before: int) -> float:
    """Return how much the model likes *word* after the word *before*."""
    if (before, word) in _FOLLOWS:
        return 200.0
    byte = word - len(_SPECIAL)
    if byte < 0:
        return 100.0 if _SPECIAL[word] == "</s>" else -100.0
    if byte == _QUOTE and before in _CLOSING:
        return 150.0
    if byte == before - len(_SPECIAL) == _QUOTE:
        return 0.0
    if byte in _LIKED:
        return 90.0 - 2 * _LIKED.index(byte)
    return -50.0 if byte < ord(" ") else 0.0


def _floats(numbers: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(numbers)}f", *numbers)


def _text(words: str) -> bytes:
    data = words.encode()
    return struct.pack("<Q", len(data)) + data


def _array(kind: int, parts: Iterable[bytes], length: int) -> bytes:
    return struct.pack("<IQ", kind, length) + b"".join(parts)


def _value(name: str, kind: int, data: bytes) -> bytes:
    return _text(name) + struct.pack("<I", kind) + data


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNED)
