"""Common surnames, first names and places, from the package Faker."""

from functools import cache
from itertools import chain

from faker.providers.address import (
    de_DE, en_AU, en_IN, en_PH, en_US, es_ES, fr_FR, it_IT, nl_NL, pl_PL, pt_PT, sk_SK,
)  # fmt: skip
