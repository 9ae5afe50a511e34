"""Invitations: who can be invited, and what files of people say."""

import pytest

from actors.sign_in.accounts import suggest_username
from actors.sign_in.invitation_files import MAX_LINES, read_file
from actors.sign_in.invitations import Problem, Wanted, invite, open_invitations
from actors.sign_in.mail_addresses import BadMailAddress, mail_address
from storage.store import Tx
from tests.actors.conftest import Node


async def test_everybody_who_can_be_is_invited_and_the_others_are_named(node: Node) -> None:
    await node.person("amina")
    wanted = [
        Wanted("marie@greta.example", "Marie", "editor", 1),
        Wanted("MARIE@greta.example", "Marie again", "member", 2),
        Wanted("amina@greta.example", "Amina", "member", 3),
        Wanted("nobody", "Nobody", "member", 4),
        Wanted("chief@greta.example", "Chief", "emperor", 5),
    ]

    async def operation(tx: Tx) -> tuple[list[str], list[tuple[int, str]]]:
        amina = await tx.actors.local("amina")
        assert amina is not None
        await tx.credentials.set_mail(amina.id, "Amina@Greta.example")
        sent, problems = await invite(tx, "chief", wanted, node.clock.ms)
        return (
            [one.invitation.mail for one in sent],
            [(problem.wanted.line, problem.wrong) for problem in problems],
        )

    sent, problems = await node.store.write(operation)
    assert sent == ["marie@greta.example"]
    assert problems == [(2, "twice"), (3, "member"), (4, "mail"), (5, "role")]


async def test_a_second_invitation_takes_the_place_of_the_first(node: Node) -> None:
    async def operation(tx: Tx) -> list[str]:
        for role in ("member", "editor"):
            await invite(tx, "chief", [Wanted("m@greta.example", "M", role)], node.clock.ms)
        return [one.role for one in await open_invitations(tx, node.clock.ms)]

    assert await node.store.write(operation) == ["editor"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Marie;m@a.example;relectrice\n", [("Marie", "m@a.example", "editor")]),
        (b"Marie,m@a.example\n", [("Marie", "m@a.example", "member")]),
        (b"\xef\xbb\xbfNom\tCourriel\nMarie\tm@a.example\n", [("Marie", "m@a.example", "member")]),
        (
            "Rôle;Adresse mail;Nom\r\nLectrice;m@a.example;Lefèvre\r\n\r\n".encode("cp1252"),
            [("Lefèvre", "m@a.example", "reader")],
        ),
        (b'"Lef; Marie";m@a.example;\n', [("Lef; Marie", "m@a.example", "member")]),
        (b"", []),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(
    data: bytes, expected: list[tuple[str, str, str]]
) -> None:
    wanted, problems = read_file(data)
    assert [(one.name, one.mail, one.role) for one in wanted] == expected
    assert problems == []


def test_bad_lines_are_named_by_their_number() -> None:
    data = b"nom,mail,role\nMarie,m@a.example,chef\nPaul\nJo,j@a.example,admin\n"
    wanted, problems = read_file(data)
    assert [one.mail for one in wanted] == ["j@a.example"]
    assert [(problem.wanted.line, problem.wrong) for problem in problems] == [
        (2, "role"),
        (3, "columns"),
    ]


def test_a_file_without_end_is_cut_and_said_so() -> None:
    data = b"".join(b"a,a%d@b.example\n" % number for number in range(MAX_LINES + 50))
    wanted, problems = read_file(data)
    assert len(wanted) == MAX_LINES
    assert problems == [Problem(Wanted("", line=MAX_LINES + 1), "too-many")]


@pytest.mark.parametrize("data", [b"\0\0\0", b'"', b'a,"' + b"x" * 200_000, bytes(range(256))])
def test_nonsense_is_no_invitation(data: bytes) -> None:
    assert read_file(data)[0] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Marie Lefèvre", "marie_lefevre"),
        ("  Œuvre d’Été ", "oeuvre_d_ete"),
        ("amina", "amina2"),
        ("李小龙", "membre"),
        ("", "membre"),
        ("admin", "membre"),
        ("Anne-Charlotte de la Rochefoucauld-Montbel", "anne_charlotte_de_la_rochefo"),
    ],
)
async def test_a_free_name_is_suggested(node: Node, name: str, expected: str) -> None:
    await node.person("amina")
    assert await node.store.query(lambda tx: suggest_username(tx, name)) == expected


def test_a_mail_address_is_one_address() -> None:
    assert mail_address(" Marie.L+x@Greta.Example ") == "Marie.L+x@greta.example"
    assert mail_address("a@école.example") == "a@xn--cole-9oa.example"
    for bad in ("a", "a@", "@b", "a@b@c", "a b@c.example", "<a@b.example>", "é@b.example"):
        with pytest.raises(BadMailAddress):
            mail_address(bad)
