"""A module a language, each with one `LANGUAGE`; `fimbot/stubs/table.py` names them."""
