"""The roles of members, as apps know them."""

from typing import Final

from clients.entities.accounts import Role

# Mastodon's bits: 1 may do everything, 16 sees reports, 32 writes announcements and so on.
PERMISSIONS: Final = {"admin": 1}
NUMBERS: Final = {"reader": "1", "member": "2", "admin": "3", "editor": "4"}


def role_entity(role: str) -> Role:
    """What a member sees of their own role."""
    return Role(
        id=NUMBERS.get(role, "2"),
        name=role,
        permissions=str(PERMISSIONS.get(role, 0)),
        highlighted=role == "admin",
    )
