from dataclasses import dataclass


@dataclass
class Person:
    given: str
    family: str
    title: str = ""
