"""The pages of a listing, the same in every run: users as Graph's default properties show them.

Page N of 0 to 1,000 links to N + 1 and the last one to none, so a listing that begins at page
1,001 - K is K pages long and ends like every other."""

import pathlib
import shutil
import zlib

COUNT = 1001
USERS = 999
PLAIN = 8
LARGE = 100_000_000

GIVEN = ("Ada", "Zoë", "Bjørn", "Chloé", "Dmitri", "Emília", "Femi", "Grace", "Hiro", "Ingrid")
FAMILY = ("Lovelace", "Núñez", "Okafor", "Svensson", "Tanaka", "Müller", "O'Neill", "Wójcik")
TITLES = ("Engineer", "Accountant", "Nurse", "Night shift \\u0026 on call", "Buyer", "Clerk")
GOLDEN = 0x9E3779B97F4A7C15F39CC0605CEDC835


def ident(number):
    """A GUID for a number, without chance."""
    digits = f"{(number + 1) * GOLDEN % (1 << 128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def user(number):
    given = GIVEN[number % len(GIVEN)]
    family = FAMILY[number % len(FAMILY)]
    title = TITLES[number % len(TITLES)]
    name = f"u{number:07}@contoso.example"
    return (
        f'{{"businessPhones":["+49 30 {number:07}"],"displayName":"{given} {family}",'
        f'"givenName":"{given}","jobTitle":"{title}","mail":"{name}","mobilePhone":null,'
        f'"officeLocation":"{number % 40}/{number % 900}","preferredLanguage":"en-GB",'
        f'"surname":"{family}","userPrincipalName":"{name}","id":"{ident(number)}"}}'
    )


def link(origin, number):
    """The URL of a page."""
    return f"{origin}/v1.0/users?$top={USERS}&$skiptoken={number}"


def start(count):
    """The page that a listing of so many pages begins at."""
    return COUNT - count


def head(next_link):
    text = '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users",'
    if next_link:
        text += f'"@odata.nextLink":"{next_link}",'
    return text + '"value":['


def page(origin, number):
    following = link(origin, number + 1) if number + 1 < COUNT else None
    first = number * USERS
    users = ",".join(user(each) for each in range(first, first + USERS))
    return (head(following) + users + "]}").encode()


def write(folder, graph, plain, count):
    """Everything that is served: the last `count` pages of a listing on `graph`, a short one on
    `plain` and one large page. What an earlier run made the same way stays."""
    mark = f"{graph} {plain} {zlib.crc32(pathlib.Path(__file__).read_bytes())}"
    made_by = folder / "made-by"
    if not made_by.exists() or made_by.read_text() != mark:
        shutil.rmtree(folder, ignore_errors=True)
    for name, origin, number in (("pages", graph, count), ("plain", plain, PLAIN)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        made_by.write_text(mark)
        for each in range(start(number), COUNT):
            put(folder / name / f"{each}.json", lambda: [page(origin, each)])
    put(folder / "large.json", large)


def large():
    """One page of LARGE bytes and a few, without a link."""
    yield head(None).encode()
    written, number = 0, 0
    while written < LARGE:
        text = ",".join(user(each) for each in range(number, number + USERS))
        text = (("," if number else "") + text).encode()
        number += USERS
        written += len(text)
        yield text
    yield b"]}"


def put(path, chunks):
    """A file is there whole or not at all, also after Ctrl-C."""
    if path.exists():
        return
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        for chunk in chunks():
            file.write(chunk)
    part.rename(path)
