"""The node's public graph as a download."""

from rdflib import Graph, URIRef

from tests.support.fediverse import LocalNode


async def test_the_graph_holds_what_is_public_and_nothing_else(node: LocalNode) -> None:
    public = await node.write("greta", "Pour tous.")
    private = await node.write("greta", "Pour les abonnés.", visibility="followers")
    answer = await node.app.test_client().get("/graph.nt")
    graph = Graph().parse(data=await answer.get_data(), format="nt")
    assert answer.content_type == "application/n-triples"
    assert (URIRef(public), None, None) in graph
    assert (URIRef("https://node.example/users/greta"), None, None) in graph
    assert (URIRef(private), None, None) not in graph
    assert b"abonn" not in await answer.get_data()
