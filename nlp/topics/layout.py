"""The map of a segment: the same topics give the same picture, with no chance involved.

Distances between topics become distances on the plane (stress majorisation from the classical solution); circles that
would overlap are pushed apart; a unit stands in its topic's circle, the nearer to the middle the more typical it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Circles", "arrange", "inside", "main_axes", "push_apart"]

Floats = NDArray[np.float64]
FILLED = 0.3  # share of the map that the circles take together
ROUNDS, PUSHES = 200, 600
GAP = 1.06  # circles keep a little room between them
TURN = np.pi * (3 - np.sqrt(5))  # the golden angle: neighbours in a row stand on different sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Circles:
    """Centres [k, 2] and radii [k]; everything lies within 0..1 both ways."""

    centres: Floats
    radii: Floats


def arrange(centroids: Floats, sizes: Floats) -> Circles:
    """Circles for topics with unit-length centroids [k, d] and `sizes` [k] units; k may be 0 or 1."""
    if not len(centroids):
        return Circles(centres=np.zeros((0, 2)), radii=np.zeros(0))
    distances = np.sqrt(np.maximum(0, 2 - 2 * centroids @ centroids.T))
    points = majorise((centroids - centroids.mean(axis=0)) @ main_axes(centroids).T, distances)
    radii = np.sqrt(FILLED / np.pi * sizes / max(float(sizes.sum()), 1e-12))
    points = push_apart(stretched(points, radii), radii)
    return framed(points, radii)


def main_axes(rows: Floats) -> Floats:
    """The two principal directions [2, d]; the sign of each is such that its largest entry is positive."""
    axes = np.zeros((2, rows.shape[1]))
    values, vectors = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[1:]
    found = vectors[:2][values[:2] > 1e-9]
    for row, axis in enumerate(found):
        axes[row] = axis * (1 if axis[np.argmax(np.abs(axis))] > 0 else -1)
    return axes


def majorise(points: Floats, distances: Floats) -> Floats:
    """[k, 2] moved until distances on the plane are as near as they get to `distances` (SMACOF, de Leeuw 1977)."""
    n = len(points)
    for _ in range(ROUNDS):
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        ratio = np.where(apart > 1e-9, -distances / np.maximum(apart, 1e-9), 0.0)
        np.fill_diagonal(ratio, 0.0)
        np.fill_diagonal(ratio, -ratio.sum(axis=1))
        points = ratio @ points / n
    return points


def stretched(points: Floats, radii: Floats) -> Floats:
    """Scaled so that the centres span a square of side 1 less the largest circle."""
    span = float(np.ptp(points, axis=0).max()) or 1.0
    centred: Floats = (points - points.mean(axis=0)) / span * max(0.2, 1 - 2 * float(radii.max()))
    return centred


def push_apart(points: Floats, radii: Floats) -> Floats:
    """Centres moved, each pair by half of what it overlaps, until no two circles do."""
    points, n = points.copy(), len(points)
    nudges = np.stack([np.cos(TURN * np.arange(n)), np.sin(TURN * np.arange(n))], axis=1)
    needed = GAP * (radii[:, None] + radii[None])
    np.fill_diagonal(needed, 0.0)
    for _ in range(PUSHES):
        away = points[:, None] - points[None]
        away = np.where(np.linalg.norm(away, axis=2, keepdims=True) < 1e-9, nudges[:, None] - nudges[None], away)
        apart = np.linalg.norm(away, axis=2)
        lack = np.maximum(0, needed - np.linalg.norm(points[:, None] - points[None], axis=2))
        if lack.max(initial=0) < 1e-4:
            break
        points += (away / np.maximum(apart, 1e-9)[..., None] * lack[..., None]).sum(axis=1) / 2
    return points


def framed(points: Floats, radii: Floats) -> Circles:
    """Moved and scaled into 0..1 by one factor for both directions, in the middle of what is left over."""
    low, high = (points - radii[:, None]).min(axis=0), (points + radii[:, None]).max(axis=0)
    scale = 1 / max(float((high - low).max()), 1e-9) if len(points) > 1 else 0.5 / float(2 * radii[0])
    middle = (low + high) / 2
    return Circles(centres=(points - middle) * scale + 0.5, radii=radii * scale)


def inside(points: Floats, centroid: Floats, centre: Floats, radius: float, axes: Floats) -> Floats:
    """[m, 2] places for a topic's units [m, d] in its circle.

    The distance from the middle is the unit's rank by distance to the centroid, so that the circle is filled evenly; the
    direction is that in which it differs along the map's axes.
    """
    order = np.argsort(np.round(np.linalg.norm(points - centroid, axis=1), 9), kind="stable")
    rank = np.empty(len(points))
    rank[order] = np.sqrt((np.arange(len(points)) + 0.5) / max(len(points), 1))
    flat = (points - points.mean(axis=0)) @ axes.T
    angle = np.where(np.linalg.norm(flat, axis=1) > 1e-9, np.arctan2(flat[:, 1], flat[:, 0]), TURN * np.arange(len(points)))
    places: Floats = centre + 0.86 * radius * rank[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return places
