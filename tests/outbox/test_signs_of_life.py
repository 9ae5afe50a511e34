"""A server that was silent and sends again is delivered to again, whatever its next probe was."""

from tests.support.fediverse import Network

WEEK = 7 * 24 * 3_600


async def test_who_speaks_again_gets_what_waited(network: Network) -> None:
    greta, lycee = await network.node("greta"), await network.node("lycee")
    await lycee.ask_to_follow("lycee", "greta@greta.example")
    await greta.ask_to_follow("greta", "lycee@lycee.example")
    await network.settle()
    network.wires.silent.add("lycee.example")
    note = await greta.write("greta", "Pendant la panne")
    await network.settle()
    network.clock.pass_by(WEEK)
    await network.settle()
    network.wires.silent.clear()
    await network.settle()
    assert note not in await lycee.home("lycee")
    await lycee.write("lycee", "De retour")
    await network.settle()
    assert note in await lycee.home("lycee")


async def test_who_speaks_but_takes_nothing_is_asked_once(network: Network) -> None:
    greta, lycee = await network.node("greta"), await network.node("lycee")
    await lycee.ask_to_follow("lycee", "greta@greta.example")
    await greta.ask_to_follow("greta", "lycee@lycee.example")
    await network.settle()
    network.wires.silent.add("lycee.example")
    await greta.write("greta", "Pendant la panne")
    await network.settle()
    network.clock.pass_by(WEEK)
    await network.settle()
    before = len(network.wires.log)
    for number in range(5):
        await lycee.write("lycee", f"Message {number}")
        await network.settle()
    asked = [one for one in network.wires.log[before:] if "lycee.example" in one.url]
    assert len([one for one in asked if one.method == "POST"]) == 1
