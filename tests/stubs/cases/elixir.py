from __future__ import annotations

from tests.stubs.cases import fill, mixed, none, report, skip, suggest, table

CASES = table(
    "lib/a.ex",
    none("a finished function", "defmodule A do\n  def f(x), do: x + 1\nend\n"),
    none("a function without a body", "defmodule A do\n  def f(x \\\\ 1)\nend\n"),
    none("a protocol's function", "defprotocol A do\n  def f(x)\nend\n"),
    none("a nil without a TODO", "defmodule A do\n  def f(_), do: nil\nend\n"),
    none("an :ok without a TODO", "defmodule A do\n  def f do\n    :ok\n  end\nend\n"),
    none("a raise that says something else", 'defmodule A do\n  def f, do: raise "boom"\nend\n'),
    none("blocks that are no functions", "defmodule A do\n  if x do\n  end\n  quote do\n  end\nend\n"),
    none("an empty module", "defmodule A do\nend\n"),
    none("a TODO outside of a function", "defmodule A do\n  # TODO: split\n  def f, do: g()\nend\n"),
    none(
        "a string that says TODO",
        'defmodule A do\n  def f(x), do: IO.puts("TODO: #{x}", g(x))\nend\n',
    ),
    fill("a print that says TODO, alone", 'defmodule A do\n  def f, do: IO.puts("TODO: x")\nend\n', "A.f"),
    skip(
        "a default for the modules that use it",
        """
        defmodule A do
          defmacro __using__(_) do
            quote do
              def f(_x) do
              end
            end
          end
        end
        """,
        "A.__using__.f",
    ),
    skip("a no-op by the comment above", "defmodule A do\n  # no-op\n  def f do\n  end\nend\n", "A.f"),
    skip("a mock", 'defmodule MockA do\n  def f, do: raise "not implemented"\nend\n', "MockA.f", kind="placeholder"),
    skip("ignored", 'defmodule A do\n  # fimbot: ignore\n  def f, do: raise "TODO"\nend\n', "A.f", kind="placeholder"),
    skip(
        "a contract beats a TODO",
        'defmodule A do\n  def f, do: raise "TODO: must be implemented by the adapter"\nend\n',
        "A.f",
        kind="placeholder",
    ),
    report("a callback that does nothing", "defmodule A do\n  @impl true\n  def f do\n  end\nend\n", "A.f"),
    report("a hook by its name", "defmodule A do\n  def handle_x do\n  end\nend\n", "A.handle_x"),
    report("an empty body that has long been there", "defmodule A do\n  def f do\n  end\nend\n", "A.f", whole=True),
    report("an empty block on one line", "defmodule A do\n  def f do end\nend\n", "A.f"),
    fill(
        "a TODO above an empty block on one line",
        "defmodule A do\n  # TODO\n  def f do end\nend\n",
        "A.f",
        kind="empty-body",
        hole=" ",
    ),
    report("only a remark", "defmodule A do\n  def f do\n    # Runs later.\n  end\nend\n", "A.f"),
    fill(
        "an answer that says so",
        "defmodule A do\n  def f, do: {:error, :not_implemented}\nend\n",
        "A.f",
    ),
    report(
        "a function that a formatter cannot have",
        'defmodule A do\n  def f, do: raise "f is not implemented for reports"\nend\n',
        "A.f",
        kind="placeholder",
    ),
    report(
        "a protocol's fallback",
        'defimpl A, for: Any do\n  def f(_), do: raise "not implemented"\nend\n',
        "A.f",
        kind="placeholder",
    ),
    report(
        "placeholders in branches",
        """
        defmodule A do
          def f(x) do
            case x do
              1 -> raise "TODO"
              _ -> raise NotImplementedError
            end
          end
        end
        """,
        "A.f",
        "A.f",
        kind="expression",
    ),
    report(
        "a placeholder with a rescue",
        'defmodule A do\n  def f do\n    raise "TODO"\n  rescue\n    e -> e\n  end\nend\n',
        "A.f",
        kind="expression",
    ),
    report(
        "a TODO in finished code",
        "defmodule A do\n  def f(x) do\n    # TODO: faster\n    g(x)\n  end\nend\n",
        "A.f",
        kind="todo",
    ),
    suggest("an empty block", "defmodule A do\n  def f do\n  end\nend\n", "A.f", hole=""),
    suggest("an empty private function", "defmodule A do\n  defp f(x) when x > 1 do\n  end\nend\n", "A.f"),
    suggest("an empty macro", "defmodule A do\n  defmacro f(x) do\n  end\nend\n", "A.f"),
    suggest("a discard", "defmodule A do\n  def f(x) do\n    _ = x\n  end\nend\n", "A.f", hole="    _ = x"),
    suggest(
        "a declared result, in old code too",
        'defmodule A do\n  @doc "x"\n  @spec f(integer) :: integer\n  def f(x) do\n  end\nend\n',
        "A.f",
        whole=True,
    ),
    suggest("in no module", "def f do\nend\n", "f", path="a.exs"),
    fill("the idiom", 'defmodule A do\n  def f do\n    raise "not implemented"\n  end\nend\n', "A.f"),
    fill(
        "the idiom as an expression",
        'defmodule A do\n  def f(x), do: raise "not implemented"\nend\n',
        "A.f",
        hole='raise "not implemented"',
    ),
    fill(
        "the idiom on a line of its own",
        'defmodule A do\n  def f(x) when is_list(x),\n    do: raise("todo")\nend\n',
        "A.f",
        hole='raise("todo")',
    ),
    fill("in parentheses", 'defmodule A do\n  def f, do: (raise "TODO")\nend\n', "A.f"),
    fill("an error of that name", "defmodule A do\n  def f, do: raise(NotImplementedError)\nend\n", "A.f"),
    fill(
        "an error with a message",
        'defmodule A do\n  def f do\n    raise RuntimeError, message: "Not yet implemented"\n  end\nend\n',
        "A.f",
    ),
    fill("a throw", "defmodule A do\n  def f, do: throw(:not_implemented)\nend\n", "A.f"),
    fill("a callback's placeholder", 'defmodule A do\n  @impl true\n  def f, do: raise "TODO"\nend\n', "A.f"),
    fill(
        "after a discard",
        'defmodule A do\n  def f(x) do\n    _ = x\n    raise "not implemented"\n  end\nend\n',
        "A.f",
        hole='    _ = x\n    raise "not implemented"',
    ),
    fill(
        "only a TODO",
        "defmodule A do\n  def f do\n    # TODO: write\n  end\nend\n",
        "A.f",
        kind="empty-body",
        hole="    # TODO: write",
    ),
    mixed(
        "a TODO above",
        "defmodule A do\n  # TODO: write\n  def f do\n  end\nend\n",
        "fill empty-body A.f",
    ),
    fill(
        "a TODO and a trivial return",
        "defmodule A do\n  def f do\n    nil # TODO\n  end\nend\n",
        "A.f",
        hole="    nil # TODO",
    ),
    fill(
        "a TODO beside a trivial expression",
        "defmodule A do\n  def f, do: :ok # TODO: write\nend\n",
        "A.f",
        hole=":ok # TODO: write",
    ),
    fill(
        "a TODO before a trivial expression",
        "defmodule A do\n  def f, do:\n    # TODO: write\n    nil\nend\n",
        "A.f",
        hole="# TODO: write\n    nil",
    ),
    fill("an operator", 'defmodule A do\n  def a + b, do: raise "TODO"\nend\n', "A.+"),
    fill(
        "each clause", 'defmodule A do\n  def f(1), do: raise "TODO"\n  def f(2), do: raise "TODO"\nend\n', "A.f", "A.f"
    ),
    fill("an implementation of a protocol", 'defimpl A, for: B do\n  def f(_), do: raise "TODO"\nend\n', "A.f"),
)
