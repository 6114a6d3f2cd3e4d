"""A window in each language: whole where it fits, and where it does not, what a fill cannot do without."""

from __future__ import annotations

import pytest

from fimbot.stubs.parsed import parsed_file
from fimbot.values import Skip
from fimbot.windows.window import build_window
from tests.windows.stubbed import only_stub, window_of

# path: (a file with one stub, what is kept of it when a fifth has to go)
FILES = {
    "a.go": (
        """\
package bank

import (
	"errors"
	"fmt"
)

// Account is one.
type Account struct {
	Owner   string
	balance int64
}

func (a *Account) Deposit(n int64) { a.balance += n }

// Withdraw takes n.
func (a *Account) Withdraw(n int64) (int64, error) {
	panic("not implemented")
}

func helper() error {
	return errors.New(fmt.Sprint("x"))
}
""",
        ["import (", "func (a *Account) Withdraw", "// Withdraw takes n."],
    ),
    "a.rs": (
        """\
use std::fmt;
use std::collections::HashMap;

pub struct Account {
    owner: String,
    balance: i64,
}

impl Account {
    pub fn deposit(&mut self, n: i64) {
        self.balance += n;
    }

    /// Takes n.
    #[inline]
    pub fn withdraw(&mut self, n: i64) -> Result<i64, Error> {
        todo!()
    }
}

fn helper() -> i32 {
    1
}
""",
        ["impl Account {", "/// Takes n.", "#[inline]"],
    ),
    "A.java": (
        """\
package bank;

import java.util.List;

/** An account. */
public class Account
    extends Base
{
    private final String owner;
    private long balance;

    public Account(String owner) {
        this.owner = owner;
    }

    /**
     * Takes n.
     */
    @Override
    public long withdraw(long n) {
        // TODO: implement
        throw new UnsupportedOperationException("Not supported yet.");
    }

    long other() {
        return 1;
    }
}
""",
        ["public class Account\n    extends Base\n{", "private long balance;", " * Takes n.", "@Override"],
    ),
    "a.ts": (
        """\
import { Base } from "./base";
import type { Money } from "./money";

export class Account extends Base {
  private balance: Money;
  constructor(readonly owner: string) { super(); }

  /** Takes n. */
  withdraw(n: Money): Money {
    throw new Error("Method not implemented.");
  }

  deposit(n: Money) {
    this.balance += n;
  }
}
""",
        ["export class Account extends Base {", "private balance: Money;", "/** Takes n. */"],
    ),
    "a.rb": (
        """\
require "json"
require_relative "base"

module Bank
  class Account < Base
    attr_reader :owner

    def initialize(owner)
      @owner = owner
    end

    # Takes n.
    def withdraw(n)
      # TODO: implement
    end

    def deposit(n)
      @balance += n
    end
  end
end
""",
        ['require "json"', "module Bank", "class Account < Base", "attr_reader :owner", "# Takes n."],
    ),
    "a.c": (
        """\
#ifndef A_H
#define A_H
#include <stdio.h>
#include "base.h"

struct account {
    int balance;
};

static int helper(int a) { return a; }

/* Takes n. */
int withdraw(struct account *a, int n)
{
    /* TODO: implement */
}

int tail(void)
{
    return 1;
}
#endif
""",
        ["#include <stdio.h>", "/* Takes n. */", "int withdraw(struct account *a, int n)\n{"],
    ),
    "a.cpp": (
        """\
#include <string>
using namespace std;
namespace bank {
class Account {
public:
  explicit Account(string owner);
  int deposit(int n) { return n; }
  int withdraw(int n) {
    throw std::logic_error("Not implemented");
  }
private:
  int balance_;
};
}
""",
        ["#include <string>", "namespace bank {", "class Account {", "int balance_;"],
    ),
    "a.kt": (
        """\
package bank

import java.math.BigDecimal

class Account(val owner: String) : Base() {
    private var balance = BigDecimal.ZERO

    fun deposit(n: BigDecimal) {
        balance += n
    }

    fun withdraw(n: BigDecimal): BigDecimal {
        TODO("Not yet implemented")
    }
}
""",
        ["import java.math.BigDecimal", "class Account(val owner: String) : Base() {", "private var balance"],
    ),
    "a.cs": (
        """\
using System;

namespace Bank
{
    public class Account : Base
    {
        private decimal balance;
        public string Owner { get; }

        public decimal Withdraw(decimal n)
        {
            throw new NotImplementedException();
        }

        void Other() { balance = 1; }
    }
}
""",
        ["using System;", "namespace Bank\n{", "public class Account : Base\n    {", "private decimal balance;"],
    ),
    "a.php": (
        """\
<?php
namespace Bank;

use Foo\\Bar;

class Account extends Base
{
    private int $balance;

    public function withdraw(int $n): int
    {
        // TODO: implement
    }
}
""",
        ["<?php", "class Account extends Base\n{", "private int $balance;"],
    ),
    "a.swift": (
        """\
import Foundation

class Account: Base {
    var balance: Int = 0

    func withdraw(_ n: Int) -> Int {
        fatalError("Not implemented")
    }
}
""",
        ["class Account: Base {", "func withdraw(_ n: Int) -> Int {"],
    ),
    "a.scala": (
        """\
package bank
import scala.util.Try

class Account(owner: String) extends Base {
  var balance = 0
  def withdraw(n: Int): Int = ???
}
""",
        ["class Account(owner: String) extends Base {", "var balance = 0"],
    ),
    "a.dart": (
        """\
import 'dart:io';

class Account extends Base {
  int balance = 0;
  Account(this.owner);

  int withdraw(int n) {
    throw UnimplementedError();
  }
}
""",
        ["class Account extends Base {", "int balance = 0;", "int withdraw(int n) {"],
    ),
    "a.ex": (
        """\
defmodule Bank.Account do
  @moduledoc "Account"
  alias Bank.Money
  import Foo

  defstruct [:owner]

  @doc "Takes n"
  def withdraw(a, n) do
    # TODO: implement
  end

  def other(a) do
    a
  end
end
""",
        ["defmodule Bank.Account do", "alias Bank.Money", '@doc "Takes n"'],
    ),
    "a.zig": (
        """\
const std = @import("std");

pub const Account = struct {
    balance: i64,

    pub fn withdraw(self: *Account, n: i64) i64 {
        _ = self;
        _ = n;
        @panic("TODO");
    }
};
""",
        ["pub const Account = struct {", "balance: i64,"],
    ),
    "a.hs": (
        """\
module Bank where

import Data.List
import qualified Data.Map as M

data Account = Account { owner :: String }

-- | Takes n.
withdraw :: Account -> Int -> Account
withdraw a n = error "not implemented"

other :: Int
other = 1
""",
        ["module Bank where", "-- | Takes n.", "withdraw :: Account -> Int -> Account"],
    ),
    "a.lua": (
        """\
local json = require("json")

local Account = {}

function Account.withdraw(self, n)
  -- TODO: implement
end

return Account
""",
        ["function Account.withdraw(self, n)"],
    ),
    "a.sh": (
        """\
#!/bin/bash
source ./lib.sh

withdraw() {
  # TODO: implement
  :
}

main() {
  withdraw 1
}
""",
        ["#!/bin/bash", "withdraw() {"],
    ),
}


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_fits_is_shown_whole(path: str) -> None:
    source = FILES[path][0].encode()
    hole = only_stub(path, source).hole
    window = window_of(source, path=path)
    assert window.suffix == (hole.tail + source[hole.end :]).decode()
    assert window.prefix == (source[: hole.start] + hole.lead).decode()


@pytest.mark.parametrize("path", FILES)
def test_what_a_fill_cannot_do_without_is_kept(path: str) -> None:
    text, kept = FILES[path]
    whole = window_of(text.encode(), path=path)
    window = window_of(text.encode(), path=path, budget=whole.tokens * 4 // 5)
    assert len(window.prefix + window.suffix) < len(whole.prefix + whole.suffix)
    for lines in kept:
        assert lines in window.prefix + window.suffix


@pytest.mark.parametrize("path", FILES)
def test_every_budget_gives_a_window_within_it_or_a_skip(path: str) -> None:
    source = FILES[path][0].encode()
    stub = only_stub(path, source)
    whole = window_of(source, path=path)
    signature = source[stub.start : stub.hole.start].decode()
    for budget in range(1, whole.tokens + 1, 3):
        window = build_window(parsed_file(path, source), stub, budget=budget)
        if isinstance(window, Skip):
            assert budget < 60
        else:
            assert window.tokens <= budget
            assert signature.splitlines()[0] in window.prefix
