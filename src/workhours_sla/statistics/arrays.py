"""Array types for statistics, argument checks, and read-only results.

Every check returns its input as an array. If the input is wrong, the check raises ValueError with
one sentence that names the wrong value and what to do instead.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_Scalar = TypeVar("_Scalar", bound=np.generic)

NEVER = int(np.iinfo(np.int64).max)
"""The value for a missing instant, such as the answer to an open appeal; later than any instant."""


def refuse(message: str) -> NoReturn:
    raise ValueError(message)


def whole_numbers(name: str, values: ArrayLike) -> IntArray:
    """Check that ``values``, in any shape, are whole numbers of 0 or more; return int64."""
    array = _integers(name, values)
    if array.size and array.min() < 0:
        refuse(
            f"{name} has {array.min()}, but a count or duration is never negative; "
            f"check how it was computed"
        )
    return array


def whole_column(name: str, values: ArrayLike) -> IntArray:
    """Check that ``values`` are whole numbers of 0 or more in one dimension; return int64."""
    return in_one_dimension(name, whole_numbers(name, values))


def instants(name: str, values: ArrayLike) -> IntArray:
    """Check that ``values`` are whole numbers, perhaps negative, in one dimension; return int64."""
    return in_one_dimension(name, _integers(name, values))


def flags(name: str, values: ArrayLike, length: int) -> BoolArray:
    """Check that ``values`` are ``length`` booleans in one dimension."""
    array = in_one_dimension(name, np.asarray(values))
    if array.dtype != np.bool_:
        refuse(f"{name} must be true or false, not {array.dtype}; compare it, as in column == 1")
    return same_shape(name, array, (length,))


def measurements(name: str, values: ArrayLike) -> FloatArray:
    """Check that ``values`` are finite numbers in one dimension; return float64."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        refuse(f"{name} must be numbers, not {array.dtype}; convert them first")
    array = in_one_dimension(name, array.astype(np.float64))
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        refuse(f"{name} has {array[bad[0]]} at {bad[0]}; leave out missing values")
    return array


def counts(met: ArrayLike, n: ArrayLike, *, some_empty: bool = False) -> tuple[IntArray, IntArray]:
    """Check that 0 <= met <= n and that the shapes are equal; return both as int64."""
    whole = whole_numbers("n", n)
    part = same_shape("met", whole_numbers("met", met), whole.shape)
    over = np.flatnonzero(part > whole)
    if over.size:
        refuse(
            f"met {part.flat[over[0]]} of n {whole.flat[over[0]]} is impossible; "
            f"count both over the same cohort"
        )
    if not some_empty and (whole.size == 0 or whole.min() == 0):
        what = "has 0" if whole.size else "is empty"
        refuse(f"n {what}, and an empty cohort has no share; leave the empty cohort out")
    return part, whole


def share(name: str, value: float) -> float:
    """Check that ``value`` is strictly between 0 and 1; return it as a float."""
    if not 0 < value < 1:
        refuse(f"{name} {value} is not strictly between 0 and 1; write 90 % as 0.9")
    return float(value)


def target_share(name: str, value: float) -> float:
    """Check that ``value`` is above 0 and at most 1; return it as a float."""
    if not 0 < value <= 1:
        refuse(f"{name} {value} is not above 0 and at most 1; write 90 % as 0.9")
    return float(value)


def normal_quantile(confidence: float) -> float:
    """Return the half-width of a normal interval in standard errors; 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + share("confidence", confidence)) / 2)


def in_one_dimension(name: str, array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    if array.ndim != 1:
        refuse(f"{name} has {array.ndim} dimensions and needs one; give a list or a column")
    return array


def same_shape(name: str, array: NDArray[_Scalar], shape: tuple[int, ...]) -> NDArray[_Scalar]:
    if array.shape != shape:
        refuse(f"{name} has the shape {array.shape}, not {shape}; give one value for each")
    return array


def read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    array.setflags(write=False)
    return array


def _integers(name: str, values: ArrayLike) -> IntArray:
    array: NDArray[Any] = np.asarray(values)
    if array.size == 0:
        return np.zeros(array.shape, np.int64)
    if array.dtype == np.bool_ or not np.can_cast(array.dtype, np.int64, "safe"):
        missing = array.dtype.kind == "f" and np.isnan(array).any()
        advice = "leave out the rows with nan and convert" if missing else "convert them first"
        refuse(f"{name} must be whole numbers of 64 bits, not {array.dtype}; {advice}")
    return array.astype(np.int64)
