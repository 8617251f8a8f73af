"""Compiled walks over an ensemble: scores, and exact contributions by quadrature.

The contribution of feature i to a leaf of value v is ``v (o_i - z_i)`` times the integral over t from 0 to 1
of the product of ``z_j (1 - t) + o_j t`` over the other features j of its path, where z is the share of
training rows that the feature's splits let through, and o is 1 where they let this row through, else 0
(path-dependent SHAP values; Lundberg, Erion and Lee 2018). The product is a polynomial, so that a
Gauss-Legendre rule of half as many points as the path has features is exact. On the way down each node gets
the product of the factors above it, on the way up the sum of the leaves below it times the factors between;
both meet once at every node.

At a node that splits first by its feature, with m the mean of the sums of its children weighted by their
shares and c the sum of the child that the row takes, the node's sum is ``m + t (c - m)``, and its feature
gains the product above times ``c - m``. A feature that was asked above, with reach z and the row inside, has
its factor ``z + (1 - z) t`` divided out; with the row outside nothing of the feature depends on the row any
more.

All compiled functions of this package are in this file, with the numbers that they know: Numba notices a
change of the file in which a function is, not of those that it calls.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = [
    "BITS",
    "BY_CATEGORY",
    "LEFT_IF_MISSING",
    "LEFT_IF_ZERO",
    "BlockRoom",
    "Ensemble",
    "RowRoom",
    "SpanRoom",
    "explain_block",
    "explain_row",
    "score",
    "score_spans",
]

LEFT_IF_MISSING, LEFT_IF_ZERO, BY_CATEGORY = 1, 2, 4
"""Bits of a node's rule: where a missing value and a zero go, and whether the value is a category's code."""

_NEARLY_ZERO = float(np.float32(1e-35))
"""LightGBM takes smaller values as zero."""

_CODES = 2147483648.0
"""Codes of categories are below."""

_SCORED_TOGETHER = 64
"""Rows that follow one tree after another: the tree stays near."""

BITS = 64
"""Rows of a subject at most of which a set is one number."""

_NONE, _ONE = np.uint64(0), np.uint64(1)

_compiled: Any = njit(nogil=True, cache=True, _nrt=False)  # type: ignore[call-overload]
_inlined: Any = njit(nogil=True, cache=True, _nrt=False, forceinline=True)  # type: ignore[call-overload]


class Ensemble(NamedTuple):
    """What is walked over: records of trees and nodes, leaves, sets of categories, quadratures by size."""

    trees: npt.NDArray[Any]
    nodes: npt.NDArray[Any]
    leaves: npt.NDArray[np.float64]
    categories: npt.NDArray[np.uint32]
    points: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]


class RowRoom(NamedTuple):
    """Room for one row: at node x point, at slot x point, and twice at node."""

    products: npt.NDArray[np.float64]
    sums: npt.NDArray[np.float64]
    goes_left: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]


class BlockRoom(NamedTuple):
    """Room for the rows of a block, which are the second axis; the last two are by feature and by row."""

    products: npt.NDArray[np.float64]
    sums: npt.NDArray[np.float64]
    goes_left: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]
    values: npt.NDArray[np.float64]
    gains: npt.NDArray[np.float64]


class SpanRoom(NamedTuple):
    """Room for the rows of a subject.

    Which wait at a slot, by depth x row; which go left; the slots. Of few rows a set is one number, a bit a
    row: those that wait by depth; by moving feature the known values in order, and which rows have the first
    0, 1, 2, ... of them; by moving feature the rows with zero and without a value.
    """

    waits: npt.NDArray[np.bool_]
    goes_left: npt.NDArray[np.bool_]
    slots: npt.NDArray[np.int64]
    sets: npt.NDArray[np.uint64]
    known: npt.NDArray[np.float64]
    first: npt.NDArray[np.uint64]
    special: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int64]


# ---------------------------------------------------------------- where a row goes
@_inlined
def _is_left(value, node, categories):  # type: ignore[no-untyped-def]
    if node.rule & BY_CATEGORY:
        return _is_in(value, int(node.threshold), categories)
    left = value <= node.threshold
    left = (node.rule & LEFT_IF_ZERO) != 0 if abs(value) <= _NEARLY_ZERO else left
    return (node.rule & LEFT_IF_MISSING) != 0 if np.isnan(value) else left


@_compiled
def _is_in(value, start, categories):  # type: ignore[no-untyped-def]
    # Reason: a code is the value cut towards zero; what is no code, or missing, is in no set.
    if not (value > -1.0 and value < _CODES):
        return False
    code = int(value)
    word = code // 32
    if word >= categories[start]:
        return False
    return (categories[start + 1 + word] >> np.uint32(code % 32)) & np.uint32(1) != 0


@_compiled
def score(rows, ensemble, out):  # type: ignore[no-untyped-def]
    """Write the sum of the leaves of each row, added tree by tree as LightGBM does."""
    for start in range(0, len(rows), _SCORED_TOGETHER):
        end = min(start + _SCORED_TOGETHER, len(rows))
        out[start:end] = 0.0
        for number in range(len(ensemble.trees)):
            first, count = ensemble.trees[number].first, ensemble.trees[number].nodes
            nodes = ensemble.nodes[first : first + count]
            leaves = ensemble.leaves[first + number : first + number + count + 1]
            for row in range(start, end):
                slot = 0
                while slot < count:
                    node = nodes[slot]
                    is_left = _is_left(rows[row, node.feature], node, ensemble.categories)
                    slot = node.left if is_left else node.right
                out[row] += leaves[slot - count]


@_compiled
def score_spans(fixed, moving, starts, ensemble, room, out):  # type: ignore[no-untyped-def]
    """Write what `score` does for rows of subjects of which only the last features differ, to the last bit.

    Rows ``starts[s]`` to ``starts[s + 1] - 1`` are those of subject s: the features of ``fixed[s]``, and then
    those of ``moving``, feature by row. Each tree is walked once a subject; its rows part where a moving
    feature tells them apart.
    """
    for subject in range(len(fixed)):
        first, last = starts[subject], starts[subject + 1]
        if first == last:
            continue
        sums = out[first:last]
        sums[:] = 0.0
        if last - first <= BITS:
            _order_span(moving[:, first:last], room)
            for number in range(len(ensemble.trees)):
                _walk_few(fixed[subject], moving[:, first:last], ensemble, number, room, sums)
        else:
            for number in range(len(ensemble.trees)):
                _walk_span(fixed[subject], moving[:, first:last], ensemble, number, room, sums)


@_inlined
def _order_span(moving, room):  # type: ignore[no-untyped-def]
    """Order the values of each moving feature; dates ascend already, so that most are in their place."""
    for feature in range(len(moving)):
        values, known, first = moving[feature], room.known[feature], room.first[feature]
        room.special[feature, 0], room.special[feature, 1] = _NONE, _NONE
        count = 0
        for i in range(len(values)):
            value, bit = values[i], _ONE << np.uint64(i)
            if np.isnan(value):
                room.special[feature, 1] |= bit
                continue
            if abs(value) <= _NEARLY_ZERO:
                room.special[feature, 0] |= bit
            place = count
            while place > 0 and known[place - 1] > value:
                known[place], first[place + 1] = known[place - 1], first[place]
                place -= 1
            known[place], first[place + 1] = value, bit
            count += 1
        first[0] = _NONE
        for place in range(count):
            first[place + 1] |= first[place]
        room.counts[feature] = count


@_inlined
def _walk_few(values, moving, ensemble, number, room, sums):  # type: ignore[no-untyped-def]
    """Do what `_walk_span` does, with sets of rows as bits."""
    first, count, categories = ensemble.trees[number].first, ensemble.trees[number].nodes, ensemble.categories
    nodes = ensemble.nodes[first : first + count]
    leaves = ensemble.leaves[first + number : first + number + count + 1]
    depth, width = 0, len(sums)
    room.slots[0] = 0
    room.sets[0] = (_ONE << np.uint64(width)) - _ONE if width < BITS else ~_NONE
    while depth >= 0:
        slot, here = room.slots[depth], room.sets[depth]
        if slot >= count:
            leaf = leaves[slot - count]
            # Reason: to add 0 to the others changes no bit, and is quicker than to choose.
            for i in range(width):
                sums[i] += leaf if (here >> np.uint64(i)) & _ONE else 0.0
            depth -= 1
            continue
        node = nodes[slot]
        place = node.feature - len(values)
        if place < 0:
            room.slots[depth] = node.left if _is_left(values[node.feature], node, categories) else node.right
            continue
        goes_left = _left_few(moving[place], node, categories, room, place)
        left, right = here & goes_left, here & ~goes_left
        if right == _NONE:
            room.slots[depth] = node.left
        elif left == _NONE:
            room.slots[depth] = node.right
        else:
            room.slots[depth], room.sets[depth] = node.right, right
            depth += 1
            room.slots[depth], room.sets[depth] = node.left, left


@_inlined
def _left_few(values, node, categories, room, place):  # type: ignore[no-untyped-def]
    """Return which rows go left."""
    found = _NONE
    if node.rule & BY_CATEGORY:
        for i in range(len(values)):
            if _is_in(values[i], int(node.threshold), categories):
                found |= _ONE << np.uint64(i)
        return found
    known, low, high = room.known[place], 0, room.counts[place]
    while low < high:
        middle = (low + high) // 2
        if known[middle] <= node.threshold:
            low = middle + 1
        else:
            high = middle
    zero, missing = room.special[place, 0], room.special[place, 1]
    found = room.first[place, low]
    found = found | zero if (node.rule & LEFT_IF_ZERO) != 0 else found & ~zero
    return found | missing if (node.rule & LEFT_IF_MISSING) != 0 else found


@_inlined
def _walk_span(values, moving, ensemble, number, room, sums):  # type: ignore[no-untyped-def]
    first, count, categories = ensemble.trees[number].first, ensemble.trees[number].nodes, ensemble.categories
    nodes = ensemble.nodes[first : first + count]
    leaves = ensemble.leaves[first + number : first + number + count + 1]
    depth, width = 0, len(sums)
    room.slots[0] = 0
    room.waits[0, :width] = True
    while depth >= 0:
        slot, here = room.slots[depth], room.waits[depth]
        if slot >= count:
            leaf = leaves[slot - count]
            # Reason: to add 0 to the others changes no bit, and is quicker than to choose.
            for i in range(width):
                sums[i] += leaf if here[i] else 0.0
            depth -= 1
            continue
        node = nodes[slot]
        place = node.feature - len(values)
        if place < 0:
            room.slots[depth] = node.left if _is_left(values[node.feature], node, categories) else node.right
            continue
        left, right = _part_span(moving[place], node, categories, room, depth)
        if right == 0:
            room.slots[depth] = node.left
        elif left == 0:
            room.slots[depth] = node.right
        else:
            beyond, goes_left = room.waits[depth + 1], room.goes_left
            for i in range(width):
                beyond[i] = here[i] & goes_left[i]
                here[i] = here[i] & (not goes_left[i])
            room.slots[depth], room.slots[depth + 1] = node.right, node.left
            depth += 1


@_inlined
def _part_span(values, node, categories, room, depth):  # type: ignore[no-untyped-def]
    """Write which rows go left, and return how many of those at this depth go left and right."""
    here, goes_left = room.waits[depth], room.goes_left
    if node.rule & BY_CATEGORY:
        for i in range(len(values)):
            goes_left[i] = _is_in(values[i], int(node.threshold), categories)
    else:
        threshold = node.threshold
        if_zero, if_missing = (node.rule & LEFT_IF_ZERO) != 0, (node.rule & LEFT_IF_MISSING) != 0
        for i in range(len(values)):
            value = values[i]
            is_left = value <= threshold
            is_left = if_zero if abs(value) <= _NEARLY_ZERO else is_left
            goes_left[i] = if_missing if np.isnan(value) else is_left
    left, right = 0, 0
    for i in range(len(values)):
        left += here[i] & goes_left[i]
        right += here[i] & (not goes_left[i])
    return left, right


# ---------------------------------------------------------------- one row
@_compiled
def explain_row(values, ensemble, room, out):  # type: ignore[no-untyped-def]
    """Add the contributions of one row to what is in `out`, and return what `score` writes of it."""
    raw = 0.0
    for number in range(len(ensemble.trees)):
        tree = ensemble.trees[number]
        first, count, size = tree.first, tree.nodes, tree.points
        leaves = ensemble.leaves[first + number : first + number + count + 1]
        if count == 0:
            raw += leaves[0]
            continue
        nodes = ensemble.nodes[first : first + count]
        at, weights = ensemble.points[size, :size], ensemble.weights[size, :size]
        for slot in range(count):
            node = nodes[slot]
            room.goes_left[slot] = _is_left(values[node.feature], node, ensemble.categories)
        slot = 0
        while slot < count:
            slot = nodes[slot].left if room.goes_left[slot] else nodes[slot].right
        raw += leaves[slot - count]
        _descend_row(nodes, at, weights, room)
        _ascend_row(nodes, leaves, at, room, out)
    return raw


@_inlined
def _descend_row(nodes, at, weights, room):  # type: ignore[no-untyped-def]
    products, goes_left, inside = room.products, room.goes_left, room.inside
    size = len(at)
    for q in range(size):
        products[q] = weights[q]
    inside[0] = True
    for slot in range(1, len(nodes)):
        node = nodes[slot]
        above, up, share = node.ancestor, node.parent, node.share
        # Reason: both are read, and one taken; a branch would be guessed wrong half the time.
        inside[slot] = True if above < 0 else inside[above] & (goes_left[above] == (node.under_left != 0))
        taken = 1.0 if goes_left[up] == (node.is_left != 0) else 0.0
        to, of = slot * size, up * size
        if nodes[up].ancestor < 0:
            for q in range(size):
                products[to + q] = products[of + q] * (share + (taken - share) * at[q])
        elif inside[up]:
            reach = nodes[up].reach
            both = reach * share
            for q in range(size):
                inverse = 1.0 / (reach + (1.0 - reach) * at[q])
                products[to + q] = products[of + q] * ((both + (taken - both) * at[q]) * inverse)
        else:
            for q in range(size):
                products[to + q] = products[of + q] * share


@_inlined
def _ascend_row(nodes, leaves, at, room, out):  # type: ignore[no-untyped-def]
    products, sums = room.products, room.sums
    size, count = len(at), len(nodes)
    for leaf in range(count + 1):
        sums[(count + leaf) * size : (count + leaf + 1) * size] = leaves[leaf]
    for slot in range(count - 1, -1, -1):
        node = nodes[slot]
        a, b, reach = node.share_left, node.share_right, node.reach
        to, left, right = slot * size, node.left * size, node.right * size
        taken = left if room.goes_left[slot] else right
        total = 0.0
        if node.ancestor < 0:
            for q in range(size):
                mean = a * sums[left + q] + b * sums[right + q]
                gain = sums[taken + q] - mean
                sums[to + q] = mean + at[q] * gain
                total += products[to + q] * gain
            out[node.feature] += total
        elif room.inside[slot]:
            for q in range(size):
                mean, chosen = a * sums[left + q] + b * sums[right + q], sums[taken + q]
                inverse = 1.0 / (reach + (1.0 - reach) * at[q])
                part = reach * mean
                sums[to + q] = (part + at[q] * (chosen - part)) * inverse
                total += products[to + q] * (reach * (chosen - mean)) * (inverse * inverse)
            out[node.feature] += total
        else:
            for q in range(size):
                sums[to + q] = a * sums[left + q] + b * sums[right + q]


# ---------------------------------------------------------------- many rows
@_compiled
def explain_block(rows, ensemble, room, out):  # type: ignore[no-untyped-def]
    """Write the contributions of a block of rows; the arithmetic is that of `explain_row`, bit by bit."""
    width = len(rows)
    for row in range(width):
        for feature in range(rows.shape[1]):
            room.values[feature, row] = rows[row, feature]
    room.gains[:, :width] = 0.0
    for number in range(len(ensemble.trees)):
        tree = ensemble.trees[number]
        first, count, size = tree.first, tree.nodes, tree.points
        if count == 0:
            continue
        nodes = ensemble.nodes[first : first + count]
        at, weights = ensemble.points[size, :size], ensemble.weights[size, :size]
        leaves = ensemble.leaves[first + number : first + number + count + 1]
        _decide_block(nodes, ensemble.categories, room, width)
        _descend_block(nodes, at, weights, room, width)
        _ascend_block(nodes, leaves, at, room, width)
    for row in range(width):
        for feature in range(rows.shape[1]):
            out[row, feature] = room.gains[feature, row]


@_inlined
def _decide_block(nodes, categories, room, width):  # type: ignore[no-untyped-def]
    room.inside[0, :width] = True
    for slot in range(len(nodes)):
        node = nodes[slot]
        values, left, inside = room.values[node.feature], room.goes_left[slot], room.inside[slot]
        if node.rule & BY_CATEGORY:
            for i in range(width):
                left[i] = _is_in(values[i], int(node.threshold), categories)
        else:
            threshold = node.threshold
            if_zero, if_missing = (node.rule & LEFT_IF_ZERO) != 0, (node.rule & LEFT_IF_MISSING) != 0
            for i in range(width):
                value = values[i]
                is_left = value <= threshold
                is_left = if_zero if abs(value) <= _NEARLY_ZERO else is_left
                left[i] = if_missing if np.isnan(value) else is_left
        if node.ancestor >= 0:
            was, went = room.inside[node.ancestor], room.goes_left[node.ancestor]
            under_left = node.under_left != 0
            for i in range(width):
                inside[i] = was[i] & (went[i] == under_left)
        else:
            inside[:width] = True


@_inlined
def _descend_block(nodes, at, weights, room, width):  # type: ignore[no-untyped-def]
    products, size = room.products, len(at)
    for q in range(size):
        products[q, :width] = weights[q]
    for slot in range(1, len(nodes)):
        node = nodes[slot]
        up, share, is_left = node.parent, node.share, node.is_left != 0
        is_new, reach = nodes[up].ancestor < 0, nodes[up].reach
        went, inside = room.goes_left[up], room.inside[up]
        both = reach * share
        for q in range(size):
            to, of, t = products[slot * size + q], products[up * size + q], at[q]
            if is_new:
                yes, no = share + (1.0 - share) * t, share + (0.0 - share) * t
                for i in range(width):
                    to[i] = of[i] * (yes if went[i] == is_left else no)
            else:
                inverse = 1.0 / (reach + (1.0 - reach) * t)
                yes, no = (both + (1.0 - both) * t) * inverse, (both + (0.0 - both) * t) * inverse
                for i in range(width):
                    factor = yes if went[i] == is_left else no
                    to[i] = of[i] * (factor if inside[i] else share)


@_inlined
def _ascend_block(nodes, leaves, at, room, width):  # type: ignore[no-untyped-def]
    products, sums = room.products, room.sums
    size, count = len(at), len(nodes)
    total = room.values[len(room.values) - 1]
    for leaf in range(count + 1):
        sums[count * size + leaf, :width] = leaves[leaf]
    for slot in range(count - 1, -1, -1):
        node = nodes[slot]
        a, b, reach, is_new = node.share_left, node.share_right, node.reach, node.ancestor < 0
        went, inside, gains = room.goes_left[slot], room.inside[slot], room.gains[node.feature]
        total[:width] = 0.0
        for q in range(size):
            # Reason: the sum of a leaf is the same at every point and kept once.
            x = sums[node.left * size + q if node.left < count else count * size + node.left - count]
            y = sums[node.right * size + q if node.right < count else count * size + node.right - count]
            to, product, t = sums[slot * size + q], products[slot * size + q], at[q]
            if is_new:
                for i in range(width):
                    mean = a * x[i] + b * y[i]
                    gain = (x[i] if went[i] else y[i]) - mean
                    to[i] = mean + t * gain
                    total[i] += product[i] * gain
            else:
                inverse = 1.0 / (reach + (1.0 - reach) * t)
                square = inverse * inverse
                for i in range(width):
                    mean, chosen = a * x[i] + b * y[i], x[i] if went[i] else y[i]
                    part = reach * mean
                    below = (part + t * (chosen - part)) * inverse
                    gain = product[i] * (reach * (chosen - mean)) * square
                    to[i] = below if inside[i] else mean
                    total[i] += gain if inside[i] else 0.0
        for i in range(width):
            gains[i] += total[i]
