"""What several subjects of assessment start from."""

import pytest

from assessment import rounds
from tests.assessment.round_life import BEGUN, make_scheme, make_year_of_returns


@pytest.fixture
def scheme(fgw, kjj, office):
    """Published for 2030; fgw and kjj owed a return."""
    return make_scheme(office, make_year_of_returns(fgw, kjj))


@pytest.fixture
def round(scheme, office):
    return rounds.begin(scheme, by=office, now=BEGUN)


@pytest.fixture
def team(office, office2, reporter, approver):
    return {"office": office, "office2": office2, "reporter": reporter, "approver": approver}
