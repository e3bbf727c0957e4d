"""Runs in the peers' own environment: one program on one file of arrays; its last line is the seconds of its work."""

import sys
import time

import numpy


def igraph(tails, heads, lengths, nodes, schools, places) -> float:
    """The distance of every node to its nearest school, over one more node that all schools hang on."""
    import igraph

    size = len(nodes)
    edges = numpy.column_stack([numpy.append(tails, numpy.full(len(schools), size)), numpy.append(heads, schools)])
    graph = igraph.Graph(n=size + 1, edges=edges.tolist())
    weights = numpy.append(lengths, numpy.zeros(len(schools))).tolist()
    begun = time.perf_counter()
    graph.distances(source=[size], weights=weights)
    return time.perf_counter() - begun


def pandana(tails, heads, lengths, nodes, schools, places) -> float:
    """Places at their nearest nodes and the nearest school of every node; its preparing of the network counts."""
    import pandana
    import pandas

    frame = pandas.DataFrame(nodes, columns=["x", "y"])
    begun = time.perf_counter()
    network = pandana.Network(
        frame["x"], frame["y"], pandas.Series(tails), pandas.Series(heads), pandas.DataFrame({"m": lengths})
    )
    network.get_node_ids(places[:, 0], places[:, 1])
    reach = 8_000.0
    network.set_pois("school", reach, 1, frame["x"].iloc[schools], frame["y"].iloc[schools])
    network.nearest_pois(reach, "school", num_pois=1)
    return time.perf_counter() - begun


def pot(costs, pupils, seats) -> float:
    """The optimal transport of pupils to seats; seats left over go to a block without walks."""
    import ot

    left = seats.sum() - pupils.sum()
    costs = numpy.vstack([costs, numpy.zeros((1, costs.shape[1]))])
    pupils = numpy.append(pupils, left)
    begun = time.perf_counter()
    ot.emd2(pupils, seats, costs, numItermax=10_000_000)
    return time.perf_counter() - begun


if __name__ == "__main__":
    with numpy.load(sys.argv[2]) as arrays:
        print({"igraph": igraph, "pandana": pandana, "pot": pot}[sys.argv[1]](**arrays))
