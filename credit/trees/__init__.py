"""Exact scores and contributions of boosted trees, from arrays and without the library that grew them.

NumPy and Numba only: nothing of the rest of the project is imported, so that others can lift it out.

Examples
--------
>>> from credit.trees import Trees
>>> text = '''tree
... version=v4
... num_class=1
... num_tree_per_iteration=1
... max_feature_idx=1
... tree_sizes=1
...
... Tree=0
... num_leaves=2
... num_cat=0
... split_feature=1
... threshold=10
... decision_type=2
... left_child=-1
... right_child=-2
... leaf_value=-1 3
... leaf_count=75 25
... internal_count=100
...
... end of trees'''
>>> trees = Trees.from_booster_text(text)
>>> trees.raw([[0.0, 5.0], [0.0, 20.0]]).tolist()
[-1.0, 3.0]
>>> trees.contributions([[0.0, 20.0]]).tolist()  # of each feature, and the expected score
[[0.0, 3.0, 0.0]]
"""

from __future__ import annotations

from credit.trees.ensemble import Trees

__all__ = ["Trees"]
