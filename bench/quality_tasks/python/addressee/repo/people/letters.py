from people.person import Person


def addressee(person: Person) -> str:
    """Title, given name and family name with blanks between; without a title only the names."""
    raise NotImplementedError


def greeting(person: Person) -> str:
    return f"Dear {addressee(person)},"
