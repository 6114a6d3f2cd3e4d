"""A model of some 12 MB with random weights, which drives the real runtime where the real model is not there.

Its vocabulary has the size of Qwen2.5-Coder's and the same control tokens at the same places; every other token
above the bytes is a word such as "w4711 ". What it writes means nothing, but is the same every time.
"""

from __future__ import annotations

from pathlib import Path

VOCABULARY = 151_936
WIDTH = 32
CONTROL = {
    151643: "<|endoftext|>",
    151645: "<|im_end|>",
    151659: "<|fim_prefix|>",
    151660: "<|fim_middle|>",
    151661: "<|fim_suffix|>",
    151663: "<|repo_name|>",
    151664: "<|file_sep|>",
}


def write_tiny_model(path: Path) -> Path:
    import gguf
    import numpy

    random = numpy.random.default_rng(7)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(32_768)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([CONTROL.get(number) or _token(number) for number in range(VOCABULARY)])
    kinds = [gguf.TokenType.CONTROL if number in CONTROL else gguf.TokenType.NORMAL for number in range(VOCABULARY)]
    writer.add_token_types(kinds)
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(151643)
    writer.add_add_bos_token(False)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", numpy.ones(WIDTH, numpy.float32))
    squares = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    shapes = {"token_embd": (VOCABULARY, WIDTH)} | {f"blk.0.{name}": (WIDTH, WIDTH) for name in squares}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.standard_normal(shape).astype(numpy.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _token(number: int) -> str:
    # The bytes first, as the GPT-2 tokenizer spells them: printable ones as themselves, others from U+0100 on.
    if number >= 256:
        return f"w{number}"
    spelt = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in spelt]
    return chr(number) if number in spelt else chr(256 + others.index(number))
