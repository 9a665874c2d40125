"""What names of parameters say, by the words that the verifier knows."""

import pytest

from envfactory_assets.verification.vocabulary import leaves_bound_open


@pytest.mark.parametrize("name", ["created_after", "createdBefore", "price[gt]", "amount.lt", "start_time__gt", "updatedafter"])
def test_a_bound_may_be_left_out_where_its_name_says_so(name):
    assert leaves_bound_open(name)


@pytest.mark.parametrize("name", ["min_length", "max_altitude", "lengthFrom", "aftercare_days", "filter_from", "since"])
def test_a_bound_belongs_to_a_filter_whose_name_has_such_letters_inside_a_word_only(name):
    assert not leaves_bound_open(name)
